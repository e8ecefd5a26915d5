"""From a member's bytes to rows under the headings that the file has, whatever its format.

member ─▶ which format? ─┬─ delimited    CSV, TSV and their like
                         ├─ records      JSON, JSON Lines
                         ├─ sheets       XLSX
                         └─ parquet      Parquet
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow as pa

from riskscore.errors import ManifestError
from riskscore.manifest import archives, encodings

MAX_HEADINGS = 2000
"""Most columns that a file may have."""

BROKEN = {"line": pl.Int64, "rule": pl.String, "column": pl.String, "value": pl.String, "row": pl.String}
"""Columns of the lines that could not even be put under the headings."""

Count = Callable[[Sequence[str]], int]
"""How many of these cells are known headings."""


@dataclass(frozen=True)
class Table:
    """Rows of one member: `frame` under the source's headings, `lines` their line or row numbers.

    `broken` holds lines that do not fit the headings (columns BROKEN); `delimiter`, `encoding` and `sheet` are
    None where the format has none.
    """

    frame: pl.DataFrame
    lines: pl.Series
    name: str = ""
    format: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    broken: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BROKEN))
    notes: tuple[str, ...] = ()


_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "is an old Excel file or protected by a password; save it as XLSX without one"),
    (b"%PDF", "is a PDF; export the manifest as CSV, XLSX, JSON or Parquet"),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd; unpack it first, or use gzip or zip"),
    (b"BZh", "is packed with bzip2; unpack it first, or use gzip or zip"),
    (b"\xfd7zXZ\x00", "is packed with xz; unpack it first, or use gzip or zip"),
    (b"7z\xbc\xaf", "is a 7-Zip archive; unpack it first, or use gzip or zip"),
    (b"Rar!", "is a RAR archive; unpack it first, or use gzip or zip"),
    (b"ORC", "is an ORC file; export the manifest as Parquet"),
    (b"ARROW1", "is an Arrow file; export the manifest as Parquet"),
    (b"\x89PNG", "is a picture, not a manifest"),
    (b"\xff\xd8\xff", "is a picture, not a manifest"),
    (b"GIF8", "is a picture, not a manifest"),
    (b"SQLite format 3", "is a database; export the manifest as CSV or Parquet"),
)


def load(member: archives.Member, count: Count) -> list[Table]:
    """Read `member`: one table, or several sheets of a workbook; `count` helps to find the row of the headings.

    Raises ManifestError when the format is unknown, differs from the file's name, or is damaged.
    """
    # The readers of the formats use Table, so they are imported where they are needed.
    from riskscore.manifest import delimited, parquet, records, sheets  # noqa: PLC0415

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
            raise ManifestError(f"{member.name} is empty; a manifest needs at least its headings")
        if re.match(rb"<(\?xml|!doctype|html|[a-z]+[ >])", body[:200], re.IGNORECASE):
            raise ManifestError(f"{member.name} is XML or HTML; export the manifest as CSV, XLSX, JSON or Parquet")
        kind = "JSON" if body[:1] in b"[{" else "CSV"
        with _damage(member.name, kind):
            table = records.read(member.name, body) if kind == "JSON" else delimited.read(text.text, count)
        tables = [replace(table, encoding=text.encoding, notes=(*text.notes, *table.notes))]
    widest = max(table.frame.width for table in tables)
    if widest > MAX_HEADINGS:
        raise ManifestError(f"{member.name} has {widest:,} columns; at most {MAX_HEADINGS:,} are read")
    return [
        replace(table, name=member.name if len(tables) == 1 else f"{member.name}/{table.sheet}") for table in tables
    ]


def _refuse_foreign(member: archives.Member) -> None:
    for magic, message in _FOREIGN:
        if member.data.startswith(magic):
            raise ManifestError(f"{member.name} {message}")
    suffix = Path(member.name).suffix.lower()
    named = {".parquet": "Parquet", ".xlsx": "XLSX"}.get(suffix)
    real = {".parquet": member.data.startswith(b"PAR1"), ".xlsx": archives.is_workbook(member.data)}.get(suffix)
    if named and not real:
        raise ManifestError(f"{member.name} is no {named} file, or a damaged one; check what wrote it")


@contextmanager
def _damage(name: str, kind: str) -> Iterator[None]:
    """Turn whatever a library raises on a damaged file into one clear line."""
    try:
        yield
    except (
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        pa.ArrowException,
        fastexcel.FastExcelError,
        csv.Error,
        OSError,
        ValueError,
        LookupError,
        OverflowError,
        RecursionError,
        MemoryError,
    ) as error:
        reason = " ".join("".join(c if c.isprintable() else " " for c in str(error)).split())[:160]
        raise ManifestError(f"{name} is a damaged {kind} file ({reason or type(error).__name__})") from None


def unique(headings: Sequence[str]) -> list[str]:
    """Name every column once: 'seal', 'seal (2)'; an empty heading becomes 'column 7'."""
    taken: dict[str, int] = {}
    names: list[str] = []
    for place, heading in enumerate(headings, start=1):
        plain = " ".join(heading.replace("\0", " ").replace("\ufeff", "").split())[:200] or f"column {place}"
        name = plain
        while name in taken:
            taken[plain] += 1
            name = f"{plain} ({taken[plain]})"
        taken[name] = 1
        names.append(name)
    return names


def broken(rows: Sequence[tuple[int, str, str, str]]) -> pl.DataFrame:
    """Frame of broken lines from (line, rule, value, row as JSON)."""
    return pl.DataFrame(
        [(line, rule, None, value, row) for line, rule, value, row in rows], schema=BROKEN, orient="row"
    )
