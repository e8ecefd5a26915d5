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
from typing import TypeAlias

import polars as pl

from riskscore.errors import ManifestError
from riskscore.manifest.formats import heading_rows, layout, quotes, repeats
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.table import MAX_HEADINGS, Count, Table, broken, repeated, unique

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", "^": "caret", "~": "tilde"}

_HEAD = 128 * 1024
_HEAD_LINES = 15
_BLOCK = 512 * 2**20
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
    head = _find_head(text, count)
    if len(head.cells) > MAX_HEADINGS:
        raise ManifestError(
            f"{name} has {len(head.cells):,} headings; at most {MAX_HEADINGS:,} are read, so remove some columns"
        )
    _refuse_without_headings(name, text, head)
    # Empty lines at the end would be a row each.
    text = text.rstrip(b"\r\n") + b"\n" if text.endswith((b"\n\n", b"\r\n\r\n")) else text
    mended = quotes.mend(text[head.size :], head.delimiter, len(head.cells))
    quoted = b'"' in mended.text
    rows = _parse(mended.text, head, quoted)
    is_wrong = rows is None or (_has_breaks(rows, mended.text) and _swallows(rows, head))
    if quoted and is_wrong:
        mended = quotes.mend(text[head.size :], head.delimiter, len(head.cells), certain=True)
        rows = _parse(mended.text, head, quoted)
        is_wrong = rows is None or _swallows(rows, head)
    body, notes = mended.text, mended.note(head.lines + 1)
    if rows is None or is_wrong:
        quoted = False
        notes = ("quotes in this file do not pair up, so they were read as ordinary characters",)
        rows = _parse(text[head.size :], head, quoted)
        if rows is None:
            raise ValueError("its lines cannot be split into fields")
        rows = (rows[0].with_columns(pl.all().exclude("_number").str.replace(r'^\s*"(.*)"\s*$', "$1")), rows[1])
    frame, ragged = rows
    marks = (head.delimiter.encode() + b"'", b"\n'", b"\"'")
    is_marked = b"'" in body and (body.startswith(b"'") or any(mark in body for mark in marks))
    if is_marked or (quoted and b'="' in body):
        frame = frame.with_columns(
            pl.all().exclude("_number").str.replace(_FORMULA_TEXT, "$1").str.replace(_MARKED_TEXT, "$1")
        )
    short, long = _sort_ragged(ragged, head, quoted)
    table = pl.concat([frame, short]).sort("_number")
    lines = _line_numbers(table, long, head, has_breaks=_has_breaks(rows, body))
    blank = pl.all_horizontal(pl.col(_names(head)).fill_null("").str.strip_chars() == "")
    filled = table.join(lines, on="_number", maintain_order="left").filter(~blank)
    told = layout.tell(name, filled.select(_names(head)), head.cells, filled["line"])
    filled = filled.filter(told.rows)
    misfits = long.join(lines, on="_number", maintain_order="left")
    cargo = filled.select(_names(head)).rename(dict(zip(_names(head), unique(head.cells), strict=True)))
    ditto: list[str] = []
    if cargo.height <= _LINES_OF_A_LIST and misfits.is_empty():
        cargo, ditto = repeats.fill_ditto(cargo)
    return Table(
        cargo,
        filled["line"],
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


_Rows: TypeAlias = tuple[pl.DataFrame, list[tuple[int, int, str]]]
"""Rows with as many fields as headings, with their `_number`, and the others as (number, fields, text)."""


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


def _find_head(text: bytes, count: Count) -> _Head:
    """Find the delimiter and line with the most known headings; without any known heading, the first line."""
    sample = text[:_HEAD].decode("utf-8", errors="ignore")
    lines = list(io.StringIO(sample, newline=""))[: 4 * _HEAD_LINES]
    skip = 1 if lines[0].strip().lower() in {f"sep={d}" for d in DELIMITERS} else 0
    heads = [head for delimiter in DELIMITERS for head in _heads(lines, skip, delimiter, count)]
    if not heads:
        raise ValueError("no line of headings was found")
    first = min(head.lines for head in heads)
    best = max(heads, key=lambda head: (head.known, head.lines == first, len(head.cells) if head.lines == first else 0))
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


def _parse(body: bytes, head: _Head, quoted: bool) -> _Rows | None:
    """The rows of `body`, or None where Arrow cannot parse the text."""
    import pyarrow as pa  # late: Arrow is slow to load
    from pyarrow import csv as arrow_csv

    names = _names(head)
    schema = dict.fromkeys(names, pl.String)
    ragged: list[tuple[int, int, str]] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        ragged.append((row.number, row.actual_columns, row.text))
        return "skip"

    if not body.strip():
        return pl.DataFrame(schema={**schema, "_number": pl.Int64}), []
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, column_names=names, block_size=min(_BLOCK, max(len(body), 1024))
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=head.delimiter,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.large_string() for name in names}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    frame = pl.DataFrame(table).cast(pl.String) if table.num_rows else pl.DataFrame(schema=schema)
    total = frame.height + len(ragged)
    left_out = pl.Series([number for number, _, _ in ragged], dtype=pl.Int64)
    numbers = pl.int_range(1, total + 1, dtype=pl.Int64, eager=True)
    return frame.with_columns(_number=numbers.filter(~numbers.is_in(left_out.implode()))), ragged


def _has_breaks(rows: _Rows, body: bytes) -> bool:
    """Whether a field may contain a line break: there are more of them than lines, or some that end no line."""
    frame, ragged = rows
    breaks, returns = body.count(b"\n"), body.count(b"\r")
    return returns not in (0, breaks) or breaks > frame.height + len(ragged)


def _swallows(rows: _Rows, head: _Head) -> bool:
    """Whether a quoted field contains a line break and as many delimiters as a full line."""
    full = len(head.cells) - 1
    if full < 2:
        return False
    frame, ragged = rows
    if any(line.count(head.delimiter) >= full for _, _, text in ragged for line in text.splitlines()[1:]):
        return True
    field = pl.all().exclude("_number")
    if not frame.select(pl.any_horizontal(field.str.contains(_NEWLINE).any())).item():
        return False
    long = field.str.count_matches(head.delimiter, literal=True) >= full
    return frame.select(pl.any_horizontal((long & field.str.contains(_NEWLINE)).any())).item() is True


def _sort_ragged(
    ragged: Sequence[tuple[int, int, str]], head: _Head, quoted: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Fill the lines that are too short, or too long by empty fields only; the others become `_number` and `text`."""
    width = len(head.cells)
    fitted: list[list[str | int | None]] = []
    long: list[tuple[int, str]] = []
    for number, _, text in ragged:
        cells = _cells(text, head.delimiter) if quoted else text.split(head.delimiter)
        if any(cell.strip() for cell in cells[width:]):
            long.append((number, text))
        else:
            fitted.append([*cells[:width], *[None] * (width - len(cells)), number])
    schema = {**dict.fromkeys(_names(head), pl.String), "_number": pl.Int64}
    return (
        pl.DataFrame(fitted, schema=schema, orient="row"),
        pl.DataFrame(long, schema={"_number": pl.Int64, "text": pl.String}, orient="row"),
    )


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)


def _line_numbers(table: pl.DataFrame, long: pl.DataFrame, head: _Head, *, has_breaks: bool) -> pl.DataFrame:
    """`line` of each `_number`: the line of the file where the row starts; fields above it may contain line breaks."""
    if not has_breaks:
        numbers = pl.concat([table.select("_number"), long.select("_number")]).sort("_number")
        return numbers.with_columns(line=pl.col("_number") + head.lines)
    breaks = pl.all().exclude("_number").str.count_matches(_NEWLINE).fill_null(0).cast(pl.Int64)
    inner = [rows.select("_number", inner=pl.sum_horizontal(breaks)) for rows in (table, long)]
    return (
        pl.concat(inner)
        .sort("_number")
        .select("_number", line=pl.col("_number") + head.lines + pl.col("inner").cum_sum().shift(1, fill_value=0))
    )
