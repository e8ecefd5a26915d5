from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from riskscore.errors import SettingsError
from riskscore.rehearsal import chart, tally

CHANGE, COUNT = 3, 8
SEIZURES = {
    (1, "score"): [2, 2, 1, 1, 1, 1, 2, 2],
    (2, "score"): [4, 4, 1, 1, 1, 1, 2, 2],
    (1, "mixed"): [1, 1, 2, 2, 2, 2, 2, 2],
    (2, "mixed"): [3, 3, 2, 2, 2, 2, 4, 4],
}
WEEKS = pl.DataFrame(
    [
        {"seed": seed, "policy": policy, "week": week, "seizures": seizures, "smuggled": 9}
        for (seed, policy), weekly in SEIZURES.items()
        for week, seizures in enumerate(weekly, 1)
    ],
    schema_overrides={"week": pl.Int32},
)


@pytest.mark.parametrize(
    ("policy", "phase", "weeks", "mean", "spread"),
    [
        ("score", "before", 2, 3.0, 2**0.5),
        ("score", "soon after", 4, 1.0, 0.0),
        ("mixed", "later", 2, 3.0, 2**0.5),
        ("mixed", "all after", 6, 14 / 6, 2**0.5 / 3),
        ("mixed", "whole", 8, 18 / 8, 2**0.5 / 2),
    ],
)
def test_seizures_per_week_are_averaged_over_seeds(
    policy: str, phase: str, weeks: int, mean: float, spread: float
) -> None:
    results = {(each.policy, each.phase): each for each in tally.results(WEEKS, CHANGE)}
    result = results[policy, phase]
    assert (result.weeks, result.smuggled) == (weeks, 9.0)
    assert (result.seizures.mean, result.seizures.spread) == pytest.approx((mean, spread))
    assert result.total == pytest.approx(mean * weeks)


def test_the_luck_of_a_world_cancels_out_in_a_difference() -> None:
    by_phase = {each.phase: each for each in tally.differences(WEEKS, CHANGE)}
    assert (by_phase["before"].policy, by_phase["before"].other) == ("mixed", "score")
    assert by_phase["before"].seizures == tally.Mean(-1.0, 0.0, -1.0, -1.0)
    assert by_phase["later"].seizures.mean == pytest.approx(1.0)
    assert by_phase["later"].seizures.high == pytest.approx(1.0 + 12.706, abs=0.01)


def test_one_seed_has_no_interval_and_an_empty_phase_no_row() -> None:
    one = WEEKS.filter(pl.col("seed") == 1, pl.col("week") < 6)
    assert {each.phase for each in tally.results(one, CHANGE)} == {"before", "soon after", "all after", "whole"}
    assert all(each.seizures.low is None for each in tally.differences(one, CHANGE))


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_chart_shows_every_policy_and_the_change(tmp_path: Path, suffix: str) -> None:
    once, again = (tmp_path / f"{name}{suffix}" for name in ("once", "again"))
    for path in (once, again):
        chart.draw(WEEKS, CHANGE, path)
    assert once.read_bytes() == again.read_bytes()
    if suffix == ".svg":
        drawn = once.read_text("utf-8")
        assert all(
            text in drawn
            for text in ("score 14.0", "mixed 18.0", "smugglers change routes and covers", "seizures so far")
        )


@pytest.mark.parametrize("name", ["chart.pdf", "absent/chart.svg"])
def test_a_chart_that_cannot_be_drawn_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="cannot write"):
        chart.draw(WEEKS, CHANGE, tmp_path / name)


def test_sums_start_at_zero_and_never_fall() -> None:
    sums = chart.sums(WEEKS).filter(pl.col("policy") == "score").sort("week")
    assert sums["mean"].to_list() == [0.0, 3.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 14.0]
    assert sums["mean"].is_sorted() and sums["week"].to_list() == list(range(COUNT + 1))
