"""Reference data about the world, read once and shared: places, sea distances, goods, trade, words, calendars.

No manifest, history or score belongs here. A function that returns a table returns the same frame every time, so
callers must not change it. Every function raises ReferenceDataError where a table is missing or malformed.
"""

from riskscore.reference.goods import hs
from riskscore.reference.locodes import locodes
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
    us_ports,
    wildlife,
)
from riskscore.reference.towns import (
    are_places,
    country_of_place,
    is_place,
    known_place,
    place_codes,
    place_name,
    places,
    towns,
    towns_alone,
    towns_in_states,
    usual_codes,
)

__all__ = [
    "address_words",
    "are_places",
    "cites_timber",
    "container_types",
    "countries",
    "country_of_place",
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
    "is_place",
    "known_place",
    "languages",
    "legal_forms",
    "locodes",
    "package_fit",
    "place_codes",
    "place_name",
    "places",
    "plain_name",
    "port_names",
    "ports",
    "ports_major",
    "stop_words",
    "towns",
    "towns_alone",
    "towns_in_states",
    "trade",
    "trade_words",
    "us_ports",
    "usual_codes",
    "wildlife",
]
