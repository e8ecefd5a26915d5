"""Measure OpenDocument spreadsheets (ODS) before the spreadsheet library reads them; cells and rows may repeat."""

from __future__ import annotations

import html
import re

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats import sheets, workbook
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.table import Count, Table
from riskscore.manifest.formats.workbook import Area, Sheet

_TAG = re.compile(
    rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])"
    rb"((?:\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>"
)
_NUMBER = rb"\stable:number-%s\s*=\s*[\"']\s*([0-9]+)"
_ROWS, _COLUMNS, _TALL, _WIDE = (
    re.compile(_NUMBER % kind) for kind in (b"rows-repeated", b"columns-repeated", b"rows-spanned", b"columns-spanned")
)
_NAME = re.compile(rb"\stable:name\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


def sniff(file: File) -> bool:
    """Whether the file is a zip with the parts of an OpenDocument file."""
    return file.head.startswith(b"PK") and archives.is_open_document(archives.names(file.data))


def read(file: File, count: Count) -> list[Table]:
    """Read the spreadsheet. Raises as sheets.read_sheets does, and ManifestError where it is too large or locked."""
    parts = archives.parts(file.name, file.data)
    if b"encryption-data" in parts["META-INF/manifest.xml"]:
        raise ManifestError(f"{file.name} is protected by a password; save it without one")
    if not parts.get("mimetype", b"").strip().startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        raise ManifestError(
            f"{file.name} is an OpenDocument file, but no spreadsheet; export the manifest as XLSX or CSV"
        )
    measured = _measure(parts["content.xml"])
    workbook.allow(file.name, measured.values(), sum(map(len, parts.values())))
    kept = {part: content for part, content in parts.items() if not part.startswith(("Pictures/", "Thumbnails/"))}
    return sheets.read_sheets(file.name, workbook.pack(kept), measured, count)


class _Measured:
    """The corners and merged areas of one table, as its rows and cells are added."""

    def __init__(self) -> None:
        self.left, self.right, self.bottom = 2**31, -1, -1
        self.merged: list[Area] = []
        self.row = self.repeats = self.column = 0

    def add_row(self, attributes: bytes) -> None:
        self.row, self.repeats, self.column = self.row + self.repeats, _number(_ROWS, attributes), 0

    def add_cell(self, attributes: bytes, is_blank: bool) -> None:
        width = _number(_COLUMNS, attributes)
        if not is_blank:
            self.left, self.right = min(self.left, self.column), max(self.right, self.column + width - 1)
            self.bottom = max(self.bottom, self.row + self.repeats - 1)
        tall, wide = _number(_TALL, attributes), _number(_WIDE, attributes)
        if (tall > 1 or wide > 1) and len(self.merged) <= workbook.MAX_MERGED:
            self.merged.append(Area(self.row, self.column, self.row + tall - 1, self.column + wide - 1))
        self.column += width

    def sheet(self) -> Sheet:
        return Sheet(self.left, self.right, self.bottom, tuple(self.merged))


def _measure(content: bytes) -> dict[str, Sheet]:
    """The sheets of the document by their names. Raises ValueError where its XML cannot be followed."""
    if content.count(b"<table:table-cell") != sum(
        tag[1] == b"table-cell" and not tag[0] for tag in _TAG.findall(content)
    ):
        raise ValueError("the XML of its cells is malformed")
    found: dict[str, Sheet] = {}
    name, table = "", _Measured()
    for end, tag, attributes, closed in _TAG.findall(content):
        if tag == b"table":
            if end:
                found[name] = table.sheet()
            elif named := _NAME.search(attributes):
                name = html.unescape((named[1] or named[2] or b"").decode("utf-8", "replace"))
            table = _Measured()
        elif tag == b"table-row" and not end:
            table.add_row(attributes)
        elif not end:
            table.add_cell(attributes, bool(closed) and b"value" not in attributes and b"formula" not in attributes)
    return found


def _number(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1][:12]) if found else 1
