"""What another policy would have found: known results on small slates, and the truth over many draws."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.selection.effect import Effect, effect
from riskscore.selection.slate import slate

Make = Callable[..., pl.DataFrame]
DAY = date(2024, 5, 1)
MIX = Shares(0.5, 0.25, 0.25)
SCHEMA = {
    "action": pl.String, "share": pl.String, "chance": pl.Float64, "tried": pl.Float64, "finding": pl.String,
}  # fmt: skip


def _rows(*groups: tuple[int, str, str | None, float, float, str | None]) -> pl.DataFrame:
    """Rows of several groups: (number of rows, action, share, chance, tried, finding)."""
    return pl.DataFrame([row for count, *row in groups for _ in range(count)], schema=SCHEMA, orient="row")


def _figures(result: Effect) -> list[float | None]:
    gained = None if result.gained is None else result.gained.value
    return [result.still, result.other, result.kept, result.lost.value, gained]


KEPT = (3, "open", "score", 1.0, 1.0, "seizure")
GIVEN_UP = (2, "open", "score", 1.0, 0.0, "seizure")
LOT = (4, "open", "random", 0.2, 0.1, "clean")
HIT = (1, "open", "random", 0.2, 0.1, "seizure")
LEFT = (20, "none", None, 0.2, 0.1, None)
RISEN = (1, "open", "random", 0.2, 1.0, "seizure")
RISEN_CLEAN = (4, "open", "random", 0.2, 1.0, "clean")
AWAITED = (5, "open", "random", 0.2, 1.0, None)
RISEN_LEFT = (20, "none", None, 0.2, 1.0, None)
BEYOND = (6, "none", None, 0.0, 1.0, None)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        # still opened, opened in addition, kept, lost, gained
        ([KEPT, GIVEN_UP], [3, 0, 3, 2, 0]),
        ([KEPT, LOT, HIT, LEFT], [5.5, 0, 3.5, 0.5, 0]),
        ([KEPT, RISEN, RISEN_CLEAN, RISEN_LEFT], [8, 20, 4, 0, 4]),
        ([RISEN, RISEN_CLEAN, RISEN_LEFT, GIVEN_UP], [5, 20, 1, 2, 4]),
        ([KEPT, (6, "none", None, 0.0, 0.0, None)], [3, 0, 3, 0, 0]),
        ([KEPT, BEYOND], [3, 6, 3, 0, None]),
        ([KEPT, RISEN, RISEN_CLEAN, RISEN_LEFT, BEYOND], [8, 26, 4, 0, 4]),
        # half of the drawn boxes have no outcome yet, so the others represent twice as many
        ([RISEN, RISEN_CLEAN, AWAITED, RISEN_LEFT, RISEN_LEFT], [10, 40, 1, 0, 8]),
        ([AWAITED, RISEN_LEFT], [5, 20, 0, 0, None]),
        # found outside the draw, so no longer unseen
        ([RISEN, RISEN_CLEAN, RISEN_LEFT, (1, "scan", None, 0.2, 1.0, "seizure")], [5, 21, 1, 0, 3]),
        ([RISEN, RISEN_CLEAN, RISEN_LEFT, (1, "open", "officer", 0.2, 1.0, "seizure")], [6, 20, 2, 0, 3]),
        # officers act as they did
        ([(1, "open", "officer", 0.2, 0.0, "seizure"), (1, "none", "score", 1.0, 1.0, None)], [1, 0, 1, 0, 0]),
        ([], [0, 0, 0, 0, 0]),
    ],
)
def test_kept_lost_and_gained_seizures(
    groups: list[tuple[int, str, str | None, float, float, str | None]], expected: list[float | None]
) -> None:
    result = effect(_rows(*groups))
    assert _figures(result) == pytest.approx(expected)
    assert result.kept + result.lost.value == pytest.approx(result.seizures)
    assert result.lost.low <= result.lost.value <= result.lost.high
    if result.gained is None:
        assert result.found is result.change is None
    else:
        assert result.found is not None
        assert result.change is not None
        assert result.found.value == pytest.approx(result.kept + result.gained.value)
        assert result.change.value == pytest.approx(result.gained.value - result.lost.value)
        for part in (result.gained, result.found, result.change):
            assert part.low <= part.value <= part.high


def test_boxes_that_no_draw_could_have_opened_are_counted_separately() -> None:
    result = effect(_rows(KEPT, RISEN, RISEN_CLEAN, RISEN_LEFT, BEYOND))
    assert (result.unspoken, result.speaking, result.hits) == (6, 5, 1)


def test_certain_figures_have_no_width() -> None:
    result = effect(_rows(KEPT, GIVEN_UP, (5, "open", "score", 1.0, 0.0, "clean")))
    assert result.lost == (2, 2, 2)
    assert result.change == (-2, -2, -2)
    assert result.found == (3, 3, 3)


def test_without_a_hit_the_gain_has_an_upper_end() -> None:
    result = effect(_rows((100, "open", "random", 0.02, 0.04, "clean"), (4900, "none", None, 0.02, 0.04, None)))
    assert result.gained is not None
    assert result.gained[:2] == (0, 0)
    assert result.gained.high == pytest.approx(3.0, rel=0.02)  # the rule of three: each hit would add 1


def test_more_confidence_is_wider() -> None:
    rows = _rows(RISEN, RISEN_CLEAN, RISEN_LEFT, HIT, LOT, LEFT)
    narrow, wide = (effect(rows, confidence=level) for level in (0.5, 0.99))
    for name in ("lost", "gained", "found", "change"):
        inner, outer = getattr(narrow, name), getattr(wide, name)
        assert outer.low < inner.low < inner.high < outer.high


def _drawn(night: pl.DataFrame, capacity: Capacity, seed: str, hiding: pl.Series) -> pl.DataFrame:
    """The slate of `capacity`, with the findings of its opened boxes."""
    finding = pl.when(hiding).then(pl.lit("seizure")).otherwise(pl.lit("clean"))
    rows = slate(night, Capacities(capacity), date=DAY, seed=seed).with_columns(chance="inclusion")
    return rows.with_columns(finding=pl.when(pl.col("action") == "open").then(finding))


def _tried(night: pl.DataFrame, capacity: Capacity) -> pl.Series:
    return slate(night, Capacities(capacity), date=DAY)["inclusion"].alias("tried")


def test_the_same_policy_keeps_all_seizures_and_changes_nothing(candidates: Make) -> None:
    night = candidates(["VNHPH", "SGSIN", None] * 40)
    hiding = pl.Series(np.random.default_rng(2).random(night.height) < 0.3)
    rows = _drawn(night, Capacity(12, shares=MIX), "s", hiding).with_columns(_tried(night, Capacity(12, shares=MIX)))
    result = effect(rows)
    assert result.seizures > 3
    assert (result.kept, result.still, result.other) == (result.seizures, 36, 0)
    assert result.lost == result.gained == result.change == (0, 0, 0)


def test_half_the_boxes_by_score_lose_exactly_the_lower_seizures(candidates: Make) -> None:
    by_score = Shares(1, 0, 0)
    night = candidates(["VNHPH"] * 50, probability=np.linspace(0.9, 0.1, 50).tolist())
    hiding = pl.Series(row % 3 == 0 for row in range(50))
    rows = _drawn(night, Capacity(20, shares=by_score), "s", hiding)
    result = effect(rows.with_columns(_tried(night, Capacity(10, shares=by_score))))
    lower = rows.filter(pl.col("place").is_between(11, 20), pl.col("finding") == "seizure").height
    assert (result.seizures, result.kept, result.lost.value, result.still) == (7, 7 - lower, lower, 10)
    more = effect(rows.with_columns(_tried(night, Capacity(30, shares=by_score))))
    assert (more.kept, more.other, more.unspoken, more.gained) == (7, 10, 10, None)


@pytest.mark.parametrize(
    "tried",
    [
        pytest.param(Capacity(3, shares=MIX), marks=pytest.mark.slow, id="half"),
        pytest.param(Capacity(12, shares=MIX), marks=pytest.mark.slow, id="double"),
        pytest.param(Capacity(6, shares=Shares(1, 0, 0)), marks=pytest.mark.slow, id="score alone"),
        pytest.param(Capacity(6, shares=Shares(0.2, 0.4, 0.4), threshold=0.2), id="more by lot, and a threshold"),
    ],
)
def test_over_many_draws_estimates_are_unbiased_and_intervals_cover_the_truth(
    candidates: Make, tried: Capacity
) -> None:
    night, times = candidates([f"AA{port:03}" for port in range(12)] * 30, seed=5), 120
    suspicion = night["margin"].to_numpy() + 3 * np.random.default_rng(11).normal(size=night.height)
    hiding = np.zeros(night.height, dtype=np.bool_)
    hiding[np.argsort(-suspicion)[:40]] = True
    q = _tried(night, tried)
    p = _drawn(night, Capacity(6, shares=MIX), "0", pl.Series(hiding))["chance"].to_numpy()
    moved = hiding * (q.to_numpy() - p)
    truth = {"lost": -moved[moved < 0].sum(), "gained": moved[moved > 0].sum(), "change": moved.sum(),
             "found": (hiding * q.to_numpy()).sum()}  # fmt: skip
    results = [
        effect(_drawn(night, Capacity(6, shares=MIX), str(seed), pl.Series(hiding)).with_columns(q))
        for seed in range(times)
    ]
    for name, true in truth.items():
        estimates = [getattr(result, name) for result in results]
        errors = np.array([estimate.value for estimate in estimates]) - true
        assert abs(errors.mean()) <= 4 * errors.std() / np.sqrt(times) + 1e-9, name
        covered = np.mean([estimate.low - 1e-9 <= true <= estimate.high + 1e-9 for estimate in estimates])
        assert covered >= 0.92, (name, covered)
