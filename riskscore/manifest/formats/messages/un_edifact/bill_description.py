"""The ports and parties of a bill, from the qualifiers under which a cargo message names them."""

from __future__ import annotations

from typing import Any

from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.terms import is_to_order
from riskscore.manifest.formats.messages.un_edifact.segments import Elements
from riskscore.manifest.formats.messages.un_edifact.values import part, party

_PARTIES = {
    "shipper": ("CZ", "OS", "SH", "EX", "SU"),
    "consignee": ("CN", "UC"),
    "notify": ("N1", "NI", "N2"),
    "forwarder": ("FW",),
}
"""Qualifiers of a party (data element 3035), the best first: an agent may be SH beside the consignor CZ."""

_PLACES = {"place_of_receipt": ("88", "10", "84"), "place_of_delivery": ("7", "8", "83", "20", "85")}
_COUNTRIES = {"origin_country": ("27",), "destination_country": ("28", "36")}

Places = dict[str, list[str]]
"""Places by their qualifier (data element 3227), in the order of the message."""


def ports(places: Places, reader: Reader) -> dict[str, Any]:
    """Ports and places of a bill. Where an original port of loading is given, the ship's own one is a transhipment."""
    found: dict[str, Any] = {}
    loading, original, discharge = (_first(places, *names) for names in (("9", "6"), ("76",), ("11", "12")))
    between = list(places.get("13", ()))
    if original and loading and original != loading:
        between.append(loading)
    if discharge is None and (discharge := _first(places, "60")) is not None:
        reader.tell("bill", "{} without a port of discharge: taken as the place of arrival (LOC+60)", discharge)
    found = {
        "port_of_loading": original or loading,
        "transhipment_ports": list(dict.fromkeys(between)) or None,
        "port_of_discharge": discharge,
    }
    for column, qualifiers in _PLACES.items():
        found[column] = _first(places, *qualifiers)
    for column, qualifiers in _COUNTRIES.items():
        country = _first(places, *qualifiers)
        found[column] = country if country and len(country) == 2 and country.isalpha() else None
    return found


def _first(places: Places, *qualifiers: str) -> str | None:
    return next((places[qualifier][0] for qualifier in qualifiers if qualifier in places), None)


def parties(named: dict[str, Elements], numbers: dict[str, str]) -> dict[str, Any]:
    """Names and addresses of the parties of a bill: NAD segments by qualifier, and the `numbers` that follow some."""
    found: dict[str, Any] = {}
    for column, qualifiers in _PARTIES.items():
        qualifier = next((qualifier for qualifier in qualifiers if qualifier in named), None)
        if qualifier is None:
            continue
        found[f"{column}_name"], address, country = party(named[qualifier])
        if column != "forwarder":
            found[f"{column}_address"] = address
        if column in ("shipper", "consignee"):
            found[f"{column}_country"] = country
        if column == "consignee":
            found["consignee_id"] = numbers.get(qualifier) or part(named[qualifier], 2) or None
            found["bill_type"] = "to_order" if is_to_order(found["consignee_name"]) else None
    return found
