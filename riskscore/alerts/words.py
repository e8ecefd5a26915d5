"""Sentences for columns: a sentence is translated once and filled with the values of each row."""

from __future__ import annotations

import re

import polars as pl

MARKS = ("\0", "\1")
"""Placeholders of the first and the second value; stored texts never contain these characters."""


def filled(sentence: str, *values: pl.Expr) -> pl.Expr:
    """Replace MARKS in `sentence` by `values`; one text per row."""
    parts = re.split(f"({'|'.join(MARKS)})", sentence)
    return pl.concat_str(values[MARKS.index(part)] if part in MARKS else pl.lit(part) for part in parts)
