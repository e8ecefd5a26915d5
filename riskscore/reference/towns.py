"""Towns by name and country, and every place whose UN/LOCODE is known: ports and inland places.

ports, port_aliases.csv, places_inland.csv, locodes ─▶ towns ─▶ towns_alone: names that say enough without a country
"""

from __future__ import annotations

from functools import cache

import polars as pl

from riskscore.reference import lookup
from riskscore.reference.locodes import locodes
from riskscore.reference.places import plain_name, ports
from riskscore.reference.tables import countries, load, ports_major


@cache
def places() -> pl.DataFrame:
    """Return every place whose UN/LOCODE is known, ports and inland places: `locode`, `country`."""
    inland = load("places_inland").select("locode", country=pl.col("locode").str.head(2))
    every = [ports().select("locode", "country"), inland, locodes().select("locode", "country")]
    return pl.concat(every).unique("locode").sort("locode")


@cache
def place_codes() -> pl.Series:
    """Every known UN/LOCODE, sorted."""
    return lookup.listed(places()["locode"])


@cache
def usual_codes() -> pl.Series:
    """The UN/LOCODEs of ports and of the project's inland places, sorted: the whole list is not read for them."""
    return lookup.listed(pl.concat([ports()["locode"], load("places_inland")["locode"]]))


NOWHERE = "ZZZZZ"
"""The code of UN/LOCODE for a place that is not known."""


def are_places(codes: pl.Series) -> pl.Series:
    """Whether each of `codes` (String) is a known UN/LOCODE; null where there is no text."""
    usual = codes.to_frame("code").select(lookup.among(pl.col("code"), usual_codes())).to_series()
    if (usual | (codes == NOWHERE)).all():  # the whole list takes a third of a second to read
        return usual.alias(codes.name)
    return codes.to_frame("code").select(lookup.among(pl.col("code"), place_codes())).to_series().alias(codes.name)


def is_place(code: pl.Expr) -> pl.Expr:
    """Whether `code` is a known UN/LOCODE, as `are_places`."""
    return code.map_batches(are_places, return_dtype=pl.Boolean, is_elementwise=True)


def known_place(column: str) -> pl.Expr:
    """The UN/LOCODE in `column`; null where it is a text that is no known UN/LOCODE, or a country alone."""
    return pl.when(is_place(pl.col(column))).then(column)


def country_of_place(column: str) -> pl.Expr:
    """The country of the place in `column`: of a known UN/LOCODE, or the country itself; null where it is unknown."""
    country = pl.col(column).is_in(countries()["code"].implode())
    return pl.when(country).then(column).otherwise(known_place(column).str.head(2))


_SAINT = r"\bST(E?)\b"
"""St. and Ste. in the name of a town; the lists write both these and the whole words."""


def place_name(name: pl.Expr) -> pl.Expr:
    """Reduce the name of a place as `plain_name` does, and write Saint in full.

    A name without Latin letters stays as it is, without blanks.
    """
    plain = plain_name(name).str.replace(_SAINT, "SAINT$1")
    return pl.when(plain == "").then(name.str.replace_all(r"[\d\s.-]+", "")).otherwise(plain)


_DWARFS = 10
_SMALL_PORT = 50.0
"""Thousand TEU per year of a port that is in no list of major ports, at most."""

_LARGE_PORT = 500.0
"""Thousand TEU per year that a name from `port_aliases.csv` counts for at least: its port is known widely."""

_INLAND = 2
"""The tier of inland places of the project."""


@cache
def _listed() -> pl.DataFrame:
    """The whole list, with names as `place_name` writes them."""
    return locodes().with_columns(place_name(pl.col("name")))


def _named_alike(named: pl.DataFrame, major: pl.Series) -> pl.DataFrame:
    """`named` (`name`, `locode`) without names that the whole list gives to another place of the country.

    The list of ports calls some codes by the name of another town: its USELZ is Elizabeth, that of the whole list
    Wellsville. `major` ports keep their names, and so does a code whose two names share a word.
    """
    plain, country = place_name(pl.col("name")), pl.col("locode").str.head(2)
    words = pl.col("plain").str.split(" ").list.set_intersection(pl.col("listed").str.split(" "))
    both = named.with_columns(plain=plain).join(_listed().select("locode", listed="name"), on="locode")
    unlike = both.group_by("name", "locode").agg(words.list.len().max().alias("shared"), pl.col("plain").first())
    unlike = unlike.filter(pl.col("shared") == 0, ~pl.col("locode").is_in(major.implode()))
    others = _listed().select(pl.concat_str("name", "country").unique()).to_series()
    other = unlike.filter(pl.concat_str("plain", country).is_in(others.implode()))
    return named.join(other, on=["name", "locode"], how="anti", maintain_order="left")


@cache
def named_places() -> pl.DataFrame:
    """Return every name of every place: `name`, `country`, `locode`, `tier`, `teu` (thousand TEU), `is_port`.

    The tier says where a name is from: 0 is a main port, 1 another port, 2 an inland place of the project, 3 a port of
    the whole list, and 4 any other place of it. The lowest counts.
    """
    teu = ports_major().select("locode", "teu")
    listed = _named_alike(ports().select("name", "locode"), teu["locode"])
    short = listed.with_columns(pl.col("name").str.replace(r"\s*\(.*\)$", ""))
    parts = [
        load("port_aliases").select("name", "locode", tier=pl.lit(0), is_port=pl.lit(True)),
        pl.concat([listed, short]).with_columns(tier=pl.lit(1), is_port=pl.lit(True)),
        load("places_inland").select("name", "locode", tier=pl.lit(2), is_port=pl.lit(False)),
    ]
    whole = _listed().select(
        "name", "locode", pl.when("is_port").then(pl.lit(3)).otherwise(4).cast(pl.Int32).alias("tier"), "is_port"
    )
    every = pl.concat([pl.concat(parts).with_columns(place_name(pl.col("name"))), whole])
    every = every.with_columns(country=pl.col("locode").str.head(2))
    every = every.join(teu, on="locode", how="left", maintain_order="left")
    # The other names of the whole list are not what the main port is called: Penang is also a Georgetown.
    own = pl.col("tier") < 2
    size = pl.when(pl.col("tier") == 0).then(pl.max_horizontal("teu", pl.lit(_LARGE_PORT))).when(own).then("teu")
    every = every.with_columns(tier=pl.when(own & pl.col("teu").is_not_null()).then(0).otherwise("tier"), teu=size)
    return every.filter(pl.col("name").str.len_bytes() > 2)


@cache
def towns() -> pl.DataFrame:
    """Return each name of a town once per country: `name`, `country`, `locode_in_country`, `main`, `is_port`, `teu`.

    `is_large` towns have a port, or are inland places of the project, such as Santiago in Chile.

    `main` towns have a major port, or a name that is listed in `port_aliases.csv`. Where several places of a country
    share a name and none is the main one, `locode_in_country` is the code of the country.
    """
    best = named_places().filter(pl.col("tier") == pl.col("tier").min().over("name", "country"))
    ordered = best.with_columns(rank=pl.when(pl.col("teu").is_null()).then(1.5).otherwise(pl.col("teu") / 1e6 + 1))
    ordered = ordered.sort("rank", "locode", descending=[True, False])
    grouped = ordered.group_by("name", "country", maintain_order=True).agg(
        pl.col("locode").first(),
        pl.col("teu").first().fill_null(_SMALL_PORT),
        pl.col("is_port").any(),
        several=pl.col("locode").n_unique() > 1,
        main=pl.col("tier").first() == 0,
        is_large=pl.col("tier").first() <= _INLAND,
    )
    unclear = pl.col("several") & ~pl.col("main")
    locode = pl.when(unclear).then("country").otherwise("locode")
    return grouped.select("name", "country", "main", "is_port", "is_large", "teu", locode_in_country=locode)


@cache
def towns_in_states() -> pl.DataFrame:
    """Return each name of a town once per state or province: `name`, `country`, `division`, `locode`.

    A name that a state has twice is left out, unless one of the two is a port.
    """
    listed = _listed().filter(pl.col("division").is_not_null())
    best = listed.filter(pl.col("is_port") == pl.col("is_port").max().over("name", "country", "division"))
    once = pl.col("locode").n_unique().over("name", "country", "division") == 1
    return best.filter(once).select("name", "country", "division", "locode").unique(maintain_order=True)


@cache
def towns_alone() -> pl.DataFrame:
    """Return the names that say enough without a country: `name`, `locode`, and whether it is the `only` country.

    That is where one country has a town of the name, or where one of them has a port that dwarfs the others'. A name of
    fewer than five letters that is no main port's says too little.
    """
    ranked = (
        towns()
        .with_columns(size=pl.when(pl.col("is_port") | pl.col("is_large")).then("teu").otherwise(0.0))
        .sort("main", "size", descending=True, maintain_order=True)
    )
    groups = ranked.group_by("name", maintain_order=True).agg(
        pl.col("locode_in_country", "main", "size").first(),
        only=pl.len() == 1,
        second=pl.col("size").get(1, null_on_oob=True).fill_null(0.0),
        mains=pl.col("main").sum(),
    )
    is_long = (pl.col("name").str.len_chars() >= 5) | ~pl.col("name").str.contains("^[A-Z]+$")
    dwarfs = (pl.col("size") >= _DWARFS * pl.col("second")) & (pl.col("size") > 0)
    clear = pl.when("main").then(pl.col("only") | dwarfs).otherwise(is_long & (pl.col("only") | dwarfs))
    return groups.filter(clear).select("name", "only", locode="locode_in_country")
