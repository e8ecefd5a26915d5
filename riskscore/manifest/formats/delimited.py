"""Read CSV, TSV and similar files: find the delimiter, the line of the headings, and the lines that do not fit them.

Quotes in real files are often broken (an inch sign, a quote that is never closed). Lines with such quotes are mended
(quotes.py). Where a quoted field still spans several lines of data, the file is read with quotes as ordinary
characters.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from riskscore.errors import ManifestError
from riskscore.manifest.formats import heading_rows, layout, quotes, repeats
from riskscore.manifest.formats.blocks import BLOCK, Rows, are_blank, count_of, parse
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.ragged import CUT
from riskscore.manifest.formats.table import MAX_HEADINGS, Count, Table, broken, repeated, unique

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", "^": "caret", "~": "tilde"}

_HEAD = 128 * 1024
_HEAD_LINES = 15
_FREE_LINES = 200_000
_SHORTEST = 20
"""Fewest characters that a line of a file with more than _FREE_LINES has on average, its delimiters not counted."""

_BLANKS = b' \t"' + "".join(DELIMITERS).encode()
_NEWLINE = r"\r\n|\n|\r"
_BOX = re.compile(r"[A-Z]{3}[UJZ] ?[0-9]{6}-?[0-9]")
_GAPS = re.compile(r"\S {2,}\S")
_MOST_GAPS = 3
_FORMULA_TEXT = r'^="(.*)"$'
_MARKED_TEXT = r"^'([A-Z]{0,4}[+-]?[0-9][0-9A-Z ,.:/+-]*)$"
"""A number or code with the apostrophe by which spreadsheets mark texts; a name such as 'T HART is none."""


@dataclass(frozen=True)
class _Head:
    """The line of headings: `lines` lines of the file up to and including it, `size` bytes; `known` headings in it.

    `above` are the cells of the lines before it.
    """

    known: int
    cells: list[str]
    delimiter: str
    lines: int
    size: int
    above: tuple[tuple[str, ...], ...] = ()


_LINES_OF_A_LIST = 20_000
"""Most lines of a list that people wrote, with ditto marks; a longer file is the work of a program.

Where a line does not fit the headings, marks below it may stand for a value that was not read: none is filled then.
"""


def sniff(file: File) -> bool:
    """Whether the file is text and not markup; any other text can be read as lines of fields."""
    return not re.match(rb"<(\?xml|!doctype|html|[a-z]+[ >])", file.body[:200], re.IGNORECASE)


def read(file: File, count: Count) -> list[Table]:
    """Read the file; `lines` are its line numbers.

    Lines with more fields than headings go to `broken`; shorter lines are filled with null. Raises ManifestError where
    there are too many headings, ValueError where there are none.
    """
    return [file.with_encoding(_read(file.name, file.text, count))]


def _read(name: str, text: bytes, count: Count) -> Table:
    _refuse_short_lines(name, text)
    head = _find_head(name, text, count)
    if len(head.cells) > MAX_HEADINGS:
        raise ManifestError(
            f"{name} has {len(head.cells):,} headings; at most {MAX_HEADINGS:,} are read, so remove some columns"
        )
    _refuse_without_headings(name, text, head)
    # Empty lines at the end would be a row each.
    text = text.rstrip(b"\r\n") + b"\n" if text.endswith((b"\n\n", b"\r\n\r\n")) else text
    mended = quotes.mend(text[head.size :], head.delimiter, len(head.cells))
    quoted = b'"' in mended.text
    rows = parse(mended.text, head.delimiter, len(head.cells), quoted=quoted, small=mended.is_new)
    is_wrong = rows is None or (_has_breaks(rows, mended.text) and _swallows(rows, head))
    if quoted and is_wrong:
        mended = quotes.mend(text[head.size :], head.delimiter, len(head.cells), certain=True)
        rows = parse(mended.text, head.delimiter, len(head.cells), quoted=quoted, small=mended.is_new)
        is_wrong = rows is None or _swallows(rows, head)
    body, notes = mended.text, mended.note(head.lines + 1)
    if rows is None or is_wrong:
        quoted = False
        notes = ("quotes in this file do not pair up, so they were read as ordinary characters",)
        rows = parse(text[head.size :], head.delimiter, len(head.cells), quoted=False)
        if rows is None:
            raise ValueError("its lines cannot be split into fields")
        unquoted = pl.all().exclude("_number").str.replace(r'^\s*"(.*)"\s*$', "$1")
        rows = replace(rows, frame=rows.frame.with_columns(unquoted))
    frame = rows.frame
    marks = (head.delimiter.encode() + b"'", b"\n'", b"\"'")
    is_marked = b"'" in body and (body.startswith(b"'") or any(mark in body for mark in marks))
    if is_marked or (quoted and b'="' in body):
        frame = frame.with_columns(
            pl.all().exclude("_number").str.replace(_FORMULA_TEXT, "$1").str.replace(_MARKED_TEXT, "$1")
        )
    short, long = rows.ragged.short, rows.ragged.long
    table = pl.concat([frame, short]).sort("_number") if short.height else frame
    if rows.cut:
        notes = (*notes, CUT)
    table, misfits = _with_lines(table, long, head, has_breaks=_has_breaks(rows, body))
    del frame, short, rows, mended, body
    table = _only(table, ~are_blank(table))
    told = layout.tell(name, table.select(_names(head)), head.cells, table["line"])
    table = _only(table, told.rows)
    cargo = table.select(_names(head)).rename(dict(zip(_names(head), unique(head.cells), strict=True)))
    ditto: list[str] = []
    if cargo.height <= _LINES_OF_A_LIST and misfits.is_empty():
        cargo, ditto = repeats.fill_ditto(cargo)
    return Table(
        cargo,
        table["line"],
        format="TSV" if head.delimiter == "\t" else "CSV",
        delimiter=head.delimiter,
        broken=broken(
            [
                (line, "too_many_fields", text, json.dumps({"text": text}, ensure_ascii=False))
                for line, text in misfits.select("line", "text").iter_rows()
            ]
        ),
        notes=(*repeated(head.cells), *notes, *ditto, *told.notes),
        above=head.above,
    )


def _refuse_without_headings(name: str, text: bytes, head: _Head) -> None:
    """Raise ManifestError where no heading is known and the file has fixed columns or begins with data."""
    if head.known:
        return
    if any(_BOX.fullmatch(cell.strip().upper()) for cell in head.cells):
        raise ManifestError(
            f"{name} has no line of headings: its first line is data; add headings such as bill_of_lading, "
            "container_number, filed_at above it"
        )
    lines = text[:_HEAD].decode("utf-8", errors="ignore").splitlines()[: 2 * _HEAD_LINES]
    if len(head.cells) == 1 and len(lines) > 1 and all(len(_GAPS.findall(line)) >= _MOST_GAPS for line in lines[:2]):
        raise ManifestError(
            f"{name} has columns of fixed width, without a delimiter; export it as CSV or XLSX, or put a comma, "
            "semicolon or tab between the columns"
        )


def _refuse_short_lines(name: str, text: bytes) -> None:
    """Raise ManifestError where a long file has so little in its lines that none can be a consignment.

    Each refused line is kept with all headings, so such a file would take many times its size.
    """
    if len(text) > 2 * _SHORTEST * max(count_of(b"\n", text) or count_of(b"\r", text), _FREE_LINES):
        return
    lines = size = 0
    for start in range(0, len(text), BLOCK):
        content = text[start : start + BLOCK].translate(None, _BLANKS)
        breaks = np.frombuffer(content, np.uint8) < ord(" ")
        ends = int(np.count_nonzero(breaks[1:] & ~breaks[:-1]))
        lines, size = lines + ends, size + len(content) - int(np.count_nonzero(breaks))
    if lines > _FREE_LINES and size < _SHORTEST * lines:
        raise ManifestError(
            f"{name} has {lines:,} lines of {size / lines:.1f} characters on average, too few for a bill, a container "
            "and goods; export it again, with one line for each of them"
        )


def _find_head(name: str, text: bytes, count: Count) -> _Head:
    """Find the delimiter and line with the most known headings; without any known heading, the first line."""
    sample = text[:_HEAD].decode("utf-8", errors="ignore")
    lines = list(io.StringIO(sample, newline=""))[: 4 * _HEAD_LINES]
    skip = 1 if lines[0].strip().lower() in {f"sep={d}" for d in DELIMITERS} else 0
    heads = [head for delimiter in DELIMITERS for head in _heads(lines, skip, delimiter, count)]
    if not heads:
        raise ValueError("no line of headings was found")
    first = min(head.lines for head in heads)
    best = max(heads, key=lambda head: (head.known, head.lines == first, len(head.cells) if head.lines == first else 0))
    if best.size >= len(sample.encode()) and len(text) > _HEAD:
        raise ManifestError(
            f"{name} has a line of headings of more than {_HEAD:,} bytes; give each column a short heading, "
            "and make each row a line"
        )
    after = [head for head in heads if head.delimiter == best.delimiter and head.lines > best.lines][:1]
    cells = heading_rows.with_units(best.cells, after[0].cells, count) if after and best.known else None
    return best if cells is None else replace(best, cells=cells, lines=after[0].lines, size=after[0].size)


def _heads(lines: Sequence[str], skip: int, delimiter: str, count: Count) -> list[_Head]:
    reader = csv.reader(lines[skip:], delimiter=delimiter, skipinitialspace=True)
    heads: list[_Head] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                used = skip + reader.line_num
                size = len("".join(lines[:used]).encode())
                above = tuple(tuple(head.cells) for head in heads)
                heads.append(_Head(count(cells[:MAX_HEADINGS]), cells, delimiter, used, size, above))
            if len(heads) == _HEAD_LINES:
                break
    except csv.Error:
        return heads
    return heads


def _names(head: _Head) -> list[str]:
    return [f"c{place}" for place in range(len(head.cells))]


def _has_breaks(rows: Rows, body: bytes) -> bool:
    """Whether a field may contain a line break: there are more of them than lines, or some that end no line."""
    breaks, returns = body.count(b"\n"), body.count(b"\r")
    return returns not in (0, breaks) or breaks > rows.total


def _swallows(rows: Rows, head: _Head) -> bool:
    """Whether a quoted field contains a line break and as many delimiters as a full line."""
    full = len(head.cells) - 1
    if full < 2:
        return False
    if rows.ragged.swallows:
        return True
    frame, field = rows.frame, pl.all().exclude("_number")
    if not frame.select(pl.any_horizontal(field.str.contains(_NEWLINE).any())).item():
        return False
    long = field.str.count_matches(head.delimiter, literal=True) >= full
    return frame.select(pl.any_horizontal((long & field.str.contains(_NEWLINE)).any())).item() is True


def _only(table: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The `rows` of the table; the table itself where these are all, which is usual and spares a copy."""
    return table if rows.all() else table.filter(rows)


def _with_lines(
    table: pl.DataFrame, long: pl.DataFrame, head: _Head, *, has_breaks: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both frames with the `line` of the file where each row starts; fields above it may contain line breaks."""
    line = pl.col("_number") + head.lines
    if not has_breaks:
        return table.with_columns(line=line), long.with_columns(line=line)
    breaks = pl.all().exclude("_number").str.count_matches(_NEWLINE).fill_null(0).cast(pl.Int64)
    inner = [rows.select("_number", inner=pl.sum_horizontal(breaks)) for rows in (table, long)]
    above = pl.col("inner").cum_sum().shift(1, fill_value=0)
    lines = pl.concat(inner).sort("_number").select("_number", line=line + above)
    found = [rows.join(lines, on="_number", how="left", maintain_order="left") for rows in (table, long)]
    return found[0], found[1]
