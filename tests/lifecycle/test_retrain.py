"""A model trained from a lake learns only outcomes known by its day, with the chances that slates recorded."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from riskscore.casework import outcomes as record
from riskscore.casework import slates
from riskscore.errors import TrainingError
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.lifecycle.retrain import PLAN, chances, retrain
from riskscore.schema import KEY
from riskscore.simulation.write import simulate
from riskscore.training.plan import Plan

FIRST, DAYS = date(2024, 1, 1), 90
OPENED_AT = datetime(2024, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake with ninety days of a small world, and a slate with each box that was opened at random."""
    folder = tmp_path_factory.mktemp("retrain")
    world = simulate(folder / "world", days=DAYS, per_day=80, seed=5, smuggling_rate=0.08, start=FIRST)
    lake = create_lake(folder / "lake")
    filed = pl.concat([pl.read_parquet(path) for path in sorted((world / "manifests").iterdir())])
    last = FIRST + timedelta(DAYS)
    lake.append("consignments", filed.with_columns(night=pl.col("filed_at").dt.date()), run=1)
    outcomes = pl.read_parquet(world / "outcomes.parquet")
    record.record(lake, outcomes, night=last, now=datetime(2024, 12, 1, tzinfo=UTC))
    drawn = outcomes.filter(selected_by="random").select(
        *KEY,
        port=pl.lit("SGSIN"),
        event=pl.lit("selected"),
        action=pl.lit("open"),
        share=pl.lit("random"),
        inclusion=pl.lit(0.004),
        boxes=pl.lit(5, pl.Int64),
        at=pl.lit(OPENED_AT),
    )
    lake.append("slates", drawn, night=FIRST)
    return lake


@pytest.mark.slow
def test_the_last_four_weeks_are_held_back(filled: Lake, tmp_path: Path) -> None:
    booster = retrain(filled, PLAN, tmp_path / "model")
    card = booster.card
    assert card.learned_until <= str(FIRST + timedelta(DAYS - 1 - 28))
    assert "28 later day(s) were held back" in card.selection["held_back"]
    assert any("held back" in limit for limit in card.limits)
    assert "held back" in (tmp_path / "model" / "card.md").read_text()
    assert card.selection["selected_by"]["random"] == card.selection["chance_known"] > 0
    assert card.selection["never_opened"] > card.selection["labelled"]
    assert card.selection["filed"] > 3_000


@pytest.mark.slow
def test_with_until_nothing_known_later_is_learned(filled: Lake) -> None:
    until = date(2024, 3, 10)
    card = retrain(filled, Plan(until=until)).card
    known = filled.read("outcomes").filter(pl.col("known_at").dt.date() <= until).collect()
    assert card.rows <= known.height
    assert card.positives <= known.filter(finding="seizure").height
    everything = retrain(filled, Plan()).card
    assert everything.rows > card.rows
    assert "held_back" not in everything.selection


def test_an_empty_lake_has_nothing_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="none of 0 consignments"):
        retrain(create_lake(tmp_path / "lake"))


def test_chances_are_those_of_the_boxes_that_slates_open(drawn: Lake) -> None:
    inclusion = chances(drawn)
    opened = slates.of_nights(drawn).filter(pl.col("action") == "open")
    assert inclusion.height == opened.height == 60
    assert inclusion.sort(KEY)["inclusion"].to_list() == pytest.approx(opened.sort(KEY)["chance"].to_list())
