"""Where whole rows of the past come from: files of manifests, or the consignments of a lake.

Both are scanned twice: for the rows of some bills, then for what was filed on the same day for the same ships. Only
these rows are ever held, so that years of filings cost a scan and not their memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.cases.inspected import Whole
from riskscore.lake.protocol import Lake
from riskscore.manifest.log import collect, scan_log
from riskscore.schema import KEY
from riskscore.settings import NONE, Settings

_SHIP = ("vessel_name", "voyage")


def of_files(paths: Iterable[str | Path], settings: Settings = NONE) -> Whole:
    """Whole rows of the manifests under `paths`. Raises ManifestError where a file cannot be read."""
    return of_log(scan_log(paths, settings=settings))


def of_lake(lake: Lake) -> Whole:
    """Whole rows of the consignments in a lake, as of the night that it is seen at. Raises as the lake reads."""
    return of_log(lake.read("consignments", columns=list(schema.columns(lake.settings))))


def of_log(log: pl.LazyFrame) -> Whole:
    """Whole rows of a log of filings."""

    def whole(keys: pl.DataFrame) -> pl.DataFrame:
        own = collect(log.join(keys.lazy(), on=KEY, how="semi"))
        day = pl.col("filed_at").dt.date().alias("day")
        ships = own.drop_nulls("vessel_name").select(*_SHIP, day).unique()
        mates = (
            log.with_columns(day)
            .join(ships.lazy(), on=[*_SHIP, "day"], how="semi", nulls_equal=True)
            .join(keys.lazy(), on=KEY, how="anti")
            .drop("day")
        )
        return pl.concat([own, collect(mates)]).select(log.collect_schema().names())

    return whole
