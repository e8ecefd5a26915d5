"""Parse delimited text in blocks with Arrow, and keep of each block what is not blank.

A program may write a million blank rows below the ten that are filled, and a cell may be as long as the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from riskscore.manifest.formats.ragged import MAX_CELL, Ragged

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK, _SMALL_BLOCK = 2 * 2**20, 2**18
"""Bytes of a text that are parsed at a time, and of one with many blank cells, each of which takes 50 while it is."""

_USUAL_CELL = 4
"""Fewest bytes for each cell of a text without many blank ones."""

_LARGEST_BLOCK = 512 * 2**20


@dataclass(frozen=True)
class Rows:
    """The `total` lines of a text: a `frame` of those with as many fields as headings, and the `ragged` ones.

    The frame has the `_number` of each line. Blank lines are left out of it, unless one of their fields has a line
    break. `cut` is how many cells were too long.
    """

    frame: pl.DataFrame
    ragged: Ragged
    total: int = 0
    cut: int = 0


def parse(body: bytes, delimiter: str, width: int, *, quoted: bool, small: bool = False) -> Rows | None:
    """The rows of `body`, or None where Arrow cannot parse the text.

    It is parsed in blocks, so that what is blank is let go before the next one. Where a row is longer than a block, it
    is parsed as one, with its cells cut to MAX_CELL. With `small` blocks it takes longer and less memory.
    """
    cells = count_of(delimiter.encode() + b"\n", body)
    block = _SMALL_BLOCK if small or len(body) < _USUAL_CELL * cells else BLOCK
    rows = _in_blocks(body, delimiter, width, quoted, block)
    if rows is None and len(body) > block:
        shorter, cut = _without_long_texts(body, delimiter)
        rows = _in_blocks(shorter, delimiter, width, quoted, min(_LARGEST_BLOCK, max(len(shorter), block)))
        return replace(rows, cut=rows.cut + cut) if rows else None
    return rows


def _without_long_texts(body: bytes, delimiter: str) -> tuple[bytes, int]:
    """`body` with MAX_CELL bytes of each longer text between delimiters, quotes and line breaks, and how many were."""
    parts: list[bytes] = []
    start = 0
    for found in re.finditer(rf'[^{re.escape(delimiter)}"\r\n]+'.encode(), body):
        if found.end() - found.start() > MAX_CELL:
            text = found[0][:MAX_CELL].decode("utf-8", errors="ignore").encode()
            parts += (body[start : found.start()], text)
            start = found.end()
    return (b"".join((*parts, body[start:])), len(parts) // 2) if parts else (body, 0)


def count_of(signs: bytes, body: bytes) -> int:
    """How many bytes of `body` are one of the `signs`."""
    parts = (np.frombuffer(body, np.uint8, min(BLOCK, len(body) - at), at) for at in range(0, len(body), BLOCK))
    return sum(int(np.count_nonzero(part == sign)) for part in parts for sign in signs)


def _in_blocks(body: bytes, delimiter: str, width: int, quoted: bool, size: int) -> Rows | None:
    import pyarrow as pa  # late: Arrow is slow to load
    from pyarrow import csv as arrow_csv

    names = [f"c{place}" for place in range(width)]
    ragged = Ragged(len(names), delimiter, quoted=quoted)

    def note(row: arrow_csv.InvalidRow) -> str:
        ragged.add(row.number, row.text)
        return "skip"

    parts = [pl.DataFrame(schema={**dict.fromkeys(names, pl.String), "_number": pl.UInt32})]
    whole = cut = 0
    if not body or body.isspace():
        return Rows(parts[0].cast({"_number": pl.Int64}), ragged)
    try:
        reader = arrow_csv.open_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=size),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.large_string() for name in names}, strings_can_be_null=False
            ),
        )
        for batch in reader:
            cells = pa.Table.from_batches([batch])
            cells, long = _bounded(cells) if size > BLOCK else (cells, 0)
            part = pl.DataFrame(cells)
            place = pl.int_range(whole, whole + part.height, dtype=pl.UInt32, eager=True)
            parts.append(part.with_columns(_number=place).filter(~are_blank(part, " \t")))
            whole, cut = whole + part.height, cut + long
    except pa.ArrowInvalid:
        return None
    pa.default_memory_pool().release_unused()
    # Column by column, so that not all cells are there twice.
    frame = pl.DataFrame(
        [pl.concat([part.drop_in_place(name) for part in parts], rechunk=True) for name in parts[0].columns]
    )
    total = whole + ragged.count
    is_whole = pl.repeat(True, total, dtype=pl.Boolean, eager=True).scatter(ragged.numbers - 1, False)
    numbers = is_whole.arg_true().gather(frame["_number"]).cast(pl.Int64) + 1
    return Rows(frame.with_columns(_number=numbers), ragged, total, cut + ragged.cut)


def _bounded(cells: pa.Table) -> tuple[pa.Table, int]:
    """`cells` cut to MAX_CELL characters, and how many were."""
    import pyarrow.compute as pc

    cut = 0
    for place, name in enumerate(cells.column_names):
        long = pc.sum(pc.greater(pc.binary_length(cells[name]), MAX_CELL)).as_py()
        if long:
            cells = cells.set_column(place, name, pc.utf8_slice_codeunits(cells[name], 0, MAX_CELL))
            cut += long
    return cells, cut


def are_blank(frame: pl.DataFrame, blanks: str | None = None) -> pl.Series:
    """Which rows of `frame` are blank in all columns of texts; most rows are not in the first."""
    first = pl.col("c0").fill_null("").str.strip_chars(blanks) == ""
    blank = frame.select(first.alias("blank")).to_series()
    places = blank.arg_true()
    if not places.len():
        return blank
    every = pl.all_horizontal(pl.exclude("_number").fill_null("").str.strip_chars(blanks) == "")
    return blank.scatter(places, frame[places.to_list()].select(every.alias("blank")).to_series())
