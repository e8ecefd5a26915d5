"""Read what a JSON record lists with names of their own: its parties by their roles, and its seals.

    parties: [{role: "CN", name: "BETA"}, {role: "shipper", name: "ALFA"}]  ─▶  consignee name · shipper name
    seals: [{number: "S1", source: "CA"}, {number: "S2"}]                    ─▶  S1, S2

The first party of a role counts. Roles other than those of the canonical columns are left aside.
"""

from __future__ import annotations

from typing import Any

from riskscore.cells.headings import manifest_synonyms, recognise
from riskscore.cells.wordings import plain_words, words

Record = dict[str, Any]

_CODES = {
    **dict.fromkeys(("SH", "CZ", "OS", "EX", "SHP", "CONSIGNOR"), "shipper"),
    **dict.fromkeys(("CN", "CNE", "IM"), "consignee"),
    **dict.fromkeys(("N1", "NI", "NP", "NTF", "NFY"), "notify"),
    **dict.fromkeys(("FW", "FF"), "forwarder"),
}
"""Codes of UN/EDIFACT 3035, X12 98 and the DCSA, and other short forms of roles."""
_SIDES = ("shipper", "consignee", "notify", "forwarder")
_ROLE = frozenset(("role", "function", "type", "qualifier", "kind"))
_NUMBER = frozenset(("number", "no", "id", "nr", "seal", "value"))


def plain(record: Record) -> Record:
    """`record` with its lists of parties and seals as fields; `record` itself where it has none."""
    told: Record = {}
    used = []
    for key, value in record.items():
        if not isinstance(value, list) or not value or set(map(type, value)) != {dict}:
            continue
        found = _parties(value) or _seals(key, value)
        if found:
            used.append(key)
            told = {**found, **told}
    if not used:
        return record
    rest = {key: value for key, value in record.items() if key not in used}
    return {**told, **rest}


def _parties(items: list[Record]) -> Record:
    """The fields of the parties in `items` under headings such as `consignee name`; empty where they have no roles."""
    told: Record = {}
    for item in items:
        roles = [name for name, value in item.items() if isinstance(value, str) and _ROLE & set(words(name))]
        side = next((side for name in roles if (side := _side(item[name]))), None)
        if side is None:
            continue
        for name, value in _flat(item).items():
            last = [word for word in words(name) if word not in ("party", "name")] or ["name"]
            heading = f"{side} {' '.join(last)}"
            if name not in roles and value is not None and recognise(heading, manifest_synonyms()).column:
                told.setdefault(heading, value)
    return told


def _flat(item: Record) -> Record:
    """`item` with the fields of its address, and without other objects: a contact is a person."""
    flat: Record = {}
    for name, value in item.items():
        if not isinstance(value, dict):
            flat[name] = value
        elif "address" in words(name):
            flat |= {inner: one for inner, one in value.items() if "name" not in words(inner)}
    return flat


def _side(role: str) -> str | None:
    """The party that a `role` means; None where it is none of the canonical columns."""
    if side := _CODES.get(role.strip().upper()):
        return side
    meant = plain_words(role)
    return next((side for side in _SIDES if meant in ({side}, {side, "party"})), None)


def _seals(key: str, items: list[Record]) -> Record:
    """The numbers of the seals in `items`, where `key` means seals."""
    if recognise(key, manifest_synonyms()).column != "seal_numbers":
        return {}
    numbers = [
        next((value for name, value in item.items() if isinstance(value, str) and _NUMBER & set(words(name))), None)
        for item in items
    ]
    return {key: ", ".join(number for number in numbers if number)}
