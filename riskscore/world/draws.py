"""Draws: weighted choice and stable pseudo-random numbers, for whole columns at a time.

A generator (`rng`) draws what happens once. What belongs to an identity (the name of a firm, its street number) comes
from `mix`, a hash, so that it is the same every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Hashes = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)


def mix(*parts: Any) -> Hashes:
    """Hash integers (arrays of one length, or scalars) to 64 bits: the finaliser of splitmix64, chained."""
    value: Hashes = np.zeros(1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            value = (value ^ np.asarray(part).astype(np.uint64)) + _GOLDEN
            value = (value ^ (value >> np.uint64(30))) * _M1
            value = (value ^ (value >> np.uint64(27))) * _M2
            value = value ^ (value >> np.uint64(31))
    return value


def below(hashes: Hashes, bound: int | Ints) -> Ints:
    """Map hashes to 0 ... bound - 1."""
    return np.asarray((hashes >> np.uint64(1)).astype(np.int64) % bound, dtype=np.int64)


def unit(hashes: Hashes) -> Floats:
    """Map hashes to [0, 1)."""
    return (hashes >> np.uint64(11)).astype(np.float64) / float(1 << 53)


class Chooser:
    """Draws positions 0 ... n-1 in proportion to `weights`."""

    def __init__(self, weights: NDArray[Any] | Sequence[float]) -> None:
        self._sums = np.cumsum(np.asarray(weights, dtype=np.float64))

    def draw(self, rng: np.random.Generator, count: int) -> Ints:
        """Return `count` positions."""
        return self.at(rng.random(count))

    def at(self, units: Floats) -> Ints:
        """Return the position at each of `units` in [0, 1)."""
        place = np.searchsorted(self._sums, units * self._sums[-1], side="right")
        return np.asarray(np.minimum(place, len(self._sums) - 1), dtype=np.int64)


class RowChooser:
    """Draws one item of a given row, in proportion to the items' weights within that row.

    Built from parallel arrays `rows` (sorted), `items` and `weights`; `count` rows in all. An empty row gives -1.
    """

    def __init__(self, rows: Ints, items: Ints, weights: NDArray[Any], count: int) -> None:
        self.items = np.asarray(items, dtype=np.int64)
        self.first = np.searchsorted(rows, np.arange(count + 1)).astype(np.int64)
        sums = np.concatenate([[0.0], np.cumsum(np.asarray(weights, dtype=np.float64))])
        start = sums[self.first[:-1]]
        total = sums[self.first[1:]] - start
        safe = np.where(total > 0, total, 1.0)
        self._upto = rows + (sums[1:] - start[rows]) / safe[rows]
        self.total = total

    def draw(self, rng: np.random.Generator, rows: Ints) -> Ints:
        """Return one item for each of `rows`."""
        return self.at(rows, rng.random(len(rows)))

    def at(self, rows: Ints, units: Floats) -> Ints:
        """Return the item at each of `units` in [0, 1) of `rows`."""
        place = np.searchsorted(self._upto, rows + units, side="right")
        last = self.first[rows + 1] - 1
        place = np.clip(place, self.first[rows], np.maximum(last, 0))
        drawn = self.items[np.minimum(place, max(len(self.items) - 1, 0))]
        return np.asarray(np.where(self.total[rows] > 0, drawn, -1))


def where(rng: np.random.Generator, share: float | Floats, count: int) -> Bools:
    """Return a mask that is true for `share` of `count` rows."""
    return np.asarray(rng.random(count) < share)


def gather(texts: pl.Series, positions: Ints, missing: Bools | None = None) -> pl.Series:
    """Return `texts` at `positions`; null where `missing`, or where the position is negative."""
    absent = positions < 0 if missing is None else missing | (positions < 0)
    index = pl.Series(np.where(absent, 0, positions).astype(np.uint32))
    if absent.any():
        index = pl.select(pl.when(pl.Series(~absent)).then(index)).to_series()
    return texts.gather(index)


def blank(values: pl.Series, missing: Bools) -> pl.Series:
    """Return `values` with null where `missing`."""
    if not missing.any():
        return values
    return pl.select(pl.when(pl.Series(~missing)).then(values)).to_series().rename(values.name)


def mistype(texts: pl.Series, chosen: Bools, rng: np.random.Generator) -> pl.Series:
    """Return `texts` with a typing error in those `chosen`: a character dropped, doubled, or two swapped."""
    at = np.flatnonzero(chosen)
    if not len(at):
        return texts
    frame = texts.gather(pl.Series(at.astype(np.uint32))).alias("t").to_frame()
    frame = frame.with_columns(
        kind=pl.Series(rng.integers(0, 3, len(at))),
        cut=(pl.Series(rng.random(len(at))) * pl.col("t").str.len_chars()).cast(pl.Int64),
    )
    head, text = pl.col("t").str.slice(0, pl.col("cut")), pl.col("t")
    one, two = text.str.slice(pl.col("cut"), 1), text.str.slice(pl.col("cut") + 1, 1)
    tail, later = text.str.slice(pl.col("cut") + 1), text.str.slice(pl.col("cut") + 2)
    wrong = frame.select(
        pl.when(pl.col("kind") == 0)
        .then(pl.concat_str(head, tail))
        .when(pl.col("kind") == 1)
        .then(pl.concat_str(head, one, one, tail))
        .otherwise(pl.concat_str(head, two, one, later))
    ).to_series()
    return texts.scatter(pl.Series(at.astype(np.uint32)), wrong)
