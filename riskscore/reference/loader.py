"""Reading one small CSV table against its declared schema: codes stay text, and what is wrong is named.

Table(columns, key, may_be_empty, ranges, patterns) ── read ──▶ frame with exactly these columns and types
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from riskscore.errors import ReferenceDataError

DataType = pl.DataType | type[pl.DataType]


@dataclass(frozen=True)
class Table:
    """What a table must look like. Every table has a `source` column besides `columns`."""

    columns: dict[str, DataType]
    key: tuple[str, ...] = ()
    """Columns that no two rows share; empty where rows may repeat."""
    may_be_empty: tuple[str, ...] = ()
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Lowest and highest value of a number, both allowed."""
    patterns: dict[str, str] = field(default_factory=dict)
    """Regular expression that the whole text of a column matches."""


def read(path: Path, table: Table) -> pl.DataFrame:
    """Read the CSV file at `path` as `table` says: its columns in that order, then `source`.

    Empty fields are null; comments and further columns of the file are left out.
    Raises ReferenceDataError with file, column, line and value where the file is not as declared.
    """
    columns = {**table.columns, "source": pl.String}
    text = _text(path, columns)
    for name in columns:
        if name not in table.may_be_empty:
            _refuse(path, text, name, pl.col(name).is_null(), "is empty")
    for name, pattern in table.patterns.items():
        _refuse(path, text, name, ~pl.col(name).str.contains(f"^(?:{pattern})$"), f"does not match {pattern}")
    typed = {name: _typed(name, dtype) for name, dtype in columns.items()}
    for name, dtype in columns.items():
        _refuse(path, text, name, pl.col(name).is_not_null() & typed[name].is_null(), f"is not {dtype}")
    frame = text.select(**typed)
    for name, (low, high) in table.ranges.items():
        _refuse(path, frame, name, ~pl.col(name).is_between(low, high), f"is not between {low:g} and {high:g}")
    if table.key:
        repeated = pl.struct(table.key).is_duplicated()
        _refuse(path, frame, table.key[0], repeated, f"is there twice (key: {', '.join(table.key)})")
    return frame


def _text(path: Path, columns: dict[str, DataType]) -> pl.DataFrame:
    try:
        text = pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        raise ReferenceDataError(
            f"reference table {path} is missing; install riskscore again or restore the file"
        ) from None
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ReferenceDataError(f"reference table {path} cannot be read as CSV ({reason}); mend the file") from None
    missing = [name for name in columns if name not in text.columns]
    if missing:
        raise ReferenceDataError(
            f"reference table {path} lacks the column(s) {', '.join(missing)}; it has {', '.join(text.columns)}"
        )
    if text.is_empty():
        raise ReferenceDataError(f"reference table {path} has no rows; restore the file")
    return text.select(pl.col(name).str.strip_chars().replace("", None) for name in columns)


def _typed(name: str, dtype: DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Boolean:
        return column.str.to_lowercase().replace_strict(
            {"true": True, "false": False, "1": True, "0": False}, default=None, return_dtype=pl.Boolean
        )
    if dtype == pl.Date:
        return column.str.to_date("%Y-%m-%d", strict=False)
    return column.cast(dtype, strict=False)


def _refuse(path: Path, frame: pl.DataFrame, name: str, wrong: pl.Expr, what: str) -> None:
    found = frame.with_row_index("line", offset=2).filter(wrong).select("line", name)
    if found.height:
        line, value = found.row(0)
        raise ReferenceDataError(
            f"reference table {path}, line {line}: {name} {value!r} {what} ({found.height} such rows); mend the file"
        )
