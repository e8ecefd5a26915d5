"""Events: the past as the ledger counts it: every consignment once, on its first day, and every inspection.

    rows + log + earlier versions ─▶ one event a consignment: day, keys (hashed), weight
    outcomes                      ─▶ one event an inspection: day on which it counts, keys of its consignment

Keys are 64-bit hashes: among three million distinct values two share one with a chance below one in a million,
and then two parties count as one, nothing worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TypeAlias

import polars as pl

from riskscore.errors import CatalogueError
from riskscore.history.keys import MADE, NEEDS, keys
from riskscore.manifest.schema import COLUMNS, KEY
from riskscore.parties.resolve import IDS

CONSIGNMENT = "consignment"
"""Hash of KEY in an event."""

_ORDER = ("filed_at", "version")

_ODD = 0x9E3779B97F4A7C15
"""Spreads the bits of one hash before the next is added, so that (a, b) and (b, a) differ."""

Type: TypeAlias = pl.DataType | type[pl.DataType]

_TYPES = {name: COLUMNS[name] for name in (*KEY, *_ORDER, "gross_weight_kg")}


def hashed(frames: Sequence[pl.DataFrame], columns: Sequence[str]) -> pl.DataFrame:
    """Stack `frames` as `consignment`, `day` (days since 1970), `filed_at`, `version`, `weight_log` and `columns`.

    `columns` become UInt64 hashes, null where the value is; `weight_log` is the natural log of the kilograms.
    Rows keep their order. A party is read once for all frames, unless each of them brings the ids already.
    Raises CatalogueError where a profile needs a column that is not there.
    """
    identified = all(set(IDS) <= set(frame.columns) for frame in frames)
    wanted = _TYPES | NEEDS | dict.fromkeys(IDS if identified else (), pl.String)
    own = [name for name in columns if name not in {*wanted, *MADE, *IDS}]
    slim = keys(pl.concat((_slim(frame, wanted, own) for frame in frames), how="vertical_relaxed"))
    weight = pl.col("gross_weight_kg")
    return slim.select(
        combined(KEY).alias(CONSIGNMENT),
        _day("filed_at").alias("day"),
        pl.col("filed_at").dt.epoch("us"),
        pl.col("version").fill_null(0),
        pl.when(weight.is_finite() & (weight > 0)).then(weight.log()).alias("weight_log"),
        *(combined([name]).alias(name) for name in columns),
    )


def _slim(frame: pl.DataFrame, wanted: Mapping[str, Type], own: Sequence[str]) -> pl.DataFrame:
    """The `wanted` columns, null where they are absent, and a service's `own` ones, that must be there."""
    missing = sorted({*own, *KEY, "filed_at"} - set(frame.columns))
    if missing:
        raise CatalogueError(f"profiles need a column that the consignments lack: {', '.join(missing)}")
    return frame.select(
        *(
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in wanted.items()
        ),
        *own,
    )


def combined(columns: Sequence[str]) -> pl.Expr:
    """One UInt64 hash of all `columns`; null where any of them is."""
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in columns)
    return pl.when(known).then(mixed(columns))


def mixed(columns: Sequence[str]) -> pl.Expr:
    """One UInt64 hash of all `columns`, in which a missing value is one as any other. Quicker than a struct's hash."""
    first, *others = (pl.col(name).hash() for name in columns)
    return reduce(lambda sofar, value: sofar * pl.lit(_ODD, pl.UInt64) + value, others, first)  # wraps around


def _day(column: str) -> pl.Expr:
    return pl.col(column).dt.date().to_physical().cast(pl.Int64)


def first_versions(filings: pl.DataFrame) -> pl.DataFrame:
    """Keep the first version of every consignment among `filings` (as `hashed` gives them); order is not kept.

    Two versions of the same moment are told apart by their content, so that the order of rows never matters.
    """
    filings = filings.drop_nulls("day")
    once = filings[CONSIGNMENT].is_unique()
    versions = filings.filter(~once).unique()
    first = (
        versions.with_columns(content=pl.struct(versions.columns).hash())
        .sort(*_ORDER, "content")
        .unique(CONSIGNMENT, keep="first", maintain_order=True)
        .drop("content")
    )
    return pl.concat([filings.filter(once), first])


def inspections(first: pl.DataFrame, outcomes: pl.DataFrame | None) -> pl.DataFrame:
    """One row an outcome: the columns of its consignment in `first`, `day` and `seized` (Boolean).

    `day` is when the outcome became known, never before the day on which its own consignment was filed. Outcomes
    of consignments that are not in `first` keep null keys: they count for the base rate alone. Those without a
    moment of becoming known never count.
    """
    if outcomes is None:
        return first.clear().with_columns(seized=pl.lit(None, pl.Boolean))
    known = outcomes.select(
        combined(KEY).alias(CONSIGNMENT),
        _day("known_at").alias("known"),
        seized=(pl.col("finding") == "seizure").fill_null(False),
    ).drop_nulls("known")
    inspected = first.join(known.select(CONSIGNMENT).unique(), on=CONSIGNMENT, how="semi")
    return (
        known.join(inspected, on=CONSIGNMENT, how="left")
        .with_columns(day=pl.max_horizontal("known", "day"))
        .select(*first.columns, "seized")
    )
