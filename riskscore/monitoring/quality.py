"""How well a file is filled in: by column, what is missing, what refuses a row, and what is doubtful.

lines, quarantine, how it was understood ─▶ one row per canonical column, and one for the file as a whole
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from riskscore import schema
from riskscore.manifest.lines import FileLines
from riskscore.settings import NONE, Settings

QUALITY: dict[str, pl.DataType | type[pl.DataType]] = {
    "field": pl.String,
    "rows": pl.Int64,
    "bills": pl.Int64,
    "missing": pl.Int64,
    "refused": pl.Int64,
    "doubtful": pl.Int64,
}
"""Columns of the quality of a file. `field` is null for the file as a whole; `rows` are accepted and refused ones.

`bills` is the effective number of bills, as if all had the same number of rows, because the rows of a bill are alike.
`missing` counts the accepted rows without a value, and `doubtful` the values that were not understood or were read with
a note.
"""

_NOT_COUNTED = ("goods_items", "version", "consolidated")
_COPIES = ("duplicate_row", "duplicate_filing")
"""Rules that say nothing against the column that they name."""

_COUNT = re.compile(r"(?<![\w.,])(\d[\d,]*) [a-z]")


def of(part: FileLines, settings: Settings = NONE) -> pl.DataFrame:
    """Return the quality of one file (columns QUALITY), the whole file first."""
    columns = {name: dtype for name, dtype in schema.columns(settings).items() if name not in _NOT_COUNTED}
    lines, refused = part.lines, part.quarantine
    rows = lines.height + refused.height
    gaps = lines.select(_lacks(name, dtype).sum() for name, dtype in columns.items()).row(0) if columns else ()
    broken = refused.filter(~pl.col("rule").is_in(_COPIES))["column"].value_counts()
    by_column = dict(broken.iter_rows())
    doubts = doubtful(part, columns)
    whole = (None, 0, refused.height, min(sum(doubts.values()), rows))
    fields = [
        (name, gap, by_column.get(name, 0), min(doubts.get(name, 0), rows))
        for name, gap in zip(columns, gaps, strict=True)
    ]
    found = pl.DataFrame([whole, *fields], schema=["field", "missing", "refused", "doubtful"], orient="row")
    bills = _effective(lines["bill_of_lading"].value_counts()["count"]) * rows / lines.height if lines.height else rows
    return found.with_columns(rows=rows, bills=round(bills)).select(
        pl.col(name).cast(dtype) for name, dtype in QUALITY.items()
    )


def doubtful(part: FileLines, columns: Iterable[str]) -> dict[str, int]:
    """Count the doubtful values of a file by column.

    Those that were not understood are counted by the reader. The others are only told in notes such as "hs_codes: 12
    values that ...", from which their number is taken.
    """
    counts: dict[str, int] = {}
    for kind in part.understood.not_understood:
        for column, count in kind.columns:
            counts[column] = counts.get(column, 0) + count
    known = "|".join(sorted(columns, key=len, reverse=True))
    named = re.compile(rf"^(?:.*: )?({known})(?::| differs)")
    for note in part.understood.notes:
        if (begin := named.match(note)) and (found := _COUNT.search(note, begin.end())):
            column = begin[1]
            counts[column] = counts.get(column, 0) + int(found[1].replace(",", ""))
    return counts


def _lacks(name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """Whether a row has no value in a column; an empty list is none."""
    is_null = pl.col(name).is_null()
    return (is_null | (pl.col(name).list.len() == 0) if isinstance(dtype, pl.List) else is_null).alias(name)


def _effective(sizes: pl.Series) -> int:
    """The number of groups of equal size that vary as much as groups of these `sizes` (Kish)."""
    return round(int(sizes.sum()) ** 2 / max(int((sizes**2).sum()), 1))
