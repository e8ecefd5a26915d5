"""Reference: what the world looks like, read once and looked up: places, goods, trade, words, calendars.

    tables   the small CSV tables of `features/reference/`, each with a declared schema
    places   ports, their names, countries
    sea      kilometres by sea between ports
    goods    HS nomenclature

Every function gives a frame that is read once and shared; a caller derives new frames from it, never changes
it. All of them raise ReferenceDataError where a table is missing or malformed.
"""

from riskscore.reference.goods import hs
from riskscore.reference.places import plain_name, port_names, ports
from riskscore.reference.sea import distances
from riskscore.reference.tables import (
    address_words,
    cites_timber,
    container_types,
    countries,
    country_trade,
    cover_goods,
    currencies,
    forwarder_words,
    gateways,
    goods,
    holidays,
    hubs,
    languages,
    legal_forms,
    package_fit,
    ports_major,
    stop_words,
    trade,
    trade_words,
    wildlife,
)

__all__ = [
    "address_words",
    "cites_timber",
    "container_types",
    "countries",
    "country_trade",
    "cover_goods",
    "currencies",
    "distances",
    "forwarder_words",
    "gateways",
    "goods",
    "holidays",
    "hs",
    "hubs",
    "languages",
    "legal_forms",
    "package_fit",
    "plain_name",
    "port_names",
    "ports",
    "ports_major",
    "stop_words",
    "trade",
    "trade_words",
    "wildlife",
]
