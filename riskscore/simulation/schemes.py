"""Schemes: the ways in which contraband is put on a bill, as combinations of touches.

scheme = touches that make it what it is + touches that often come with it
"""

from __future__ import annotations

from dataclasses import dataclass

from riskscore.simulation import tactics as t
from riskscore.simulation import transport as w
from riskscore.simulation.tactics import Touch

RIP = "rip_on_rip_off"
"""Contraband slipped into somebody else's box: nothing on the bill is touched."""
SPLIT = "split_shipment"


@dataclass(frozen=True)
class Scheme:
    """`weight` by group of contraband; `core` is always done, of `extra` some are."""

    core: tuple[Touch, ...]
    extra: tuple[Touch, ...]
    weight: dict[str, float]
    quiet: bool = False
    """Works without leaving more traces than the route and the goods."""


_ALL = dict.fromkeys(("wildlife", "narcotics", "cigarettes", "counterfeits", "waste", "weapons", "precursors"), 1.0)


def _most(**more: float) -> dict[str, float]:
    return {**_ALL, **more}


_PARTY: tuple[Touch, ...] = (
    t.newcomer,
    t.new_shipper,
    t.poor_address,
    t.forwarder,
    t.agent_ships,
    t.to_order,
    t.nobody_told,
)
_PAPER: tuple[Touch, ...] = (
    t.vague,
    t.other_code,
    t.careless,
    t.late,
    w.before_holiday,
    t.collect,
    t.odd_language,
    t.told_marks,
)
_CARGO: tuple[Touch, ...] = (
    w.odd_packages,
    w.light_box,
    w.cheap,
    w.dear,
    w.dear_freight,
    w.odd_package_type,
    w.odd_volume,
)
_WAY: tuple[Touch, ...] = (w.through_hub, w.loop, w.stuffed_inland, w.onward, t.favoured_agent, w.bad_seal)

SCHEMES: dict[str, Scheme] = {
    "cover_load": Scheme((), _PARTY + _CARGO + _WAY, _most(wildlife=3.0, narcotics=1.5), quiet=True),
    "hub_laundering": Scheme((w.laundered,), _PARTY + _PAPER, _most(wildlife=1.6, cigarettes=2.0), quiet=True),
    "looping_route": Scheme((w.loop,), _PARTY + _CARGO, _most(wildlife=1.6, weapons=1.5)),
    "shell_consignee": Scheme((t.newcomer, t.poor_address), _PARTY + _PAPER + _WAY, _most(wildlife=1.8)),
    "captured_importer": Scheme((t.captured,), _WAY + _CARGO, _most(narcotics=2.0), quiet=True),
    "dormant_company": Scheme((t.dormant,), _WAY + _PAPER, _most()),
    "forwarder_consignee": Scheme((t.forwarder,), _PAPER + _WAY, _most(wildlife=1.6)),
    "to_order_front": Scheme((t.to_order, t.nobody_told), _PAPER + _CARGO, _most()),
    SPLIT: Scheme((), _PARTY + _CARGO, _most(cigarettes=1.5, counterfeits=1.5)),
    "switched_bill": Scheme((t.switched,), _PARTY + _WAY, _most(cigarettes=1.5)),
    "destination_change": Scheme((w.diverted,), _PARTY + _WAY, _most()),
    "delivery_change": Scheme((w.redelivered,), _PARTY + _PAPER, _most(wildlife=0.6)),
    "misdeclared_waste": Scheme((t.other_code, w.cheap), _CARGO + _PAPER, {"waste": 7.0, "wildlife": 0.4}),
    "underweight_box": Scheme((w.light_box, w.odd_packages), _PARTY + _CARGO, _most(cigarettes=1.5)),
    "undervalued": Scheme((w.cheap,), _PARTY + _CARGO, _most(counterfeits=3.0, wildlife=0.6)),
    "false_description": Scheme(
        (t.other_words,), _PARTY + _PAPER, _most(precursors=2.5, weapons=2.0, counterfeits=2.0)
    ),
    "vague_papers": Scheme((t.vague, t.careless), _PARTY + _PAPER, _most(weapons=1.5)),
    "transit_overland": Scheme((w.onward,), _PARTY + _WAY, _most(cigarettes=2.0)),
    "container_clone": Scheme((w.cloned,), _PARTY + _PAPER, _most(narcotics=1.5, wildlife=0.4)),
    "false_number": Scheme((w.wrong_digit, w.bad_seal), _PARTY + _PAPER, _most(wildlife=0.4, narcotics=0.7)),
}
"""What is drawn from, beside RIP."""

RIP_SHARE = {"narcotics": 0.46, "cigarettes": 0.08, "counterfeits": 0.03, "wildlife": 0.03, "weapons": 0.06}
"""Part of each group that goes as rip-on/rip-off: about an eighth of all smuggling."""
