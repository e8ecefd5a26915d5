"""Versions: how a version of a bill differs from the previous one.

earlier versions ─▶ the previous version ─▶ one line per column that differs: before, now
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore.cells.texts import as_text
from riskscore.schema import COLUMNS, KEY

_ALWAYS = (*KEY, "version", "filed_at", "goods_items")
"""Columns that differ in every version, or whose content other columns summarise."""


def version_before(row: pl.DataFrame, earlier: pl.DataFrame | None) -> pl.DataFrame:
    """Return the previous version of the one consignment `row` from `earlier`, as one row; no row if there is none."""
    if earlier is None:
        return row.clear()
    versions = earlier.select(row.columns).join(row.select(KEY), on=KEY, how="semi")
    moment, version = row["filed_at"].item(), row["version"].item()
    lower = (pl.col("filed_at") == moment) & (pl.col("version") < pl.lit(version, pl.Int64))
    before = versions.filter((pl.col("filed_at") < moment) | lower)
    return before.sort("filed_at", "version", maintain_order=True).tail(1)


def changes(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Return the `differences` between two versions of one row each; no rows if `before` is empty."""
    return differences(before, now, [name for name in COLUMNS if name not in _ALWAYS] if before.height else [])


def differences(before: pl.DataFrame, now: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return the columns `names` in which two rows differ: `column`, `before`, `now` (texts, null for no value)."""
    differing = [name for name in names if not before[name].equals(now[name], null_equal=True)]
    old, new = ([as_text(row[name]).item() for name in differing] for row in (before, now))
    return pl.DataFrame(
        {"column": differing, "before": old, "now": new},
        schema={"column": pl.String, "before": pl.String, "now": pl.String},
    )
