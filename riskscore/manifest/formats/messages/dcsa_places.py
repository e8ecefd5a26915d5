"""Parties and places in the documents of the DCSA, in the shapes of its versions 1 to 3."""

from __future__ import annotations

from typing import Any

from riskscore.manifest.formats.messages.json_text import inner, objects, texts
from riskscore.manifest.formats.messages.texts import address, text

_PARTIES = {
    **{"OS": "shipper", "SH": "shipper", "CZ": "shipper", "CN": "consignee", "N1": "notify", "FW": "forwarder"},
    **{"shipper": "shipper", "consignee": "consignee", "NI": "notify"},
}
_PLACES = {
    "port_of_loading": ("portOfLoading", "POL", "loadLocation"),
    "port_of_discharge": ("portOfDischarge", "POD", "dischargeLocation"),
    "place_of_receipt": ("placeOfReceipt", "PRE"),
    "place_of_delivery": ("placeOfDelivery", "PDE"),
}


def parties(document: dict[str, Any]) -> dict[str, Any]:
    """Names, addresses and countries of the parties; the first of each kind counts."""
    told = document.get("documentParties")
    named: list[tuple[str, dict[str, Any]]] = []
    if isinstance(told, dict):
        named += [(key, party) for key in ("shipper", "consignee") for party in objects(told.get(key))]
        named += [("N1", party) for party in objects(told.get("notifyParties"))]
        others = objects(told.get("other"))
    else:
        others = objects(told)
    named += [(text(other.get("partyFunction")) or "", inner(other, "party") or other) for other in others]
    values: dict[str, Any] = {}
    for function, party in named:
        kind, name = _PARTIES.get(function), text(party.get("partyName"))
        if kind is None or name is None or f"{kind}_name" in values:
            continue
        values[f"{kind}_name"] = name
        where = inner(party, "address")
        country = text(where.get("countryCode"))
        if kind != "forwarder":
            values[f"{kind}_address"] = _address(where) or _displayed(party)
        if kind in ("shipper", "consignee"):
            values[f"{kind}_country"] = country
    return values


def _address(where: dict[str, Any]) -> str | None:
    street = " ".join(filter(None, (text(where.get("street")), text(where.get("streetNumber")))))
    box = text(where.get("POBox"))
    names = ("city", "stateRegion", "postCode")
    parts = (street, f"PO BOX {box}" if box else None, *(where.get(name) for name in names))
    return address(parts, where.get("countryCode") or where.get("country"))


def _displayed(party: dict[str, Any]) -> str | None:
    """The address as it is printed on the bill, without the name."""
    lines = texts(party.get("displayedAddress"))
    lines += [line for part in objects(party.get("displayedAddresses")) for line in texts(part.get("addressLine"))]
    parts = [piece for line in lines for piece in line.splitlines()]
    return address(part for part in parts if text(part) != text(party.get("partyName")))


def places(document: dict[str, Any], transport: list[dict[str, Any]]) -> dict[str, str | None]:
    """Ports of loading and discharge, places of receipt and delivery: column -> place."""
    return {name: _place(document, transport, keys, name) for name, keys in _PLACES.items()}


def _place(document: dict[str, Any], transport: list[dict[str, Any]], keys: tuple[str, ...], name: str) -> str | None:
    """A place by its UN/LOCODE or name; a terminal alone is no place."""
    stages = transport if name in ("port_of_loading", "place_of_receipt") else transport[::-1]
    found = [inner(stage, key) for stage in stages for key in keys]
    found += [
        inner(location, "location")
        for location in objects(document.get("shipmentLocations"))
        if text(location.get("locationTypeCode")) in keys
    ]
    return next((place for place in map(_code, found) if place), None)


def _code(location: dict[str, Any]) -> str | None:
    named = text(location.get("UNLocationCode")) or text(location.get("locationName"))
    town = inner(location, "address")
    return named or ", ".join(filter(None, (text(town.get("city")), text(town.get("countryCode"))))) or None


def between(legs: list[dict[str, Any]], known: dict[str, str | None]) -> list[str]:
    """Ports where the goods change ships."""
    keys = ("portOfLoading", "portOfDischarge", "loadLocation", "dischargeLocation")
    ports = [_code(inner(leg, key)) for leg in legs for key in keys]
    ends = set(known.values())
    return list(dict.fromkeys(port for port in ports if port and port not in ends))
