"""Write small workbooks in the formats for which the tests have no library: ODS, XLSB and XLS."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from html import escape

from riskscore.manifest.formats.workbook import Area, pack

Cells = Sequence[Sequence[object]]
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def ods(rows: Cells, extra: str = "", *, manifest: str = "", kind: str = "spreadsheet") -> bytes:
    """An ODS with one sheet; `extra` is XML after its rows. None is a blank cell, a tuple (value, attributes)."""
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>" for cells in rows)
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Cargo">{lines}{extra}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mime = f"application/vnd.oasis.opendocument.{kind}"
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mime}"/>'
    about = f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{space}">{entry}{manifest}</manifest:manifest>'
    parts = {"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": about}
    return pack({name: text.encode() for name, text in parts.items()})


def _ods_cell(value: object) -> str:
    value, more = value if isinstance(value, tuple) else (value, "")
    if value is None:
        return f"<table:table-cell{more}/>"
    if isinstance(value, int | float):
        return f'<table:table-cell{more} office:value-type="float" office:value="{value}"/>'
    text = escape(str(value))
    return f'<table:table-cell{more} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def xlsb(rows: Cells, merged: Sequence[Area] = (), row_numbers: Sequence[int] = ()) -> bytes:
    """An XLSB with one sheet; `row_numbers` are the numbers of the rows from 0, if they are not 0, 1, 2 ..."""
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, len(rows), 0, 20)) + _record(145)
    for place, cells in zip(row_numbers or range(len(rows)), rows, strict=True):
        sheet += _record(0, struct.pack("<I", place) + bytes(13))
        for column, value in enumerate(cells):
            if isinstance(value, int | float):
                sheet += _record(5, struct.pack("<2Id", column, 0, value))
            elif value is not None:
                sheet += _record(6, struct.pack("<2I", column, 0) + _wide(str(value)))
    sheet += _record(146) + _record(177, struct.pack("<I", len(merged)))
    sheet += b"".join(_record(176, struct.pack("<4I", a.top, a.bottom, a.left, a.right)) for a in merged)
    bundle = struct.pack("<2I", 0, 1) + _wide("rId1") + _wide("Cargo")
    book = _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    relations = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    types = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return pack(
        {
            "[Content_Types].xml": types.encode(),
            "xl/_rels/workbook.bin.rels": relations.encode(),
            "xl/workbook.bin": book,
            "xl/worksheets/sheet1.bin": sheet + _record(178) + _record(130),
        }
    )


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    return head + (bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])) + content


def xls(rows: Cells, merged: Sequence[Area] = (), extra: bytes = b"") -> bytes:
    """An XLS with one sheet in a compound file; `extra` are records after its cells."""
    begin = struct.pack("<6H", 0x600, 5, 0, 0, 0, 0), struct.pack("<6H", 0x600, 0x10, 0, 0, 0, 0)
    sheet = _old(0x809, begin[1])
    for place, cells in enumerate(rows):
        for column, value in enumerate(cells):
            at = struct.pack("<3H", place, column, 0)
            if isinstance(value, int | float):
                sheet += _old(0x203, at + struct.pack("<d", value))
            elif value is not None:
                text = str(value).encode("utf-16-le")
                sheet += _old(0x204, at + struct.pack("<HB", len(text) // 2, 1) + text)
    areas = b"".join(struct.pack("<4H", area.top, area.bottom, area.left, area.right) for area in merged)
    sheet += extra + _old(0xE5, struct.pack("<H", len(merged)) + areas) + _old(0x0A)
    name = b"Cargo"
    start = len(_old(0x809, begin[0])) + len(_old(0x85, bytes(8) + name)) + len(_old(0x0A))
    book = _old(0x809, begin[0]) + _old(0x85, struct.pack("<IHBB", start, 0, len(name), 0) + name) + _old(0x0A)
    return compound({"Workbook": (book + sheet).ljust(4096, b"\0")})


def _old(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<2H", kind, len(content)) + content


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file with `streams` of at least 4,096 bytes each: table of sectors, directory, streams."""
    free, last, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    links, body = [table, last], b""
    entries = [_entry("Root Entry", 5, last, 0, 1)]
    for name, content in streams.items():
        first, count = len(links), -(-len(content) // 512)
        links += [*range(first + 1, first + count), last]
        body += content.ljust(512 * count, b"\0")
        entries.append(_entry(name, 2, first, len(content), free))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<6I", 1, 1, 0, 4096, last, 0) + struct.pack("<2I", last, 0)
    head += struct.pack("<109I", 0, *[free] * 108)
    directory = b"".join(entries).ljust(512, b"\0")
    return head + struct.pack("<128I", *links, *[free] * (128 - len(links))) + directory + body


def _entry(name: str, kind: int, first: int, size: int, child: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<3I", 0xFFFFFFFF, 0xFFFFFFFF, child)
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )
