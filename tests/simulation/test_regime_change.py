from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskscore.errors import SettingsError
from riskscore.simulation.contraband import Market
from riskscore.simulation.regime_change import GIVEN_UP, Upheaval
from riskscore.simulation.simulation import Simulation
from riskscore.simulation.write import simulate
from riskscore.world import world

CHANGE = 4


def _days(change_day: int | None, count: int = 6) -> list[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    simulation = Simulation(world.load(), 3, 80, date(2024, 1, 1), count, change_day)
    days = [simulation.day(day, 0.08) for day in range(count)]
    return [(day.filed, day.opened, day.truth) for day in days]


def test_days_before_the_change_are_those_of_a_world_without_one() -> None:
    for day, (still, turned) in enumerate(zip(_days(None), _days(CHANGE), strict=True)):
        if day < CHANGE:
            for left, right in zip(still, turned, strict=True):
                assert_frame_equal(left, right)
        else:
            assert not still[2].equals(turned[2])


def test_a_change_that_never_comes_changes_nothing() -> None:
    for still, late in zip(_days(None), _days(99), strict=True):
        for left, right in zip(still, late, strict=True):
            assert_frame_equal(left, right)


def test_heavy_choices_are_given_up_and_impossible_ones_stay_impossible() -> None:
    weights = np.array([0.0, 50.0, 1.0, 2.0, 3.0, 30.0, 4.0])
    after = np.array([Upheaval(seed, 1).moved(weights, "covers") for seed in range(400)])
    medians = np.median(after / np.where(weights > 0, weights, 1.0), axis=0)
    assert (after[:, 0] == 0).all()
    assert medians[1] == pytest.approx(GIVEN_UP, rel=0.3)
    assert medians[[2, 3, 4, 6]] == pytest.approx(1.0, rel=0.3)


def test_other_sources_and_covers_take_over() -> None:
    market = Market(world.load(), 5, Upheaval(5, 50))
    before, after = (
        [market.errand(np.random.default_rng(seed), day, "wildlife", plain=False) for seed in range(400)]
        for day in (49, 50)
    )
    for name in ("source", "goods", "market"):
        was, now = (np.bincount([getattr(errand, name) for errand in part], minlength=6000) for part in (before, after))
        strongest = np.argsort(-was)[:3]
        assert now[strongest].sum() < 0.7 * was[strongest].sum()


def test_if_opened_changes_nothing_and_is_reproducible(tmp_path: Path) -> None:
    simulation = Simulation(world.load(), 3, 80, date(2024, 1, 1), 2)
    first = simulation.day(0, 0.08)
    outcomes, again = (simulation.if_opened(0, first) for _ in range(2))
    assert_frame_equal(outcomes, again)
    assert outcomes.height == first.truth.height
    smuggled = first.truth["smuggled"]
    assert outcomes.filter(~smuggled)["finding"].is_in(["clean", "irregular"]).all()
    assert_frame_equal(simulation.day(1, 0.08).filed, _days(None, 2)[1][0])


@pytest.mark.parametrize("day", [0, 3, -1])
def test_a_change_outside_the_days_is_refused(tmp_path: Path, day: int) -> None:
    with pytest.raises(SettingsError, match="change_day"):
        simulate(tmp_path / "world", days=3, per_day=50, change_day=day)
