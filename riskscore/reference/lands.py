"""The names of countries in the languages of trade that CLDR knows, with short, historic and misspelt forms.

pycountry ─┐
CLDR ──────┼─▶ land_names: each name once, without accents ─▶ land_words: its words in any order
country_names.csv ┘
"""

from __future__ import annotations

from functools import cache

import polars as pl
import pycountry

from riskscore.reference.places import plain_letters
from riskscore.reference.tables import countries, languages, load

_SHORTENED = {
    "REPUBLIC": "REP RP REPUB REPUBLC REPUBLIK REPUBLIQUE REPUBLICA",
    "DEMOCRATIC": "DEM DEMOC DEMOCRATIQUE DEMOCRATICA",
    "SAINT": "ST STE SAINTE SANKT",
    "ISLANDS": "IS ISL ISLS ISDS ISLAND",
    "FEDERATED": "FED FEDER",
    "TERRITORY": "TERR TERRITORIES",
    "BRITISH": "BR BRIT",
    "FRENCH": "FR",
    "EQUATORIAL": "EQ EQUAT EQUTL",
    "NORTH": "N",
    "SOUTH": "S",
    "WESTERN": "W",
    "HERZEGOVINA": "HERZ HERZEG",
    "VINCENT": "VIN",
    "GRENADINES": "GREN",
    "BARBUDA": "BARB",
    "UNITED": "UTD",
    "FORMER": "FMR FORMERLY EX",
    "PEOPLES": "PEOPLE",
    "ISLAMIC": "ISLAM",
}
"""Words of names, and how they are shortened."""

_SMALL = ["OF", "THE", "AND", "DE", "DU", "DES", "DA", "DO", "DEL", "LA", "LE", "LES", "EL", "LOS", "ET", "Y", "E"]
"""Words that may be missing from a name or stand in another place."""

_NOT_ALONE = ["CHINA", "CONGO", "DOMINICA", "GUINEA", "KOREA", "SAMOA", "SUDAN", "YEMEN"]
"""Names that several countries share: REPUBLIC with one of them says which."""

_MORE_LANGUAGES = (
    *("be", "bn", "ca", "ckb", "eu", "fil", "gl", "gu", "jv", "kn", "ku", "ml", "mr", "nb", "nn", "pa", "ps", "pt_PT"),
    *("si", "ta", "te", "tt", "ug", "zh_Hant"),
)
"""Languages of files besides those of the documents of a whole country."""


def land_name(name: pl.Expr) -> pl.Expr:
    """Reduce the name of a country to capital letters without accents, of any script, and single blanks."""
    plain = plain_letters(name.str.normalize("NFKC")).str.replace_all(r"[^\p{L}]+", " ").str.strip_chars()
    joined = plain.str.replace_all(r"\b([A-Z]) ([A-Z])(?: ([A-Z]))?(?: ([A-Z]))?\b", "$1$2$3$4")
    return pl.when(joined.str.contains("[A-Z]")).then(joined).otherwise(plain.str.replace_all(" ", ""))


def land_words(name: pl.Expr) -> pl.Expr:
    """The words of a name as `land_name` writes it, in full and in the order of the alphabet."""
    full = {short: word for word, shorts in _SHORTENED.items() for short in shorts.split()}
    words = name.str.split(" ").list.eval(pl.element().replace(full).filter(~pl.element().is_in(_SMALL)))
    return words.list.unique().list.sort().list.join(" ")


@cache
def land_names() -> pl.DataFrame:
    """Every name of a country once: `name` (as `land_name` writes it), `code` (ISO 3166 alpha-2).

    A name that two languages give to two countries is left out, unless English or `country_names.csv` has it.
    """
    own = load("country_names").select("name", "code", rank=pl.lit(0))
    known = pl.concat([own, _iso(), _cldr()]).with_columns(land_name(pl.col("name"))).filter(pl.col("name") != "")
    # A short name without accents would be read as a code of two or three letters.
    known = known.filter(~pl.col("name").is_in(short_codes()) | (pl.col("rank") == -1))
    return _agreed(known)


@cache
def land_bags() -> pl.DataFrame:
    """The words of every name once: `words` (as `land_words` writes them), `code`."""
    names = land_names()
    republics = land_names().filter(
        ~pl.col("name").is_in(_NOT_ALONE), pl.col("name").str.contains(r"^[A-Z]{3,}(?: [A-Z]+)*$")
    )
    republics = republics.with_columns(pl.col("name") + " REPUBLIC")
    both = pl.concat([names.with_columns(rank=pl.lit(0)), republics.with_columns(rank=pl.lit(1))])
    return _agreed(both.with_columns(land_words(pl.col("name")))).rename({"name": "words"})


@cache
def land_spellings() -> pl.DataFrame:
    """Names that only their accents or their script tell from a code: `name` (capitals), `code`: MỸ is no MY."""
    every = pl.concat([load("country_names").select("name", "code", rank=pl.lit(0)), _cldr()])
    every = every.with_columns(name=pl.col("name").str.normalize("NFC").str.to_uppercase())
    short = every.filter(land_name(pl.col("name")).is_in(short_codes()), pl.col("name").str.contains(r"[^\x00-\x7F]"))
    return _agreed(short)


@cache
def short_codes() -> list[str]:
    """The codes of two and three letters of ISO 3166."""
    return [code for country in pycountry.countries for code in (country.alpha_2, country.alpha_3)]


def _agreed(names: pl.DataFrame) -> pl.DataFrame:
    """Each `name` of the lowest rank with its `code`, where those of that rank agree."""
    best = names.filter(pl.col("rank") == pl.col("rank").min().over("name"))
    return (
        best.group_by("name", maintain_order=True)
        .agg(pl.col("code").first(), alone=pl.col("code").n_unique() == 1)
        .filter("alone")
        .select("name", "code")
        .sort("name")
    )


def _iso() -> pl.DataFrame:
    """Codes and names of pycountry. The part before a comma counts only where one country has it."""
    rows: list[tuple[str, str, int]] = []
    for country in pycountry.countries:
        rows += [(country.alpha_2, country.alpha_2, -1), (country.alpha_3, country.alpha_2, -1)]
        fields = ("name", "common_name", "official_name")
        rows += [(name, country.alpha_2, 1) for field in fields if (name := getattr(country, field, None))]
        head, comma, _ = country.name.partition(",")
        rows += [(head, country.alpha_2, 2)] if comma else []
    return pl.DataFrame(rows, schema=["name", "code", "rank"], orient="row").with_columns(pl.col("rank").cast(pl.Int32))


@cache
def _cldr() -> pl.DataFrame:
    """Names of CLDR in the languages of trade documents, those in English first."""
    from babel import Locale, localedata  # noqa: PLC0415  (slow, and needed only where a name is not English)

    known = set(countries()["code"])
    spoken = {tag for tags in languages()["languages"] for tag in tags.split()} | set(_MORE_LANGUAGES)
    rows = [
        (name, code, 2 if tag == "en" else 3)
        for tag in sorted(spoken & set(localedata.locale_identifiers()))
        for code, name in Locale.parse(tag).territories.items()
        if code in known
    ]
    frame = pl.DataFrame(rows, schema=["name", "code", "rank"], orient="row")
    return frame.unique().sort("rank", "name", "code").with_columns(pl.col("rank").cast(pl.Int32))
