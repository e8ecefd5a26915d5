"""The interface of a lake, wherever its tables are stored. `open.py` opens one; `delta.py` stores it in Delta tables.

append(table, frame, run=7) ─▶ read(table, nights=(a, b)) ─▶ LazyFrame
done(table, 7)                 at(night).read(table)      ─▶ the table as it was after that night
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

import polars as pl

from riskscore.settings import Settings

STEP = "nightly"
"""The default step of an append with a run."""

TURN = "turn"
"""The step of appends whose rows depend on what the table has; see turns.py."""

REWRITE = "rewrite"
"""The step of commits that replace files of a table, of which only one may replace the same files."""


class Lake(Protocol):
    """The tables at one place; a lake from `at` is read-only and shows them as they were after a past night.

    Fields that the service declares in `settings` are columns of the table `consignments`.
    """

    night: date | None
    settings: Settings

    @property
    def uri(self) -> str:
        """The folder or address of the lake, for messages."""

    def at(self, night: date) -> Lake:
        """Return the lake as it was after `night`, read-only: what nights up to and including that one wrote."""

    def read(
        self, table: str, *, columns: Sequence[str] | None = None, nights: tuple[date, date] | None = None
    ) -> pl.LazyFrame:
        """Read the declared columns of a table, or `columns`, as it is now or was after the night of `at`.

        `nights` (first, last) limits the rows to those that these nights wrote. A column that was added to the table
        later is null in older rows. Raises LakeError if that past state has been deleted.
        """

    def append(
        self,
        table: str,
        frame: pl.DataFrame,
        *,
        run: int | None = None,
        night: date | None = None,
        step: str = STEP,
        turn: int | None = None,
    ) -> bool:
        """Append rows, all or none; return whether they were written.

        With `run` this is done once: if `step` of that run or of a later one is in the table already, nothing is
        written and the result is False. An empty frame counts too. `run` and `night` fill these columns if the frame
        lacks them. With `turn`, which `turn` gave before the table was read, nothing is written either if somebody
        else has taken a turn since. Other writers may be at work: their commits and this one all succeed. Raises
        LakeError if rows do not fit the table, if the store refuses, or if other writers are faster too many times.
        """

    def turn(self, table: str) -> int:
        """The number of turns that writers have taken on a table; see turns.py."""

    def overwrite(self, table: str, frame: pl.DataFrame, *, run: int, night: date, step: str = STEP) -> bool:
        """Replace all rows of a table, once per run; otherwise like `append`.

        Raises LakeError for a table that only grows.
        """

    def done(self, table: str, run: int, *, step: str = STEP) -> bool:
        """Whether `step` of this run, or of a later one, is in the table."""

    def wrap_errors(self, doing: str) -> AbstractContextManager[None]:
        """Turn errors of the store in the block into a LakeError: cannot `doing` the lake at ..."""
