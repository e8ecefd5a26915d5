"""Measure old Excel workbooks (XLS) before the spreadsheet library reads them.

An XLS is a stream of records in a compound file. A compound file is divided into sectors, and a table has the next
sector of each.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from riskscore.errors import ManifestError
from riskscore.manifest.formats import sheets, workbook
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.table import Count, Table
from riskscore.manifest.formats.workbook import Area, Sheet

START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_LAST = 0xFFFFFFFA
"""First of the numbers that are no sectors."""

_BOUND, _MANY, _MERGED, _BEGIN, _END = 0x85, 0xBD, 0xE5, 0x809, 0x0A
_CELLS = frozenset((0x06, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E))
_MOST_SHEETS = 1_000


def sniff(file: File) -> bool:
    """Whether the file is a compound file, as old Office documents and protected workbooks are."""
    return file.head.startswith(START)


def read(file: File, count: Count) -> list[Table]:
    """Read the workbook. Raises as sheets.read_sheets does, and ManifestError where it is locked or too large."""
    try:
        streams = _Compound(file.data)
        names = streams.names()
        if "EncryptedPackage" in names:
            raise ManifestError(f"{file.name} is protected by a password; save it without one")
        name = next((name for name in names if name.lower() in ("workbook", "book")), None)
        if name is None:
            raise ManifestError(f"{file.name} is an old Office file, but no Excel workbook; export it as XLSX or CSV")
        measured = _measure(streams.read(name))
    except (struct.error, IndexError) as error:
        raise ValueError(f"its parts cannot be followed: {error}") from error
    if len(measured) > _MOST_SHEETS:
        raise ManifestError(f"{file.name} has {len(measured):,} sheets; at most {_MOST_SHEETS:,} are read")
    workbook.allow(file.name, (sheet for _, sheet in measured), len(file.data))
    try:
        return sheets.read_sheets(file.name, file.data, dict(measured), count)
    except ValueError as error:
        if "password" in str(error):
            raise ManifestError(f"{file.name} is protected by a password; save it without one") from None
        raise


class _Compound:
    """The streams of a compound file. Raises struct.error or IndexError where it is damaged."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        shift, short_shift = struct.unpack_from("<2H", data, 30)
        self.size, self.short = 1 << min(shift, 20), 1 << min(short_shift, 20)
        first, self.least, short_first, _, more, _ = struct.unpack_from("<I4xI4I", data, 48)
        sectors = [number for number in struct.unpack_from("<109I", data, 76) if number < _LAST]
        links = self.size // 4 - 1
        for _ in range(len(data) // self.size + 1):
            if more >= _LAST:
                break
            *numbers, more = struct.unpack(f"<{links + 1}I", self._sector(more))
            sectors += [number for number in numbers if number < _LAST]
        self.next = [n for number in sectors for n in struct.unpack(f"<{links + 1}I", self._sector(number))]
        directory = self._chain(first)
        self.entries: dict[str, tuple[int, int]] = {}
        for place in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, place + 64)
            name = directory[place : place + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind in (2, 5):
                self.entries.setdefault("" if kind == 5 else name, struct.unpack_from("<2I", directory, place + 116))
        table = self._chain(short_first) if short_first < _LAST else b""
        self.short_next = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])

    def names(self) -> list[str]:
        return list(self.entries)

    def read(self, name: str) -> bytes:
        first, size = self.entries[name]
        if size >= self.least:
            return self._chain(first)[:size]
        container = self._chain(self.entries[""][0])
        parts: list[bytes] = []
        while first < _LAST and len(parts) <= len(self.short_next):
            parts.append(container[first * self.short : (first + 1) * self.short])
            first = self.short_next[first]
        return b"".join(parts)[:size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        if start >= len(self.data):
            raise IndexError("it ends too early")
        return self.data[start : start + self.size].ljust(self.size, b"\0")

    def _chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        while number < _LAST:
            if len(parts) > len(self.next):
                raise IndexError("its sectors make a circle")
            parts.append(self._sector(number))
            number = self.next[number]
        return b"".join(parts)


def _measure(stream: bytes) -> list[tuple[str, Sheet]]:
    """The sheets of a workbook stream with their names."""
    found = []
    is_old = stream[4:6] != b"\x00\x06"  # before Excel 97, names are not Unicode
    for kind, record in _records(stream, 0):
        if kind == _END:
            break
        if kind == _BOUND and len(record) > 8:
            start, is_wide = int.from_bytes(record[:4], "little"), not is_old and record[7] & 1
            name = record[7 if is_old else 8 :].decode("utf-16-le" if is_wide else "latin-1", "replace")
            found.append((name, _sheet(stream, start)))
        if len(found) > _MOST_SHEETS:
            break
    return found


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, place)
        yield kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _sheet(stream: bytes, start: int) -> Sheet:
    """The corners and merged areas of the sheet whose records begin at `start`; charts in it are passed over."""
    left, right, bottom, depth = 2**31, -1, -1, 0
    merged: list[Area] = []
    for kind, record in _records(stream, start):
        if kind in (_BEGIN, _END):
            depth += 1 if kind == _BEGIN else -1
            if depth <= 0:
                break
        elif (kind in _CELLS or kind == _MANY) and len(record) >= 4:
            row, column = struct.unpack_from("<2H", record)
            last = int.from_bytes(record[-2:], "little") if kind == _MANY else column
            left, right, bottom = min(left, column), max(right, column, last), max(bottom, row)
        elif kind == _MERGED and len(merged) <= workbook.MAX_MERGED:
            for place in range(2, len(record) - 7, 8):
                top, end, first, stop = struct.unpack_from("<4H", record, place)
                merged.append(Area(top, first, end, stop))
    return Sheet(left, right, bottom, workbook.right_way(merged))
