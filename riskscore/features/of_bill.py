"""Figures of a whole bill, where a filing does not say which of them belong to the container."""

from __future__ import annotations

import polars as pl

from riskscore.schema import COLUMNS

_OF_BILL = "bill_"


def unstated(column: str) -> pl.Expr:
    """Whether `column` is empty, and the filing does not state it for the whole bill either."""
    of_bill = f"{_OF_BILL}{column}"
    if of_bill not in COLUMNS:
        return pl.col(column).is_null()
    return pl.col(column).is_null() & ~(pl.col(of_bill) > 0).fill_null(False)
