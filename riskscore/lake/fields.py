"""Fields: a service's own fields in the table `consignments`, in one column of JSON, whatever they are called.

    rows: tax_type, tax_rate ... ─▶ packed: own = {"tax_type": "A", "tax_rate": 8.0} ─▶ unpacked

The table has the same columns for every service, and a field that is declared later is null in older rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore import schema
from riskscore.settings import Settings

TABLE, OWN = "consignments", "own"


def names(settings: Settings) -> list[str]:
    """The own fields that ride along with each row."""
    return [one.name for one in settings.read]


def packed(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """`rows` with all own fields in the column OWN."""
    fields = names(settings)
    if not fields:
        return rows
    whole = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in fields if name not in rows.columns)
    return whole.with_columns(pl.struct(fields).struct.json_encode().alias(OWN)).drop(fields)


def unpacked(rows: pl.LazyFrame, settings: Settings, columns: Sequence[str]) -> pl.LazyFrame:
    """`rows` with those own fields among `columns` that the service declares, out of OWN."""
    wanted = [name for name in names(settings) if name in columns]
    if not wanted:
        return rows
    types = schema.columns(settings)
    said = pl.col(OWN).str.json_decode(pl.Struct({name: types[name] for name in wanted}))
    return rows.with_columns(said.struct.field(name).alias(name) for name in wanted)
