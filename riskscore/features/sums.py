"""Sums that do not depend on the order of their parts, so that the same input gives the same bytes.

The order of rows in a group varies with the threads, and floating-point numbers that are added in another order differ
in the last digit. Whole numbers do not.
"""

from __future__ import annotations

import polars as pl

PARTS = float(1 << 32)
"""Values are rounded to multiples of 1 / PARTS before they are added. Sums up to two billion fit."""


def exact_sum(values: pl.Expr) -> pl.Expr:
    """Sum `values` (finite, up to two billion in total), whatever their order. Nulls are skipped."""
    return (values * PARTS).round().cast(pl.Int64).sum() / PARTS
