"""Inspections: what was found in each consignment, and from which day on that is known.

    outcomes ─▶ the consignment that each belongs to ─▶ the first record of an inspection: +1 inspected, +1 seized?
                                                         each later one, a correction:     +1 or -1 seized, or nothing

Records of the same bill, container and `inspected_at` are one inspection. All records of a consignment without
`inspected_at` are one inspection too: where the service does not say when, the box is taken to be opened once.
"""

from __future__ import annotations

import polars as pl

from riskscore.history.filings import CONSIGNMENT, STARTED, day
from riskscore.history.hashes import combined
from riskscore.schema import KEY

_INSPECTION = (CONSIGNMENT, "inspected_at", "undated")
"""Columns that identify an inspection; `undated` is the consignment's first day where `inspected_at` is missing."""


def inspections(first: pl.DataFrame, outcomes: pl.DataFrame | None) -> pl.DataFrame:
    """Return one row per change: the columns of its consignment in `first`, and `inspected` and `seized` (Int64).

    `day` is when the change became known, but never before its consignment was first filed. An inspection belongs to
    the last consignment of its bill and container that was filed by the day on which it became known, else to the
    first. Where `first` has none, its keys are null and it counts only for the base rate. Records without `known_at`
    never count. Of several records of one moment, a seizure counts as the last.
    """
    if outcomes is None:
        return first.clear().with_columns(inspected=pl.lit(None, pl.Int64), seized=pl.lit(None, pl.Int64))
    records = outcomes.select(
        combined(KEY).alias(CONSIGNMENT),
        pl.col("inspected_at"),
        pl.col("known_at"),
        day("known_at").alias("known"),
        seized=(pl.col("finding") == "seizure").fill_null(False).cast(pl.Int64),
    ).drop_nulls("known")
    inspected = first.join(records.select(CONSIGNMENT).unique(), on=CONSIGNMENT, how="semi")
    records = _belonging(records, inspected)
    changes = (
        records.sort("known_at", "seized")
        .with_columns(
            pl.col(STARTED).first().over(_INSPECTION),
            seized=pl.col("seized") - pl.col("seized").shift(1, fill_value=0).over(_INSPECTION),
            inspected=pl.int_range(pl.len()).over(_INSPECTION).eq(0).cast(pl.Int64),
        )
        .filter((pl.col("inspected") != 0) | (pl.col("seized") != 0))
    )
    return (
        changes.join(inspected, on=[CONSIGNMENT, STARTED], how="left")
        .with_columns(day=pl.max_horizontal("known", STARTED))
        .select(*first.columns, "inspected", "seized")
    )


def _belonging(records: pl.DataFrame, inspected: pl.DataFrame) -> pl.DataFrame:
    """Add `started` of the consignment that each record belongs to, and `undated`."""
    starts = inspected.select(CONSIGNMENT, STARTED).sort(STARTED)
    records = records.sort("known").join_asof(
        starts.with_columns(known=pl.col(STARTED)),
        on="known",
        by=CONSIGNMENT,
        strategy="backward",
        check_sortedness=False,
    )
    earliest = starts.group_by(CONSIGNMENT).agg(earliest=pl.col(STARTED).min())
    return (
        records.join(earliest, on=CONSIGNMENT, how="left")
        .with_columns(pl.coalesce(STARTED, "earliest"))
        .with_columns(undated=pl.when(pl.col("inspected_at").is_null()).then(STARTED))
    )
