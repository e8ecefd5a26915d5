"""House bills that share a container are one box: it is drawn, opened, struck and counted once."""

from datetime import UTC, date, datetime

import polars as pl

from riskscore.schema import KEY
from riskscore.selection import changes, explore
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.selection.slate import slate

DAY = date(2024, 5, 1)


def candidates() -> pl.DataFrame:
    rows = [
        ("M / H1", "MSKU1234565", 0.9),
        ("M / H2", "MSKU1234565", 0.8),
        ("B3", "TCLU3093643", 0.7),
        ("B4", "TGHU1111117", 0.1),
    ]
    frame = pl.DataFrame(rows, schema=[*KEY, "probability"], orient="row")
    known = [pl.lit(5.0).alias(name) for name in explore.KNOWN]
    return frame.with_columns(pl.lit("ESALG").alias("port"), pl.col("probability").alias("margin"), *known)


def capacities(boxes: int) -> Capacities:
    return Capacities(default=Capacity(boxes=boxes, shares=Shares(score=1.0, explore=0.0, random=0.0)))


def test_a_shared_box_takes_one_place() -> None:
    drawn = slate(candidates(), capacities(2), date=DAY, seed="s")
    assert drawn.filter(pl.col("action") == "open")["bill_of_lading"].to_list() == ["M / H1", "M / H2", "B3"]
    assert changes.opened_boxes(drawn).height == 2
    assert drawn["place"].to_list()[:2] == [1, 1]


def test_the_order_of_rows_does_not_matter() -> None:
    drawn = slate(candidates(), capacities(2), date=DAY, seed="s").sort(KEY)
    assert slate(candidates().reverse(), capacities(2), date=DAY, seed="s").sort(KEY).equals(drawn)


def test_striking_one_house_strikes_the_box() -> None:
    drawn = slate(candidates(), capacities(2), date=DAY, seed="s")
    event = {"bill_of_lading": "M / H2", "container_number": "MSKU1234565", "event": "struck", "reason": "gone"}
    events = pl.DataFrame([event | {"at": datetime(2024, 5, 1, tzinfo=UTC)}], schema=changes.EVENTS)
    now = changes.in_force(drawn, events, capacities(2), date=DAY)
    assert changes.opened_boxes(now)["bill_of_lading"].to_list() == ["B3"]


def test_an_alert_on_any_house_names_the_box() -> None:
    named = candidates().with_columns(intelligence=pl.Series([None, 0.9, None, None], dtype=pl.Float64))
    limits = Capacities(default=Capacity(boxes=3, shares=Shares(score=0.5, explore=0.0, random=0.0, intelligence=0.5)))
    drawn = slate(named, limits, date=DAY, seed="s")
    assert drawn["share"].to_list() == ["intelligence", "intelligence", "score", "score"]


def test_a_box_whose_houses_name_different_ports_is_opened_once() -> None:
    port = pl.when(pl.col("bill_of_lading") == "M / H2").then(pl.lit("ESVLC")).otherwise("port")
    drawn = slate(candidates().with_columns(port.alias("port")), capacities(2), date=DAY, seed="s")
    assert changes.opened_boxes(drawn)["bill_of_lading"].to_list() == ["M / H1", "B3"]
    assert drawn["port"].unique().to_list() == ["ESALG"]


def test_a_house_on_the_master_bill_alone_shares_the_box_of_the_others() -> None:
    alone = pl.col("bill_of_lading").replace("M / H1", "M")
    drawn = slate(candidates().with_columns(alone), capacities(1), date=DAY, seed="s")
    assert drawn.filter(pl.col("action") == "open")["bill_of_lading"].to_list() == ["M", "M / H2"]


def test_a_box_is_named_by_its_master_bill_or_by_a_house() -> None:
    named = {bill: changes.same_box(candidates(), bill, "MSKU1234565") for bill in ("M", "M / H2", "B3")}
    bills = {bill: rows["bill_of_lading"].to_list() for bill, rows in named.items()}
    assert bills == {"M": ["M / H1", "M / H2"], "M / H2": ["M / H2", "M / H1"], "B3": []}
