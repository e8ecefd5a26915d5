"""Bins separate different values: the two values of a flag, many zeros, the tails; shares count the values in each."""

import json

import numpy as np
import polars as pl
import pytest

from riskscore.model.distributions import counts, edges, reference

RNG = np.random.default_rng(3)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([0.0] * 98 + [1.0] * 2, [0.0]),
        ([0.0] * 5 + [1.0] * 95, [0.0]),
        ([0.0] * 70 + [1.0] * 30, [0.0]),
        ([0.0] * 50, [0.0]),
        ([-1.0] * 3 + [0.0] * 94 + [1.0] * 3, [-1.0, 0.0]),
        (list(range(1, 101)), [10, 20, 30, 40, 50, 60, 70, 80, 90]),
    ],
)
def test_edges_separate_different_values(values: list[float], expected: list[float]) -> None:
    assert edges(np.array(values, np.float32)) == expected


@pytest.mark.parametrize(
    "values", [RNG.normal(size=500), RNG.poisson(0.2, 500), RNG.integers(0, 4, 500), RNG.exponential(size=7)]
)
def test_edges_ascend_are_at_most_nine_and_no_bin_is_empty(values: np.ndarray) -> None:
    cuts = edges(values)
    assert cuts == sorted(set(cuts))
    assert 1 <= len(cuts) <= 9
    assert counts(values, cuts).sum() == values.size
    assert counts(values, cuts).min() > 0


def test_a_reference_has_shares_of_values_and_the_share_of_missing_ones() -> None:
    flag = pl.Series([0.0] * 60 + [1.0] * 20 + [None] * 20, dtype=pl.Float32)
    described = reference(pl.DataFrame({"flag": flag}), np.linspace(-6, -1, 100), ["flag"])
    assert described["features"]["flag"] == {"edges": [0.0], "shares": [0.75, 0.25], "missing": 0.2}
    assert described["score"]["shares"] == pytest.approx([0.1] * 10)
    assert json.loads(json.dumps(described)) == described


def test_a_column_without_a_value_has_one_empty_bin() -> None:
    empty = pl.Series([None] * 5, dtype=pl.Float32)
    assert reference(pl.DataFrame({"none": empty}), np.zeros(5), ["none"])["features"]["none"] == {
        "edges": [],
        "shares": [0.0],
        "missing": 1.0,
    }
