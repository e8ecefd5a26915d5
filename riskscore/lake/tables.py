"""The tables of a lake: what a row of each is, its columns, and how it grows.

    consignments  outcomes  measures  scores  slates     appended to; a row once written stays
    models  champions  alerts  alert_decisions  matches  quarantine  runs
    ledger                                               appended to, and now and then written anew, shorter

Every table ends in `night`, the night that wrote the row, and `run`, the number of the nightly run, which is null
where the row was written by hand. Delta Lake has no unsigned integers: a 64-bit hash is kept as the Int64 of its bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import polars as pl

from riskscore import schema
from riskscore.errors import LakeError
from riskscore.manifest import quarantine

Type: TypeAlias = pl.DataType | type[pl.DataType]

NIGHT, RUN = "night", "run"

_WRITTEN: dict[str, Type] = {NIGHT: pl.Date, RUN: pl.Int64}

EVENTS = ("selected", "added", "struck")
"""What a row of `slates` tells of a consignment: how the draw left it, or what an officer changed later."""


@dataclass(frozen=True, slots=True)
class Table:
    """One declared table.

    row        what a row is
    own        its columns without `night` and `run`
    by_night   whether each night's rows are files of their own, so that reading some nights opens no others
    grows      whether rows, once appended, stay; otherwise a night may write the table anew
    stamps     columns that say when a row was written: they differ where the same row is written again
    """

    name: str
    row: str
    own: Mapping[str, Type]
    by_night: bool = True
    grows: bool = True
    stamps: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, Type]:
        """Every column with its type, in order."""
        return {**self.own, **_WRITTEN}

    @property
    def partition(self) -> list[str]:
        """Columns whose values have folders of their own."""
        return [NIGHT] if self.by_night else []

    def empty(self) -> pl.DataFrame:
        """The table without a row."""
        return pl.DataFrame(schema=self.columns)


_REASON = pl.Struct(
    {
        "indicator": pl.Int64,
        "feature": pl.String,
        "sentence": pl.String,
        "check": pl.String,
        "contribution": pl.Float64,
    }
)

_DECLARED = (
    Table(
        "consignments",
        "one version of one consignment, as filed; `started` is the day of its first version, `own` a service's fields",
        {**schema.COLUMNS, "started": pl.Date, "own": pl.String},
    ),
    Table(
        "outcomes",
        "what an inspection found; a correction is a later row of the same bill, container and inspected_at",
        {**schema.OUTCOME, "recorded_at": schema.UTC},
        stamps=("recorded_at",),
    ),
    Table(
        "ledger",
        "what one day added to the past of one key of one profile, by chapter where that counts; weight in fixed point",
        {
            "profile": pl.String,
            "key": pl.Int64,
            "chapter": pl.Int64,
            "day": pl.Int32,
            "consignments": pl.Int64,
            "weighed": pl.Int64,
            "weight": pl.Int64,
            "inspected": pl.Int64,
            "seized": pl.Int64,
        },
        by_night=False,
        grows=False,
    ),
    Table(
        "measures",
        "how many consignments of a night are in one bin of a measure, for drift; `expected` is the share in training",
        {
            "kind": pl.String,
            "name": pl.String,
            "bin": pl.String,
            "count": pl.Int64,
            "bills": pl.Int64,
            "expected": pl.Float64,
        },
    ),
    Table(
        "scores",
        "one consignment as a night scored it, with the counts of its past that exploring looks at",
        {
            "bill_of_lading": pl.String,
            "container_number": pl.String,
            "filed_at": schema.UTC,
            "port_of_loading": pl.String,
            "port_of_discharge": pl.String,
            "port": pl.String,
            "probability": pl.Float64,
            "margin": pl.Float64,
            "rank": pl.Int64,
            "consignee_before": pl.Float64,
            "shipper_before": pl.Float64,
            "lane_before": pl.Float64,
            "origin_goods_before": pl.Float64,
            "reasons": pl.List(_REASON),
            "mitigating": pl.List(_REASON),
            "not_assessed": schema.TEXTS,
            "model": pl.String,
            "catalogue": pl.String,
            "scored_at": schema.UTC,
        },
        stamps=("scored_at",),
    ),
    Table(
        "slates",
        "one candidate of a slate as it was drawn (`selected`, opened or not), or an officer's change: added, struck",
        {
            "port": pl.String,
            "bill_of_lading": pl.String,
            "container_number": pl.String,
            "event": pl.String,
            "action": pl.String,
            "lane": pl.String,
            "share": pl.String,
            "inclusion": pl.Float64,
            "explored": pl.Float64,
            "probability": pl.Float64,
            "place": pl.Int64,
            "ticket": pl.String,
            "seed": pl.String,
            "published": pl.Boolean,
            "boxes": pl.Int64,
            "reason": pl.String,
            "at": schema.UTC,
        },
        stamps=("at",),
    ),
    Table(
        "models",
        "one file of one model that scored here or was promoted; the files of a model are one commit",
        {
            "name": pl.String,
            "checksum": pl.String,
            "file": pl.String,
            "content": pl.String,
            "kept_at": schema.UTC,
        },
        by_night=False,
        stamps=("kept_at",),
    ),
    Table(
        "champions",
        "one change of which model is the champion, or is retired; `detail` is JSON",
        {"number": pl.Int64, "action": pl.String, "model": pl.String, "at": schema.UTC, "detail": pl.String},
        by_night=False,
        stamps=("at",),
    ),
    Table(
        "alerts",
        "one version of one alert of another service; the latest counts, and a withdrawn one counts no more",
        {
            **dict.fromkeys(("alert_id", "kind", "name"), pl.String),
            "aliases": schema.TEXTS,
            **dict.fromkeys(
                ("address", "country", "container_number", "vessel_imo", "origin", "destination"), pl.String
            ),
            "goods": schema.TEXTS,
            **dict.fromkeys(("reason", "provider", "reliability", "handling"), pl.String),
            "valid_from": pl.Date,
            "valid_until": pl.Date,
            "status": pl.String,
            "updated_at": schema.UTC,
            "imported_at": schema.UTC,
        },
        by_night=False,
        stamps=("imported_at",),
    ),
    Table(
        "alert_decisions",
        "what somebody decided of an alert and a text as it is spelt on consignments: different, or the same after all",
        {
            **dict.fromkeys(("alert_id", "value", "verdict", "reason"), pl.String),
            "at": schema.UTC,
        },
        by_night=False,
        stamps=("at",),
    ),
    Table(
        "matches",
        "one consignment that an alert in force named on a night, how strongly (0 to 1), and why",
        {
            **dict.fromkeys(("bill_of_lading", "container_number", "alert_id", "kind", "field", "value"), pl.String),
            "strength": pl.Float64,
            **dict.fromkeys(("words", "reason", "provider", "reliability", "handling"), pl.String),
            "valid_until": pl.Date,
        },
    ),
    Table("quarantine", "one row of a file that was refused, whole, with the rule it broke", quarantine.SCHEMA),
    Table(
        "runs",
        "one event of one nightly run; `detail` is JSON",
        {"step": pl.String, "at": schema.UTC, "detail": pl.String},
        by_night=False,
        stamps=("at",),
    ),
)

TABLES: Mapping[str, Table] = {table.name: table for table in _DECLARED}
"""Every table by name."""

MARK = _DECLARED[-1].name
"""The table that is made last: a place that has it is a lake."""


def find(name: str) -> Table:
    """The table called `name`. Raises LakeError where none is, with those that are."""
    if name not in TABLES:
        raise LakeError(f"a lake has no table {name!r}; it has {', '.join(TABLES)}")
    return TABLES[name]


def conform(table: Table, frame: pl.DataFrame, *, night: date | None = None, run: int | None = None) -> pl.DataFrame:
    """Bring `frame` to the columns, order and types of `table`; what is missing is null.

    `night` and `run` fill these columns where `frame` lacks them. Raises LakeError for a column that the table does
    not have, a value of another type, and a row without a night.
    """
    strays = [name for name in frame.columns if name not in table.columns]
    if strays:
        raise LakeError(f"table {table.name} has no column {', '.join(strays)}; it has {', '.join(table.columns)}")
    given = {NIGHT: night, RUN: run}
    try:
        whole = frame.select(
            pl.col(name).cast(dtype) if name in frame.columns else pl.lit(given.get(name), dtype).alias(name)
            for name, dtype in table.columns.items()
        )
    except pl.exceptions.PolarsError as unfit:
        raise LakeError(f"rows do not fit the table {table.name}: {unfit}") from None
    if whole[NIGHT].null_count():
        raise LakeError(f"{whole[NIGHT].null_count():,} rows for the table {table.name} have no night")
    return whole
