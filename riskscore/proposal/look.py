"""Look at the columns of a file: their cells without words for nothing, and whether they are numbers or dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from riskscore.cells import nothing, numbers, texts
from riskscore.cells.headings import Heading
from riskscore.cells.moments import dates
from riskscore.cells.wordings import words
from riskscore.manifest.formats.table import Table

NEARLY_ALL = 0.99
"""Least share of a column's values that must be numbers, or dates, for the column to be one."""

FEWEST_LISTED = 0.2
"""Least share of values with a separator for a column to have several values in a cell."""

_SEPARATED = r"\S\s*[;|]\s*\S"


@dataclass(frozen=True)
class Column:
    """One column of the file: its heading, the canonical column that it was recognised as, and its cells as text.

    Words for nothing, NA among them, are null.
    """

    source: str
    known_as: str | None
    cells: pl.Series

    @property
    def words(self) -> set[str]:
        """The words of the heading, in small letters without accents."""
        return set(words(self.source))

    @cached_property
    def distinct(self) -> pl.Series:
        """Every different cell once, sorted."""
        return self.cells.drop_nulls().unique().sort()

    @cached_property
    def filled(self) -> int:
        """Number of cells that are not empty."""
        return self.cells.len() - self.cells.null_count()

    @cached_property
    def numbers(self) -> pl.Series | None:
        """The cells as numbers; None where they are none. Codes such as 007 are none."""
        read = numbers.parse(self.distinct)
        if not self.distinct.len() or read["number"].count() < NEARLY_ALL * self.distinct.len():
            return None
        if self.distinct.str.contains(r"^0[0-9]").any():
            return None
        return numbers.parse(self.cells)["number"]

    @cached_property
    def units(self) -> list[str]:
        """The units after its numbers."""
        return numbers.parse(self.distinct)["unit"].drop_nulls().unique().sort().to_list()

    @cached_property
    def has_decimals(self) -> bool:
        """Whether some of its numbers are not whole."""
        return self.numbers is not None and bool((self.numbers != self.numbers.floor()).any())

    @cached_property
    def moments(self) -> pl.Series | None:
        """The cells as moments (UTC); None where they are no dates. Numbers are dates only under such a heading."""
        if not self.distinct.len():
            return None
        if self.numbers is not None and not {"date", "fecha", "data", "datum", "day", "time"} & self.words:
            return None
        read = dates.parse(self.distinct)["moment"]
        return dates.parse(self.cells)["moment"] if read.count() >= NEARLY_ALL * self.distinct.len() else None

    @cached_property
    def has_lists(self) -> bool:
        """Whether cells have several values, as in 'A; B'."""
        if not self.filled or self.numbers is not None:
            return False
        return int(self.cells.str.contains(_SEPARATED).sum()) >= FEWEST_LISTED * self.filled


def look(table: Table, headings: Sequence[Heading]) -> list[Column]:
    """The columns of `table` in their order; `headings` say which canonical column each was recognised as."""
    empty = nothing.pattern()
    return [
        Column(
            heading.source,
            heading.column,
            texts.clean(texts.as_text(table.frame[heading.source]), None, empty)[0],
        )
        for heading in headings
    ]


def unknown(column: Column) -> Column:
    """The same column, not recognised."""
    return replace(column, known_as=None)


def plain(text: str) -> str:
    """`text` in one line of printable characters, for comments."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
