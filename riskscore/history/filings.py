"""Filings as hashes of their parties, goods and places, and which filing of a bill is the first of a consignment.

    frames ─▶ one row per filing ─▶ sessions: filings of one bill within 120 days of the first ─▶ first versions

Carriers reuse the numbers of bills. A filing more than SAME_BILL_DAYS after the first one of its number starts a new
consignment. Later filings belong to the new one, and so on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import polars as pl

from riskscore.errors import CatalogueError
from riskscore.history.hashes import combined
from riskscore.history.keys import MADE, NEEDS
from riskscore.history.keys import hashed as hashed_keys
from riskscore.history.timeline import FIXED_POINT
from riskscore.parties.resolve import IDS, Names
from riskscore.schema import COLUMNS, KEY

CONSIGNMENT = "consignment"
"""Column: hash of KEY (bill and container)."""

STARTED = "started"
"""Column: day of the first filing of a consignment, a Date in the frames of callers, days since 1970 in this module."""

AGAIN = "again"
"""Column: whether a bill and container are filed more than once."""

SAME_BILL_DAYS = 120
"""Days after its first filing within which a bill that is filed again is a new version, not another consignment."""

_ORDER = ("filed_at", "version")

Type: TypeAlias = pl.DataType | type[pl.DataType]

_TYPES = {name: COLUMNS[name] for name in (*KEY, *_ORDER, "gross_weight_kg")}


def hashed(frames: Sequence[pl.DataFrame], columns: Sequence[str]) -> pl.DataFrame:
    """Stack `frames` as `consignment`, `day`, `started`, `filed_at`, `version`, `weight` and `columns`, in their order.

    `columns` become UInt64 hashes, null where the value is null. Days are days since 1970 (Int64); `started` is null
    where a frame lacks it. `weight` is the natural log of the kilograms in units of 1 / FIXED_POINT (Int64). Each party
    is read once for all frames, unless all frames have party ids already, as text or as hashes.
    Raises CatalogueError where a profile needs a column that is missing.
    """
    own = [name for name in columns if name not in {*_TYPES, *NEEDS, *MADE, *IDS}]
    slim = [_slim(frame, own) for frame in frames]
    if not all(set(IDS) <= set(frame.columns) for frame in frames):
        names = Names.of(*slim)
        slim = [names.keys(frame) for frame in slim]
    types = pl.concat((frame.clear().select(own) for frame in slim), how="vertical_relaxed").schema
    kilograms = pl.col("gross_weight_kg")
    return pl.concat(
        frame.select(
            combined(KEY).alias(CONSIGNMENT),
            day("filed_at").alias("day"),
            pl.col(STARTED).to_physical().cast(pl.Int64),
            pl.col("filed_at").dt.epoch("us"),
            pl.col("version").fill_null(0),
            weight=pl.when(kilograms.is_finite() & (kilograms > 0)).then(
                (kilograms.log() * FIXED_POINT).round().cast(pl.Int64)
            ),
        ).with_columns(hashed_keys(frame.cast({name: types[name] for name in own}), columns))
        for frame in slim
    )


def _slim(frame: pl.DataFrame, own: Sequence[str]) -> pl.DataFrame:
    """The canonical columns, null where they are missing, and a service's `own` columns, which must be there."""
    missing = sorted({*own, *KEY, "filed_at"} - set(frame.columns))
    if missing:
        raise CatalogueError(
            f"profiles need columns that the consignments lack: {', '.join(missing)}; add them or change the profiles"
        )
    wanted: Mapping[str, Type] = _TYPES | NEEDS | {STARTED: pl.Date}
    return frame.select(
        *(_typed(frame, name, dtype) for name, dtype in wanted.items()),
        *(name for name in IDS if name in frame.columns),
        *own,
    )


def _typed(frame: pl.DataFrame, name: str, dtype: Type) -> pl.Expr:
    if name not in frame.columns:
        return pl.lit(None, dtype).alias(name)
    return pl.col(name) if frame.schema[name] == dtype else pl.col(name).cast(dtype)


def day(column: str) -> pl.Expr:
    """Return the day of the moment in `column` as days since 1970 (Int64)."""
    return pl.col(column).dt.date().to_physical().cast(pl.Int64)


def with_starts(filings: pl.DataFrame, *, known: bool = False) -> pl.DataFrame:
    """Fill `started` of `filings`, in their order, and add `again`; null where a filing has no day.

    Where it is `known` already, only gaps are filled, with the day of the filing; else it is found from the filings.
    """
    again = filings[CONSIGNMENT].is_duplicated() & filings["day"].is_not_null()
    filings = filings.with_columns(again.alias(AGAIN))
    if known:
        return filings.with_columns(pl.col(STARTED).fill_null(pl.col("day")))
    filings = filings.with_columns(pl.col("day").alias(STARTED))
    if not again.any():
        return filings
    several = filings.select(CONSIGNMENT, "day").filter(again)
    starts = several.join(_starts(several.unique()), on=[CONSIGNMENT, "day"], how="left", maintain_order="left")
    return filings.with_columns(filings[STARTED].scatter(again.arg_true(), starts[STARTED]))


def sessions(filings: pl.DataFrame) -> pl.Series:
    """Return the day on which the consignment of each of `filings` was first filed: `started` (Date), in their order.

    `filings` have KEY, `filed_at` and `started`, which is null for new filings. For the others the earlier filings of
    the consignment need not be there.
    """
    known = filings.select(combined(KEY).alias(CONSIGNMENT), day("filed_at").alias("day"), STARTED)
    before = known.select(CONSIGNMENT, day=pl.col(STARTED).to_physical().cast(pl.Int64))
    days = pl.concat([known.select(CONSIGNMENT, "day"), before]).drop_nulls().unique()
    started = known.drop(STARTED).join(_starts(days), on=[CONSIGNMENT, "day"], how="left", maintain_order="left")
    return started[STARTED].cast(pl.Int32).cast(pl.Date)


def _starts(days: pl.DataFrame) -> pl.DataFrame:
    """`started` of each consignment and day; every round finds one more session of each reused bill."""
    parts = [days.clear().with_columns(started=pl.lit(None, pl.Int64))]
    while days.height:
        days = days.with_columns(started=pl.col("day").min().over(CONSIGNMENT))
        within = days["day"] - days[STARTED] <= SAME_BILL_DAYS
        parts.append(days.filter(within))
        days = days.filter(~within).drop(STARTED)
    return pl.concat(parts)


def first_versions(filings: pl.DataFrame) -> pl.DataFrame:
    """Keep the first version of every consignment whose first day is among `filings`, in any order.

    Of two versions of the same moment the content decides which is first, so the order of rows never matters.
    """
    filings = filings.filter(pl.col("day") == pl.col(STARTED))
    versions = filings.filter(AGAIN).unique()
    first = (
        versions.with_columns(content=pl.struct(versions.columns).hash())
        .sort(*_ORDER, "content")
        .unique([CONSIGNMENT, STARTED], keep="first", maintain_order=True)
        .drop("content")
    )
    return pl.concat([filings.filter(~pl.col(AGAIN)), first]).drop(AGAIN)
