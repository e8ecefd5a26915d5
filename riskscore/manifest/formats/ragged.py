"""Lines of delimited text with more or fewer fields than there are headings, kept as frames while the text is parsed.

A line that is too short is filled with null, and so is one that is too long by blank fields only. Python objects are
kept for a block of such lines at a time, because a file may consist of nothing else.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence

import polars as pl

MAX_CELL = 2**20
"""Most characters of one cell or line that are kept; a spreadsheet has at most 32,767 in a cell."""

CUT = f"texts of more than {MAX_CELL:,} characters were cut to as many"
"""The note on a file with such texts."""

_CHUNK = 20_000
_MOST_FIELDS = 100_000


class Ragged:
    """Ragged lines of a text with `width` fields in a line; `quoted` says whether quotes are more than characters.

    `count` is how many there are, and `swallows` whether one contains a line break and then a full line.
    """

    def __init__(self, width: int, delimiter: str, *, quoted: bool) -> None:
        self.count = 0
        self.swallows = False
        self._width, self._delimiter, self._quoted = width, delimiter, quoted
        self._names = [f"c{place}" for place in range(width)]
        self._lines: list[tuple[int, str]] = []
        self._numbers: list[pl.Series] = []
        self._short: list[pl.DataFrame] = []
        self._long: list[pl.DataFrame] = []

    def add(self, number: int, text: str) -> None:
        """Keep the line `number`."""
        self.count += 1
        if self._width > 2 and not self.swallows and ("\n" in text or "\r" in text):
            full = self._width - 1
            self.swallows = any(line.count(self._delimiter) >= full for line in text.splitlines()[1:])
        self._lines.append((number, self._bounded(text)))
        if len(self._lines) == _CHUNK:
            self._flush()

    @property
    def numbers(self) -> pl.Series:
        """The numbers of the lines, from 1 (UInt32)."""
        self._flush()
        return pl.concat([pl.Series([], dtype=pl.UInt32), *self._numbers])

    @property
    def short(self) -> pl.DataFrame:
        """The lines that fit once they are filled: their fields and `_number`."""
        self._flush()
        return pl.concat([self._frame([]), *self._short])

    @property
    def long(self) -> pl.DataFrame:
        """The lines with more fields than headings: `_number` and `text`."""
        self._flush()
        schema = {"_number": pl.Int64, "text": pl.String}
        return pl.concat([pl.DataFrame(schema=schema), *self._long])

    def _bounded(self, text: str) -> str:
        """`text` without blank fields at its end where it has very many, and no longer than a cell may be."""
        if text.count(self._delimiter) > _MOST_FIELDS:
            text = text.rstrip(f"{self._delimiter} \t")
        return text[:MAX_CELL]

    def _flush(self) -> None:
        if not self._lines:
            return
        fitted: list[list[str | int | None]] = []
        long: list[tuple[int, str]] = []
        for number, text in self._lines:
            cells = _cells(text, self._delimiter) if self._quoted else text.split(self._delimiter)
            if any(cell.strip() for cell in cells[self._width :]):
                long.append((number, text))
            elif any(map(str.strip, cells)) or "\n" in text or "\r" in text:
                fitted.append([*cells[: self._width], *[None] * (self._width - len(cells)), number])
        self._numbers.append(pl.Series([number for number, _ in self._lines], dtype=pl.UInt32))
        if fitted:
            self._short.append(self._frame(fitted))
        if long:
            self._long.append(pl.DataFrame(long, schema={"_number": pl.Int64, "text": pl.String}, orient="row"))
        self._lines = []

    def _frame(self, rows: Sequence[Sequence[str | int | None]]) -> pl.DataFrame:
        return pl.DataFrame(rows, {**dict.fromkeys(self._names, pl.String), "_number": pl.Int64}, orient="row")


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)
