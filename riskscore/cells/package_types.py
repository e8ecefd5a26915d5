"""Package types in the simple codes of the engine: CTN for cartons and boxes, BAG for bags and sacks.

Messages have codes of UN/ECE Recommendation 21 (CT, 4G, PX), which stay as filed until the engine compares them.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from riskscore.cells import headings, texts


@cache
def _codes() -> dict[str, str]:
    """Every code or word in capitals -> simple code."""
    lists = headings.table()["values"]["package_type"]
    return {wording.upper(): word for word, wordings in lists.items() for wording in wordings}


def simple(types: pl.Series) -> pl.Series:
    """Package types as simple codes; a type that is not known stays as it is."""
    if not types.count():
        return types
    return texts.by_distinct(types, lambda distinct: distinct.replace(_codes()))
