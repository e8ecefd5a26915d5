"""Which outcomes are in force: of several records of one inspection, the latest.

A bill, a container and `inspected_at` identify an inspection. All records of a consignment without `inspected_at` are
one inspection. The record with the latest `known_at` counts, and among those the one that was recorded last. So a
correction replaces what it corrects, an older record that arrives late changes nothing, and a file that was recorded
twice, or by two processes at once, counts once.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from riskscore.schema import KEY, OUTCOME

INSPECTION = (*KEY, "inspected_at")
"""Columns that identify an inspection."""

_RECORDED = "recorded_at"


def in_force(rows: pl.DataFrame, as_of: datetime | None = None) -> pl.DataFrame:
    """Keep one of `rows` (columns OUTCOME, perhaps more) per inspection: the latest known by `as_of`, else of all.

    The result is ordered by INSPECTION. Where the moments are equal, the content of the rows decides, so the result
    does not depend on the order of `rows`.
    """
    by_then = rows if as_of is None else rows.filter(pl.col("known_at") <= as_of)
    moments = [name for name in ("known_at", _RECORDED) if name in rows.columns]
    content = [name for name in OUTCOME if name not in (*INSPECTION, "known_at")]
    return by_then.sort(*INSPECTION, *moments, *content).unique(INSPECTION, keep="last", maintain_order=True)


def of_consignments(rows: pl.DataFrame, as_of: datetime | None = None) -> pl.DataFrame:
    """One row per consignment: its gravest outcome in force (seizure, irregular, clean), the latest where several tie.

    Takes and returns columns as `in_force` does.
    """
    gravity = pl.col("finding").replace_strict({"seizure": 2, "irregular": 1}, default=0, return_dtype=pl.Int8)
    return (
        in_force(rows, as_of)
        .sort(*KEY, gravity, "known_at", maintain_order=True)
        .unique(KEY, keep="last", maintain_order=True)
    )
