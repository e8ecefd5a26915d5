"""Words for whole columns: a sentence said once, with a column's values in its places."""

from __future__ import annotations

import re

import polars as pl

MARKS = ("\0", "\1")
"""What is said in the place of the first and of the second value; no text that is kept has such characters."""


def filled(said: str, *values: pl.Expr) -> pl.Expr:
    """`said` with `values` in the places of MARKS, a text a row."""
    parts = re.split(f"({'|'.join(MARKS)})", said)
    return pl.concat_str(values[MARKS.index(part)] if part in MARKS else pl.lit(part) for part in parts)
