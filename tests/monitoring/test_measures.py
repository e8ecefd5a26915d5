"""The counts of a night add up, and their bins stay the same from night to night."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import made_nights as nights
import polars as pl
import pytest

from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.model.distributions import reference
from riskscore.monitoring import measures
from riskscore.runs import log
from riskscore.settings import parse_settings


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return create_lake(tmp_path / "lake")


def measures_of(lake: Lake, number: int) -> pl.DataFrame:
    day = nights.FIRST + timedelta(number - 1)
    return lake.read("measures", nights=(day, day)).collect()


def test_counts_match_the_filings(lake: Lake) -> None:
    nights.night(lake, 1)
    rows, counts = nights.filings(1), measures_of(lake, 1)
    bills = rows["bill_of_lading"].n_unique()
    assert counts.filter(kind="night").select("count", "bills").row(0) == (rows.height, bills)
    assert 1 < counts.filter(kind="sample")["count"].item() < bills
    gaps = dict(counts.filter(kind="column").select("name", "count").iter_rows())
    assert gaps["gross_weight_kg"] == rows["gross_weight_kg"].null_count() > 0
    assert gaps["transhipment_ports"] == rows.height
    assert gaps["currency"] == 0
    usd = rows.filter(pl.col("currency") == "USD")
    dollars = counts.filter(kind="value", name="currency", bin="USD").select("count", "bills").row(0)
    assert dollars == (usd.height, usd["bill_of_lading"].n_unique())
    weighed = counts.filter(kind="level", name="gross_weight_kg")["count"].sum()
    assert weighed == rows["gross_weight_kg"].count()
    binned = counts.filter(pl.col("kind").is_in(["feature", "score"])).group_by("name").agg(pl.col("count").sum())
    assert set(binned["count"]) == {rows.height}
    assert binned.height == len(nights.FEATURES) + 1


def test_amounts_are_counted_in_tenths_of_a_power_of_ten(lake: Lake) -> None:
    weights = [1.0, 1.3, 9.9, 10.0, 1250.0]
    nights.night(lake, 1, change=lambda rows: rows.head(5).with_columns(gross_weight_kg=pl.Series(weights)))
    levels = measures_of(lake, 1).filter(kind="level", name="gross_weight_kg")
    assert dict(levels.select("bin", "count").iter_rows()) == {"0.1": 1, "0.2": 1, "1.0": 1, "1.1": 1, "3.1": 1}


@pytest.mark.slow
def test_edges_change_every_night_until_the_lake_is_settled_and_then_stay(lake: Lake) -> None:
    for number in range(1, measures.SETTLED + 4):
        nights.night(lake, number)
    bins = [
        tuple(measures_of(lake, number).filter(kind="feature", name="amount")["bin"].drop_nulls().sort())
        for number in range(1, measures.SETTLED + 4)
    ]
    assert len(set(bins[: measures.SETTLED])) == measures.SETTLED
    assert len(set(bins[measures.SETTLED - 1 :])) == 1


def test_the_edges_of_the_card_are_used_and_its_shares_are_kept(lake: Lake) -> None:
    drawn = nights.matrix(0, 5_000)
    card = replace(nights.CARD, reference=reference(drawn.drop("margin"), drawn["margin"].to_numpy(), nights.FEATURES))
    nights.night(lake, 1, card=card)
    counts = measures_of(lake, 1)
    edges = card.reference["features"]["amount"]["edges"]
    assert counts.filter(kind="feature", name="amount")["bin"].to_list() == [*map(repr, edges), "inf", None]
    trained = counts.filter(kind="trained").group_by("name").agg(pl.col("expected").sum(), pl.col("count").sum())
    assert set(trained["name"]) == {*nights.FEATURES, "toy"}
    assert trained["expected"].to_list() == pytest.approx([1] * trained.height, abs=1e-5)


def test_a_run_writes_its_measures_once(lake: Lake) -> None:
    day = nights.night(lake, 1)
    run = log.Run(1, day, log.RunLog.read(lake).events["at"][0], {})
    before = measures_of(lake, 1)
    measures.keep(lake, run, nights.filings(2), nights.matrix(2, nights.filings(2).height), nights.CARD)
    assert measures_of(lake, 1).equals(before)


def test_declared_categories_and_missing_declared_columns_are_counted(lake: Lake) -> None:
    settings = parse_settings({"field": {"regime": {"from": "Regime", "kind": "category", "values": ["A", "B"]}}})
    rows = nights.filings(1).with_columns(regime=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("A")))
    counts = measures.measures(rows, nights.matrix(1, rows.height), nights.CARD, edges={}, settings=settings)
    assert counts.filter(kind="value", name="regime").select("bin", "count").rows() == [("A", (rows.height + 1) // 2)]
    assert counts.filter(kind="column", name="regime")["count"].item() == rows.height // 2


def test_a_night_without_consignments_has_measures_too(lake: Lake) -> None:
    nights.night(lake, 1, change=lambda rows: rows.clear())
    assert measures_of(lake, 1).filter(kind="night")["count"].to_list() == [0]
