"""The result of every format's reader: rows under the headings of the file, and lines that do not fit them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from riskscore.cells.moments.date_order import DateOrder

MAX_HEADINGS = 2000
"""Most columns that a file may have."""

BROKEN = {"line": pl.Int64, "rule": pl.String, "column": pl.String, "value": pl.String, "row": pl.String}
"""Columns of the lines that do not fit the headings; `row` is the line as JSON."""

CANCELLED: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "bill_of_lading": pl.String,
    "house_bill": pl.String,
    "container_number": pl.String,
    "filed_at": pl.Datetime("us", "UTC"),
}
"""Columns of what a message cancels: without a container, all containers of the bill."""

MANIFEST, STOW_PLAN = "manifest", "stow plan"
"""Kinds of tables: consignments, or the containers aboard a ship."""

_DATUM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|-?[0-9]+[.,][0-9]+$")
"""A date or a decimal number, which is no heading."""

Count = Callable[[Sequence[str]], int]
"""A function that counts how many of some cells are known headings."""


@dataclass(frozen=True)
class Table:
    """Rows of one member: `frame` has the headings of the file, `lines` the line or row number of each row (Int64).

    `broken` contains lines that do not fit the headings (columns BROKEN). `delimiter`, `encoding` and `sheet` are None
    where the format has none. `carried` has Boolean columns with the names of some columns of `frame`: the rows whose
    value was written once, in a merged cell that begins in a row above. `notes` say in plain language what was decided.
    `above` are the cells of the lines above the headings. `date_order` is what a person says about its dates. `kind` is
    MANIFEST or STOW_PLAN, and `cancelled` lists what a message cancels (columns CANCELLED). The columns of a message
    are canonical already.
    """

    frame: pl.DataFrame
    lines: pl.Series
    name: str = ""
    format: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    broken: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BROKEN))
    carried: pl.DataFrame = field(default_factory=pl.DataFrame)
    notes: tuple[str, ...] = ()
    above: tuple[tuple[str, ...], ...] = ()
    date_order: DateOrder | None = None
    kind: str = MANIFEST
    is_message: bool = False
    cancelled: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CANCELLED))


def of_headings(count: Count) -> Count:
    """`count`, but none for a row of data in which one word, such as a unit, may be a heading."""

    def counted(cells: Sequence[str]) -> int:
        known = count(cells)
        return 0 if known == 1 and any(map(_DATUM.match, cells)) else known

    return counted


def unique(headings: Sequence[str]) -> list[str]:
    """Make headings unique: 'seal', 'seal (2)'. An empty heading becomes 'column 7'; long ones are cut at 200."""
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


def repeated(headings: Sequence[str]) -> tuple[str, ...]:
    """A note on headings that a file has several times, and what `unique` calls the later ones; else none."""
    plain = [" ".join(heading.split()) for heading in headings]
    twice = [heading for heading in dict.fromkeys(plain) if heading and plain.count(heading) > 1]
    if not twice:
        return ()
    shown = ", ".join(repr(heading[:60]) for heading in twice[:5]) + (" ..." if len(twice) > 5 else "")
    return (
        f"several columns have the same heading: {shown}; of each the first counts where only one can; "
        f"the others are called '{twice[0][:60]} (2)' and so on",
    )


def broken(rows: Sequence[tuple[int, str, str, str]]) -> pl.DataFrame:
    """Make a frame of broken lines (columns BROKEN) from (line, rule, value, row as JSON)."""
    return pl.DataFrame(
        [(line, rule, None, value, row) for line, rule, value, row in rows], schema=BROKEN, orient="row"
    )
