"""Keys for rows that have none of their own: a digest of what the row says, and a number where several say the same.

    ALPHA, 690721, 2025-04-25 ...        ─▶ 9f86d081884c7d65
    ALPHA, 690721, 2025-04-25 ... again  ─▶ 9f86d081884c7d65-2

A line number would be shorter, but two files have the same ones, so their rows would count as versions of each other.
The digest covers the columns that the settings read, without findings: a row keeps its key when it is exported again in
another order, in another file, or with what was found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from riskscore.cells import texts
from riskscore.cells.wordings import words
from riskscore.manifest.formats.table import Table
from riskscore.settings import ROW_KEY, Settings

_BYTES = 8
_PART = "\x1f"


def headings(settings: Settings) -> tuple[str, ...]:
    """The headings whose cells make the key of a row; none where rows have a key of their own."""
    if not settings.numbered:
        return ()
    return (*settings.columns, *(own.source for own in settings.read if own.source is not None))


def numbered(tables: Sequence[Table], sources: Sequence[str]) -> list[Table]:
    """`tables` with the column ROW_KEY, made from the cells under the headings `sources`, all where none is there."""
    wanted = {"".join(words(source)) or source for source in sources}
    return [table if table.is_message else _numbered(table, wanted) for table in tables]


def _numbered(table: Table, wanted: set[str]) -> Table:
    names = [name for name in table.frame.columns if ("".join(words(name)) or name) in wanted] or table.frame.columns
    cells = [texts.as_text(table.frame[name]).fill_null("").str.strip_chars().alias(name) for name in sorted(names)]
    said = pl.DataFrame(cells).select(pl.concat_str(pl.all(), separator=_PART)).to_series()
    distinct = said.unique()
    digests = [hashlib.blake2b(text.encode(), digest_size=_BYTES).hexdigest() for text in distinct]
    keyed = pl.DataFrame({"said": said}).join(
        pl.DataFrame({"said": distinct, "digest": digests}), on="said", how="left", maintain_order="left"
    )
    place = pl.int_range(1, pl.len() + 1).over("digest")
    again = pl.when(place > 1).then(pl.format("{}-{}", "digest", place)).otherwise("digest")
    return replace(table, frame=table.frame.with_columns(keyed.select(again.alias(ROW_KEY)).to_series()))
