"""Hashes: one 64-bit number for the values of several columns, to compare and store keys.

Among three million distinct values the chance that two share a hash is below one in a million. Then two parties count
as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import polars as pl

_ODD = 0x9E3779B97F4A7C15
"""Spreads the bits of one hash before the next is added, so that (a, b) and (b, a) differ."""


def combined(columns: Sequence[str]) -> pl.Expr:
    """Return one UInt64 hash of all `columns`; null where any of them is null."""
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in columns)
    return pl.when(known).then(mixed(columns))


def mixed(columns: Sequence[str]) -> pl.Expr:
    """Return one UInt64 hash of all `columns`; null counts as a value. Faster than the hash of a struct."""
    first, *others = (pl.col(name).hash() for name in columns)
    return reduce(lambda sofar, value: sofar * pl.lit(_ODD, pl.UInt64) + value, others, first)  # wraps around
