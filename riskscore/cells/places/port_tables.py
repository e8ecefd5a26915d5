"""The tables in which the texts of ports are looked up, each made once and sorted (see reference/lookup.py).

towns, codes, states ─▶ names(), codes(), towns(), ...: sorted names, or tables sorted by a key
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl
import pycountry

from riskscore import reference
from riskscore.cells.places import lands
from riskscore.reference import lookup

_CODES_AND_NAMES = ("ARATU",)
"""Codes of the usual ports that are the name of another port; a test says that these are all."""

_PROVINCE = re.compile(r" (?:Sheng|Shi|(?:\w+zu )?Zizhiqu)$")

_LONGEST_CODE = 3
"""Most characters of the code of a state or province."""

_LARGE_PORT = 2_000
"""Thousand TEU per year of a port whose three letters are enough."""


def key(*parts: str) -> pl.Expr:
    """Several columns as one key of `towns` or `towns_in_states`; null where one of them is null."""
    return pl.concat_str(*parts, separator="|")


@cache
def usual() -> pl.Series:
    """The codes of ports and inland places that are no names."""
    codes = reference.usual_codes()
    return codes.filter(~codes.is_in(_CODES_AND_NAMES))


@cache
def tails() -> pl.Series:
    """The last three letters of every known UN/LOCODE."""
    return lookup.listed(reference.places()["locode"].str.tail(3))


@cache
def ports() -> pl.Series:
    """The codes of the ports of searoute and of the project."""
    return lookup.listed(reference.ports()["locode"])


@cache
def names() -> pl.Series:
    """Every name of a town."""
    return lookup.listed(reference.towns()["name"])


@cache
def port_names() -> pl.Series:
    """Every name of a port."""
    return lookup.listed(reference.towns().filter(pl.col("is_port") | pl.col("main"))["name"])


@cache
def main_names() -> pl.Series:
    """Every name of a main port."""
    return lookup.listed(reference.towns().filter("main")["name"])


@cache
def towns() -> pl.DataFrame:
    """Every town: `key` (name and country), `locode`."""
    return lookup.keyed(reference.towns().select(key=key("name", "country"), locode="locode_in_country"), "key")


@cache
def main_towns() -> pl.DataFrame:
    """The main ports: `key` (name and country), `locode`."""
    mains = reference.towns().filter("main")
    return lookup.keyed(mains.select(key=key("name", "country"), locode="locode_in_country"), "key")


@cache
def towns_alone() -> pl.DataFrame:
    """The names that say enough without a country: `name`, `locode`.

    A small town does not, if its name is also that of another country's state or province: Santa Catarina is one.
    """
    states = subdivisions().filter(pl.col("name").str.len_chars() > _LONGEST_CODE).group_by("name").agg("country")
    named = reference.towns_alone().select("name", "locode").join(states, on="name", how="left")
    is_elsewhere = ~pl.col("country").list.contains(pl.col("locode").str.head(2))
    large = reference.towns().filter(pl.col("main") | pl.col("is_large"))["name"].unique()
    is_small = ~pl.col("name").is_in(large.implode())
    return lookup.keyed(named.filter(~(is_elsewhere.fill_null(False) & is_small)).select("name", "locode"), "name")


@cache
def towns_in_states() -> pl.DataFrame:
    """Towns that a state has once: `key` (name, country and division), `locode`."""
    listed = reference.towns_in_states().select("locode", key=key("name", "country", "division"))
    return lookup.keyed(listed.unique("key", keep="first", maintain_order=True), "key")


@cache
def subdivisions() -> pl.DataFrame:
    """States and provinces: `name` (as `plain_name` writes it, or the code, CA for US-CA), `country`, `division`.

    A province of China is also called without the word for it: Fujian Sheng is Fujian.
    """
    rows = [
        (name, division.country_code, division.code.partition("-")[2])
        for division in pycountry.subdivisions
        for name in (division.name, _PROVINCE.sub("", division.name), division.code.partition("-")[2])
    ]
    frame = pl.DataFrame(rows, schema=["name", "country", "division"], orient="row")
    return frame.with_columns(reference.plain_name(pl.col("name"))).filter(pl.col("name") != "").unique()


@cache
def states() -> pl.DataFrame:
    """The names and codes of the states of the US: `name`, `division`."""
    return lookup.keyed(subdivisions().filter(country="US").select("name", "division").unique("name"), "name")


@cache
def divisions() -> pl.DataFrame:
    """The state or province of each UN/LOCODE that has one in the whole list: `locode`, `division`."""
    listed = reference.locodes().select("locode", "division").drop_nulls()
    return lookup.keyed(listed.unique("locode", keep="first", maintain_order=True), "locode")


@cache
def regions() -> pl.Series:
    """The names and codes of states and provinces."""
    return lookup.listed(subdivisions()["name"])


@cache
def abbreviations() -> pl.DataFrame:
    """The large ports whose last three letters are nothing else: `tail`, `locode`. HKG is HKHKG."""
    tails = reference.ports_major().with_columns(tail=pl.col("locode").str.tail(3))
    is_name = lookup.among(pl.col("tail"), names())
    once = tails.filter(pl.len().over("tail") == 1, pl.col("teu") >= _LARGE_PORT, ~is_name)
    land = lookup.beside(pl.col("tail"), lands.common(), "name", "code")
    once = once.filter(land.is_null() | (land == pl.col("locode").str.head(2)))
    return lookup.keyed(once.select("tail", "locode"), "tail")
