"""Turn codes and names of countries into ISO 3166 alpha-2 codes: in any language, shortened, in any order.

    text ─▶ code or common name ─▶ name in any language ─▶ the same words in another order ─▶ two parts that agree

A text with a part that is not understood is unknown: KOREA (NORTH) is not KOREA with something behind it. Codes of
three digits count only where all such codes of a column are codes of ISO 3166, because customs have lists of their own.
"""

from __future__ import annotations

from functools import cache

import polars as pl
import pycountry

from riskscore import reference
from riskscore.cells import headings
from riskscore.cells.texts import by_distinct
from riskscore.reference import lands, lookup

_PARTS = r"^(.+?)\s*[(\[]([^()\[\]]+)[)\]]\s*$"
_CODE_FIRST = r"^([A-Z]{2,3}) ?[-\x{2013}:,/|] ?(.+)$"
_CODE_LAST = r"^(.+?) ?[-\x{2013}:,/|] ?([A-Z]{2,3})$"
_BEFORE = r"^(?:FORMERLY|FORMER|FMR|EX|OR)\b[. ]*"
_IN_SMALL = {"Nga": "RU"}
"""Names that only small letters tell from a code of three letters: Russia in Vietnamese, and NGA for Nigeria."""

OF_CHINA = ("HK", "MO", "TW")
"""Places that are written with China after them."""


def countries(texts: pl.Series) -> pl.Series:
    """Alpha-2 codes of `texts` (String): 'VN', 'VNM', 'Viet Nam' and 'Socialist Republic of Viet Nam' are VN.

    A text that is not understood keeps its letters, in capitals.
    """
    return by_distinct(texts, _read)


def are_countries(read: pl.Series) -> pl.Series:
    """Whether each result of `countries` is the code of a country; null where there is no text."""
    return read.is_in(codes())


def found(names: pl.Series) -> pl.Series:
    """The country of each of `names` (String, capitals); null where it is unknown or there is no name."""
    read = countries(names)
    return read.set(~are_countries(read).fill_null(False), None)


def _read(distinct: pl.Series) -> pl.Series:
    upper = pl.col("text").str.normalize("NFKC").str.to_uppercase()
    texts = pl.DataFrame({"text": distinct}).with_columns(upper=upper, name=reference.plain_name(upper))
    is_code = pl.col("upper").str.contains(r"^[\x00-\x7F]*$")  # BỈ is not BI, and Nga is not NGA
    texts = texts.with_columns(code=lookup.beside(pl.col("name"), common(), "name", "code"))
    short = pl.col("name").str.len_chars() <= 3
    texts = texts.with_columns(
        code=pl.when(~short | is_code).then(pl.col("text").replace_strict(_IN_SMALL, default=pl.col("code")))
    )
    if not texts["code"].null_count():
        return texts["code"]
    rest = texts.filter(pl.col("code").is_null()).select("text", "upper")
    texts = texts.join(_elaborate(rest), on="text", how="left", maintain_order="left")
    return texts.select(pl.coalesce("code", "elaborate", "upper")).to_series()


def _elaborate(texts: pl.DataFrame) -> pl.DataFrame:
    """Read what no short list has: `text`, `elaborate` (null where it is not understood)."""
    upper = pl.col("upper")
    texts = texts.with_columns(
        outer=upper.str.extract(_PARTS, 1),
        inner=upper.str.extract(_PARTS, 2).str.replace(_BEFORE, "").str.strip_chars("' "),
        first=pl.coalesce(upper.str.extract(_CODE_FIRST, 1), upper.str.extract(_CODE_LAST, 2)),
        second=pl.coalesce(upper.str.extract(_CODE_FIRST, 2), upper.str.extract(_CODE_LAST, 1)),
        before=upper.str.extract(r"^([^,]+),[^,]+$", 1),
        after=upper.str.extract(r"^[^,]+,([^,]+)$", 1),
    )
    numbers = _numbers(texts["text"])
    pairs = [("outer", "inner"), ("first", "second"), ("before", "after")]
    parts = [name for pair in pairs for name in pair]
    asked = pl.concat([texts["upper"], *(texts[name] for name in parts)]).drop_nulls().unique()
    known = _names(asked)
    for name in ("upper", *parts):
        texts = texts.join(
            known.rename({"asked": name, "code": f"{name}_code"}), on=name, how="left", maintain_order="left"
        )
    choices: list[pl.Expr] = [pl.col("upper_code")]
    for one, other in pairs:
        a, b = pl.col(f"{one}_code"), pl.col(f"{other}_code")
        choices.append(pl.when(a == b).then(a))
        choices += [pl.when((x == "CN") & y.is_in(OF_CHINA)).then(y) for x, y in ((a, b), (b, a))]
    return texts.select("text", elaborate=pl.coalesce(*choices, pl.col("text").replace_strict(numbers, default=None)))


def _names(asked: pl.Series) -> pl.DataFrame:
    """The country of each of `asked` as a whole name: `asked`, `code`."""
    exact = pl.col("asked").str.normalize("NFC").str.strip_chars()
    frame = pl.DataFrame({"asked": asked}).with_columns(exact=exact, name=lands.land_name(pl.col("asked")))
    frame = frame.with_columns(words=lands.land_words(pl.col("name")))
    frame = frame.with_columns(
        spelt=lookup.beside(pl.col("exact"), lands.land_spellings(), "name", "code"),
        known=lookup.beside(pl.col("name"), common(), "name", "code"),
        named=lookup.beside(pl.col("name"), lands.land_names(), "name", "code"),
        bagged=lookup.beside(pl.col("words"), lands.land_bags(), "words", "code"),
    )
    is_ascii = pl.col("asked").str.contains(r"^[\x00-\x7F]*$")
    plain = pl.when(is_ascii | ~pl.col("name").is_in(lands.short_codes()))
    return frame.select(
        "asked",
        code=pl.coalesce(
            "spelt", plain.then("known"), plain.then("named"), pl.when(pl.col("words") != "").then("bagged")
        ),
    )


def _numbers(texts: pl.Series) -> dict[str, str]:
    """The ISO code of each text of three digits; none where one of them is not in ISO 3166."""
    digits = texts.filter(texts.str.contains(r"^\d{3}$"))
    numeric = {country.numeric: country.alpha_2 for country in pycountry.countries}
    return {text: numeric[text] for text in digits} if digits.is_in(list(numeric)).all() else {}


@cache
def codes() -> list[str]:
    """Every alpha-2 code of ISO 3166."""
    return [country.alpha_2 for country in pycountry.countries]


@cache
def common() -> pl.DataFrame:
    """The usual English names and codes of countries, each once: `name` (sorted, as plain_name writes it), `code`."""
    more = headings.table()["values"]["country"]
    rows = [(name, code) for code, names in more.items() for name in names]
    for country in pycountry.countries:
        fields = ("alpha_2", "alpha_3", "name", "common_name", "official_name")
        rows += [(name, country.alpha_2) for field in fields if (name := getattr(country, field, None))]
    frame = pl.DataFrame(rows, schema=["name", "code"], orient="row")
    frame = frame.with_columns(reference.plain_name(pl.col("name"))).filter(pl.col("name") != "")
    return lookup.keyed(frame.unique("name", keep="first", maintain_order=True), "name")
