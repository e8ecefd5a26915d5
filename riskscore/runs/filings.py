"""The filings that a nightly run loaded, read from the lake: the latest and earlier versions of each consignment."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from riskscore import schema
from riskscore.history.filings import SAME_BILL_DAYS, sessions
from riskscore.lake.protocol import Lake
from riskscore.manifest import cancellations
from riskscore.runs.log import Run


def versions(lake: Lake, run: Run) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the latest filing of each consignment that `run` loaded, and all earlier filings of these consignments.

    A consignment of which an earlier run loaded a later filing is left out: its score remains. So is one that is
    cancelled: it is not scored, and stays as history.
    """
    loaded = lake.read("consignments", nights=(run.night, run.night)).filter(pl.col("run") == run.number).collect()
    filings = pl.concat([filings_before(lake, run, loaded), loaded])
    filings = filings.with_columns(sessions(filings)).sort("filed_at", "version", "run", maintain_order=True)
    latest = filings.unique(schema.KEY, keep="last", maintain_order=True)
    earlier = filings.join(latest, on=latest.columns, how="anti", nulls_equal=True, maintain_order="left")
    fresh = latest.filter(pl.col("run") == run.number)
    return fresh.filter(~is_cancelled(lake, run, fresh)), earlier


def is_cancelled(lake: Lake, run: Run, filings: pl.DataFrame) -> pl.Series:
    """Whether each of `filings` (with its `run`) is cancelled by what the lake has up to `run`: Boolean."""
    known = lake.read("cancellations").filter(pl.col("run").fill_null(0) <= run.number).collect()
    turn = pl.col("run").alias(cancellations.TURN)
    return cancellations.among(filings.with_columns(turn), known.with_columns(turn))


def filings_before(lake: Lake, run: Run, filings: pl.DataFrame) -> pl.DataFrame:
    """Return what earlier runs loaded of the bills of `filings`, as far back as a bill number means the same bill."""
    first = filings["filed_at"].min()
    if first is None:
        return lake.read("consignments").clear().collect()
    nights = (first.date() - timedelta(SAME_BILL_DAYS), date.max)  # type: ignore[union-attr]
    before = lake.read("consignments", nights=nights).filter(pl.col("run") < run.number)
    return before.join(filings.lazy().select(schema.KEY), on=schema.KEY, how="semi").collect()


def houses_before(lake: Lake, run: Run, filings: pl.DataFrame) -> pl.DataFrame:
    """Return KEY, `house_bill` and `filed_at` of what earlier runs loaded of the containers of house bills.

    It goes as far back as `filings_before`.
    """
    columns = [*schema.KEY, "house_bill", "filed_at"]
    named = filings.filter(pl.col("house_bill").is_not_null())
    first = named["filed_at"].min()
    if first is None:
        return filings.select(columns).clear()
    nights = (first.date() - timedelta(SAME_BILL_DAYS), date.max)  # type: ignore[union-attr]
    before = lake.read("consignments", columns=[*columns, "run"], nights=nights).filter(pl.col("run") < run.number)
    boxes = named.lazy().select("container_number").unique()
    return before.join(boxes, on="container_number", how="semi").select(columns).collect()
