"""Parts of the world by their common names, finer than the regions of countries.csv: West Africa, the Gulf ..."""

from __future__ import annotations

from functools import cache

from riskscore import reference

PARTS: dict[str, tuple[str, ...]] = {
    "West Africa": ("BF", "BJ", "CI", "CV", "GH", "GM", "GN", "GW", "LR", "ML", "MR", "NE", "NG", "SL", "SN", "TG"),
    "Central Africa": ("AO", "CD", "CF", "CG", "CM", "GA", "GQ", "ST", "TD"),
    "East Africa": ("BI", "DJ", "ER", "ET", "KE", "RW", "SO", "SS", "TZ", "UG"),
    "Southern Africa": ("BW", "KM", "LS", "MG", "MU", "MW", "MZ", "NA", "SC", "SZ", "ZA", "ZM", "ZW"),
    "North Africa": ("DZ", "EG", "LY", "MA", "SD", "TN"),
    "the Gulf": ("AE", "BH", "IQ", "KW", "OM", "QA", "SA"),
    "Central America": ("BZ", "CR", "GT", "HN", "MX", "NI", "PA", "SV"),
}
"""Name -> ISO 3166 codes. The parts of Africa follow the UN geoscheme; some countries are grouped by their trade."""

REGION_NAMES = {
    "Africa": "africa",
    "Latin America": "latam",
    "South America": "latam",
    "North America": "northam",
    "East Asia": "east_asia",
    "Far East": "east_asia",
    "Southeast Asia": "southeast_asia",
    "South East Asia": "southeast_asia",
    "South Asia": "south_asia",
    "Middle East": "middle_east",
    "Europe": "europe",
    "Oceania": "oceania",
}
"""Name -> region of countries.csv."""

OTHER_NAMES = {
    "VN": ("Viet Nam",),
    "CD": ("DR Congo", "DRC", "Congo Kinshasa", "Democratic Republic of Congo"),
    "CG": ("Congo Brazzaville", "Republic of the Congo"),
    "CI": ("Ivory Coast", "Cote d Ivoire"),
    "AE": ("UAE", "Emirates"),
    "HK": ("Hongkong",),
    "GB": ("UK", "Great Britain"),
    "US": ("USA", "America"),
    "LA": ("Lao",),
    "KR": ("Korea",),
    "CN": ("Mainland China", "PRC"),
}
"""Country -> its other names."""

TOWNS = {
    "CD": ("Kinshasa", "Lubumbashi"),
    "CG": ("Brazzaville",),
    "UG": ("Kampala",),
    "KE": ("Nairobi",),
    "NG": ("Abuja", "Kano", "Ibadan"),
    "GH": ("Accra", "Kumasi"),
    "CM": ("Yaounde",),
    "ZM": ("Lusaka",),
    "ZW": ("Harare",),
    "MW": ("Lilongwe", "Blantyre"),
    "ZA": ("Johannesburg",),
    "VN": ("Hanoi", "Ha Noi", "Saigon"),
    "LA": ("Vientiane",),
    "KH": ("Phnom Penh",),
    "MY": ("Kuala Lumpur",),
    "CN": ("Beijing", "Nanning"),
}
"""Country -> towns without a seaport that are named as origin or destination."""


@cache
def part_of(country: str) -> str | None:
    """The part of PARTS to which a country belongs, or None."""
    return next((name for name, members in PARTS.items() if country in members), None)


@cache
def region_of(country: str) -> str | None:
    """The region of countries.csv to which a country belongs, or None."""
    return _regions().get(country)


@cache
def _regions() -> dict[str, str]:
    return dict(reference.countries().select("code", "region").iter_rows())


@cache
def members(region: str) -> frozenset[str]:
    """The countries of a region of countries.csv."""
    return frozenset(code for code, region_ in _regions().items() if region_ == region)


def port_name(code: str) -> str:
    """Name of a port with its code; the code alone if the port is unknown."""
    name = _port_names().get(code)
    return f"{name} ({code})" if name else code


@cache
def _port_names() -> dict[str, str]:
    return dict(reference.ports().select("locode", "name").iter_rows())
