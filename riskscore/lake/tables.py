"""The tables of a lake: what a row of each is, its columns, and whether the table only grows.

    consignments  outcomes  measures  scores  slates     only grow: a row that is written stays
    models  champions  alerts  alert_decisions  matches  quarantine  cancellations
    stow_plans  stow_plan_differences  quality  maps  runs
    ledger                                               grows, and is rewritten in shorter form now and then

The last columns of every table are `night`, the night that wrote the row, and `run`, the number of the nightly run,
null if the row was written by hand. Delta Lake has no unsigned integers: a 64-bit hash is stored as the Int64 of its
bits.
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
from riskscore.manifest.formats.table import CANCELLED
from riskscore.manifest.stow_plans import DIFFERENCES

Type: TypeAlias = pl.DataType | type[pl.DataType]

NIGHT, RUN = "night", "run"

_WRITTEN: dict[str, Type] = {NIGHT: pl.Date, RUN: pl.Int64}

EVENTS = ("selected", "added", "struck")
"""Events of the table `slates`: the result of the draw for a consignment, or a later change by an officer."""


@dataclass(frozen=True, slots=True)
class Table:
    """The declaration of a table.

    row        what a row is
    own        its columns without `night` and `run`
    by_night   whether each night has files of its own, so that reading some nights opens no others
    grows      whether the table only grows; otherwise a night may rewrite it
    stamps     columns with the time of writing, which differ if the same row is written again
    """

    name: str
    row: str
    own: Mapping[str, Type]
    by_night: bool = True
    grows: bool = True
    stamps: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, Type]:
        """All columns with their types, in order."""
        return {**self.own, **_WRITTEN}

    @property
    def partition(self) -> list[str]:
        """The columns that the files are partitioned by."""
        return [NIGHT] if self.by_night else []

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
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
        "what one day added to the history of one key of a profile, by HS chapter if it matters; weight in fixed point",
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
        "number of consignments of a night in one bin of a measure, for drift; `expected` is the share in training",
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
        "one consignment as a night scored it, with the history counts that the exploring share uses",
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
        "one candidate of a slate as drawn (`selected`, opened or not), or a change by an officer (added, struck)",
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
        "one file of a model that scored here or was promoted; the files of a model are one commit",
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
        "one promotion, rollback or retirement of a model; `detail` is JSON",
        {"number": pl.Int64, "action": pl.String, "model": pl.String, "at": schema.UTC, "detail": pl.String},
        by_night=False,
        stamps=("at",),
    ),
    Table(
        "alerts",
        "one version of an alert of another service; the latest version counts, unless it is withdrawn",
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
        "a decision on an alert and a text as spelt on consignments: different, or the same after all",
        {
            **dict.fromkeys(("alert_id", "value", "verdict", "reason"), pl.String),
            "at": schema.UTC,
        },
        by_night=False,
        stamps=("at",),
    ),
    Table(
        "matches",
        "one consignment that an alert named on a night, with the strength of the match (0 to 1) and the reason",
        {
            **dict.fromkeys(("bill_of_lading", "container_number", "alert_id", "kind", "field", "value"), pl.String),
            "strength": pl.Float64,
            **dict.fromkeys(("words", "reason", "provider", "reliability", "handling"), pl.String),
            "valid_until": pl.Date,
        },
    ),
    Table("quarantine", "one refused row of a file, unchanged, with the rule that it breaks", quarantine.SCHEMA),
    Table(
        "stow_plans",
        "one container aboard a ship, by a stow plan; `file` is the plan, made at `filed_at`",
        {
            **dict.fromkeys(("container_number", "container_type", "port_of_loading", "port_of_discharge"), pl.String),
            "gross_weight_kg": pl.Float64,
            "is_empty": pl.Boolean,
            **dict.fromkeys(("position", "vessel_name", "vessel_imo", "voyage", "file"), pl.String),
            "filed_at": schema.UTC,
        },
    ),
    Table(
        "stow_plan_differences",
        "what a stow plan says otherwise than the manifests of its voyage about one container",
        DIFFERENCES,
    ),
    Table(
        "cancellations",
        "what a message cancels; without a container all of the bill, without a house bill all of its houses",
        {name: dtype for name, dtype in CANCELLED.items() if name != "line"},
    ),
    Table(
        "quality",
        "a column of a file: rows, and how many lack it, were refused by it or are doubtful; without `field`, the file",
        {
            **dict.fromkeys(("sender", "file", "field"), pl.String),
            **dict.fromkeys(("rows", "bills", "missing", "refused", "doubtful"), pl.Int64),
        },
    ),
    Table(
        "maps",
        "the column map of a sender, for its files or those of a pattern; the latest counts, unless it has no text",
        {**dict.fromkeys(("sender", "pattern", "text"), pl.String), "at": schema.UTC},
        by_night=False,
        stamps=("at",),
    ),
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
"""The table that is created last: a place that has it is a lake."""


def find(name: str) -> Table:
    """Return the table called `name`. Raises LakeError if there is none; the message lists all tables."""
    if name not in TABLES:
        raise LakeError(f"a lake has no table {name!r}; it has {', '.join(TABLES)}")
    return TABLES[name]


def conform(table: Table, frame: pl.DataFrame, *, night: date | None = None, run: int | None = None) -> pl.DataFrame:
    """Bring `frame` to the columns, order and types of `table`; missing columns become null.

    `night` and `run` fill these columns if `frame` lacks them. Raises LakeError for a column that the table does not
    have, a value of another type, or a row without a night.
    """
    strays = [name for name in frame.columns if name not in table.columns]
    if strays:
        raise LakeError(f"table {table.name} has no column {', '.join(strays)}; it has {', '.join(table.columns)}")
    defaults = {NIGHT: night, RUN: run}
    try:
        rows = frame.select(
            pl.col(name).cast(dtype) if name in frame.columns else pl.lit(defaults.get(name), dtype).alias(name)
            for name, dtype in table.columns.items()
        )
    except pl.exceptions.PolarsError as unfit:
        raise LakeError(f"rows do not fit the table {table.name}: {unfit}") from None
    if rows[NIGHT].null_count():
        raise LakeError(f"{rows[NIGHT].null_count():,} rows for the table {table.name} have no night")
    return rows
