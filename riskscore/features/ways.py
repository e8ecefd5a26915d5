"""Ways: where each kind of contraband is made, passes through and is sold, and which goods hide it.

    contraband.csv, minor_roles.csv ─▶ strength at the start and at the end of a way ─┐
    covers_by_kind.csv              ─▶ how often such goods hide it ──────────────────┴─▶ their product, by commodity

The product is as weak as its weakest part, so neither the way of a large exporter nor a common cover is enough. A way
starts at a source or ends at a market: from one hub to another, in whichever direction, most trade is honest.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from riskscore import reference
from riskscore.features.distinct import HASH, by_distinct
from riskscore.history.keys import read_codes

KINDS = {
    "cocaine": ("cocaine",),
    "opioids": ("heroin", "tramadol and khat"),
    "methamphetamine": ("methamphetamine", "precursors"),
    "captagon": ("captagon",),
    "cannabis": ("cannabis",),
    "arms": ("small arms",),
    "cigarettes": ("cigarettes",),
    "counterfeits": ("counterfeits",),
    "waste": ("plastic waste", "e-waste", "hazardous waste"),
    "timber": ("illegal timber",),
}
"""Kind of contraband -> its commodities, each with its own way and covers. The wildlife trade has its own features."""

COMMODITIES = tuple(commodity for several in KINDS.values() for commodity in several)

START = ("origin", "loading_country")
"""Countries at the start of a way: a source or a hub of the trade."""
END = ("destination", "discharge_country", "delivery_country")
"""Countries at the end of a way: a market or a hub of the trade."""
GOODS = ("hs_codes", "chapter")

_LEGS = ((("source",), ("market", "hub")), (("source", "hub"), ("market",)))
"""Roles of the start and of the end that make a way."""


def crossed(rows: pl.DataFrame) -> pl.DataFrame:
    """Add for each commodity the column `column(commodity)`: start times end times cover, each 0 to 1.

    Null where no country at the start or none at the end is known, or neither an HS code nor the description says what
    the goods are. Rows keep their order.
    """
    rows = by_distinct(by_distinct(rows, (*START, *END), _ways), GOODS, _covers)
    return rows.with_columns(
        (pl.col(f"way of {name}") * pl.col(f"cover of {name}")).alias(column(name)) for name in COMMODITIES
    ).drop(f"{part} of {name}" for part in ("way", "cover") for name in COMMODITIES)


def column(commodity: str) -> str:
    """Return the name of the column that `crossed` adds for a commodity."""
    return f"{commodity} crossed"


def ends(kind: str) -> tuple[pl.Expr, pl.Expr]:
    """Return the country at the start and at the end of the way of a kind that fits best, for rows of `crossed`."""
    commodities = KINDS[kind]
    best = pl.concat_list(column(name) for name in commodities).list.arg_max()
    first = [_leg(name, 0) >= _leg(name, 1) for name in commodities]  # the first of _LEGS is the stronger one
    starts, ends = (
        pl.concat_list(
            pl.when(is_first)
            .then(_strongest(name, _LEGS[0][side], places))
            .otherwise(_strongest(name, _LEGS[1][side], places))
            for name, is_first in zip(commodities, first, strict=True)
        )
        for side, places in enumerate((START, END))
    )
    return starts.list.get(best), ends.list.get(best)


def _ways(places: pl.DataFrame) -> pl.DataFrame:
    """Add the strength of each way: that of its start times that of its end."""
    return places.with_columns(
        pl.max_horizontal(_leg(name, leg) for leg in range(len(_LEGS))).alias(f"way of {name}") for name in COMMODITIES
    )


def _leg(commodity: str, leg: int) -> pl.Expr:
    start, end = _LEGS[leg]
    return _most(commodity, start, START) * _most(commodity, end, END)


def _most(commodity: str, roles: tuple[str, ...], places: Sequence[str]) -> pl.Expr:
    return pl.max_horizontal(_strength(place, commodity, roles) for place in places)


def _strongest(commodity: str, roles: tuple[str, ...], places: Sequence[str]) -> pl.Expr:
    """The country in `places` that is strongest, the first among equals."""
    most = _most(commodity, roles, places)
    return pl.coalesce(pl.when(_strength(place, commodity, roles) == most).then(place) for place in places)


def _strength(place: str, commodity: str, roles: tuple[str, ...]) -> pl.Expr:
    """Strength (0 to 1) of the country in `place` in the best of its `roles`; null where it is not known."""
    countries, strengths = _best(commodity, roles)
    strength = pl.col(place).replace_strict(countries, strengths, default=0.0, return_dtype=pl.Float64)
    return pl.when(pl.col(place).is_not_null()).then(strength)


@cache
def _best(commodity: str, roles: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    table = _roles().filter(pl.col("commodity") == commodity, pl.col("role").is_in(roles))
    best = table.group_by("country").agg(pl.col("strength").max())
    return best["country"], best["strength"]


@cache
def _roles() -> pl.DataFrame:
    columns = ("commodity", "country", "role", "strength")
    return pl.concat([reference.wildlife().select(columns), reference.minor_roles().select(columns)])


@cache
def _cover_table(digits: int) -> pl.DataFrame:
    """How often goods of a code hide each commodity: of the headings (4 digits), and of the chapters (2 digits)."""
    table = reference.covers_by_kind().filter(pl.col("hs").str.len_chars() == digits)
    return _wide(table, f"hs{digits}", str(digits))


@cache
def _best_of_chapter() -> pl.DataFrame:
    """The most that goods of a chapter hide each commodity: a code that is cut short counts as its worst heading."""
    return _wide(reference.covers_by_kind().with_columns(pl.col("hs").str.head(2)), "hs2", "best")


def _wide(table: pl.DataFrame, key: str, suffix: str) -> pl.DataFrame:
    """One row per code, one column per commodity."""
    return table.group_by(pl.col("hs").alias(key)).agg(
        pl.col("strength").filter(pl.col("commodity") == name).max().alias(f"{name} {suffix}") for name in COMMODITIES
    )


def _covers(goods: pl.DataFrame) -> pl.DataFrame:
    """Add how often such goods hide each commodity: that of the line that hides it most, else of the chapter."""
    lines = read_codes(goods.select(HASH, "chapter", code="hs_codes").explode("code"))
    without = pl.col("hs2").is_null().all().over(HASH)
    lines = lines.with_columns(hs2=pl.when(without).then("chapter").otherwise("hs2")).filter(
        pl.col("hs2").is_not_null()
    )
    lines = (
        lines.join(_cover_table(4), on="hs4", how="left")
        .join(_cover_table(2), on="hs2", how="left")
        .join(_best_of_chapter(), on="hs2", how="left")
    )
    found = lines.group_by(HASH).agg(
        pl.when(pl.col("hs4").is_not_null())
        .then(pl.coalesce(f"{name} 4", f"{name} 2", pl.lit(0.0)))
        .otherwise(pl.coalesce(f"{name} best", pl.lit(0.0)))
        .max()
        .alias(f"cover of {name}")
        for name in COMMODITIES
    )
    return goods.join(found, on=HASH, how="left")
