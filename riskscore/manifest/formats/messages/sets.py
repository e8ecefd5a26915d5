"""Names of the ANSI X12 transaction sets of transport and customs, as they are said to people."""

from __future__ import annotations

MANIFEST = "309"
"""The set that is read: the customs manifest."""

_NAMES = {
    "104": "air shipment information",
    "110": "an air freight invoice",
    "204": "a motor carrier load tender",
    "210": "a motor carrier freight invoice",
    "213": "an inquiry on a shipment",
    "214": "a shipment status message",
    "240": "a package status message",
    "300": "a booking request",
    "301": "a booking confirmation",
    "303": "a cancellation of a booking",
    "304": "a shipping instruction",
    "310": "a freight bill",
    "311": "customs information for Canada",
    "312": "an arrival notice",
    "313": "an inquiry on a shipment",
    "315": "a status message on a container",
    "317": "a delivery order",
    "319": "terminal information",
    "322": "a report of terminal operations",
    "323": "a vessel schedule",
    "324": "a stow plan",
    "325": "a list of goods in a container",
    "326": "a list of consignments",
    "350": "customs status information",
    "352": "a general order of customs",
    "353": "a report of a customs event",
    "354": "the customs status of an archived manifest",
    "355": "an acceptance or rejection by customs",
    "356": "a request for a permit to transfer",
    "357": "in-bond information",
    "358": "a list of a train's cars for customs",
    "404": "a rail waybill",
    "417": "a rail waybill",
    "418": "a rail interchange report",
    "810": "an invoice",
    "824": "an application's answer",
    "850": "a purchase order",
    "856": "a notice of shipment",
    "990": "an answer to a load tender",
    "997": "an acknowledgment",
    "998": "an acknowledgment",
    "999": "an acknowledgment",
}


def named(number: str) -> str:
    """What the set `number` is: 'a booking confirmation (X12 301)'."""
    return f"{_NAMES.get(number, 'a message')} (X12 {number[:6]})"
