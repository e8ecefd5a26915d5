"""Read one small CSV table and check it against its declared schema; codes stay text, and errors name the line.

Table(columns, key, may_be_empty, ranges, patterns) ── read ──▶ frame with exactly these columns and types
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from riskscore.errors import ReferenceDataError
from riskscore.units import counted

DataType = pl.DataType | type[pl.DataType]


@dataclass(frozen=True)
class Table:
    """The schema of a table. Every table has a `source` column besides `columns`."""

    columns: dict[str, DataType]
    key: tuple[str, ...] = ()
    """Columns whose values together are unique; empty where rows may repeat."""
    may_be_empty: tuple[str, ...] = ()
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Lowest and highest value of a number, both allowed."""
    patterns: dict[str, str] = field(default_factory=dict)
    """Regular expression that must match the full text of a column."""


def read(path: Path, table: Table) -> pl.DataFrame:
    """Read the CSV file at `path`: the columns of `table` in that order, with their types, then `source`.

    Empty fields are null. Other columns of the file are left out. Raises ReferenceDataError with file, line, column
    and value where the file does not fit the schema.
    """
    columns = {**table.columns, "source": pl.String}
    text = _text(path, columns)
    typed = {name: _typed(name, dtype) for name, dtype in columns.items()}
    rules = [(name, pl.col(name).is_null(), "is empty") for name in columns if name not in table.may_be_empty]
    rules += [
        (name, ~pl.col(name).str.contains(f"^(?:{pattern})$"), f"does not match {pattern}")
        for name, pattern in table.patterns.items()
    ]
    rules += [
        (name, pl.col(name).is_not_null() & typed[name].is_null(), f"is not {dtype}") for name, dtype in columns.items()
    ]
    rules += [
        (name, ~typed[name].is_between(low, high), f"is not a number between {low:g} and {high:g}")
        for name, (low, high) in table.ranges.items()
    ]
    if table.key:
        repeated = pl.struct(typed[name] for name in table.key).is_duplicated()
        rules.append((table.key[0], repeated, f"is repeated (unique key: {', '.join(table.key)})"))
    _check(path, text, rules)
    return text.select(**typed)


Rule = tuple[str, pl.Expr, str]
"""A column, the condition under which its value is wrong, and the text for the error."""


def _text(path: Path, columns: dict[str, DataType]) -> pl.DataFrame:
    try:
        text = pl.read_csv(path, infer_schema=False)
    except FileNotFoundError:
        raise ReferenceDataError(
            f"reference table {path} is missing; install riskscore again or restore the file"
        ) from None
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ReferenceDataError(f"reference table {path} cannot be read as CSV ({reason}); correct the file") from None
    missing = [name for name in columns if name not in text.columns]
    if missing:
        raise ReferenceDataError(
            f"reference table {path} lacks {counted(len(missing), 'column')}: {', '.join(missing)}; "
            f"it has {', '.join(text.columns)}"
        )
    if text.is_empty():
        raise ReferenceDataError(f"reference table {path} has no rows; restore the file")
    stripped = {name: pl.col(name).str.strip_chars() for name in columns}
    return text.select(pl.when(value != "").then(value).alias(name) for name, value in stripped.items())


def _typed(name: str, dtype: DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Boolean:
        return column.str.to_lowercase().replace_strict(
            {"true": True, "false": False, "1": True, "0": False}, default=None, return_dtype=pl.Boolean
        )
    if dtype == pl.Date:
        return column.str.to_date("%Y-%m-%d", strict=False)
    return column.cast(dtype, strict=False)


def _check(path: Path, text: pl.DataFrame, rules: list[Rule]) -> None:
    """Raise ReferenceDataError for the first rule that a row breaks; one pass checks all rules."""
    broken = text.select(wrong.any().alias(str(number)) for number, (_, wrong, _) in enumerate(rules)).row(0)
    for (name, wrong, what), is_broken in zip(rules, broken, strict=True):
        if is_broken:
            rows = text.with_row_index("line", offset=2).filter(wrong).select("line", name)
            line, value = rows.row(0)
            raise ReferenceDataError(
                f"reference table {path}, line {line}: {name} {value!r} {what} "
                f"({counted(rows.height, 'such row')}); correct the file"
            )
