"""The parts of an XLSX workbook: unpack them, measure every sheet before a library reads it, find merged areas.

A workbook is a zip of XML. It is unpacked within the limits of archives.py and packed again without compression before
the spreadsheet library reads it, so the library never unpacks more than was counted. The library makes a rectangle of
all cells of a sheet. One cell in a far corner would make it huge, so the corners are looked up first.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import islice
from typing import NamedTuple

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats import number_formats
from riskscore.manifest.formats.table import MAX_HEADINGS

MAX_CELLS = 60_000_000
"""Largest number of cells in a sheet's rectangle."""

FREE_CELLS = 1_000_000
"""Number of cells that a sheet may have however small the file is."""

BYTES_PER_CELL = 8
"""Least number of unpacked bytes for each further cell; a cell takes some 60 bytes of memory, and 20 in a file."""

FREE_TEXT = 32 * 2**20
"""Size of the texts of all cells, in bytes, up to which it is not compared with the size of the file."""

MAX_FOLLOWED = 500_000
"""Most rows and cells of a sheet that are followed one by one, because only some of them say where they are."""

MAX_MERGED = 200_000
"""Most merged areas of a sheet that are looked at."""

_PREFIX = rb"(?:[^\s<>/:\"'=]+:)?"
_ATTRIBUTE = rb"\s+[\w:.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*')"
_TAG = re.compile(
    rb"<" + _PREFIX + rb"(row|c)(?=[\s/>])"
    rb"(?:(?:" + _ATTRIBUTE + rb")*?\s+r\s*=\s*[\"']([A-Za-z]*)([0-9]+)[\"'](?:" + _ATTRIBUTE + rb")*\s*(/>)?)?"
)
_PLAIN_TAG = re.compile(rb"<(?:row|c) r=\"([A-Z]{0,3})([0-9]{1,7})\"")
_ANY_TAG = re.compile(rb"[<:](?:row|c)(?=[\s/>])")
_PLACE = re.compile(rb"[\s\"'/]r\s*=")
_PLACED = re.compile(rb"<" + _PREFIX + rb"(?:row|c)(?=[\s/])[^<]*?[\s\"'/]r\s*=(?:[^<]*?[\s\"'/](r)\s*=)?")
"""A tag that says where it is; with a group where it says so twice, of which a library may take either."""
_MERGED = re.compile(
    rb"<"
    + _PREFIX
    + rb"mergeCell\s[^>]*?\bref\s*=\s*[\"']\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})[\"']"
)
_SHEET = re.compile(rb"<" + _PREFIX + rb"sheet\s((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_RELATION = re.compile(rb"<" + _PREFIX + rb"Relationship\s((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_NAMED = re.compile(rb"([\w.:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_INDEX = re.compile(rb"<" + _PREFIX + rb"v(?:\s[^>]*)?>\s*([0-9]+)\s*<")
_ITEM = re.compile(rb"</" + _PREFIX + rb"si\s*>")
_LOST = re.compile(rb"<c((?:\s+[rs]=\"[A-Z0-9]*\")*)><v>([0-9](?:\.[0-9]+)?E\+?(?:1[5-9]|[2-9][0-9]))</v></c>")
"""A number of more than 15 digits, of which a spreadsheet keeps 15."""

_EXPONENT = re.compile(rb">[0-9.]+E\+?[0-9]")
_LETTERS = 26
_STEP = 4 * 2**20
_NOT_NEEDED = ("xl/media/", "xl/drawings/", "xl/charts/", "xl/embeddings/", "xl/printerSettings/", "xl/externalLinks/")


class Area(NamedTuple):
    """A merged area: its first and last row and column, all counted from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """What a sheet contains: its first and last column and its last row with cells (from 0), and merged areas.

    `units` are those that the number formats of a column show (number_formats.py), by its place from 0.
    """

    left: int = 0
    right: int = -1
    bottom: int = -1
    merged: tuple[Area, ...] = ()
    units: Mapping[int, Counter[str]] = field(default_factory=dict)


def unpack(name: str, data: bytes) -> tuple[bytes, dict[str, Sheet]]:
    """Return the workbook without compression, and its sheets by their names.

    Raises ManifestError where a sheet is too large for its size in the file, or as archives.parts does.
    """
    parts = archives.parts(name, data)
    size = sum(map(len, parts.values()))
    names = _names(parts)
    sheets = {name: Sheet() for part, name in names.items() if part in parts}
    measured: list[Sheet] = []
    texts = 0
    styles = number_formats.of_styles(parts.get("xl/styles.xml", b""))
    for part, content in parts.items():
        if b"sheetData" in content:
            units = number_formats.of_cells(list(_chunks(content)), styles) if styles else {}
            sheet = measure(content, exact=bool(units))
            measured.append(replace(sheet, units={_column(letters): shown for letters, shown in units.items()}))
            texts += _texts(content, parts.get("xl/sharedStrings.xml", b""), size)
            if part in names:
                sheets[names[part]] = measured[-1]
    allow(name, measured, size)
    allow_texts(name, texts, size)
    # The library would invent the digits that a large number has lost, so it is given the exponent form as a text.
    kept = {
        part: _LOST.sub(rb'<c\1 t="str"><v>\2</v></c>', content)
        if b"sheetData" in content and _EXPONENT.search(content)
        else content
        for part, content in parts.items()
        if not part.startswith(_NOT_NEEDED)
    }
    return pack(kept), sheets


def allow_texts(name: str, texts: int, size: int) -> None:
    """Raise ManifestError where the `texts` of all cells, in bytes, are too large for a file of `size` bytes."""
    if texts > FREE_TEXT + 4 * size:
        raise ManifestError(
            f"{name} repeats long texts in its cells until they fill {texts:,} bytes, which no manifest does; "
            "check where the file comes from"
        )


def pack(parts: dict[str, bytes]) -> bytes:
    """Return a zip of `parts` without compression."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return out.getvalue()


def allow(name: str, sheets: Iterable[Sheet], size: int) -> None:
    """Raise ManifestError where the rectangles of cells are too large for a file of `size` bytes unpacked."""
    areas = [((sheet.bottom + 1) * (sheet.right + 1), sheet) for sheet in sheets]
    if sum(cells for cells, _ in areas) > min(MAX_CELLS, FREE_CELLS + size // BYTES_PER_CELL):
        _, largest = max(areas, key=lambda area: area[0])
        raise ManifestError(
            f"{name} has a sheet of {largest.bottom + 1:,} rows by {largest.right + 1:,} columns, and most cells "
            "are empty; so many cells are read only from a larger file, so delete the rows and columns that are not "
            "used, or export it as CSV"
        )
    if any(len(sheet.merged) > MAX_MERGED for _, sheet in areas):
        raise ManifestError(f"{name} has a sheet with more than {MAX_MERGED:,} merged areas; unmerge the cells")


def measure(content: bytes, *, exact: bool = False) -> Sheet:
    """Measure the XML of a sheet. It has more than MAX_MERGED areas where it has too many.

    Blank cells count, too, unless there are merged areas or the measures are to be `exact`.

    Raises ValueError where a library might place its cells elsewhere, or it takes too long to say where they are.
    """
    if not exact and (plain := _measure_plain(content)) is not None:
        return plain
    corners = _Corners()
    for chunk in _chunks(content):
        tags = _TAG.findall(chunk)
        placed = _PLACED.findall(chunk)
        if any(placed) or len(placed) > sum(1 for tag in tags if tag[2]):
            raise ValueError("its cells do not say clearly where they are")
        corners.add(tags)
    if corners.right < 0:
        return Sheet()
    merged = []
    for found in islice(_MERGED.finditer(content), MAX_MERGED + 1):
        left, top, right, bottom = found.groups()
        merged.append(Area(int(top) - 1, _column(left), int(bottom) - 1, _column(right)))
    return Sheet(corners.left, corners.right, corners.bottom, right_way(merged))


def _measure_plain(content: bytes) -> Sheet | None:
    """Measure a sheet as most programs write it, several times faster; None where each cell needs a look.

    Blank cells count here. That does no harm unless there are merged areas, or the sheet is large.
    """
    if b"mergeCell" in content:
        return None
    columns: set[bytes] = set()
    bottom = 0
    for chunk in _chunks(content):
        tags = _PLAIN_TAG.findall(chunk)
        if not len(tags) == len(_ANY_TAG.findall(chunk)) == len(_PLACE.findall(chunk)):
            return None
        columns |= {letters for letters, _ in tags}
        bottom = max(bottom, max((int(digits) for digits in {digits for _, digits in tags}), default=0))
    right = max((_column(letters) for letters in columns), default=-1)
    if right >= MAX_HEADINGS or (right + 1) * bottom > FREE_CELLS + len(content) // BYTES_PER_CELL:
        return None
    return Sheet(0, right, bottom - 1)


def right_way(areas: Iterable[Area]) -> tuple[Area, ...]:
    """The areas whose corners are in order."""
    return tuple(area for area in areas if 0 <= area.top <= area.bottom and 0 <= area.left <= area.right)


class _Corners:
    """The corners of the cells with content, as the library places them: by their `r`, else one after the other."""

    def __init__(self) -> None:
        self.left, self.right, self.bottom = 2**31, -1, -1
        self.row, self.column, self.followed = -1, -1, 0

    def add(self, tags: list[tuple[bytes, bytes, bytes, bytes]]) -> None:
        filled = {(letters, digits) for tag, letters, digits, empty in tags if tag == b"c" and digits and not empty}
        for letters in {letters for letters, _ in filled}:
            self._reach(self.bottom, _column(letters))
        if filled:
            self.bottom = max(self.bottom, max(_number(digits) for digits in {digits for _, digits in filled}) - 1)
        if all(digits for _, _, digits, _ in tags):
            if tags:
                self._place(*tags[-1][:3])
        elif any(digits for _, _, digits, _ in tags):
            self._follow(tags)
        else:
            self._count(b"".join(tag[:1] for tag, _, _, _ in tags))

    def _count(self, kinds: bytes) -> None:
        """Place rows (`r`) and cells (`c`) of which none says where it is."""
        first, *rows = kinds.split(b"r")
        if first:
            self.row, self.column = max(self.row, 0), self.column + len(first)
            self._reach(self.row, self.column)
        if rows:
            widest = max(map(len, rows)) - 1
            filled = next((place for place, cells in enumerate(reversed(rows)) if cells), None)
            if filled is not None:
                self._reach(self.row + len(rows) - filled, widest)
                self.left = 0
            self.row, self.column = self.row + len(rows), len(rows[-1]) - 1

    def _follow(self, tags: list[tuple[bytes, bytes, bytes, bytes]]) -> None:
        self.followed += len(tags)
        if self.followed > MAX_FOLLOWED:
            raise ValueError("only some of its many cells say where they are")
        for tag, letters, digits, _ in tags:
            self._place(tag, letters, digits)
            if tag == b"c":
                self._reach(self.row, self.column)

    def _place(self, tag: bytes, letters: bytes, digits: bytes) -> None:
        if tag == b"row":
            self.row = _number(digits) - 1 if digits else self.row + 1
            self.column = -1
        else:
            self.column = _column(letters) if digits else self.column + 1
            self.row = _number(digits) - 1 if digits else max(self.row, 0)

    def _reach(self, row: int, column: int) -> None:
        self.left, self.right = min(self.left, column), max(self.right, column)
        self.bottom = max(self.bottom, row)


def _texts(sheet: bytes, strings: bytes, size: int) -> int:
    """An upper bound for the size of the texts of the cells of `sheet`; many cells may share one long string."""
    ends = [found.end() for found in _ITEM.finditer(strings)]
    lengths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    if not lengths or max(lengths) * sheet.count(b"<") <= FREE_TEXT + size:
        return 0
    used: Counter[bytes] = Counter()
    for chunk in _chunks(sheet):
        used.update(_INDEX.findall(chunk))
    return sum(count * lengths[place] for text, count in used.items() if (place := _number(text)) < len(lengths))


def _chunks(content: bytes) -> Iterator[bytes]:
    """`content` in pieces that begin with a tag, so that what a pattern finds in them takes little memory."""
    start = 0
    while start < len(content):
        cut = content.find(b"<", start + _STEP)
        end = len(content) if cut < 0 else cut
        yield content[start:end]
        start = end


def _names(parts: dict[str, bytes]) -> dict[str, str]:
    """The names of the sheets by their parts."""
    found = relations(parts.get("xl/_rels/workbook.xml.rels", b""))
    names: dict[str, str] = {}
    for named in map(_attributes, _SHEET.findall(parts.get("xl/workbook.xml", b""))):
        relation = next((value for key, value in named.items() if key.endswith(":id")), "")
        names[found.get(relation, "")] = named.get("name", "")
    return names


def relations(content: bytes) -> dict[str, str]:
    """The parts that the relations of a workbook name, by the keys of the relations."""
    found = {named.get("Id", ""): named.get("Target", "") for named in map(_attributes, _RELATION.findall(content))}
    return {key: path.lstrip("/") if path.startswith("/") else f"xl/{path}" for key, path in found.items()}


def _attributes(text: bytes) -> dict[str, str]:
    found = {key: double or single for key, double, single in _NAMED.findall(text)}
    return {
        key.decode("utf-8", "replace"): html.unescape(value.decode("utf-8", "replace")) for key, value in found.items()
    }


def _number(digits: bytes) -> int:
    return int(digits[:12])


def _column(letters: bytes) -> int:
    """The number of a column from 0: A is 0, XFD is 16383."""
    number = 0
    for letter in letters[:8].upper():
        number = number * _LETTERS + letter - 64
    return number - 1
