"""The small tables of `features/reference/`: the schema of each, and a function that returns it.

Texts with several values are separated by '|'. The last column of every frame is `source`, where the row comes from.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from riskscore import folders
from riskscore.reference.loader import Table, read

REGIONS = (
    "africa",
    "latam",
    "northam",
    "east_asia",
    "southeast_asia",
    "south_asia",
    "middle_east",
    "europe",
    "oceania",
    "cis",
)
"""The regions that countries belong to and that hubs serve."""

_TEXT, _NUMBER = pl.String, pl.Float64
_COUNTRY, _LOCODE, _CHAPTER = "[A-Z]{2}", "[A-Z]{2}[A-Z2-9]{3}", "[0-9]{2}"
_REGION = f"(?:{'|'.join(REGIONS)})"

TABLES = {
    "ports_extra": Table(
        {"locode": _TEXT, "name": _TEXT, "lat": _NUMBER, "lon": _NUMBER},
        key=("locode",),
        ranges={"lat": (-90, 90), "lon": (-180, 180)},
        patterns={"locode": _LOCODE},
    ),
    "places_inland": Table({"locode": _TEXT, "name": _TEXT}, key=("locode",), patterns={"locode": _LOCODE}),
    "port_aliases": Table({"name": _TEXT, "locode": _TEXT}, key=("name",), patterns={"locode": _LOCODE}),
    "ports_major": Table(
        {"locode": _TEXT, "teu": _NUMBER},
        key=("locode",),
        ranges={"teu": (1, 100_000)},
        patterns={"locode": _LOCODE},
    ),
    "us_ports": Table(
        {"schedule": _TEXT, "code": _TEXT, "place": _TEXT},
        key=("schedule", "code"),
        patterns={"schedule": "D|K", "code": "[0-9]{4,5}", "place": f"{_COUNTRY}|{_LOCODE}"},
    ),
    "countries": Table(
        {"code": _TEXT, "name": _TEXT, "region": _TEXT, "landlocked": pl.Boolean},
        key=("code",),
        patterns={"code": _COUNTRY, "region": _REGION},
    ),
    "country_names": Table({"name": _TEXT, "code": _TEXT}, key=("name",), patterns={"code": _COUNTRY}),
    "country_trade": Table(
        {"country": _TEXT, "teu_export": _NUMBER, "teu_import": _NUMBER},
        key=("country",),
        ranges={"teu_export": (0, 200_000), "teu_import": (0, 200_000)},
        patterns={"country": _COUNTRY},
    ),
    "trade": Table(
        {"country": _TEXT, "hs4": _TEXT, "flow": _TEXT, "weight": _NUMBER},
        key=("country", "hs4", "flow"),
        ranges={"weight": (0, 1)},
        patterns={"country": _COUNTRY, "hs4": "[0-9]{2}(?:[0-9]{2})?", "flow": "export|import"},
    ),
    "hubs": Table(
        {"locode": _TEXT, "serves": _TEXT},
        key=("locode",),
        patterns={"locode": _LOCODE, "serves": rf"{_REGION}(?:\|{_REGION})*"},
    ),
    "gateways": Table(
        {"country": _TEXT, "locode": _TEXT},
        key=("country", "locode"),
        patterns={"country": _COUNTRY, "locode": _LOCODE},
    ),
    "languages": Table(
        {"country": _TEXT, "languages": _TEXT},
        key=("country",),
        patterns={"country": _COUNTRY, "languages": "[a-z]{2}(?: [a-z]{2})*"},
    ),
    "holidays": Table(
        {"country": _TEXT, "date": pl.Date, "name": _TEXT},
        key=("country", "date"),
        patterns={"country": _COUNTRY},
    ),
    "currencies": Table({"currency": _TEXT, "usd": _NUMBER}, key=("currency",), patterns={"currency": "[A-Z]{3}"}),
    "goods": Table(
        {
            "hs6": _TEXT,
            "chapter": _TEXT,
            "name": _TEXT,
            "phrases": _TEXT,
            "package_type": _TEXT,
            "other_package_types": _TEXT,
            "kg_per_package": _NUMBER,
            "kg_spread": _NUMBER,
            "stowage_kg_m3": _NUMBER,
            "usd_per_kg": _NUMBER,
            "usd_spread": _NUMBER,
            "reefer": pl.Int64,
            "season": _TEXT,
        },
        may_be_empty=("other_package_types", "season"),
        patterns={"hs6": "[0-9]{6}", "chapter": _CHAPTER},
    ),
    "package_fit": Table({"chapter": _TEXT, "package_type": _TEXT}, key=("chapter",), patterns={"chapter": _CHAPTER}),
    "cover_goods": Table({"hs": _TEXT, "term": _TEXT, "kind": _TEXT}, may_be_empty=("hs", "term")),
    "contraband": Table(
        {"group": _TEXT, "commodity": _TEXT, "country": _TEXT, "role": _TEXT, "strength": _NUMBER},
        ranges={"strength": (0, 1)},
        patterns={"country": _COUNTRY, "role": "source|hub|market"},
    ),
    "minor_roles": Table(
        {"commodity": _TEXT, "country": _TEXT, "role": _TEXT, "strength": _NUMBER},
        key=("commodity", "country", "role"),
        ranges={"strength": (0, 0.5)},
        patterns={"country": _COUNTRY, "role": "source|hub|market"},
    ),
    "covers_by_kind": Table(
        {"commodity": _TEXT, "hs": _TEXT, "strength": _NUMBER},
        key=("commodity", "hs"),
        ranges={"strength": (0, 1)},
        patterns={"hs": "[0-9]{2}(?:[0-9]{2})?"},
    ),
    "container_types": Table(
        {"iso_code": _TEXT, "group": _TEXT, "payload_kg": _NUMBER, "volume_m3": _NUMBER},
        key=("iso_code",),
        may_be_empty=("volume_m3",),
    ),
    "stop_words": Table({"term": _TEXT}, key=("term",)),
    "forwarder_words": Table({"term": _TEXT}, key=("term",)),
    "cites_timber": Table({"term": _TEXT}, key=("term",)),
    "address_words": Table({"term": _TEXT, "kind": _TEXT}, patterns={"kind": "po_box|residential"}),
    "legal_forms": Table({"form": _TEXT, "canonical": _TEXT}, key=("form",)),
    "trade_words": Table(
        {"word": _TEXT, "canonical": _TEXT, "kind": _TEXT},
        key=("word", "kind"),
        patterns={"kind": "business|place|address"},
    ),
}
"""Name of the file without ending -> schema of the table."""


@cache
def load(name: str) -> pl.DataFrame:
    """Read `features/reference/NAME.csv` once. Raises ReferenceDataError where it does not fit TABLES."""
    return read(folders.reference() / f"{name}.csv", TABLES[name])


def countries() -> pl.DataFrame:
    """Every country: `code` (ISO 3166 alpha-2), `name`, `region` (one of REGIONS), `landlocked`."""
    return load("countries")


def us_ports() -> pl.DataFrame:
    """Codes of ports of US customs: `schedule` (D in the US, K abroad), `code`, `place` (UN/LOCODE, or the country)."""
    return load("us_ports")


def ports_major() -> pl.DataFrame:
    """Major container ports: `locode`, `teu` (thousand TEU per year, order of magnitude)."""
    return load("ports_major")


def country_trade() -> pl.DataFrame:
    """Laden containers: `country`, `teu_export`, `teu_import` (thousand TEU per year, order of magnitude)."""
    return load("country_trade")


def trade() -> pl.DataFrame:
    """Goods in a country's containers: `country`, `hs4`, `flow` (export, import), `weight` (share, 0 to 1).

    `hs4` is a heading, or a two-digit chapter for a broad line. The weights of a country and flow add up to about 1.
    """
    return load("trade")


def hubs() -> pl.DataFrame:
    """Transhipment hubs: `locode`, `serves` (regions, separated by '|')."""
    return load("hubs")


def gateways() -> pl.DataFrame:
    """Ports that landlocked countries use: `country`, `locode`; several rows per country."""
    return load("gateways")


def languages() -> pl.DataFrame:
    """Languages of trade documents: `country`, `languages` (ISO 639-1, usual ones first, separated by spaces)."""
    return load("languages")


def holidays() -> pl.DataFrame:
    """Public holidays of the main importing countries, 2006 to 2030: `country`, `date`, `name`."""
    return load("holidays")


def currencies() -> pl.DataFrame:
    """Value of one unit of each currency: `currency` (ISO 4217), `usd` (US dollars, order of magnitude)."""
    return load("currencies")


def goods() -> pl.DataFrame:
    """Goods in containers, one row per kind: names, packages, kilograms and US dollars, with the columns of TABLES."""
    return load("goods")


def package_fit() -> pl.DataFrame:
    """Package types that suit the goods of a chapter: `chapter`, `package_type` (separated by '|')."""
    return load("package_fit")


def cover_goods() -> pl.DataFrame:
    """Goods that published cases used to hide contraband: `hs` (2, 4 or 6 digits), `term`, `kind`."""
    return load("cover_goods")


def wildlife() -> pl.DataFrame:
    """Countries by role in illicit trade: `group`, `commodity`, `country`, `role`, `strength` (0 to 1)."""
    return load("contraband")


def minor_roles() -> pl.DataFrame:
    """Countries of lesser weight in the trade of a commodity: `commodity`, `country`, `role`, `strength` (0 to 0.5).

    They are apart from contraband.csv because the simulated smugglers do not use them.
    """
    return load("minor_roles")


def covers_by_kind() -> pl.DataFrame:
    """Goods that hide each kind of contraband: `commodity` (of contraband.csv), `hs` (2 or 4 digits), `strength`."""
    return load("covers_by_kind")


def container_types() -> pl.DataFrame:
    """ISO 6346 size and type codes: `iso_code`, `group`, `payload_kg`, `volume_m3`."""
    return load("container_types")


def stop_words() -> pl.DataFrame:
    """Wordings that are too vague to describe goods: `term`."""
    return load("stop_words")


def forwarder_words() -> pl.DataFrame:
    """Words in the names of forwarders and carriers: `term`."""
    return load("forwarder_words")


def cites_timber() -> pl.DataFrame:
    """Names of listed timber species and their look-alikes: `term`."""
    return load("cites_timber")


def address_words() -> pl.DataFrame:
    """Words that show the kind of an address: `term`, `kind` (po_box, residential)."""
    return load("address_words")


def legal_forms() -> pl.DataFrame:
    """Spellings of legal forms: `form`, `canonical`."""
    return load("legal_forms")


def trade_words() -> pl.DataFrame:
    """Words of names and addresses in several scripts: `word`, `canonical` (English), `kind` (as in TABLES)."""
    return load("trade_words")
