"""Schemes: the ways to smuggle on a bill, as combinations of touches.

scheme = core touches that define it + extra touches that often come with it
"""

from __future__ import annotations

from dataclasses import dataclass

from riskscore.simulation import tactics, transport
from riskscore.simulation.tactics import Touch

RIP = "rip_on_rip_off"
"""Contraband put into another trader's box: nothing on the bill is touched."""
SPLIT = "split_shipment"


@dataclass(frozen=True)
class Scheme:
    """`core` touches are always made, some of the `extra` ones; `weight` by group of contraband."""

    core: tuple[Touch, ...]
    extra: tuple[Touch, ...]
    weight: dict[str, float]
    quiet: bool = False
    """Whether it can work without any trace but the route and the goods."""


_ALL = dict.fromkeys(("wildlife", "narcotics", "cigarettes", "counterfeits", "waste", "weapons", "precursors"), 1.0)


def _weighted(**weights: float) -> dict[str, float]:
    """Return a weight for every group: 1 unless given."""
    return {**_ALL, **weights}


_PARTY: tuple[Touch, ...] = (
    tactics.newcomer,
    tactics.new_shipper,
    tactics.poor_address,
    tactics.forwarder,
    tactics.agent_ships,
    tactics.to_order,
    tactics.no_notify_party,
)
_PAPER: tuple[Touch, ...] = (
    tactics.vague,
    tactics.other_code,
    tactics.careless,
    tactics.late,
    transport.before_holiday,
    tactics.collect,
    tactics.odd_language,
    tactics.other_marks,
)
_CARGO: tuple[Touch, ...] = (
    transport.odd_packages,
    transport.light_box,
    transport.cheap,
    transport.dear,
    transport.dear_freight,
    transport.odd_package_type,
    transport.odd_volume,
)
_ROUTE: tuple[Touch, ...] = (
    transport.through_hub,
    transport.loop,
    transport.stuffed_inland,
    transport.onward,
    tactics.favoured_agent,
    transport.bad_seal,
)

SCHEMES: dict[str, Scheme] = {
    "cover_load": Scheme((), _PARTY + _CARGO + _ROUTE, _weighted(wildlife=3.0, narcotics=1.5), quiet=True),
    "hub_laundering": Scheme(
        (transport.laundered,), _PARTY + _PAPER, _weighted(wildlife=1.6, cigarettes=2.0), quiet=True
    ),
    "looping_route": Scheme((transport.loop,), _PARTY + _CARGO, _weighted(wildlife=1.6, weapons=1.5)),
    "shell_consignee": Scheme(
        (tactics.newcomer, tactics.poor_address), _PARTY + _PAPER + _ROUTE, _weighted(wildlife=1.8)
    ),
    "captured_importer": Scheme((tactics.captured,), _ROUTE + _CARGO, _weighted(narcotics=2.0), quiet=True),
    "dormant_company": Scheme((tactics.dormant,), _ROUTE + _PAPER, _weighted()),
    "forwarder_consignee": Scheme((tactics.forwarder,), _PAPER + _ROUTE, _weighted(wildlife=1.6)),
    "to_order_front": Scheme((tactics.to_order, tactics.no_notify_party), _PAPER + _CARGO, _weighted()),
    SPLIT: Scheme((), _PARTY + _CARGO, _weighted(cigarettes=1.5, counterfeits=1.5)),
    "switched_bill": Scheme((tactics.switched,), _PARTY + _ROUTE, _weighted(cigarettes=1.5)),
    "destination_change": Scheme((transport.diverted,), _PARTY + _ROUTE, _weighted()),
    "delivery_change": Scheme((transport.redelivered,), _PARTY + _PAPER, _weighted(wildlife=0.6)),
    "misdeclared_waste": Scheme(
        (tactics.other_code, transport.cheap), _CARGO + _PAPER, {"waste": 7.0, "wildlife": 0.4}
    ),
    "underweight_box": Scheme(
        (transport.light_box, transport.odd_packages), _PARTY + _CARGO, _weighted(cigarettes=1.5)
    ),
    "undervalued": Scheme((transport.cheap,), _PARTY + _CARGO, _weighted(counterfeits=3.0, wildlife=0.6)),
    "false_description": Scheme(
        (tactics.other_words,), _PARTY + _PAPER, _weighted(precursors=2.5, weapons=2.0, counterfeits=2.0)
    ),
    "vague_papers": Scheme((tactics.vague, tactics.careless), _PARTY + _PAPER, _weighted(weapons=1.5)),
    "transit_overland": Scheme((transport.onward,), _PARTY + _ROUTE, _weighted(cigarettes=2.0)),
    "container_clone": Scheme((transport.cloned,), _PARTY + _PAPER, _weighted(narcotics=1.5, wildlife=0.4)),
    "false_number": Scheme(
        (transport.wrong_digit, transport.bad_seal), _PARTY + _PAPER, _weighted(wildlife=0.4, narcotics=0.7)
    ),
}
"""The schemes to draw from, besides RIP."""

RIP_SHARE = {"narcotics": 0.46, "cigarettes": 0.08, "counterfeits": 0.03, "wildlife": 0.03, "weapons": 0.06}
"""Share of each group that is smuggled as rip-on/rip-off: about an eighth of all smuggling."""
