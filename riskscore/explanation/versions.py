"""Changes: what a version of a bill says otherwise than the one before it.

earlier versions ─▶ the last one before ─▶ one line a column that differs: what it said, what is said now
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore.cells.texts import as_text
from riskscore.schema import COLUMNS, KEY

_ALWAYS = (*KEY, "version", "filed_at", "goods_items")
"""Columns that every version has anew, or whose content others sum up."""


def version_before(row: pl.DataFrame, earlier: pl.DataFrame | None) -> pl.DataFrame:
    """The last version of the one consignment `row` that was filed before it, of `earlier`; no row without one."""
    if earlier is None:
        return row.clear()
    versions = earlier.select(row.columns).join(row.select(KEY), on=KEY, how="semi")
    moment, version = row["filed_at"].item(), row["version"].item()
    lower = (pl.col("filed_at") == moment) & (pl.col("version") < pl.lit(version, pl.Int64))
    before = versions.filter((pl.col("filed_at") < moment) | lower)
    return before.sort("filed_at", "version", maintain_order=True).tail(1)


def changes(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """What two versions, a row each, say otherwise, as `differences` gives it; nothing where there is none before."""
    return differences(before, now, [name for name in COLUMNS if name not in _ALWAYS] if before.height else [])


def differences(before: pl.DataFrame, now: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The columns `names` that two rows say otherwise: `column`, `before` and `now` (texts, null for nothing)."""
    differing = [name for name in names if not before[name].equals(now[name], null_equal=True)]
    told = {which: [as_text(row[name]).item() for name in differing] for which, row in (("was", before), ("is", now))}
    return pl.DataFrame(
        {"column": differing, "before": told["was"], "now": told["is"]},
        schema={"column": pl.String, "before": pl.String, "now": pl.String},
    )
