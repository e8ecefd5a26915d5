"""Which outcomes are in force: of what was said of one inspection, the last word.

An inspection is a bill, a container and `inspected_at`; where that is missing, a consignment has one such inspection.
Of its rows the one with the latest `known_at` counts, and of those the one that was recorded last. So a correction
supersedes, a late message that is older than what is known changes nothing, and a file that was recorded twice, or by
two at once, says what it says once.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from riskscore.schema import KEY, OUTCOME

INSPECTION = (*KEY, "inspected_at")
"""What names an inspection."""

_RECORDED = "recorded_at"


def in_force(rows: pl.DataFrame, as_of: datetime | None = None) -> pl.DataFrame:
    """Of `rows` (OUTCOME, perhaps more columns), one an inspection: the last word known by `as_of`, or at all.

    Rows come out ordered by INSPECTION, whatever order they are in; of rows that differ in nothing else the content
    decides, so that everybody sees the same one.
    """
    known = rows if as_of is None else rows.filter(pl.col("known_at") <= as_of)
    last = [name for name in ("known_at", _RECORDED) if name in rows.columns]
    content = [name for name in OUTCOME if name not in (*INSPECTION, "known_at")]
    return known.sort(*INSPECTION, *last, *content).unique(INSPECTION, keep="last", maintain_order=True)


def of_consignments(rows: pl.DataFrame, as_of: datetime | None = None) -> pl.DataFrame:
    """One row a consignment: its gravest outcome in force (seizure, irregular, clean), and of these the last."""
    gravity = pl.col("finding").replace_strict({"seizure": 2, "irregular": 1}, default=0, return_dtype=pl.Int8)
    return (
        in_force(rows, as_of)
        .sort(*KEY, gravity, "known_at", maintain_order=True)
        .unique(KEY, keep="last", maintain_order=True)
    )
