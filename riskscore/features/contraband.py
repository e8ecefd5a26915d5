"""Contraband: how well goods and route together fit each kind of contraband other than wildlife.

`prepare` works on the distinct combinations of countries and goods, and joins one figure per kind to all rows.
"""

from __future__ import annotations

import polars as pl

from riskscore.features import ways
from riskscore.features.distinct import by_distinct


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add for each kind how well goods and route fit it (0 to 1), as `KIND_fit`. Rows keep their order."""
    return by_distinct(facts, (*ways.START, *ways.END, *ways.GOODS), _fits)


def _fits(rows: pl.DataFrame) -> pl.DataFrame:
    """The strongest commodity of each kind speaks for it."""
    return ways.crossed(rows).with_columns(
        pl.max_horizontal(ways.column(name) for name in commodities).cast(pl.Float32).alias(f"{kind}_fit")
        for kind, commodities in ways.KINDS.items()
    ).drop(ways.column(name) for name in ways.COMMODITIES)  # fmt: skip


def cover_on_cocaine_route() -> pl.Expr:
    """Cover for cocaine, times source or hub strength at the start, times market or hub strength at the end."""
    return pl.col("cocaine_fit")


def cover_on_opioid_route() -> pl.Expr:
    """Cover for heroin, tramadol or khat, times the strength of that trade at the start and at the end."""
    return pl.col("opioids_fit")


def cover_on_methamphetamine_route() -> pl.Expr:
    """Cover for methamphetamine or precursors, times the strength of that trade at the start and at the end."""
    return pl.col("methamphetamine_fit")


def cover_on_captagon_route() -> pl.Expr:
    """Cover for captagon, times the strength of that trade at the start and at the end."""
    return pl.col("captagon_fit")


def cover_on_cannabis_route() -> pl.Expr:
    """Cover for cannabis, times the strength of that trade at the start and at the end."""
    return pl.col("cannabis_fit")


def cover_on_arms_route() -> pl.Expr:
    """Cover for arms, times the strength of that trade at the start and at the end."""
    return pl.col("arms_fit")


def cover_on_cigarette_route() -> pl.Expr:
    """Cover for cigarettes, times the strength of that trade at the start and at the end."""
    return pl.col("cigarettes_fit")


def cover_on_counterfeit_route() -> pl.Expr:
    """Goods that are often counterfeit, times the strength of that trade at the start and at the end."""
    return pl.col("counterfeits_fit")


def cover_on_waste_route() -> pl.Expr:
    """Goods as which illegal waste is declared, times the strength of that trade at the start and at the end."""
    return pl.col("waste_fit")


def cover_on_timber_route() -> pl.Expr:
    """Goods as which illegal timber is declared, times the strength of that trade at the start and at the end."""
    return pl.col("timber_fit")
