"""Read full rows of past consignments from manifest files or from a lake.

Both are scanned twice: for the rows of some bills, then for the filings of the same day on the same ships. Only these
rows are kept, so that years of filings need a scan but little memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.cases.inspected import RowReader
from riskscore.lake.protocol import Lake
from riskscore.manifest.log import collect, scan_log
from riskscore.schema import KEY
from riskscore.settings import NONE, Settings

_SHIP = ("vessel_name", "voyage")


def of_files(paths: Iterable[str | Path], settings: Settings = NONE) -> RowReader:
    """Read rows of the manifests under `paths`. Raises ManifestError if a file cannot be read."""
    return of_log(scan_log(paths, settings=settings))


def of_lake(lake: Lake) -> RowReader:
    """Read rows of the consignments in a lake, as of its night (`lake.at`). Raises LakeError as the lake does."""
    return of_log(lake.read("consignments", columns=list(schema.columns(lake.settings))))


def of_log(log: pl.LazyFrame) -> RowReader:
    """Read rows of a log of filings."""

    def read_rows(keys: pl.DataFrame) -> pl.DataFrame:
        wanted = collect(log.join(keys.lazy(), on=KEY, how="semi"))
        day = pl.col("filed_at").dt.date().alias("day")
        ships = wanted.drop_nulls("vessel_name").select(*_SHIP, day).unique()
        mates = (
            log.with_columns(day)
            .join(ships.lazy(), on=[*_SHIP, "day"], how="semi", nulls_equal=True)
            .join(keys.lazy(), on=KEY, how="anti")
            .drop("day")
        )
        return pl.concat([wanted, collect(mates)]).select(log.collect_schema().names())

    return read_rows
