from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from riskscore import schema
from riskscore.simulation.inspections import AT_RANDOM, BY_RULES, OVERLOOKED

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from tests.simulation.conftest import Simulated


def _opened(world: Simulated) -> pl.DataFrame:
    return world.outcomes.join(world.truth.rename({"commodity": "hidden", "quantity_kg": "kg"}), on=schema.KEY)


def test_outcomes_are_canonical_and_name_consignments_that_were_filed(world: Simulated) -> None:
    assert dict(world.outcomes.schema) == schema.OUTCOME
    assert _opened(world).height == world.outcomes.height
    assert world.outcomes.select(schema.KEY).is_duplicated().sum() == 0
    assert set(world.outcomes["selected_by"]) <= set(schema.SELECTED_BY)
    assert set(world.outcomes["finding"]) == set(schema.FINDINGS)


def test_officers_and_chance_open_their_shares(world: Simulated) -> None:
    share = dict(world.outcomes["selected_by"].value_counts().iter_rows())
    total = world.truth.height
    assert 0.8 * BY_RULES < share["officer"] / total < 1.2 * BY_RULES
    assert 0.6 * AT_RANDOM < share["random"] / total < 1.4 * AT_RANDOM


def test_outcomes_become_known_one_to_twenty_days_after_the_inspection(world: Simulated) -> None:
    days = (world.outcomes["known_at"] - world.outcomes["inspected_at"]).dt.total_hours() / 24
    assert days.min() >= 0.9
    assert days.max() <= 20.1
    assert (_opened(world)["inspected_at"] > _opened(world)["filed_at"]).all()


def test_only_smuggled_boxes_are_seized_and_some_of_those_opened_are_overlooked(world: Simulated) -> None:
    opened = _opened(world)
    assert opened.filter((pl.col("finding") == "seizure") & ~pl.col("smuggled")).is_empty()
    guilty = opened.filter("smuggled")
    assert guilty.height > 50
    assert 0.3 * OVERLOOKED < (guilty["finding"] != "seizure").mean() < 2 * OVERLOOKED
    seized = guilty.filter(pl.col("finding") == "seizure")
    assert (seized["commodity"] == seized["hidden"]).all()
    assert (seized["quantity_kg"] == seized["kg"]).all()


def test_officers_do_better_than_chance_and_far_from_perfectly(world: Simulated) -> None:
    hit = dict(_opened(world).group_by("selected_by").agg(pl.col("smuggled").mean()).iter_rows())
    base = world.truth["smuggled"].mean()
    assert 1.5 * base < hit["officer"] < 15 * base
    assert hit["intelligence"] > hit["officer"]


def test_honest_boxes_are_irregular_now_and_then(world: Simulated) -> None:
    honest = _opened(world).filter(~pl.col("smuggled"))
    assert 0.01 < (honest["finding"] == "irregular").mean() < 0.12
    assert honest.filter(pl.col("finding") == "irregular")["note"].null_count() == 0
