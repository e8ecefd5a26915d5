"""Read dBase tables (DBF), as older customs systems export them.

    DBF ─▶ dbfread: the value of each field ─▶ CSV in the bytes of the table ─▶ the reader of CSV

The texts keep their bytes on this way, so their encoding is recognised as in any other text file.
"""

from __future__ import annotations

import csv
import io
import struct
from dataclasses import replace
from typing import Any

from riskscore.errors import ManifestError
from riskscore.manifest.archives import Member
from riskscore.manifest.formats import delimited
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.table import Count, Table
from riskscore.manifest.hints import Hints
from riskscore.units import counted

MAX_BYTES = 256 * 2**20
"""Most bytes of a table. It is read record by record."""

_VERSIONS = b"\x02\x03\x30\x31\x32\x43\x63\x83\x8b\x8e\xcb\xf5\xfb"
_HEADER, _FIELD = 32, 32
_BYTES = "latin-1"
"""An encoding that has a character for each byte."""


def sniff(file: File) -> bool:
    """Whether the file begins as a dBase table does: its version, a date, and sizes of header and records that fit."""
    head = file.head
    if len(head) < _HEADER or head[0] not in _VERSIONS:
        return False
    header, record = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    return 1 <= head[2] <= 12 and 1 <= head[3] <= 31 and header > _HEADER and record > 1 and not any(head[12:14])


def read(file: File, count: Count) -> list[Table]:
    """Read the file; `lines` are the numbers of the records from 1, without those that are deleted.

    A code page that the header names counts where the user names no encoding. Raises ManifestError where the table is
    too large, ValueError where it is damaged, and as delimited.read does.
    """
    from dbfread import DBF
    from dbfread.codepages import guess_encoding

    if len(file.data) > MAX_BYTES:
        raise ManifestError(
            f"{file.name} has {len(file.data):,} bytes; of DBF tables at most {MAX_BYTES:,} are read, so split it"
        )
    try:
        table = DBF(
            file.name,
            filedata=io.BytesIO(file.data),
            encoding=_BYTES,
            parserclass=_parser(),
            ignore_missing_memofile=True,
            recfactory=lambda items: [value for _, value in items],
        )
        records, deleted = list(table), len(table.deleted)
    except struct.error as error:
        raise ValueError(f"it ends within a record or a field: {error}") from error
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(table.field_names)
    writer.writerows(records)
    page = file.head[29]
    encoding = guess_encoding(page) if page else None
    inner = File(Member(file.name, text.getvalue().encode(_BYTES)), file.hints.before(Hints(encoding=encoding)))
    notes = []
    if deleted:
        notes.append(f"{counted(deleted, 'deleted record')} left aside")
    memos = [field.name for field in table.fields if field.type in "MGPB"]
    if memos:
        notes.append(f"the texts of {', '.join(memos)} are in a second file, which is not read; left empty")
    return [
        replace(part, lines=part.lines - 1, format="DBF", delimiter=None, notes=(*notes, *part.notes))
        for part in delimited.read(inner, count)
    ]


def _parser() -> type[Any]:
    """The parser of the library, which keeps numbers as they stand, and what is no value of its type as text."""
    from dbfread.field_parser import FieldParser

    class Parser(FieldParser):  # type: ignore[misc]
        def parse(self, field: Any, data: bytes) -> Any:
            if field.type in "NF":
                return data.strip(b" \0").decode(_BYTES)
            if field.type in "MGPB0":
                return None
            try:
                return super().parse(field, data)
            except ValueError:
                return data.strip(b" \0").decode(_BYTES)

    return Parser
