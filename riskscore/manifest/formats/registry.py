"""Recognise the format of a member and read it: bytes in, rows under the headings of the file out.

member ─▶ which format? ─┬─ delimited    CSV, TSV and their like
                         ├─ records      JSON, JSON Lines
                         ├─ sheets       XLSX
                         └─ parquet      Parquet
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import polars as pl

from riskscore.errors import ManifestError
from riskscore.manifest import archives, encodings
from riskscore.manifest.formats import delimited, parquet, records, sheets
from riskscore.manifest.formats.table import MAX_HEADINGS, Count, Table

_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "is an old Excel file (XLS) or protected by a password; save it as XLSX without a password"),
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


def load(member: archives.Member, count: Count) -> list[Table]:
    """Read `member`: one table, or several for the sheets of a workbook. `count` finds the row of the headings.

    Raises ManifestError where the format is unknown or is not the one of the file's ending, or the file is damaged.
    """
    data = member.data
    _refuse_foreign(member)
    if data.startswith(b"PAR1"):
        with _damage(member.name, "Parquet"):
            tables = [replace(parquet.read(member), format="Parquet")]
    elif archives.is_workbook(data):
        with _damage(member.name, "XLSX"):
            tables = [replace(table, format="XLSX") for table in sheets.read(member, count)]
    else:
        text = encodings.decode(member.name, data)
        body = text.text.lstrip(b"\xef\xbb\xbf \t\r\n\0")
        if not body:
            raise ManifestError(f"{member.name} is empty; a manifest needs at least a line of headings")
        if re.match(rb"<(\?xml|!doctype|html|[a-z]+[ >])", body[:200], re.IGNORECASE):
            raise ManifestError(f"{member.name} is XML or HTML; export the manifest as CSV, XLSX, JSON or Parquet")
        kind = "JSON" if body[:1] in b"[{" else "CSV"
        with _damage(member.name, kind):
            table = records.read(member.name, body) if kind == "JSON" else delimited.read(member.name, text.text, count)
        tables = [replace(table, encoding=text.encoding, notes=(*text.notes, *table.notes))]
    widest = max(table.frame.width for table in tables)
    if widest > MAX_HEADINGS:
        raise ManifestError(f"{member.name} has {widest:,} columns; at most {MAX_HEADINGS:,} are read, so remove some")
    return [
        replace(table, name=member.name if len(tables) == 1 else f"{member.name}/{table.sheet}") for table in tables
    ]


def _refuse_foreign(member: archives.Member) -> None:
    for magic, message in _FOREIGN:
        if member.data.startswith(magic):
            raise ManifestError(f"{member.name} {message}")
    suffix = Path(member.name).suffix.lower()
    expected = {".parquet": "Parquet", ".xlsx": "XLSX"}.get(suffix)
    matches = {".parquet": member.data.startswith(b"PAR1"), ".xlsx": archives.is_workbook(member.data)}.get(suffix)
    if expected and not matches:
        raise ManifestError(f"{member.name} is not in {expected} format, or it is damaged; download or export it again")


@contextmanager
def _damage(name: str, kind: str) -> Iterator[None]:
    """Turn any error that a library raises on a damaged file into a ManifestError of one line."""
    try:
        yield
    except (
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        csv.Error,
        OSError,
        ValueError,
        LookupError,
        OverflowError,
        RecursionError,
        MemoryError,
    ) as error:
        reason = " ".join("".join(c if c.isprintable() else " " for c in str(error)).split())[:160]
        raise ManifestError(
            f"{name} is a damaged {kind} file ({reason or type(error).__name__}); download or export it again"
        ) from None
