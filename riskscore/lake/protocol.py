"""What every lake can do, wherever its tables are kept. `open.py` gives one; `delta.py` keeps it in Delta tables.

append(table, frame, run=7) ─▶ read(table, nights=(a, b)) ─▶ LazyFrame
done(table, 7)                 at(night).read(table)      ─▶ as after that night
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

import polars as pl

from riskscore.settings import Settings

STEP = "nightly"
"""Step that an append with a run is unless it says another."""


class Lake(Protocol):
    """The tables at one place, or, from `at`, as they were after a past night, to be read only.

    Where its `settings` have own fields, they are columns of the table `consignments`, to be read and written.
    """

    night: date | None
    settings: Settings

    @property
    def uri(self) -> str:
        """The folder or the address of the lake, to be named in messages."""

    def at(self, night: date) -> Lake:
        """The lake as after `night`, to be read only: what nights up to and with that one wrote."""

    def read(
        self, table: str, *, columns: Sequence[str] | None = None, nights: tuple[date, date] | None = None
    ) -> pl.LazyFrame:
        """Read a table as it is now, or as after the night of `at`: its declared columns, or those named.

        `nights` are the first and the last night whose rows are wanted. A column that the table got later is null in
        older rows. Raises LakeError where the state is no longer there.
        """

    def append(
        self, table: str, frame: pl.DataFrame, *, run: int | None = None, night: date | None = None, step: str = STEP
    ) -> bool:
        """Append rows, all or none; return whether it was done.

        With `run` it is done once: False, and nothing written, where `step` of that run or of a later one is in the
        table already. An empty frame counts too. `run` and `night` fill these columns where the frame lacks them.
        Other writers may be at work; their commits and this one all succeed. Raises LakeError where rows do not fit
        the table, where the store refuses, and where conflicts do not end.
        """

    def overwrite(self, table: str, frame: pl.DataFrame, *, run: int, night: date, step: str = STEP) -> bool:
        """Write a table anew, as a whole, once for each run; as `append` otherwise.

        Raises LakeError for a table that grows: rows of these stay.
        """

    def done(self, table: str, run: int, *, step: str = STEP) -> bool:
        """Whether `step` of this run, or of a later one, is in the table."""

    def telling(self, doing: str) -> AbstractContextManager[None]:
        """Turn what the store refuses within the block into a LakeError that says what was being done."""
