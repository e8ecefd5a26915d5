"""When a message was filed, where it does not say so itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from riskscore import schema


def of_file(path: Path) -> datetime:
    """When the file was last written, in UTC and whole seconds."""
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def filled(
    lines: pl.DataFrame, cancelled: pl.DataFrame, modified: datetime
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Fill a missing `filed_at` of a message's lines and cancellations with the time of its file, and say so."""
    if not lines["filed_at"].null_count() + cancelled["filed_at"].null_count():
        return lines, cancelled, []
    moment = pl.col("filed_at").fill_null(pl.lit(modified, schema.UTC))
    note = (
        "filed_at: the message does not say when it was filed; "
        f"the time of the file was taken ({modified:%Y-%m-%d %H:%M} UTC)"
    )
    return lines.with_columns(moment), cancelled.with_columns(moment), [note]
