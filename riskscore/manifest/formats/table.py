"""A table as a format's reader gives it: rows under the headings that the file has, and lines that do not fit them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

MAX_HEADINGS = 2000
"""Most columns that a file may have."""

BROKEN = {"line": pl.Int64, "rule": pl.String, "column": pl.String, "value": pl.String, "row": pl.String}
"""Columns of the lines that could not even be put under the headings."""

Count = Callable[[Sequence[str]], int]
"""How many of these cells are known headings."""


@dataclass(frozen=True)
class Table:
    """Rows of one member: `frame` under the source's headings, `lines` their line or row numbers.

    `broken` holds lines that do not fit the headings (columns BROKEN); `delimiter`, `encoding` and `sheet` are
    None where the format has none.
    """

    frame: pl.DataFrame
    lines: pl.Series
    name: str = ""
    format: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    broken: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BROKEN))
    notes: tuple[str, ...] = ()


def unique(headings: Sequence[str]) -> list[str]:
    """Name every column once: 'seal', 'seal (2)'; an empty heading becomes 'column 7'."""
    taken: dict[str, int] = {}
    names: list[str] = []
    for place, heading in enumerate(headings, start=1):
        plain = " ".join(heading.replace("\0", " ").replace("\ufeff", "").split())[:200] or f"column {place}"
        name = plain
        while name in taken:
            taken[plain] += 1
            name = f"{plain} ({taken[plain]})"
        taken[name] = 1
        names.append(name)
    return names


def broken(rows: Sequence[tuple[int, str, str, str]]) -> pl.DataFrame:
    """Frame of broken lines from (line, rule, value, row as JSON)."""
    return pl.DataFrame(
        [(line, rule, None, value, row) for line, rule, value, row in rows], schema=BROKEN, orient="row"
    )
