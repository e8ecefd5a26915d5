import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscore.selection.explore import KNOWN, chances, draw, weight

WEIGHTS = st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("probability", "counts", "expected"),
    [
        (0.04, [0, 0, 0, 0], 0.2),
        (0.04, [None, None, None, None], 0.2),
        (0.04, [3, 3, 3, 3], 0.2 * 0.5),
        (0.04, [0, 0, 3, 3], 0.2 * 0.75),
        (0.0, [0, 0, 0, 0], 0.001),
        (1.0, [99, 99, 99, 99], 0.1),
    ],
)
def test_a_weight_is_uncertainty_times_the_root_of_the_probability(
    probability: float, counts: list[int | None], expected: float
) -> None:
    logs = {name: None if n is None else math.log1p(n) for name, n in zip(KNOWN, counts, strict=True)}
    frame = pl.DataFrame({"probability": [probability], **{name: [value] for name, value in logs.items()}})
    assert frame.select(weight()).item() == pytest.approx(expected)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -1.0, 1e300])
def test_odd_counts_leave_a_weight_above_zero(odd: float) -> None:
    frame = pl.DataFrame({"probability": [0.01], **{name: [odd] for name in KNOWN}})
    assert 0 < frame.select(weight()).item() <= 0.1


@pytest.mark.parametrize(
    ("weights", "draws", "expected"),
    [
        ([1, 1, 1, 1], 1, [0.25] * 4),
        ([1, 2, 3, 4], 1, [0.1, 0.2, 0.3, 0.4]),
        ([10, 1, 1], 2, [1, 0.5, 0.5]),
        ([100, 10, 1, 1, 1], 3, [1, 1, 1 / 3, 1 / 3, 1 / 3]),
        ([1, 2], 2, [1, 1]),
        ([1, 2], 5, [1, 1]),
        ([1, 2], 0, [0, 0]),
        ([], 3, []),
    ],
)
def test_chances_are_proportional_and_capped_repeatedly(
    weights: list[float], draws: int, expected: list[float]
) -> None:
    assert chances(np.array(weights, dtype=np.float64), draws) == pytest.approx(expected)


@given(WEIGHTS, st.integers(0, 50))
def test_chances_add_up_to_the_draws_and_rise_with_the_weight(weights: list[float], draws: int) -> None:
    got = chances(np.array(weights), draws)
    assert got.sum() == pytest.approx(min(draws, len(weights)))
    assert (got <= 1).all()
    assert (np.diff(got[np.argsort(weights, kind="stable")]) >= -1e-12).all()


@given(WEIGHTS, st.integers(0, 50), st.floats(0, 1, exclude_max=True))
def test_exactly_the_requested_number_is_drawn_with_all_certain_boxes(
    weights: list[float], draws: int, start: float
) -> None:
    chance = chances(np.array(weights), draws)
    drawn = draw(chance, start)
    assert drawn.sum() == min(draws, len(weights))
    assert drawn[chance == 1].all()
    assert not drawn[chance == 0].any()


@given(WEIGHTS, st.integers(1, 10))
def test_over_all_starts_each_box_is_drawn_as_often_as_its_chance(weights: list[float], draws: int) -> None:
    chance = chances(np.array(weights), draws)
    starts = (np.arange(400) + 0.5) / 400
    frequency = np.mean([draw(chance, start) for start in starts], axis=0)
    # Each interval of starts that draws a box is a union of at most two; its ends fall between two starts.
    assert np.abs(frequency - chance).max() <= 2 / 400 + 1e-9
