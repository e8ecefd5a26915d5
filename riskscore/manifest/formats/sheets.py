"""Read XLSX: find the sheets and the row with the headings, and read every cell as text.

A workbook is a zip of XML. It is unpacked within the limits of archives.py and packed again without compression before
the spreadsheet library reads it, so the library never unpacks more than was counted.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.table import Count, Table, unique

if TYPE_CHECKING:
    import fastexcel

MAX_CELLS = 60_000_000
"""Largest number of cells in a sheet's rectangle; without it, two cells in far corners would fill the memory."""

_HEAD_ROWS = 15
_CELL = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']")
_LETTERS = 26


def sniff(file: File) -> bool:
    """Whether the file is a zip with the parts of a workbook."""
    return file.head.startswith(b"PK") and archives.is_workbook(file.data)


def read(file: File, count: Count) -> list[Table]:
    """Read the sheet with the most known headings and all sheets with the same ones; `lines` are rows of the sheet.

    Raises ManifestError where the workbook has no sheet with cells or one that is too large, ValueError where it is
    damaged.
    """
    import fastexcel  # late: it loads Arrow

    try:
        return _read(file, count)
    except fastexcel.FastExcelError as damaged:
        raise ValueError(str(damaged)) from damaged


def _read(file: File, count: Count) -> list[Table]:
    import fastexcel

    parts = archives.parts(file.name, file.data)
    tops = [_measure(file.name, content) for part, content in parts.items() if part.startswith("xl/worksheets/")]
    workbook = fastexcel.read_excel(_pack(parts))
    first = tops[0] if len(tops) == 1 else 1
    sheets = [
        _table(frame, name, count, first) for name in workbook.sheet_names if (frame := _cells(workbook, name)).width
    ]
    if not sheets:
        raise ManifestError(f"{file.name} has only empty sheets; a manifest needs at least a row of headings")
    known, best = max(sheets, key=lambda sheet: sheet[0])
    tables = [table for _, table in sheets if known and table.frame.columns == best.frame.columns] or [best]
    if len(workbook.sheet_names) == 1:
        return tables
    names = ", ".join(repr(table.sheet) for table in tables)
    note = f"sheets that were read: {names} ({len(tables)} of {len(workbook.sheet_names)})"
    return [replace(tables[0], notes=(note,)), *tables[1:]]


def _table(frame: pl.DataFrame, name: str, count: Count, first: int) -> tuple[int, Table]:
    """(number of known headings, table) of one sheet, whose cells begin in row `first`."""
    known, head = _find_head(frame, count)
    headings = ["" if cell is None else cell for cell in frame.row(head)]
    body = frame.slice(head + 1)
    lines = pl.int_range(head + 1 + first, frame.height + first, dtype=pl.Int64, eager=True).alias("line")
    body.columns = unique(headings)
    used = body.select(~pl.all_horizontal(pl.all().fill_null("").str.strip_chars() == "")).to_series()
    return known, Table(body.filter(used), lines.filter(used), sheet=name)


def _cells(workbook: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    sheet = workbook.load_sheet(name, header_row=None, dtypes="string", schema_sample_rows=None)
    return sheet.to_polars()


def _find_head(frame: pl.DataFrame, count: Count) -> tuple[int, int]:
    """(number of known headings, row) of the row with the most known headings, among the first _HEAD_ROWS."""
    rows = [["" if cell is None else cell for cell in row] for row in frame.head(_HEAD_ROWS).iter_rows()]
    known = [count(row) for row in rows]
    top = max(known)
    return top, known.index(top)


def _pack(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return out.getvalue()


def _measure(name: str, sheet: bytes) -> int:
    """First row with a cell. Raises ManifestError where the rectangle of cells is too large."""
    columns: set[bytes] = set()
    rows: set[bytes] = set()
    for start in range(0, len(sheet), 64 * 2**20):
        for letters, row in _CELL.findall(sheet[start : start + 64 * 2**20 + 64]):
            columns.add(letters)
            rows.add(row)
    if not rows:
        return 1
    numbers = [int(row) for row in rows]
    width = max(map(_column, columns))
    if (max(numbers) - min(numbers) + 1) * width > MAX_CELLS:
        raise ManifestError(
            f"{name} has a sheet of {max(numbers):,} rows by {width:,} columns; at most {MAX_CELLS:,} cells are read, "
            "so delete the rows and columns that are not used"
        )
    return min(numbers)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * _LETTERS + letter - 64
    return number
