"""When something was filed, where the file does not say so itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.manifest.formats.table import Table
from riskscore.manifest.hints import Hints
from riskscore.units import counted


@dataclass(frozen=True)
class Clock:
    """What people say about the moment of filing (`hints`), and when the file was `written`, in UTC."""

    hints: Hints
    written: datetime

    @classmethod
    def of(cls, path: Path, hints: Hints) -> Clock:
        """The clock of the file at `path`; whole seconds."""
        return cls(hints, datetime.fromtimestamp(int(path.stat().st_mtime), UTC))

    def without_stand_in(self, lines: pl.DataFrame) -> pl.DataFrame:
        """`lines` of a file without a moment of filing: other dates do not stand in for it where people say it."""
        return lines if self.hints.filed_at is None else lines.with_columns(filed_at=pl.lit(None, schema.UTC))

    def fill(self, lines: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
        """Fill a missing `filed_at` of `lines` and of what `table` cancels; a note says with what.

        What people say counts, else the time of the file, and that only for a message. A table without a moment of
        filing is refused instead, because it says nothing about when it was written.
        """
        count = lines["filed_at"].null_count() + table.cancelled["filed_at"].null_count()
        moment = self.hints.filed_at or (self.written if table.is_message else None)
        if not count or moment is None:
            return lines, table.cancelled, []
        filled = pl.col("filed_at").fill_null(pl.lit(moment, schema.UTC))
        source = "the time of the file" if self.hints.filed_at is None else "the moment given with --filed-at"
        rows, when = counted(count, "row"), f"{moment:%Y-%m-%d %H:%M} UTC"
        note = f"filed_at: {rows} without a moment of filing; {source} counts instead ({when})"
        return lines.with_columns(filled), table.cancelled.with_columns(filled), [note]
