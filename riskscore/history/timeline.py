"""Timeline: when things happened to each key, so that "how many before that day" is one binary search.

    key 0 │ day 3, day 3, day 9        one sorted array of numbers: key in the upper bits, day in the lower
    key 1 │ day 1                 ─▶   count of key k before day d = rank(k, d) - rank(k, beginning)
    key 2 │ day 4, day 9

Moments carry counts, so that many events of one day, or all of many years, may be one moment. The same
search serves one night and years of training rows, and equal days never see each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

_DAY_BITS = 28
_EPOCH = 1 << (_DAY_BITS - 1)
"""Days count from 1970 and are signed; this moves every day that a 64-bit timestamp can hold above zero."""

_FEW = 4
"""Cells (keys times days) for each moment up to which they are counted instead of sorted."""

FIXED_POINT = 1 << 20
"""Values are summed as whole millionths, about, so that a sum does not depend on the order of its parts."""


def moments(keys: Ints, days: Ints) -> Ints:
    """Pack `keys` (0 and up) and `days` (since 1970) into numbers that sort by key, then day."""
    return (keys << _DAY_BITS) | (days + _EPOCH)


def keys_of(packed: Ints) -> Ints:
    """Keys of `packed` moments."""
    return packed >> _DAY_BITS


def days_of(packed: Ints) -> Ints:
    """Days of `packed` moments."""
    return (packed & ((1 << _DAY_BITS) - 1)) - _EPOCH


def _tallied(keys: Ints, days: Ints) -> tuple[Ints, Ints]:
    """Distinct moments in order, and how often each is there.

    Where keys times days are few beside the moments, these are counted, which is ten times as fast as to sort them.
    """
    if len(keys) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    start, span = int(days.min()), int(days.max()) - int(days.min()) + 1
    if (int(keys.max()) + 1) * span <= _FEW * len(keys):
        cells = np.bincount(keys * span + (days - start))
        at = np.flatnonzero(cells)
        return moments(at // span, at % span + start), cells[at]
    packed = np.sort(moments(keys, days))
    begin = np.flatnonzero(np.diff(packed, prepend=-1))
    return packed[begin], np.diff(begin, append=len(packed))


def _cumulated(counts: Ints) -> Ints:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))


class Timeline:
    """Sorted moments of one kind: `keys` and `days` (Int64), and whole numbers that add up over them by name."""

    def __init__(self, keys: pl.Series, days: pl.Series, counts: Mapping[str, pl.Series]) -> None:
        if not all((count == 1).all() for count in counts.values()):
            packed = moments(keys.to_numpy(), days.to_numpy())
            order = np.argsort(packed)
            self._packed = packed[order]
            self._sums = {name: _cumulated(count.to_numpy()[order]) for name, count in counts.items()}
            return
        self._packed, many = _tallied(keys.to_numpy(), days.to_numpy())
        self._sums = dict.fromkeys(counts, _cumulated(many))

    def as_of(self, keys: Ints, days: Ints) -> View:
        """What there is to say of each of `keys` on the day beside it."""
        return View(self._packed, self._sums, keys, days)


class View:
    """The moments of each key before its day."""

    def __init__(self, packed: Ints, sums: Mapping[str, Ints], keys: Ints, days: Ints) -> None:
        self._packed, self._sums = packed, sums
        self._keys, self._days = keys, days
        self._begin = self._search(keys << _DAY_BITS)
        self._rank = self._search(moments(keys, days))

    def _search(self, needles: Ints) -> Ints:
        return np.searchsorted(self._packed, needles).astype(np.int64)

    def before(self, count: str) -> Ints:
        """Sum of `count` over the moments before the day."""
        return self._between(count, self._begin)

    def within(self, count: str, window: int) -> Ints:
        """Sum of `count` over the `window` days before the day."""
        return self._between(count, self._search(moments(self._keys, self._days - window)))

    def _between(self, count: str, begin: Ints) -> Ints:
        sums = self._sums[count]
        return sums[self._rank] - sums[begin]

    def since_first(self) -> Floats:
        """Days from the first moment to the day; NaN where nothing happened before."""
        return self._since(self._begin)

    def since_last(self) -> Floats:
        """Days from the last moment before the day to the day; NaN where nothing happened before."""
        return self._since(self._rank - 1)

    def _since(self, at: Ints) -> Floats:
        none = self._rank == self._begin
        if none.all():
            return np.full(len(none), np.nan)
        days_since = (self._days - days_of(self._packed[np.where(none, 0, at)])).astype(np.float64)
        days_since[none] = np.nan
        return days_since

    def mean(self, total: str, count: str) -> Floats:
        """Mean of what `total` sums up in units of 1 / FIXED_POINT, of which there are `count`; NaN without any."""
        many = self.before(count).astype(np.float64)
        many[many == 0] = np.nan
        return self.before(total) / (FIXED_POINT * many)
