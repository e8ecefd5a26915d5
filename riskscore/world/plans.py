"""Plans: what really happens to each bill, before it is written on paper.

A plan is a set of arrays with one position per bill. Honest traffic and schemes fill in the same arrays, and the same
code (`paper`) writes both, so that only the plan can distinguish them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore.world.draws import Bools, Floats, Hashes, Ints

NORMAL, FORWARDER, TO_ORDER = range(3)
"""Kinds of party: the owner of the goods, a forwarder instead of the owner, or the holder of the bill."""

NO_NOTIFY, NOTIFY_SAME, NOTIFY_CONSIGNEE, NOTIFY_OTHER, NOTIFY_AGENT = range(5)
"""Who is notified of the arrival."""

(
    NO_CHANGE, CHANGED_WEIGHT, CHANGED_WORDS, CHANGED_CONSIGNEE, CHANGED_BOTH_PARTIES, CHANGED_DELIVERY,
    CHANGED_DISCHARGE, CHANGED_NOTIFY, CHANGED_SEAL,
) = range(9)  # fmt: skip
"""What a later version of the bill changes."""


@dataclass
class Plan:
    """Arrays over bills. Countries, ports and goods are numbers of the world; -1 is none."""

    consignee: Hashes
    consignee_country: Ints
    consignee_kind: Ints
    consignee_address: Ints
    """Kind of address (names.PLAIN ...), or -1 if not stated."""
    consignee_age: Ints
    """Days since the consignee's first consignment, as an officer would know it; 0 for a new consignee."""
    shipper: Hashes
    shipper_country: Ints
    shipper_kind: Ints
    shipper_address: Ints
    notify: Ints
    forwarder: Hashes
    """0: none."""
    forwarder_country: Ints
    origin: Ints
    destination: Ints
    loading: Ints
    discharge: Ints
    hubs: Ints
    """[bills, 3] ports between loading and discharge."""
    route_stated: Bools
    delivery: Ints
    """Country of the place of delivery if that is not the port of discharge, else -1."""
    receipt: Ints
    """Country where the carrier received the box, if not at the port; else -1."""
    goods: Ints
    described: Ints
    """Goods in the description."""
    coded: Ints
    """Goods of the HS code."""
    items: Ints
    boxes: Ints
    fill: Floats
    """Share of what fits in the box."""
    package_shift: Floats
    """Log ratio of a package's weight to the usual one."""
    price_shift: Floats
    """Log ratio of the price to the usual one, in units of the goods' price spread."""
    volume_shift: Floats
    """Log ratio of the stated volume to the volume that fits the weight."""
    unfit_package: Bools
    vague: Bools
    foreign: Ints
    """0: English; 1: a language of origin or destination; 2: any other."""
    marks_other: Bools
    few_fields: Bools
    """Filled in carelessly: more fields than usual are empty."""
    seal_fault: Ints
    """One of boxes.SEALED ..."""
    box_fault: Ints
    """One of boxes.SOUND ..."""
    late: Bools
    """Filed in the last hours before arrival."""
    holiday: Bools
    """Arrival planned just before a holiday."""
    collect: Bools
    freight_shift: Floats
    change: Ints
    """What a later version changes."""
    voyage_group: Ints
    """Bills with the same number (not -1) travel on one voyage; for others the timetable decides."""

    def __len__(self) -> int:
        return len(self.consignee)

    def take(self, positions: NDArray[Any]) -> Plan:
        """Return the bills at `positions` (indices or a mask), as a copy."""
        return Plan(**{field.name: getattr(self, field.name)[positions] for field in fields(self)})

    def put(self, positions: NDArray[Any], other: Plan) -> None:
        """Overwrite the bills at `positions` with those of `other`."""
        for field in fields(self):
            getattr(self, field.name)[positions] = getattr(other, field.name)


_TYPES: dict[str, type[np.generic]] = {"Ints": np.int64, "Floats": np.float64, "Bools": np.bool_, "Hashes": np.uint64}
_NONE = ("consignee_address", "shipper_address", "delivery", "receipt", "voyage_group")


PARTIES = (
    "consignee", "consignee_country", "consignee_kind", "consignee_address", "shipper", "shipper_country",
    "shipper_kind", "shipper_address", "notify", "forwarder", "forwarder_country",
)  # fmt: skip
"""The arrays of the parties on the bill."""


def empty(count: int) -> Plan:
    """Return `count` empty bills: zeros, and -1 where that means none."""
    arrays = {field.name: np.zeros(count, dtype=_TYPES[str(field.type)]) for field in fields(Plan)}
    arrays |= {name: np.full(count, -1, dtype=np.int64) for name in _NONE}
    return Plan(**{**arrays, "hubs": np.full((count, 3), -1, dtype=np.int64)})


def join(plans: Sequence[Plan]) -> Plan:
    """Concatenate plans."""
    return Plan(**{field.name: np.concatenate([getattr(plan, field.name) for plan in plans]) for field in fields(Plan)})
