"""Recognise the format of a member and read it: bytes in, rows under the headings of the file out.

member ─▶ which format? ─┬─ delimited    CSV, TSV and their like
                         ├─ records      JSON, JSON Lines
                         ├─ sheets       XLSX; xlsb, ods and xls measure the other workbooks
                         ├─ dbf          dBase tables
                         └─ parquet      Parquet
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from riskscore import door
from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats import dbf, delimited, ods, parquet, records, sheets, xls, xlsb
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages import ams, customs_309, dcsa, scmtr
from riskscore.manifest.formats.messages.customs_xml import awmds, ens, ics2, other_xml, wco
from riskscore.manifest.formats.messages.un_edifact import files as un_edifact
from riskscore.manifest.formats.table import MAX_HEADINGS, Count, Table
from riskscore.manifest.hints import NO_HINTS, Hints

_FOREIGN = (
    (b"%PDF", "is a PDF; export the manifest as CSV, XLSX, JSON or Parquet"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd; unpack it first, or use gzip or zip"),
    (b"BZh", "is compressed with bzip2; unpack it first, or use gzip or zip"),
    (b"\xfd7zXZ\x00", "is compressed with xz; unpack it first, or use gzip or zip"),
    (b"7z\xbc\xaf", "is a 7-Zip archive; unpack it first, or use gzip or zip"),
    (b"Rar!", "is a RAR archive; unpack it first, or use gzip or zip"),
    (b"ORC", "is an ORC file; export the manifest as Parquet"),
    (b"ARROW1", "is an Arrow file; export the manifest as Parquet"),
    (b"\x89PNG", "is a picture; export the manifest as CSV, XLSX, JSON or Parquet"),
    (b"\xff\xd8\xff", "is a picture; export the manifest as CSV, XLSX, JSON or Parquet"),
    (b"GIF8", "is a picture; export the manifest as CSV, XLSX, JSON or Parquet"),
    (b"SQLite format 3", "is a database; export the manifest as CSV or Parquet"),
)


@dataclass(frozen=True)
class Format:
    """A format: `sniff` tells from the content whether a file is in it, `read` returns its tables.

    A file whose name ends in one of `endings` must be in this format, or it is refused as damaged.
    """

    name: str
    sniff: Callable[[File], bool]
    read: Callable[[File, Count], list[Table]]
    endings: tuple[str, ...] = ()


FORMATS = (
    Format("Parquet", parquet.sniff, parquet.read, (".parquet",)),
    Format("XLSB", xlsb.sniff, xlsb.read, (".xlsb",)),
    Format("ODS", ods.sniff, ods.read, (".ods",)),
    Format("XLS", xls.sniff, xls.read),
    Format("XLSX", sheets.sniff, sheets.read, (".xlsx",)),
    Format("DBF", dbf.sniff, dbf.read, (".dbf",)),
    Format("EDIFACT", un_edifact.sniff, un_edifact.read),
    Format("X12", customs_309.sniff, customs_309.read),
    Format("ASYCUDA", awmds.sniff, awmds.read),
    Format("entry summary declaration", ens.sniff, ens.read),
    Format("ICS2", ics2.sniff, ics2.read),
    Format("WCO cargo report", wco.sniff, wco.read),
    Format("XML", other_xml.sniff, other_xml.read),
    Format("SCMTR", scmtr.sniff, scmtr.read),
    Format("DCSA", dcsa.sniff, dcsa.read),
    Format("JSON", records.sniff, records.read),
    Format("US AMS", ams.sniff, ams.read),
    Format("CSV", delimited.sniff, delimited.read),
)
"""The formats in the order in which they are tried; CSV is last, because nearly any text can be read as CSV."""


def together(
    name: str, members: Sequence[archives.Member], hints: Hints = NO_HINTS
) -> tuple[list[Table], list[archives.Member]]:
    """Read the members that are one manifest only together, and return the others, too. Raises as `load` does."""
    tables, others = ams.split(members)
    if not tables:
        return [], others
    with _damage(name, "US AMS"):
        return ams.join(name, tables, hints), others


def load(member: archives.Member, count: Count, hints: Hints = NO_HINTS) -> list[Table]:
    """Read `member`: one table, or several for the sheets of a workbook. `count` finds the row of the headings.
    `hints` say what the content does not tell.

    Raises ManifestError where the format is unknown or is not the one of the file's ending, or the file is damaged.
    """
    file = File(member, hints)
    form = _recognise(file)
    with _damage(file.name, form.name):
        tables = [
            replace(table, format=table.format or form.name, date_order=hints.date_order)
            for table in form.read(file, count)
        ]
    widest = max(table.frame.width for table in tables)
    if widest > MAX_HEADINGS:
        raise ManifestError(f"{file.name} has {widest:,} columns; at most {MAX_HEADINGS:,} are read, so remove some")
    return [
        replace(table, name=file.name if len(tables) == 1 else f"{file.name}/{table.sheet or table.kind}")
        for table in tables
    ]


def _recognise(file: File) -> Format:
    for start, message in _FOREIGN:
        if file.head.startswith(start):
            raise ManifestError(f"{file.name} {message}")
    ending = Path(file.name).suffix.lower()
    for form in FORMATS:
        # A protected XLSX is a compound file, like an old XLS.
        if ending in form.endings and not form.sniff(file) and not xls.sniff(file):
            raise ManifestError(
                f"{file.name} is not in {form.name} format, or it is damaged; download or export it again"
            )
    for form in FORMATS:
        if form.sniff(file):
            return form
    raise ManifestError(f"{file.name} is XML or HTML; export the manifest as CSV, XLSX, JSON or Parquet")


def _damage(name: str, kind: str) -> AbstractContextManager[None]:
    """Turn any error that a library raises on a damaged file into a ManifestError of one line."""
    return door.guarded(ManifestError, f"{name} is a damaged {kind} file ({{reason}}); download or export it again")
