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
