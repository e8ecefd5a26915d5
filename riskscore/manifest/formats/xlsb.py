"""Measure XLSB workbooks, in which the parts are binary records, before the spreadsheet library reads them.

A record is its type and its length, in seven bits a byte, and its content.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from riskscore.manifest import archives
from riskscore.manifest.formats import sheets, workbook
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.table import Count, Table
from riskscore.manifest.formats.workbook import Area, Sheet

_ROW, _FIRST_CELL, _SHARED, _LAST_CELL, _ITEM, _BUNDLE, _MERGED = 0, 2, 7, 11, 19, 156, 176
_KNOWN = (".xml", ".rels", "xl/workbook.bin", "xl/styles.bin", "xl/sharedStrings.bin")


def sniff(file: File) -> bool:
    """Whether the file is a zip with a binary workbook."""
    return file.head.startswith(b"PK") and "xl/workbook.bin" in archives.names(file.data)


def read(file: File, count: Count) -> list[Table]:
    """Read the workbook. Raises as sheets.read_sheets does, and ManifestError where it is too large."""
    parts = archives.parts(file.name, file.data)
    size = sum(map(len, parts.values()))
    lengths = [len(content) for kind, content in _records(parts.get("xl/sharedStrings.bin", b"")) if kind == _ITEM]
    measured: dict[str, Sheet] = {}
    texts = 0
    for part, content in parts.items():
        if not part.endswith(_KNOWN):
            measured[part], used = _measure(content, lengths)
            texts += used
    workbook.allow(file.name, measured.values(), size)
    workbook.allow_texts(file.name, texts, size)
    names = _names(parts)
    found = {names[part]: sheet for part, sheet in measured.items() if part in names}
    return sheets.read_sheets(file.name, workbook.pack(parts), found, count)


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The type and content of each record, up to the end or the first that is cut off."""
    place, end = 0, len(content)
    try:
        while place < end:
            kind = content[place]
            place += 1
            if kind & 0x80:
                kind = (kind & 0x7F) | (content[place] & 0x7F) << 7
                place += 1
            size = shift = 0
            while True:
                byte = content[place]
                place += 1
                size |= (byte & 0x7F) << shift
                shift += 7
                if not byte & 0x80 or shift > 21:
                    break
            yield kind, content[place : place + size]
            place += size
    except IndexError:
        return


def _measure(content: bytes, lengths: list[int]) -> tuple[Sheet, int]:
    """The corners and merged areas of a sheet, and the size of the shared texts of its cells."""
    row, left, right, bottom, texts = 0, 2**31, -1, -1, 0
    merged: list[Area] = []
    for kind, record in _records(content):
        if kind == _ROW and len(record) >= 4:
            row = int.from_bytes(record[:4], "little")
        elif _FIRST_CELL <= kind <= _LAST_CELL and len(record) >= 4:
            column = int.from_bytes(record[:4], "little")
            left, right, bottom = min(left, column), max(right, column), max(bottom, row)
            if kind == _SHARED and (item := int.from_bytes(record[8:12], "little")) < len(lengths):
                texts += lengths[item]
        elif kind == _MERGED and len(record) >= 16 and len(merged) <= workbook.MAX_MERGED:
            top, last, first, end = struct.unpack_from("<4I", record)
            merged.append(Area(top, first, last, end))
    return Sheet(left, right, bottom, workbook.right_way(merged)), texts


def _names(parts: dict[str, bytes]) -> dict[str, str]:
    """The names of the sheets by their parts."""
    targets = workbook.relations(parts.get("xl/_rels/workbook.bin.rels", b""))
    names = {}
    for kind, record in _records(parts.get("xl/workbook.bin", b"")):
        if kind == _BUNDLE:
            relation, rest = _text(record[8:])
            names[targets.get(relation, "")] = _text(rest)[0]
    return names


def _text(content: bytes) -> tuple[str, bytes]:
    """A text with its number of characters in front, and what follows it."""
    end = 4 + 2 * int.from_bytes(content[:4], "little")
    return content[4:end].decode("utf-16-le", "replace"), content[end:]
