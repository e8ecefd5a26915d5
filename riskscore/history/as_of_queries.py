"""Queries of the history: which keys, as of which days. Each distinct query is answered once.

key and day of each row ─▶ distinct (number of the key, day) ─▶ timelines answer ─▶ one answer per row
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from riskscore.history.timeline import Floats, Ints, days_of, keys_of, moments

_FULL = 3
"""Most queries per row up to which every key is queried on every day; beyond, each key only on its own days."""


@dataclass(frozen=True, slots=True)
class Queries:
    """The distinct queries of some rows: query i is for key number `keys[i]` (from 0) as of `days[i]` (since 1970)."""

    keys: Ints
    days: Ints
    _numbers: pl.DataFrame
    _known: npt.NDArray[np.bool_]
    _query: Ints

    @classmethod
    def of(cls, keys: pl.Series, days: pl.Series) -> Queries:
        """The queries of rows with these `keys` (UInt64) and `days` (Int64); a row without either has no query."""
        rows = pl.DataFrame({"key": keys, "day": days})
        known = (keys.is_not_null() & days.is_not_null()).to_numpy()
        rows = rows.drop_nulls()
        numbers = rows.select(pl.col("key").unique()).with_row_index("number").cast({"number": pl.Int64})
        number = rows.select("key").join(numbers, on="key", how="left", maintain_order="left")["number"].to_numpy()
        day = rows["day"].to_numpy()
        every = rows["day"].unique().sort().to_numpy()
        if numbers.height * len(every) <= _FULL * len(day):  # one night: faster than sorting the queries
            pairs = np.arange(numbers.height * len(every), dtype=np.int64)
            query = number * len(every) + np.searchsorted(every, day)
            return cls(pairs // len(every), every[pairs % len(every)], numbers, known, query)
        packed, query = np.unique(moments(number, day), return_inverse=True)
        return cls(keys_of(packed), days_of(packed), numbers, known, query)

    def number(self, events: pl.DataFrame) -> pl.DataFrame:
        """Add the `number` of `key` to `events`; events of keys without a query are left out."""
        return events.join(self._numbers, on="key", how="inner")

    def counts(self, answers: Ints) -> pl.Series:
        """Return the answer for each row (Int64) from one whole number per query; null where a row has no query."""
        spread = np.zeros(len(self._known), np.int64)
        spread[self._known] = answers[self._query]
        return pl.select(pl.when(pl.Series(self._known)).then(pl.Series(spread))).to_series()

    def measures(self, answers: Floats) -> pl.Series:
        """Return the answer for each row (Float64) from one measure per query; null without a query and for NaN."""
        spread = np.full(len(self._known), np.nan)
        spread[self._known] = answers[self._query]
        return pl.Series(spread).fill_nan(None)
