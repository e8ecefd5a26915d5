"""Handling codes in STIX: the marking definition of each label of the Traffic Light Protocol.

Ids and extension are those of OASIS for TLP 2.0 (cti-stix-common-objects). For data from older services, the ids of
STIX 2.1, section 7.2.1.4, are understood too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskscore.alerts.schema import DEFAULT_HANDLING, HANDLINGS, strictness

_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

MARKINGS = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
"""Handling code -> id of its marking definition."""

_OLDER = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
}

_KNOWN = _OLDER | {marking: handling for handling, marking in MARKINGS.items()}


def marking(handling: str) -> dict[str, Any]:
    """Marking definition of a handling code, as a STIX object."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": MARKINGS[handling],
        "created": "2022-10-01T00:00:00.000Z",
        "name": f"TLP:{handling.upper()}",
        "extensions": {_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": handling}},
    }


def handling_of(refs: object, statements: Mapping[str, Any]) -> str:
    """Return the strictest handling that the markings `refs` of an object require; without any, DEFAULT_HANDLING.

    `statements` are the markings of the same bundle that do not concern sharing, by id. An unknown marking counts as
    the strictest.
    """
    ids = [ref for ref in refs if isinstance(ref, str)] if isinstance(refs, list) else []
    handlings = [_KNOWN.get(ref, HANDLINGS[-1]) for ref in ids if ref in _KNOWN or ref not in statements]
    return max(handlings, key=strictness, default=DEFAULT_HANDLING)
