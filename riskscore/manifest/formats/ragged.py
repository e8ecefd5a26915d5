"""Lines of delimited text with more or fewer fields than there are headings, kept as frames while the text is parsed.

A line that is too short is filled with null, and so is one that is too long by blank fields only. Python objects are
kept for a block of such lines at a time, because a file may consist of nothing else.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import islice

import polars as pl

MAX_CELL = 2**20
"""Most characters of one cell or line that are kept; a spreadsheet has at most 32,767 in a cell."""

CUT = f"texts of more than {MAX_CELL:,} characters were cut to as many"
"""The note on a file with such texts."""

_CHUNK = 20_000
"""Lines that are kept as Python objects; fewer where they have more than MAX_CELL characters."""

_LONG = 128 * 1024
"""Characters of a line that is read field by field: Python's reader of CSV takes no longer field."""


class Ragged:
    """Ragged lines of a text with `width` fields in a line; `quoted` says whether quotes are more than characters.

    `count` is how many there are, `swallows` whether one contains a line break and then a full line, and `cut` how many
    were too long.
    """

    def __init__(self, width: int, delimiter: str, *, quoted: bool) -> None:
        self.count = self.cut = 0
        self.swallows = False
        self._width, self._delimiter, self._quoted = width, delimiter, quoted
        self._names = [f"c{place}" for place in range(width)]
        self._lines: list[tuple[int, str]] = []
        self._size = 0
        self._numbers: list[pl.Series] = []
        self._short: list[pl.DataFrame] = []
        self._long: list[pl.DataFrame] = []

    def add(self, number: int, text: str) -> None:
        """Keep the line `number`."""
        self.count += 1
        if self._width > 2 and not self.swallows and ("\n" in text or "\r" in text):
            full = self._width - 1
            self.swallows = any(line.count(self._delimiter) >= full for line in text.splitlines()[1:])
        self._lines.append((number, text))
        self._size += len(text)
        if len(self._lines) == _CHUNK or self._size > MAX_CELL:
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

    def _flush(self) -> None:
        if not self._lines:
            return
        fitted: list[list[str | int | None]] = []
        long: list[tuple[int, str]] = []
        for number, text in self._lines:
            cells = self._cells(text)
            if any(cell.strip() for cell in cells[self._width :]):
                long.append((number, text[:MAX_CELL]))
            elif any(map(str.strip, cells)) or "\n" in text or "\r" in text:
                fitted.append([*cells[: self._width], *[None] * (self._width - len(cells)), number])
        self._numbers.append(pl.Series([number for number, _ in self._lines], dtype=pl.UInt32))
        if fitted:
            self._short.append(self._frame(fitted))
        if long:
            self._long.append(pl.DataFrame(long, schema={"_number": pl.Int64, "text": pl.String}, orient="row"))
        self._lines, self._size = [], 0

    def _frame(self, rows: Sequence[Sequence[str | int | None]]) -> pl.DataFrame:
        return pl.DataFrame(rows, {**dict.fromkeys(self._names, pl.String), "_number": pl.Int64}, orient="row")

    def _cells(self, text: str) -> list[str]:
        """The fields of a line; of a long one as many as there are headings, cut, and the rest if it is not blank."""
        if len(text) > _LONG:
            return self._cells_of_long(text)
        if not self._quoted:
            return text.split(self._delimiter)
        try:
            return next(csv.reader([text], delimiter=self._delimiter), [])
        except csv.Error:
            return text.split(self._delimiter)

    def _cells_of_long(self, text: str) -> list[str]:
        mark = re.escape(self._delimiter)
        quoted = r'(?:"((?:[^"]|"")*+)"?+)?' if self._quoted else "()"
        fields = re.finditer(rf"{quoted}([^{mark}]*)(?:{mark}|\Z)", text)
        found = list(islice(fields, self._width))
        cells = [(field[1] or "").replace('""', '"') + field[2] for field in found]
        rest = text[found[-1].end() :].strip(self._delimiter + (' \t"' if self._quoted else " \t"))
        self.cut += any(len(cell) > MAX_CELL for cell in cells) or (bool(rest) and len(text) > MAX_CELL)
        return [*(cell[:MAX_CELL] for cell in cells), *([rest] if rest else [])]
