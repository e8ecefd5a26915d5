"""Timeline: when things happened to each key, so that "how many before that day" is one binary search.

    key 0 │ day 3, day 3, day 9        one sorted array of numbers: key in the upper bits, day in the lower
    key 1 │ day 1                 ─▶   count of key k before day d = rank(k, d) - rank(k, beginning)
    key 2 │ day 4, day 9

The same search serves one night and years of training rows, and equal days never see each other.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

_DAY_BITS = 28
_EPOCH = 1 << (_DAY_BITS - 1)
"""Days count from 1970 and are signed; this moves every day that a 64-bit timestamp can hold above zero."""

_FIXED_POINT = 1 << 20
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


class Timeline:
    """Sorted moments of one kind of event: `keys` and `days` (Int64), and `values` (Float64) to take means of."""

    def __init__(self, keys: pl.Series, days: pl.Series, values: pl.Series | None = None) -> None:
        self._sums: Ints | None = None
        packed = moments(keys.to_numpy(), days.to_numpy())
        if values is None:
            self._packed = np.sort(packed)
            return
        order = np.argsort(packed)
        self._packed = packed[order]
        fixed = np.rint(values.to_numpy()[order] * _FIXED_POINT).astype(np.int64)
        self._sums = np.concatenate(([0], np.cumsum(fixed)))

    def _rank(self, keys: Ints, days: Ints) -> Ints:
        return np.searchsorted(self._packed, moments(keys, days)).astype(np.int64)

    def _begin(self, keys: Ints) -> Ints:
        return np.searchsorted(self._packed, keys << _DAY_BITS).astype(np.int64)

    def before(self, keys: Ints, days: Ints) -> Ints:
        """Events of each key before its day."""
        return self._rank(keys, days) - self._begin(keys)

    def within(self, keys: Ints, days: Ints, window: int) -> Ints:
        """Events of each key in the `window` days before its day."""
        return self._rank(keys, days) - self._rank(keys, days - window)

    def since_first(self, keys: Ints, days: Ints) -> Floats:
        """Days from each key's first event to its day; NaN where nothing happened before."""
        return self._since(keys, days, self._begin(keys))

    def since_last(self, keys: Ints, days: Ints) -> Floats:
        """Days from each key's last event before its day to that day; NaN where nothing happened before."""
        return self._since(keys, days, self._rank(keys, days) - 1)

    def _since(self, keys: Ints, days: Ints, at: Ints) -> Floats:
        none = self.before(keys, days) == 0
        if none.all():
            return np.full(len(keys), np.nan)
        days_since = (days - days_of(self._packed[np.where(none, 0, at)])).astype(np.float64)
        days_since[none] = np.nan
        return days_since

    def mean(self, keys: Ints, days: Ints) -> Floats:
        """Mean value of each key's events before its day; NaN where there is none. Needs `values`."""
        if self._sums is None:
            raise ValueError("this timeline has no values to take the mean of")
        rank, begin = self._rank(keys, days), self._begin(keys)
        count = (rank - begin).astype(np.float64)
        count[count == 0] = np.nan
        return (self._sums[rank] - self._sums[begin]) / (_FIXED_POINT * count)
