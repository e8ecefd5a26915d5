"""Fields that a service declares itself: one JSON column in the table `consignments`, whatever their names.

    rows: tax_type, tax_rate ... ─▶ pack: own = {"tax_type": "A", "tax_rate": 8.0} ─▶ unpack

So the table has the same columns for every service. A field that is declared later is null in older rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore import schema
from riskscore.settings import Settings

TABLE, OWN = "consignments", "own"


def names(settings: Settings) -> list[str]:
    """Return the names of the fields that the service declares."""
    return [field.name for field in settings.read]


def pack(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Move all fields of the service into the column OWN."""
    fields = names(settings)
    if not fields:
        return rows
    complete = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in fields if name not in rows.columns)
    return complete.with_columns(pl.struct(fields).struct.json_encode().alias(OWN)).drop(fields)


def unpack(rows: pl.LazyFrame, settings: Settings, columns: Sequence[str]) -> pl.LazyFrame:
    """Add those of `columns` that the service declares, read from OWN."""
    wanted = [name for name in names(settings) if name in columns]
    if not wanted:
        return rows
    types = schema.columns(settings)
    own = pl.col(OWN).str.json_decode(pl.Struct({name: types[name] for name in wanted}))
    return rows.with_columns(own.struct.field(name).alias(name) for name in wanted)
