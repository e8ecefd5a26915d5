"""Turn codes and names of ports into UN/LOCODEs, and those of countries into ISO 3166 alpha-2 codes.

    text ─▶ code ─▶ town with country, state or code ─▶ town alone ─▶ settled by the countries beside it

A place that is not understood keeps its text, in capitals: it is never a reason to refuse a row, and counts as unknown
everywhere. A five-letter word is a UN/LOCODE only if that code is known, and is not the name of another place. A port's
field that names only a country becomes the code of the country. Each distinct text is looked up once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import polars as pl
import pycountry

from riskscore import reference
from riskscore.cells import lands, misspelt
from riskscore.cells.lands import are_countries, countries
from riskscore.cells.port_texts import bare, split
from riskscore.cells.texts import by_distinct

__all__ = ["are_countries", "are_ports", "countries", "ports"]

_CODE = r"^([A-Z]{2})[ -]?([A-Z2-9]{3})$"
_UNCLEAR = " ?"
"""Marks a text that is a code and the name of another place: it must not count as the code."""

_CODES_AND_NAMES = ("ARATU",)
"""Codes of the usual ports that are the name of another port; a test says that these are all."""

Beside = Callable[[], pl.Series]
"""The countries that other columns of each row name for the same end of the voyage, with repeats: List(String)."""


def ports(texts: pl.Series, beside: Beside | None = None) -> pl.Series:
    """UN/LOCODEs of `texts` (String): 'VN HPH', 'Haiphong', 'Hai Phong, Vietnam' and 'HAIPHONG (VNHPH)' are VNHPH.

    A name without a country that several countries have is settled by `beside`, or by the one port that dwarfs the
    others, or stays unknown.
    """
    tables: list[pl.DataFrame] = []

    def read_once(distinct: pl.Series) -> pl.Series:
        tables.append(_read_ports(distinct))
        return tables[0]["read"]

    read = by_distinct(texts, read_once)
    return read if beside is None else _settled(texts, read, tables[0], beside)


def are_ports(read: pl.Series) -> pl.Series:
    """Whether each result of `ports` is a known UN/LOCODE; null where there is no text."""
    return read.is_in(reference.places()["locode"].implode())


def countries_of(texts: pl.Series) -> pl.Series:
    """The country that each of `texts` names as a country or as a place of one country; null where it names none."""
    read = ports(texts)
    place = pl.DataFrame({"place": read}).select(reference.country_of_place("place")).to_series()
    return place.zip_with(place.is_not_null(), lands.found(texts)).alias(texts.name)


def _settled(texts: pl.Series, read: pl.Series, table: pl.DataFrame, beside: Beside) -> pl.Series:
    """`read` where the countries beside a name without a country do not speak against it."""
    alone = table.filter(pl.col("name").is_not_null()).select("text", "name")
    if alone.is_empty():
        return read
    rows = pl.DataFrame({"text": texts, "read": read, "near": beside()}).with_row_index("row")
    asked = rows.join(alone, on="text").explode("near", empty_as_null=True, keep_nulls=True).drop_nulls("near")
    towns = reference.towns().select("name", "is_port", near="country", locode="locode_in_country")
    coded = alone.filter(pl.col("text").str.to_uppercase().is_in(reference.places()["locode"].implode()))
    coded = coded.select(
        "name", near=pl.col("text").str.to_uppercase().str.head(2), locode=pl.col("text").str.to_uppercase()
    )
    both = pl.concat([towns, coded.with_columns(is_port=True).select(towns.columns)])
    found = asked.join(both, on=["name", "near"], how="left")
    agrees = (pl.col("near") == pl.col("read").str.head(2)) & pl.col("read").is_in(
        reference.places()["locode"].implode()
    )
    said = found.group_by("row").agg(
        agrees=agrees.any(),
        elsewhere=pl.col("locode").drop_nulls().unique(),
        times=pl.col("locode").drop_nulls().len(),
        is_port=pl.col("is_port").fill_null(False).any(),
    )
    rows = rows.join(said, on="row", how="left", maintain_order="left")
    other, one = pl.col("elsewhere").list.first(), pl.col("elsewhere").list.len() == 1
    is_known = pl.col("read").is_in(reference.places()["locode"].implode())
    unclear = pl.col("text").str.to_uppercase() + _UNCLEAR
    return rows.select(
        pl.when(pl.col("agrees").fill_null(False) | (pl.col("elsewhere").list.len().fill_null(0) == 0))
        .then("read")
        .when(one & (other.str.len_chars() == 5) & (~is_known | (pl.col("is_port") & (pl.col("times") > 1))))
        .then(other)
        .when(is_known & (pl.col("times") < pl.col("near").list.len()))
        .then("read")
        .otherwise(unclear)
        .alias(read.name)
    ).to_series()


def _read_ports(distinct: pl.Series) -> pl.DataFrame:
    """Read each text once: `text`, `read`, and the `name` that was looked up without a country, if any."""
    upper = pl.col("text").str.normalize("NFKC").str.to_uppercase()
    texts = (
        pl.DataFrame({"text": distinct})
        .with_columns(upper=upper)
        .with_columns(code=pl.col("upper").str.extract(_CODE, 1) + pl.col("upper").str.extract(_CODE, 2))
    )
    known = reference.places()["locode"].implode()
    if texts["code"].is_in(_usual()).fill_null(False).all():  # a column of codes: no table of names is needed
        return texts.select("text", read="code", name=pl.lit(None, pl.String))
    texts = texts.with_columns(coded=pl.col("code").is_in(known).fill_null(False), name=pl.lit(None, pl.String))
    names = texts.with_columns(name=reference.place_name(pl.col("upper")))
    names = _with(names, lands.common(), "name", "name", land="code")
    named = names["name"].is_in(_names()) | names["land"].is_not_null()
    ports_ = reference.ports()["locode"].implode()
    plain = texts["coded"] & (~named | (texts["code"].is_in(ports_) & ~names["name"].is_in(_port_names())))
    if plain.all():
        return texts.select("text", "name", read="code")
    rest = _from_names(texts.filter(~plain).drop("name"), known)
    texts = texts.with_columns(plain=plain).join(rest, on="text", how="left", maintain_order="left")
    return texts.select("text", name="asked", read=pl.when("plain").then("code").otherwise("found"))


def _from_names(texts: pl.DataFrame, known: pl.Series) -> pl.DataFrame:
    """Look up each of `texts` as a country, a town with its country or state, or a town: `text`, `found`, `asked`."""
    texts = split(texts, known, _names()).with_columns(
        pl.when(pl.col(name).is_in(known) & ~pl.col(name).is_in(_names())).then(name).alias(name)
        for name in ("indian", "turned", "leading")
    )
    parts = pl.concat([texts[name] for name in ("upper", "first", "second", "last", "ending")]).drop_nulls().unique()
    plain = reference.plain_name(pl.col("part"))
    is_region = plain.is_in(_subdivisions()["name"].implode()) & ~plain.is_in(lands.common()["name"].implode())
    asked = pl.DataFrame({"part": parts}).with_columns(is_region=is_region)
    asked = asked.with_columns(land=pl.when(~pl.col("is_region")).then(lands.found(asked["part"])))
    landed = {"upper": "country", "first": "first_land", "second": "second_land", "last": "land", "ending": "end_land"}
    for column, name in landed.items():
        texts = _with(texts, asked, column, "part", **{name: "land"})
    within_china = pl.coalesce(
        pl.when(pl.col(name).is_in(lands.OF_CHINA)).then(name) for name in ("first_land", "second_land")
    )
    texts = texts.with_columns(
        land=pl.when(pl.col("land") == "CN").then(pl.coalesce(within_china, "land")).otherwise("land"),
        country=pl.when(~pl.col("several")).then("country"),
        named=reference.place_name(pl.col("upper")).is_in(_names())
        | reference.place_name(bare(pl.col("upper"))).is_in(_names()),
    )
    turned = pl.col("first_land").is_not_null() & pl.col("land").is_null() & pl.col("several")  # 'CHINA - SHANGHAI'
    ends = pl.col("end_land").is_not_null() & ~pl.col("several") & ~pl.col("named")
    texts = texts.with_columns(
        town=pl.when(turned).then("last").when(ends).then("start").otherwise("first"),
        land=pl.when(turned).then("first_land").when(ends).then("end_land").when(pl.col("several")).then("land"),
        region=pl.when(~turned & pl.col("several")).then("region"),
        several=pl.col("several") | ends,
    )
    texts = texts.with_columns(
        full=reference.place_name(pl.col("upper")),
        bare=reference.place_name(bare(pl.col("upper"))),
        town=reference.place_name(pl.col("town")),
        bare_town=reference.place_name(bare(pl.col("town"))),
        other=reference.place_name(bare(pl.col("second"))),
        region=reference.plain_name(pl.col("region")),
    )
    for column in ("full", "bare", "town", "bare_town"):
        texts = _with(texts, reference.towns_alone(), column, "name", **{f"{column}_alone": "locode"})
    towns = reference.towns().select("name", "country", found="locode_in_country")
    for column in ("town", "bare_town", "other"):
        texts = texts.join(
            towns.rename({"found": f"{column}_there"}),
            left_on=[column, "land"],
            right_on=["name", "country"],
            how="left",
            maintain_order="left",
        )
    pairs = reference.towns().select(pl.concat_str("name", "country"))["name"].implode()
    there = pl.concat_str("town", pl.col("within").str.head(2)).is_in(pairs)
    there |= pl.concat_str("bare_town", pl.col("within").str.head(2)).is_in(pairs)
    return _choose(_with_regions(texts.with_columns(within_there=there.fill_null(False))))


def _choose(texts: pl.DataFrame) -> pl.DataFrame:
    """The first reading that fits: the text itself, in capitals, where none does."""
    several, land, state = pl.col("several"), pl.col("land"), pl.col("state")
    there = pl.coalesce("town_there", "bare_town_there")
    two = pl.col("slashed") & pl.col("other_there").is_not_null() & (pl.col("other_there") != there)
    two |= pl.col("slashed") & land.is_null() & state.is_null()
    two |= pl.col("bracketed") & pl.col("other").is_in(_main_names()) & (pl.col("other_there") != there)
    # A port of the country's name is meant only where that is how the country's port is called: Singapore, Djibouti.
    names_port = (pl.col("full_alone").str.head(2) == pl.col("country")) & pl.col("full").is_in(_main_names())
    known = pl.col("town").is_in(_names()) | pl.col("bare_town").is_in(_names())
    elsewhere = known & there.is_null()
    # A code that contradicts the country, or the main port, beside it is a slip.
    head = pl.col("within").str.head(2)
    is_main = pl.col("town").is_in(_main_names()) & ~pl.col("within").is_in(reference.ports()["locode"].implode())
    astray = (head != land.fill_null(head)) | ((there != pl.col("within")) & is_main)
    astray |= known & ~pl.col("within_there") & pl.col("bracketed")
    tail = pl.col("upper").is_in(reference.places()["locode"].str.tail(3).implode()) & (pl.col("upper") != "USA")
    is_airport = tail & (pl.col("upper").str.len_chars() == 3)
    alone = pl.when(~several).then(pl.coalesce("full_alone", "bare_alone", "town_alone", "bare_town_alone"))
    asked = pl.when(~several & pl.col("country").is_null()).then(
        pl.when(pl.col("full").is_in(_names())).then("full").otherwise("bare")
    )
    first = pl.coalesce(
        pl.when("coded").then(pl.col("upper") + _UNCLEAR),  # a name of one place that is the code of another
        "indian",
        pl.when(names_port).then("full_alone"),
        pl.when(~is_airport).then("country"),
        pl.when(~astray.fill_null(False)).then("within"),
        pl.when(several & pl.col("full").is_in(_main_names())).then("full_alone"),
        pl.when(several).then(pl.when(pl.col("full").is_in(_names())).then("full_alone")),
        pl.when(two).then("upper"),
        pl.when(several).then("state_found"),
        # A town that the state does not have: the country alone is known.
        pl.when(several & pl.col("home").is_not_null() & ~pl.col("town").is_in(_main_names())).then("home"),
        pl.when(several).then(there),
        pl.when(
            ~several | (pl.coalesce(land, state, pl.col("leading").str.head(2)) == pl.col("leading").str.head(2))
        ).then("leading"),
        pl.when(several & land.is_not_null() & state.is_null() & ~elsewhere & ~pl.col("bracketed")).then(land),
        pl.when(several & land.is_not_null() & ~elsewhere & pl.col("within").is_null()).then(land),
        pl.when(several & land.is_null()).then("state"),
        pl.when(several & land.is_null() & state.is_null() & pl.col("bracketed")).then(
            pl.coalesce("town_alone", "bare_town_alone")
        ),
        alone,
        pl.when(~several).then("turned"),
        _abbreviated(),
        "upper",
    )
    read = texts.select("text", "town", "bare_town", "land", "several", "upper", asked=asked, found=first)
    return misspelt.mended(read, _names())


def _abbreviated() -> pl.Expr:
    """The large port whose code ends with a text of three letters that is nothing else: HKG is HKHKG."""
    tails = reference.ports_major().with_columns(tail=pl.col("locode").str.tail(3))
    once = tails.filter(pl.len().over("tail") == 1, pl.col("teu") >= 2_000, ~pl.col("tail").is_in(_names()))
    once = _with(once, lands.common(), "tail", "name", land="code")
    once = once.filter(pl.col("land").is_null() | (pl.col("land") == pl.col("locode").str.head(2)))
    return pl.col("upper").replace_strict(once["tail"], once["locode"], default=None, return_dtype=pl.String)


def _with_regions(texts: pl.DataFrame) -> pl.DataFrame:
    """Add what a state or province after the town says: `state` (its country) and `state_found` (UN/LOCODE)."""
    asked = texts.filter(pl.col("several"), pl.col("region").is_not_null()).select("text", "town", "region", "land")
    asked = asked.join(_subdivisions(), left_on="region", right_on="name")
    asked = asked.filter(
        (pl.col("land") == pl.col("country")).fill_null(True) | (pl.col("region").str.len_chars() <= 3)
    )
    towns = reference.towns().filter("main").select("name", "country", main="locode_in_country")
    found = asked.join(towns, left_on=["town", "country"], right_on=["name", "country"], how="left")
    listed = reference.towns_in_states().rename({"name": "town", "locode": "listed"})
    found = found.join(listed, on=["town", "country", "division"], how="left")
    named = pl.coalesce("main", "listed").drop_nulls()
    states = found.group_by("text").agg(
        state=pl.when(pl.col("country").is_in(["US", "CA"]).any())
        .then(pl.col("country").filter(pl.col("country").is_in(["US", "CA"])).first())
        .when(pl.col("country").n_unique() == 1)
        .then(pl.col("country").first()),
        state_found=pl.when(named.n_unique() == 1).then(named.first()),
        home=pl.when((pl.col("land") == pl.col("country")).any()).then(pl.col("land").first()),
    )
    return texts.join(states, on="text", how="left", maintain_order="left")


def _with(texts: pl.DataFrame, table: pl.DataFrame, column: str, key: str, **wanted: str) -> pl.DataFrame:
    """Add columns of `table` to `texts`: new name -> name in `table`, for rows whose `column` is its `key`."""
    lookup = table.select(pl.col(key).alias(column), *(pl.col(old).alias(new) for new, old in wanted.items()))
    return texts.join(lookup, on=column, how="left", maintain_order="left")


@cache
def _names() -> pl.Series:
    """Every name of a town, as one list."""
    return reference.towns()["name"].unique().implode()


@cache
def _usual() -> pl.Series:
    """The codes of ports that are no names, as one list."""
    codes = reference.ports()["locode"]
    return codes.filter(~codes.is_in(_CODES_AND_NAMES)).implode()


@cache
def _port_names() -> pl.Series:
    """Every name of a port, as one list."""
    return reference.towns().filter(pl.col("is_port") | pl.col("main"))["name"].unique().implode()


@cache
def _main_names() -> pl.Series:
    """Every name of a main port, as one list."""
    return reference.towns().filter("main")["name"].unique().implode()


@cache
def _subdivisions() -> pl.DataFrame:
    """States and provinces: `name` (as `plain_name` writes it, or the code, CA for US-CA), `country`, `division`."""
    rows = [
        (name, division.country_code, division.code.partition("-")[2])
        for division in pycountry.subdivisions
        for name in (division.name, division.code.partition("-")[2])
    ]
    frame = pl.DataFrame(rows, schema=["name", "country", "division"], orient="row")
    return frame.with_columns(reference.plain_name(pl.col("name"))).filter(pl.col("name") != "").unique()
