"""Reference: the distribution of features and scores in the training data, in a few bins each, for drift.

    values ─▶ edges (deciles; a value that fills several of them gets a bin of its own) ─▶ a share for each bin

    {"features": {name: {"edges": [...], "shares": [...], "missing": .02}}, "score": {"edges": [...], "shares": [...]}}

Edges ascend; there are at most nine. Bin i has the values above edge i - 1 and not above edge i; the last bin has no
upper end. Shares are of the values that are not missing and add up to 1; `missing` is a share of all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

DECILES = np.arange(1, 10) / 10
_DIGITS = 6
"""Decimals of a share: no sample is large enough to measure less than a millionth."""


def reference(matrix: pl.DataFrame, margins: NDArray[np.float64], names: Sequence[str]) -> dict[str, Any]:
    """Describe the columns `names` of `matrix` (null: missing) and the `margins` (log-odds), as plain JSON values."""
    return {
        "features": {
            name: _described(matrix[name].drop_nulls().to_numpy())
            | {"missing": round(matrix[name].null_count() / max(matrix.height, 1), _DIGITS)}
            for name in names
        },
        "score": _described(margins),
    }


def edges(values: NDArray[Any]) -> list[float]:
    """Return the inner edges of bins for `values`: ascending, at most nine; none for no values.

    The edges are deciles, without the largest value. For a value that fills several deciles, such as the 0 of a flag,
    the next smaller value is an edge too, so that it is not in one bin with smaller values.
    """
    if not values.size:
        return []
    ordered = np.sort(values)
    cuts, times = np.unique(ordered[np.ceil(DECILES * ordered.size).astype(int) - 1], return_counts=True)
    first = np.searchsorted(ordered, cuts[times > 1])
    below = ordered[first[first > 0] - 1]
    candidates = np.unique(np.concatenate([cuts, below]))
    inner = candidates[candidates < ordered[-1]]
    return [float(edge) for edge in (inner if inner.size else candidates)]


def counts(values: NDArray[Any], cuts: Sequence[float]) -> NDArray[np.int64]:
    """Return how many of `values` are in each bin between the edges `cuts`: int64[len(cuts) + 1]."""
    return np.bincount(np.searchsorted(np.asarray(cuts, np.float64), values), minlength=len(cuts) + 1)


def _described(values: NDArray[Any]) -> dict[str, Any]:
    cuts = edges(values)
    shares = counts(values, cuts) / max(values.size, 1)
    return {"edges": cuts, "shares": [round(float(share), _DIGITS) for share in shares]}
