"""The quarantine: every row that was refused, whole, with where it stands, why, and the value found.

Rows in = accepted + quarantined, always: a row that breaks several rules stands here once, under the first of them.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskscore import export
from riskscore.manifest.formats.table import Table

SCHEMA = {
    "file": pl.String,
    "line": pl.Int64,
    "rule": pl.String,
    "column": pl.String,
    "value": pl.String,
    "row": pl.String,
}
"""`line`: line of the file (headings are line 1) or, where a format has no lines, row number from 1. `row`: JSON."""

VALUE_LENGTH = 200
"""Characters of `value` that are kept; `row` is kept whole."""


def empty() -> pl.DataFrame:
    """A quarantine with nothing in it."""
    return pl.DataFrame(schema=SCHEMA)


def build(table: Table, faults: pl.DataFrame, weights: pl.Series) -> pl.DataFrame:
    """Quarantine the rows of `table` that `faults` names (columns values.FAULTS, most telling first).

    `weights` is the number of goods lines in each row of the table; a refused row stands here once for each.
    """
    first = faults.unique("row", keep="first", maintain_order=True).sort("row")
    places = first["row"]
    rows = table.frame[places.to_list()] if places.len() else table.frame.clear()
    refused = first.select(
        pl.lit(table.name).alias("file"),
        table.lines.gather(places).alias("line"),
        "rule",
        "column",
        pl.col("value").str.slice(0, VALUE_LENGTH),
        as_json(rows).alias("row"),
    )
    repeated = (
        pl.int_range(refused.height, eager=True)
        .repeat_by(weights.gather(places))
        .explode(empty_as_null=False, keep_nulls=False)
    )
    return pl.concat([refused[repeated], broken(table)]).sort("line", maintain_order=True).select(*SCHEMA)


def aside(
    rows: pl.DataFrame, rule: str, column: str, content: pl.Series, *, file: pl.Expr | None = None
) -> pl.DataFrame:
    """Quarantine whole `rows` under one `rule`, which `column` of them broke; `content` is each of them as JSON.

    `file` says where each came from, null where nobody knows. Rows with `goods_items` stand here once for each item.
    """
    refused = rows.select(
        (pl.lit(None, pl.String) if file is None else file).alias("file"),
        pl.lit(None, pl.Int64).alias("line"),
        pl.lit(rule).alias("rule"),
        pl.lit(column).alias("column"),
        pl.col(column).cast(pl.String).str.slice(0, VALUE_LENGTH).alias("value"),
        content.alias("row"),
    )
    if "goods_items" not in rows.columns:
        return refused
    times = rows["goods_items"].list.len()
    return refused.select(pl.all().repeat_by(times)).explode(list(SCHEMA), empty_as_null=False, keep_nulls=False)


def broken(table: Table) -> pl.DataFrame:
    """Quarantine the lines that do not fit the headings."""
    return table.broken.select(
        pl.lit(table.name).alias("file"),
        "line",
        "rule",
        "column",
        pl.col("value").str.slice(0, VALUE_LENGTH),
        "row",
    )


def as_json(rows: pl.DataFrame) -> pl.Series:
    """Each row as a JSON object under the headings of its file."""
    if not rows.width:
        return pl.Series([], dtype=pl.String)
    return rows.select(pl.struct(pl.all()).struct.json_encode()).to_series()


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write a quarantine to `path`, as CSV, Parquet or JSON Lines by its ending; formulas are made harmless in CSV.

    Raises SettingsError where the path cannot be written.
    """
    export.write((frame, path))
