"""Plans: what really happens to each bill, before anything is written on paper.

A plan is a set of arrays of one length, one position a bill. Honest traffic and schemes fill in the same arrays,
and one pen (`paper`) writes both down, so that only what a plan says can tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore.world.draws import Bools, Floats, Hashes, Ints

NORMAL, FORWARDER, TO_ORDER = range(3)
"""What a party on the bill is: the owner, a forwarder in the owner's place, or whoever holds the bill."""

NO_NOTIFY, NOTIFY_SAME, NOTIFY_CONSIGNEE, NOTIFY_OTHER, NOTIFY_AGENT = range(5)
"""Who is to be told of the arrival."""

(
    NO_CHANGE, CHANGED_WEIGHT, CHANGED_WORDS, CHANGED_CONSIGNEE, CHANGED_BOTH_PARTIES, CHANGED_DELIVERY,
    CHANGED_DISCHARGE, CHANGED_NOTIFY, CHANGED_SEAL,
) = range(9)  # fmt: skip
"""What a later version of the bill says otherwise."""


@dataclass
class Plan:
    """Arrays over bills. Countries, ports and goods are the world's numbers, -1 is none."""

    consignee: Hashes
    consignee_country: Ints
    consignee_kind: Ints
    consignee_address: Ints
    """Kind of address (names.PLAIN ...), or -1: not stated."""
    consignee_age: Ints
    """Days since the consignee's first consignment, as an officer would know; 0 for a new one."""
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
    """Country of the place of delivery where it is not the port of discharge, else -1."""
    receipt: Ints
    """Country where the carrier took the box over away from the port, else -1."""
    goods: Ints
    described: Ints
    """Goods that the description speaks of."""
    coded: Ints
    """Goods that the HS code is of."""
    items: Ints
    boxes: Ints
    fill: Floats
    """Share of what fits in the box."""
    package_shift: Floats
    """Log ratio of a package's weight to the usual one."""
    price_shift: Floats
    """Log ratio of the price to the usual one, in the goods' own spreads."""
    volume_shift: Floats
    """Log ratio of the stated volume to that of the weight."""
    unfit_package: Bools
    vague: Bools
    foreign: Ints
    """0: English; 1: a language of origin or destination; 2: any other."""
    marks_other: Bools
    few_fields: Bools
    """Filled in carelessly: more is missing than usual."""
    seal_fault: Ints
    """One of boxes.SEALED ..."""
    box_fault: Ints
    """One of boxes.SOUND ..."""
    late: Bools
    """Filed in the last hours before arrival."""
    holiday: Bools
    """Arrival put just before a holiday."""
    collect: Bools
    freight_shift: Floats
    change: Ints
    """What a later version says otherwise."""
    voyage_group: Ints
    """Bills with the same number (not -1) travel on one voyage; otherwise the timetable decides."""

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
"""The arrays that say who stands on the bill."""


def empty(count: int) -> Plan:
    """Return `count` bills that say nothing yet: zeros, and -1 where that stands for none."""
    made = {field.name: np.zeros(count, dtype=_TYPES[str(field.type)]) for field in fields(Plan)}
    made |= {name: np.full(count, -1, dtype=np.int64) for name in _NONE}
    return Plan(**{**made, "hubs": np.full((count, 3), -1, dtype=np.int64)})


def join(plans: Sequence[Plan]) -> Plan:
    """Put plans one after the other."""
    return Plan(**{field.name: np.concatenate([getattr(p, field.name) for p in plans]) for field in fields(Plan)})
