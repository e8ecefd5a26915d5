"""Distinct: what rows have in common is read once, then set beside each of them.

    a million rows ─▶ distinct values of some columns ─▶ read ─▶ answers, looked up by one hash of these columns

Of a million consignments there are some hundred ports, some thousand pairs of country and goods, and a third as many
descriptions. A 64-bit hash tells them apart, as in the ledger: several times as fast as their letters, and among a
million distinct values two share one with a chance below one in ten million.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from riskscore.history.hashes import mixed

AT = "riskscore_at"
"""Hash of the columns that an answer depends on."""


def distinct(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """One row for each distinct combination of `columns` (null is a value as any other), with its hash as `AT`."""
    at = frame.select(mixed(columns).alias(AT)).to_series()
    first = at.arg_unique()
    return frame.select(columns)[first].with_columns(at.gather(first))


def beside(frame: pl.DataFrame, columns: Sequence[str], answers: pl.DataFrame) -> pl.DataFrame:
    """Set `answers` (one row for each `AT`) beside the rows of `frame` that they are for; null where there is none."""
    asked = frame.select(mixed(columns).alias(AT))
    return frame.hstack(asked.join(answers, on=AT, how="left", maintain_order="left").drop(AT))


def by_distinct(
    frame: pl.DataFrame, columns: Sequence[str], read: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """Add to `frame` the columns that `read` adds to the distinct combinations of `columns`. Row order is kept."""
    return beside(frame, columns, read(distinct(frame, columns)).drop(columns))
