"""Which outcomes are in force: of several records of one inspection, the latest.

A bill, a container and `inspected_at` identify an inspection. All records of a consignment without `inspected_at` are
one inspection. The record with the latest `known_at` counts, and among those the one that was recorded last. So a
correction replaces what it corrects, an older record that arrives late changes nothing, and a file that was recorded
twice, or by two processes at once, counts once.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from riskscore.manifest import consolidations
from riskscore.schema import KEY, OUTCOME

INSPECTION = (*KEY, "inspected_at")
"""Columns that identify an inspection."""

_RECORDED = "recorded_at"
_GRAVITY = pl.col("finding").replace_strict({"seizure": 2, "irregular": 1}, default=0, return_dtype=pl.Int8)


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
    return (
        in_force(rows, as_of)
        .sort(*KEY, _GRAVITY, "known_at", maintain_order=True)
        .unique(KEY, keep="last", maintain_order=True)
    )


def of_boxes(rows: pl.DataFrame, as_of: datetime | None = None) -> pl.DataFrame:
    """One row per box: `of_consignments`, with one row under the master bill for house bills that share a container.

    The gravest finding counts, and the quantities of all its houses together. An outcome of the whole container, which
    is recorded for each house in the same words, is one finding.
    """
    each = of_consignments(rows, as_of)
    by_box = each.with_columns(consolidations.box_bill(pl.col("bill_of_lading")))
    is_shared = by_box.select(pl.struct(KEY).is_duplicated()).to_series()
    if not is_shared.any():
        return by_box
    words = [name for name in OUTCOME if name != "selected_by"]
    found = by_box.filter(is_shared).sort(*KEY, _GRAVITY, "known_at", maintain_order=True)
    found = found.unique(words, keep="last", maintain_order=True).filter(_GRAVITY.max().over(KEY) == _GRAVITY)
    quantity = pl.when(pl.col("quantity_kg").count().over(KEY) > 0).then(pl.col("quantity_kg").sum().over(KEY))
    gravest = found.with_columns(quantity.alias("quantity_kg")).unique(KEY, keep="last", maintain_order=True)
    return pl.concat([by_box.filter(~is_shared), gravest]).sort(KEY)
