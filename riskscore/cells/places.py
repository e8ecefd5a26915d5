"""Turn codes and names of ports into UN/LOCODEs, and those of countries into ISO 3166 alpha-2 codes.

A place that is not understood keeps its text, in capitals: it is never a reason to refuse a row, and counts as unknown
everywhere. A five-letter word is a UN/LOCODE only if that code is known. A port's field that names only a country
becomes the code of the country. Each distinct text is looked up once. Sources: the reference tables of places, and
pycountry.
"""

from __future__ import annotations

from functools import cache

import polars as pl
import pycountry

from riskscore import reference
from riskscore.cells.lands import are_countries, codes, common, countries
from riskscore.cells.texts import by_distinct

__all__ = ["are_countries", "are_ports", "countries", "ports"]

_CODE = r"^([A-Z]{2})[ -]?([A-Z2-9]{3})$"
_INDIAN = r"^(IN[A-Z]{3})[0-9]$"
_TOWN_AND_COUNTRY = r"^([A-Z]{3})([A-Z]{2})$"
_CODE_WITHIN = r"(?:^|[\s(\[/,;-])([A-Z]{2}[A-Z2-9]{3}|[A-Z]{2} [A-Z2-9]{3})(?:$|[)\]/,;-])"
_CODE_FIRST = r"^([A-Z]{2}[A-Z2-9]{3})(?:\s|-)"
_PIECES = r"[,(/);\[\]]|\s[-\x{2013}]\s|^[\d\s-]+"
_AROUND = r"^(?:SEA)? ?PORT(?: OF)? |(?: SEA)? ?PORT$| SEA$"


def ports(texts: pl.Series) -> pl.Series:
    """UN/LOCODEs of `texts` (String): 'VN HPH', 'Haiphong', 'Hai Phong, Vietnam' and 'HAIPHONG (VNHPH)' are VNHPH."""
    return by_distinct(texts, _read_ports)


def are_ports(read: pl.Series) -> pl.Series:
    """Whether each result of `ports` is a known UN/LOCODE; null where there is no text."""
    return read.is_in(reference.places()["locode"].implode())


def _read_ports(distinct: pl.Series) -> pl.Series:
    upper = pl.col("text").str.to_uppercase()
    texts = pl.DataFrame({"text": distinct}).with_columns(upper=upper, code=_join(upper, _CODE))
    known = reference.places()["locode"].implode()
    texts = texts.with_columns(coded=pl.col("code").is_in(known).fill_null(False))
    if texts["coded"].all():  # the usual case: a column of codes
        return texts["code"]
    return _from_names(texts, known)


def _join(text: pl.Expr, pattern: str) -> pl.Expr:
    return text.str.extract(pattern, 1) + text.str.extract(pattern, 2)


def _from_names(texts: pl.DataFrame, known: pl.Series) -> pl.Series:
    """Look up each of `texts` as a code, a country, a town with its country or state, or a town alone."""
    upper = pl.col("upper")
    pieces = upper.str.replace_all(_PIECES, "|").str.split("|")
    pieces = pieces.list.eval(_name(pl.element()).replace("", None)).list.drop_nulls()
    texts = texts.with_columns(
        indian=upper.str.extract(_INDIAN, 1),
        turned=upper.str.extract(_TOWN_AND_COUNTRY, 2) + upper.str.extract(_TOWN_AND_COUNTRY, 1),
        within=upper.str.extract(_CODE_WITHIN, 1).str.replace(" ", ""),
        leading=upper.str.extract(_CODE_FIRST, 1),
        full=_name(upper),
        bare=_name(upper).str.replace_all(_AROUND, ""),
        pieces=pieces,
    )
    codes = ("indian", "turned", "within", "leading")
    texts = texts.with_columns(pl.when(pl.col(name).is_in(known)).then(name).alias(name) for name in codes)
    texts = texts.with_columns(first=pl.col("pieces").list.first(), last=pl.col("pieces").list.last())
    texts = _with(texts, common(), "first", "name", first_country="code")
    texts = _with(texts, common(), "last", "name", land="code")
    is_turned = pl.col("first_country").is_not_null() & pl.col("land").is_null()  # 'CHINA - SHANGHAI'
    texts = texts.with_columns(
        town=pl.when(is_turned).then("last").otherwise("first").str.replace_all(_AROUND, ""),
        land=pl.when(is_turned).then("first_country").otherwise("land"),
        region=pl.when(is_turned).then(None).otherwise("last"),
        several=pl.col("pieces").list.len() > 1,
    )
    texts = _with(texts, common(), "full", "name", country="code")
    alone = reference.towns_alone()
    for column in ("full", "bare", "town"):
        texts = _with(texts, alone, column, "name", **{f"{column}_found": "locode", f"{column}_only": "only"})
    texts = _with(texts, _with_country(), "full", "name", both_found="locode")
    towns = reference.towns().select("name", "country", town_found="locode_in_country")
    texts = (
        texts.drop("town_found")
        .join(texts.select("text", alone_found="town_found"), on="text", maintain_order="left")
        .join(towns, left_on=["town", "land"], right_on=["name", "country"], how="left", maintain_order="left")
    )
    return _choose(_with_regions(texts))


def _choose(texts: pl.DataFrame) -> pl.Series:
    """The first reading that fits: the text itself, in capitals, where none does."""
    several, land, state = pl.col("several"), pl.col("land"), pl.col("state")
    # A port of the country's name is meant only where that is how the country's port is called: Singapore, Djibouti.
    names_port = pl.col("full_found").str.head(2) == pl.col("country")
    is_name = pl.col("full_found").is_not_null() & (pl.col("full_found") != pl.col("code"))
    elsewhere = pl.col("town_known") & pl.col("town_found").is_null()
    is_code = pl.col("upper").str.head(2).is_in(codes()) & pl.col("upper").str.contains(r"[^A-Z]")
    # 'CAN' may be Canada, or the airport of Guangzhou that gave CNCAN its letters.
    is_airport = pl.col("upper").is_in(reference.places()["locode"].str.tail(3).implode()) & (pl.col("upper") != "USA")
    return texts.select(
        pl.when(pl.col("coded") & is_name)  # a name of one place that is the code of another
        .then("upper")
        .otherwise(
            pl.coalesce(
                pl.when("coded").then("code"),
                "indian",
                pl.when(names_port | pl.col("country").is_null()).then("full_found"),
                pl.when(~is_airport).then("country"),
                "both_found",
                pl.when(several).then(pl.coalesce("state_found", "town_found")),
                "within",
                pl.when(~pl.col("leading").is_in(reference.towns()["name"].implode())).then("leading"),
                pl.when(several & land.is_not_null() & state.is_null() & ~elsewhere).then(land),
                pl.when(several & land.is_null()).then("state"),
                pl.when(several & land.is_null() & state.is_null() & pl.col("town_only")).then("alone_found"),
                pl.when(~several).then(pl.coalesce("bare_found", "alone_found", "turned")),
                pl.when(is_code).then("code"),
                "upper",
            )
        )
    ).to_series()


def _with_regions(texts: pl.DataFrame) -> pl.DataFrame:
    """Add what a state or province after the town says: `state` (its country) and `state_found` (UN/LOCODE)."""
    texts = texts.with_columns(town_known=pl.col("town").is_in(reference.towns()["name"].implode()))
    open_ = pl.col("several") & pl.col("town_found").is_null() & pl.col("region").is_not_null()
    asked = texts.filter(open_).select("text", "town", "region")
    if asked.is_empty():  # the list of states is slow to load
        return texts.with_columns(state=pl.lit(None, pl.String), state_found=pl.lit(None, pl.String))
    asked = asked.join(_subdivisions(), left_on="region", right_on="name")
    main = reference.towns().filter("main").select("name", "country", state_found="locode_in_country")
    found = asked.join(main, left_on=["town", "country"], right_on=["name", "country"], how="left")
    states = found.group_by("text").agg(
        state=pl.when(pl.col("country").is_in(["US", "CA"]).any())
        .then(pl.col("country").filter(pl.col("country").is_in(["US", "CA"])).first())
        .when(pl.col("country").n_unique() == 1)
        .then(pl.col("country").first()),
        state_found=pl.when(pl.col("state_found").drop_nulls().n_unique() == 1).then(
            pl.col("state_found").drop_nulls().first()
        ),
    )
    return texts.join(states, on="text", how="left", maintain_order="left")


def _with(texts: pl.DataFrame, table: pl.DataFrame, column: str, key: str, **wanted: str) -> pl.DataFrame:
    """Add columns of `table` to `texts`: new name -> name in `table`, for rows whose `column` is its `key`."""
    lookup = table.select(pl.col(key).alias(column), *(pl.col(old).alias(new) for new, old in wanted.items()))
    return texts.join(lookup, on=column, how="left", maintain_order="left")


def _name(text: pl.Expr) -> pl.Expr:
    """The name of a place as in the reference tables; in other scripts than the Latin one it stays as it is."""
    return reference.place_name(text)


@cache
def _subdivisions() -> pl.DataFrame:
    """States and provinces: `name` (as reference.plain_name writes it; also the code, CA for US-CA), `country`."""
    rows = [
        (name, division.country_code)
        for division in pycountry.subdivisions
        for name in (division.name, division.code.partition("-")[2])
    ]
    frame = pl.DataFrame(rows, schema=["name", "country"], orient="row")
    return frame.with_columns(reference.plain_name(pl.col("name"))).filter(pl.col("name") != "").unique()


@cache
def _with_country() -> pl.DataFrame:
    """Towns with the name or code of their country after them, without a comma: `name`, `locode`."""
    towns = reference.towns().select("name", code="country", locode="locode_in_country")
    lands = common().rename({"name": "land"})
    joined = towns.join(lands, on="code").select(pl.concat_str("name", "land", separator=" "), "locode")
    return joined.unique("name", keep="none")
