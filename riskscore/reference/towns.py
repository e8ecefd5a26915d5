"""Towns by name and country, and every place whose UN/LOCODE is known: ports and inland places.

ports, port_aliases.csv, places_inland.csv ─▶ towns ─▶ towns_alone: names that say enough without a country
"""

from __future__ import annotations

from functools import cache

import polars as pl

from riskscore.reference.places import plain_name, ports
from riskscore.reference.tables import countries, load, ports_major


@cache
def places() -> pl.DataFrame:
    """Return every place whose UN/LOCODE is known, ports and inland places: `locode`, `country`."""
    inland = load("places_inland").select("locode", country=pl.col("locode").str.head(2))
    return pl.concat([ports().select("locode", "country"), inland]).unique("locode").sort("locode")


def known_place(column: str) -> pl.Expr:
    """The UN/LOCODE in `column`; null where it is a text that is no known UN/LOCODE, or a country alone."""
    return pl.when(pl.col(column).is_in(places()["locode"].implode())).then(column)


def country_of_place(column: str) -> pl.Expr:
    """The country of the place in `column`: of a known UN/LOCODE, or the country itself; null where it is unknown."""
    country = pl.col(column).is_in(countries()["code"].implode())
    return pl.when(country).then(column).otherwise(known_place(column).str.head(2))


def place_name(name: pl.Expr) -> pl.Expr:
    """Reduce the name of a place as `plain_name` does; a name without Latin letters stays as it is, without blanks."""
    plain = plain_name(name)
    return pl.when(plain == "").then(name.str.replace_all(r"[\d\s.-]+", "")).otherwise(plain)


@cache
def towns() -> pl.DataFrame:
    """Return each name of a town once per country: `name`, `country`, `locode_in_country`, `main`.

    `main` towns have a major port, or a name that is listed in `port_aliases.csv`. Where several places of a country
    share a name and none is the main one, `locode_in_country` is the code of the country.
    """
    aliases = load("port_aliases").select("name", "locode", rank=pl.lit(2.0))
    listed = ports().select("name", "locode")
    short = listed.with_columns(pl.col("name").str.replace(r"\s*\(.*\)$", ""))
    major = ports_major().select("locode", rank=pl.col("teu") / 1e6 + 1)
    named = pl.concat([listed, short]).join(major, on="locode", how="left")
    inland = load("places_inland").select("name", "locode", rank=pl.lit(None, pl.Float64))
    every = pl.concat([aliases, named.select("name", "locode", "rank"), inland])
    every = every.with_columns(place_name(pl.col("name")), country=pl.col("locode").str.head(2))
    ordered = every.sort("rank", "locode", descending=[True, False], nulls_last=True)
    towns = ordered.group_by("name", "country", maintain_order=True).agg(
        pl.col("locode").first(), several=pl.col("locode").n_unique() > 1, main=pl.col("rank").is_not_null().any()
    )
    unclear = pl.col("several") & ~pl.col("main")
    return towns.select(
        "name", "country", "main", locode_in_country=pl.when(unclear).then("country").otherwise("locode")
    ).filter(pl.col("name").str.len_bytes() > 2)


@cache
def towns_alone() -> pl.DataFrame:
    """Return the names that say enough without a country: `name`, `locode`, and whether it is the `only` country.

    That is where one country has a town of the name, or where one of them is a main port and no other is.
    """
    groups = (
        towns()
        .group_by("name")
        .agg(
            locode=pl.col("locode_in_country").sort_by("main", descending=True).first(),
            only=pl.len() == 1,
            mains=pl.col("main").sum(),
        )
    )
    return groups.filter(pl.col("only") | (pl.col("mains") == 1)).select("name", "locode", "only")
