"""Asked: which keys are asked about, as of which days; each distinct question is answered once.

a row's key and day ─▶ distinct (number of the key, day) ─▶ timelines answer ─▶ spread back over the rows
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from riskscore.history.timeline import Floats, Ints, days_of, keys_of, moments

_FULL = 3
"""Every key is asked about on every day where this makes at most so many questions a row; else on its own days."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The distinct questions of some rows: `keys` (numbers from 0) and `days` (since 1970), one of each a question."""

    keys: Ints
    days: Ints
    _numbers: pl.DataFrame
    _known: npt.NDArray[np.bool_]
    _question: Ints

    @classmethod
    def of(cls, keys: pl.Series, days: pl.Series) -> Asked:
        """Questions of rows with these `keys` (UInt64) and `days` (Int64); where either is null, nothing is asked."""
        rows = pl.DataFrame({"key": keys, "day": days})
        known = (keys.is_not_null() & days.is_not_null()).to_numpy()
        rows = rows.drop_nulls()
        numbers = rows.select(pl.col("key").unique()).with_row_index("number").cast({"number": pl.Int64})
        number = rows.select("key").join(numbers, on="key", how="left", maintain_order="left")["number"].to_numpy()
        day = rows["day"].to_numpy()
        every = rows["day"].unique().sort().to_numpy()
        if numbers.height * len(every) <= _FULL * len(day):  # one night: cheaper than to sort the questions
            pairs = np.arange(numbers.height * len(every), dtype=np.int64)
            question = number * len(every) + np.searchsorted(every, day)
            return cls(pairs // len(every), every[pairs % len(every)], numbers, known, question)
        packed, question = np.unique(moments(number, day), return_inverse=True)
        return cls(keys_of(packed), days_of(packed), numbers, known, question)

    def number(self, events: pl.DataFrame) -> pl.DataFrame:
        """Add the `number` of `key` to `events`; events of keys that nobody asks about are left out."""
        return events.join(self._numbers, on="key", how="inner")

    def counts(self, answers: Ints) -> pl.Series:
        """Spread one whole number a question over the rows (Int64); null where nothing was asked."""
        spread = np.zeros(len(self._known), np.int64)
        spread[self._known] = answers[self._question]
        return pl.select(pl.when(pl.Series(self._known)).then(pl.Series(spread))).to_series()

    def measures(self, answers: Floats) -> pl.Series:
        """Spread one measure a question over the rows (Float64); null where nothing was asked or it is NaN."""
        spread = np.full(len(self._known), np.nan)
        spread[self._known] = answers[self._question]
        return pl.Series(spread).fill_nan(None)
