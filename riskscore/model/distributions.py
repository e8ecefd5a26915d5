"""Reference: how features and scores were distributed where a model was trained, in a few bins each, for drift.

    values ─▶ edges (deciles, a value that fills several of them parted from its neighbours) ─▶ a share for each bin

    {"features": {name: {"edges": [...], "shares": [...], "missing": .02}}, "score": {"edges": [...], "shares": [...]}}

Edges ascend, nine at most. Bin i holds what is above edge i - 1 and not above edge i; the last bin has no upper end.
Shares are of the values that are there and add up to 1; `missing` is a share of all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

DECILES = np.arange(1, 10) / 10
_DIGITS = 6
"""Decimals of a share: a millionth is less than any sample can tell."""


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
    """Inner edges of bins for `values`: ascending, nine at most; none for no values.

    Deciles, without the largest value, above which nothing is. A value that fills several deciles, as the 0 of a flag
    does, also gets the next smaller value as an edge, so that it has a bin of its own and what lies below it another.
    """
    if not values.size:
        return []
    ordered = np.sort(values)
    cuts, times = np.unique(ordered[np.ceil(DECILES * ordered.size).astype(int) - 1], return_counts=True)
    first = np.searchsorted(ordered, cuts[times > 1])
    below = ordered[first[first > 0] - 1]
    found = np.unique(np.concatenate([cuts, below]))
    inner = found[found < ordered[-1]]
    return [float(edge) for edge in (inner if inner.size else found)]


def counts(values: NDArray[Any], cuts: Sequence[float]) -> NDArray[np.int64]:
    """How many of `values` are in each of the bins that the edges `cuts` make: int64[len(cuts) + 1]."""
    return np.bincount(np.searchsorted(np.asarray(cuts, np.float64), values), minlength=len(cuts) + 1)


def _described(values: NDArray[Any]) -> dict[str, Any]:
    cuts = edges(values)
    shares = counts(values, cuts) / max(values.size, 1)
    return {"edges": cuts, "shares": [round(float(share), _DIGITS) for share in shares]}
