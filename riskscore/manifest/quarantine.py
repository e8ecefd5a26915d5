"""The quarantine: every refused row in full, with its file and line, the rule that it broke, and the value.

Rows read = rows accepted + rows in quarantine, always. A row that breaks several rules is listed once, under the first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
"""`line`: line of the file (headings are usually line 1) or, where a format has no lines, row from 1. `row`: JSON."""

_LINES = 5

VALUE_LENGTH = 200
"""Characters of `value` that are kept; `row` is never cut."""


def empty() -> pl.DataFrame:
    """A quarantine without rows, columns SCHEMA."""
    return pl.DataFrame(schema=SCHEMA)


def build(table: Table, faults: pl.DataFrame, weights: pl.Series) -> pl.DataFrame:
    """Quarantine the rows of `table` that `faults` lists (columns values.FAULTS, the most important first).

    `weights` is the number of goods lines in each row of the table; a refused row is listed once for each of them.
    Returns columns SCHEMA, ordered by line, the broken lines of the table included.
    """
    first = faults.unique("row", keep="first", maintain_order=True).sort("row")
    numbers = first["row"]
    rows = table.frame[numbers.to_list()] if numbers.len() else table.frame.clear()
    refused = first.select(
        pl.lit(table.name).alias("file"),
        table.lines.gather(numbers).alias("line"),
        "rule",
        "column",
        pl.col("value").str.slice(0, VALUE_LENGTH),
        as_json(rows).alias("row"),
    )
    repeated = (
        pl.int_range(refused.height, eager=True)
        .repeat_by(weights.gather(numbers))
        .explode(empty_as_null=False, keep_nulls=False)
    )
    return pl.concat([refused[repeated], broken(table)]).sort("line", maintain_order=True).select(*SCHEMA)


def aside(
    rows: pl.DataFrame, rule: str, column: str, content: pl.Series, *, file: pl.Expr | None = None
) -> pl.DataFrame:
    """Quarantine `rows` for one `rule`, which their `column` broke; `content` is each row as JSON.

    `file` is where each row came from, null where that is not known. Rows with `goods_items` are listed once for each
    item. Returns columns SCHEMA.
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
    """Quarantine the lines of `table` that do not fit its headings. Returns columns SCHEMA."""
    return table.broken.select(
        pl.lit(table.name).alias("file"),
        "line",
        "rule",
        "column",
        pl.col("value").str.slice(0, VALUE_LENGTH),
        "row",
    )


def by_rule(refused: pl.DataFrame) -> list[dict[str, Any]]:
    """Count `refused` rows (columns SCHEMA) by `file`, `rule` and `column`, with the first `lines` and one `value`.

    Files are called by their name, without the folder. The most frequent comes first.
    """
    name = pl.col("file").str.split("/").list.last()
    return (
        refused.group_by(name, "rule", "column", maintain_order=True)
        .agg(
            rows=pl.len().cast(pl.Int64),
            lines=pl.col("line").drop_nulls().head(_LINES),
            value=pl.col("value").first(),
        )
        .sort("rows", descending=True, maintain_order=True)
        .to_dicts()
    )


def as_json(rows: pl.DataFrame) -> pl.Series:
    """Each row as a JSON object, with the columns of `rows` as keys."""
    if not rows.width:
        return pl.Series([], dtype=pl.String)
    return rows.select(pl.struct(pl.all()).struct.json_encode()).to_series()


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write a quarantine to `path`, as CSV, Parquet or JSON Lines depending on its ending.

    In CSV, texts that a spreadsheet would run as formulas get an apostrophe in front. Raises SettingsError where the
    path cannot be written.
    """
    export.write((frame, path))
