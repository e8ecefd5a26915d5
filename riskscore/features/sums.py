"""Sums that do not depend on the order of their parts, so that the same input gives the same bytes.

Rows of a group come in an order that varies with the threads, and floating-point numbers add up to another last
digit in another order. Whole numbers do not.
"""

from __future__ import annotations

import polars as pl

PARTS = float(1 << 32)
"""Values are rounded to this part of one before they are added; sums up to two billion fit."""


def exact_sum(values: pl.Expr) -> pl.Expr:
    """Sum of `values` (finite, up to two billion in all) in whole parts of `PARTS`; nulls count for nothing."""
    return (values * PARTS).round().cast(pl.Int64).sum() / PARTS
