"""Goods lines that a file keeps in one cell: a list of structs, or a JSON array."""

from __future__ import annotations

import polars as pl

from riskscore.schema import ITEM


def read(values: pl.Series, notes: list[str]) -> pl.Series:
    """`values` as lists of schema.ITEM; all null, with one of the `notes`, where they cannot be read so."""
    dtype = pl.List(ITEM)
    try:
        if values.dtype == dtype:
            return values
        if values.dtype == pl.String:
            loose = pl.List(pl.Struct({item.name: pl.String for item in ITEM.fields}))
            values = values.replace("", None).str.json_decode(loose)
        return values.cast(dtype)
    except pl.exceptions.PolarsError:
        notes.append("goods_items cannot be read as a JSON array of goods lines, so it was ignored")
        return pl.Series("goods_items", [None], dtype=dtype).new_from_index(0, values.len())
