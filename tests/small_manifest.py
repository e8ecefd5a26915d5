"""A small manifest that each test can change, and ways to write it in each format."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

HEADINGS = [
    "Bill of Lading",
    "Container No",
    "Filing Date",
    "POL",
    "POD",
    "Description of Goods",
    "Gross Weight (kg)",
    "Packages",
    "HS Code",
    "Shipper",
    "Consignee",
]
ROW = [
    "ABCD0000001",
    "MSCU1234566",
    "2019-03-25",
    "NGAPP",
    "VNHPH",
    "PLASTIC GRANULES",
    "24000",
    "960",
    "390120",
    "NORTHERN RESINS LTD",
    "HARBOUR TRADING CO",
]


@pytest.fixture
def row() -> Callable[..., list[str]]:
    """Make a row like ROW with other values under some headings."""

    def make(**values: str) -> list[str]:
        named = {
            "bill": 0,
            "container": 1,
            "filed": 2,
            "pol": 3,
            "pod": 4,
            "goods": 5,
            "weight": 6,
            "packages": 7,
            "hs": 8,
            "shipper": 9,
            "consignee": 10,
        }
        cells = list(ROW)
        for name, value in values.items():
            cells[named[name]] = value
        return cells

    return make


@pytest.fixture
def as_csv(tmp_path: Path) -> Callable[..., Path]:
    """Write rows under headings as CSV."""

    def write(
        *rows: Sequence[str],
        headings: Sequence[str] = HEADINGS,
        delimiter: str = ",",
        encoding: str = "utf-8",
        name: str = "m.csv",
    ) -> Path:
        lines = [delimiter.join(_quoted(cell, delimiter) for cell in cells) for cells in [headings, *rows]]
        path = tmp_path / name
        path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
        return path

    return write


def _quoted(cell: str, delimiter: str) -> str:
    unsafe = any(sign in cell for sign in (delimiter, '"', "\n"))
    return '"' + cell.replace('"', '""') + '"' if unsafe else cell


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Make an XLSX of sheets: name -> rows."""

    def make(**sheets: Sequence[Sequence[object]]) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for place, cells in enumerate(rows):
                    sheet.write_row(place, 0, cells)
        return out.getvalue()

    return make


@pytest.fixture
def records() -> Callable[..., list[dict[str, str]]]:
    """Make rows into JSON records under HEADINGS."""

    def make(*rows: Sequence[str]) -> list[dict[str, str]]:
        return [dict(zip(HEADINGS, cells, strict=True)) for cells in rows]

    return make


@pytest.fixture
def as_json(tmp_path: Path) -> Callable[..., Path]:
    """Write any content as JSON."""

    def write(content: object, name: str = "m.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return path

    return write
