"""Words of fixed lists: how a bill is made out, who pays the freight, kinds of packages, findings.

The lists and their usual wordings are data, in `features/reference/columns.toml`.
"""

from __future__ import annotations

import polars as pl

from riskscore.cells import headings, texts
from riskscore.units import counted

OPEN = ("package_type",)
"""Columns whose unknown words stay as they are, in capitals."""

CLOSED = ("finding",)
"""Columns whose unknown words refuse the row."""


def words(column: str, text: pl.Series) -> pl.Series:
    """Turn the usual wordings in `text` into the words of the list of `column`; others are null, or stay if OPEN."""
    lists = headings.table()["values"][column]
    known = {
        texts.without_accents(wording): word
        for word, wordings in lists.items()
        for wording in (*wordings, word.lower())
    }
    known |= {name.replace("_", " "): name for name in lists}

    def read(distinct: pl.Series) -> pl.Series:
        plain = distinct.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
        plain = plain.str.replace_all(r"[\s_.()/-]+", " ").str.strip_chars()
        word = plain.replace_strict(known, default=None, return_dtype=pl.String)
        return word.zip_with(word.is_not_null(), distinct.str.to_uppercase()) if column in OPEN else word

    return texts.by_distinct(text, read)


def note(column: str, unknown: pl.Series) -> str:
    """What people should know about the `unknown` words of a column."""
    examples = ", ".join(unknown.unique(maintain_order=True).head(3).to_list())
    known = ", ".join(headings.table()["values"][column])
    return f"{column}: {counted(unknown.len(), 'unknown value')}, such as {examples}; known are {known}"
