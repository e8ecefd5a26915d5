"""Turn codes and names of ports into UN/LOCODEs, and those of countries into ISO 3166 alpha-2 codes.

Unknown places keep their text, in capitals: an unknown port is a sign of risk, never a reason to refuse a row. Each
distinct text is looked up once. Sources: the reference tables of ports and names, and pycountry.
"""

from __future__ import annotations

from functools import cache

import polars as pl
import pycountry

from riskscore import reference
from riskscore.cells import headings
from riskscore.cells.texts import by_distinct

_CODE = r"^([A-Z]{2})[ -]?([A-Z2-9]{3})$"
_CODE_WITHIN = r"(?:^|[\s(\[/,;-])([A-Z]{2} ?[A-Z2-9]{3})(?:$|[\s)\]/,;-])"

_AFTER = r"[,(/]\s*(.*)$"


def ports(texts: pl.Series) -> pl.Series:
    """UN/LOCODEs of `texts` (String): 'VN HPH', 'Haiphong', 'Hai Phong, Vietnam' and 'HAIPHONG (VNHPH)' are VNHPH."""
    return by_distinct(texts, _read_ports)


def countries(texts: pl.Series) -> pl.Series:
    """Alpha-2 codes of `texts` (String): 'VN', 'VNM', 'Viet Nam' and 'Socialist Republic of Viet Nam' are VN."""
    return by_distinct(texts, _read_countries)


def _read_ports(distinct: pl.Series) -> pl.Series:
    upper = pl.col("text").str.to_uppercase()
    texts = pl.LazyFrame({"text": distinct}).with_columns(
        upper=upper,
        code=upper.str.extract(_CODE, 1) + upper.str.extract(_CODE, 2),
        within=upper.str.extract(_CODE_WITHIN, 1).str.replace(" ", ""),
        full=reference.plain_name(upper),
        # 'Kaohsiung,China (Taiwan)' and '57035 - Ningbo': the name alone, where the full text is unknown.
        head=reference.plain_name(upper.str.replace(r"^[\d\s-]+", "").str.replace(r"\s*[,(/].*$", "")),
        bare=reference.plain_name(upper.str.replace(r"^PORT (?:OF )?", "").str.replace(r"(?: SEA)? ?PORT$", "")),
        land=reference.plain_name(upper.str.extract(_AFTER, 1)),
    )
    codes = reference.ports().lazy().select(key="locode", locode="locode")
    names = reference.port_names().lazy().select(key="name", locode="locode")
    for column, table in {"code": codes, "within": codes, "full": names, "head": names, "bare": names}.items():
        lookup = table.rename({"key": column, "locode": f"{column}_found"})
        texts = texts.join(lookup, on=column, how="left", maintain_order="left")
    lands = _country_frame().lazy().rename({"name": "land", "code": "land_code"})
    tried = texts.join(lands, on="land", how="left", maintain_order="left").collect()
    # A name alone must not contradict the country after it; in 'Los Angeles, CA' CA is not a country.
    agrees = pl.col("land_code").is_null() | (pl.col("head_found").str.head(2) == pl.col("land_code"))
    if not tried.select((agrees | pl.col("head_found").is_null()).all()).item():  # the list of states is slow to load
        agrees |= (pl.col("head_found").str.head(2) + "-" + pl.col("land")).is_in(_subdivisions())
    is_code = pl.col("upper").str.head(2).is_in(_codes())
    return tried.select(
        pl.coalesce(
            "code_found",
            "full_found",
            "within_found",
            pl.when(agrees).then("head_found"),
            "bare_found",
            pl.when(is_code).then("code"),
            "upper",
        )
    ).to_series()


def _read_countries(distinct: pl.Series) -> pl.Series:
    upper = pl.col("text").str.to_uppercase()
    tried = pl.DataFrame({"text": distinct}).with_columns(upper=upper, name=reference.plain_name(upper))
    tried = tried.with_columns(pl.when(pl.col("name") == "").then("upper").otherwise("name").alias("name"))
    found = tried.join(_country_frame(), on="name", how="left", maintain_order="left")
    return found.select(pl.coalesce("code", "upper")).to_series()


@cache
def _codes() -> list[str]:
    return [country.alpha_2 for country in pycountry.countries]


@cache
def _subdivisions() -> list[str]:
    """States and provinces as ISO 3166-2 codes, for example US-CA."""
    return [division.code for division in pycountry.subdivisions]


@cache
def _country_frame() -> pl.DataFrame:
    """Every known name of a country once: `name` (as reference.plain_name writes it), `code`."""
    more = headings.table()["values"]["country"]
    rows = [(name, code) for code, names in more.items() for name in names]
    for country in pycountry.countries:
        fields = ("alpha_2", "alpha_3", "name", "common_name", "official_name")
        rows += [(name, country.alpha_2) for field in fields if (name := getattr(country, field, None))]
        rows += [(head, country.alpha_2) for head in [country.name.partition(",")[0]] if head != country.name]
    frame = pl.DataFrame(rows, schema=["name", "code"], orient="row")
    return (
        frame.with_columns(reference.plain_name(pl.col("name")))
        .filter(pl.col("name") != "")
        .unique("name", keep="first", maintain_order=True)
    )
