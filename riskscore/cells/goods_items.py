"""Goods lines that a file keeps in one cell: a list of structs, or a JSON array."""

from __future__ import annotations

import polars as pl

from riskscore.schema import ITEM
from riskscore.units import counted

MOST = 50_000
"""Most goods lines of a row. A list with more is no manifest's, and takes many times its size in memory."""


def too_many(rows: int) -> str:
    """The note on rows with more than MOST goods lines."""
    return f"goods_items: {counted(rows, 'row')} with more than {MOST:,} goods lines, which were left out"


def read(values: pl.Series, notes: list[str]) -> pl.Series:
    """`values` as lists of schema.ITEM; all null, with one of the `notes`, where they cannot be read so."""
    dtype = pl.List(ITEM)
    try:
        if values.dtype == dtype:
            return values
        if values.dtype == pl.String:
            many = (values.str.count_matches("{", literal=True) > MOST).fill_null(False)
            if many.any():
                notes.append(too_many(int(many.sum())))
                values = values.set(many, None)
            loose = pl.List(pl.Struct({item.name: pl.String for item in ITEM.fields}))
            values = values.replace("", None).str.json_decode(loose)
        return values.cast(dtype)
    except pl.exceptions.PolarsError:
        notes.append("goods_items cannot be read as a JSON array of goods lines, so it was ignored")
        return pl.Series("goods_items", [None], dtype=dtype).new_from_index(0, values.len())
