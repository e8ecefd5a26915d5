"""Touches: single things that smugglers do to a bill, each named after what it is and worth some red flags.

A touch changes position `i` of a plan in place, and returns the numbers of the flags (features/flags.toml) that
it plants. Schemes are made of touches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskscore.simulate import boxes, names, parties, plans, routes
from riskscore.simulate import goods as wares
from riskscore.simulate.accounts import Accounts
from riskscore.simulate.contraband import Errand
from riskscore.simulate.draws import mix
from riskscore.simulate.plans import Plan
from riskscore.simulate.world import World


@dataclass(frozen=True)
class Scene:
    """What a touch may look at besides the plan."""

    rng: np.random.Generator
    world: World
    accounts: Accounts
    errand: Errand
    day: int


Touch = Callable[[Scene, Plan, int], tuple[int, ...]]


def newcomer(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A consignee that nobody had heard of."""
    plan.consignee[i] = parties.newcomer(scene.rng, 1)[0]
    plan.consignee_age[i] = 0
    if plan.consignee_kind[i] == plans.FORWARDER:
        plan.consignee_kind[i] = plans.NORMAL
    return (1,)


def new_shipper(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A shipper that nobody had heard of."""
    plan.shipper[i] = parties.newcomer(scene.rng, 1)[0]
    plan.shipper_kind[i] = plans.NORMAL
    return (1,)


def poor_address(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A post office box, a flat, an office that many share, or no address."""
    kinds = (names.PO_BOX, names.PO_BOX, names.RESIDENTIAL, names.RESIDENTIAL, names.SHARED, -1)
    plan.consignee_address[i] = kinds[scene.rng.integers(0, len(kinds))]
    return (5,)


def captured(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """The name of an old, busy importer, who does not know or was bought."""
    at = scene.accounts.busy(scene.rng, int(plan.destination[i]), scene.day)
    if at < 0:
        return ()
    _as_account(scene, plan, i, at)
    return (3, 35)


def dormant(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A company that had been silent for months."""
    at = scene.accounts.dormant(scene.rng, int(plan.destination[i]), scene.day)
    if at < 0:
        return newcomer(scene, plan, i)
    _as_account(scene, plan, i, at)
    return (35,)


def _as_account(scene: Scene, plan: Plan, i: int, at: int) -> None:
    model = scene.accounts.templates
    for name in ("consignee", "consignee_country", "consignee_kind", "consignee_address"):
        getattr(plan, name)[i] = getattr(model, name)[at]
    plan.consignee_age[i] = scene.day - scene.accounts.born[at]


def forwarder(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A forwarder as final consignee, busy or small."""
    known = parties.forwarder(plan.destination[i : i + 1], scene.rng.random(1))[0]
    plan.consignee[i] = known if scene.rng.random() < 0.6 else parties.newcomer(scene.rng, 1)[0]
    plan.consignee_country[i], plan.consignee_kind[i] = plan.destination[i], plans.FORWARDER
    return (6,)


def agent_ships(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A shipping agent stands in the shipper's place."""
    plan.shipper[i] = parties.forwarder(plan.shipper_country[i : i + 1], scene.rng.random(1))[0]
    plan.shipper_kind[i] = plans.FORWARDER
    return (7,)


def to_order(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A bill that whoever holds it may claim."""
    plan.consignee_kind[i] = plans.TO_ORDER
    plan.notify[i] = (plans.NO_NOTIFY, plans.NOTIFY_SAME, plans.NOTIFY_OTHER)[scene.rng.integers(0, 3)]
    return (8,)


def nobody_told(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Nobody, or 'same as', as notify party."""
    plan.notify[i] = plans.NO_NOTIFY if scene.rng.random() < 0.4 else plans.NOTIFY_SAME
    return (9,)


def vague(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Words that describe nothing."""
    plan.vague[i] = True
    return (17,)


def odd_language(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A language that neither end speaks."""
    plan.foreign[i] = 2
    return (18,)


def other_code(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """An HS code of other goods than the words describe."""
    plan.coded[i] = scene.rng.integers(0, len(wares.load()))
    return (19,)


def other_words(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Words for other goods than the code says."""
    plan.described[i] = scene.rng.integers(0, len(wares.load()))
    return (19,)


def told_marks(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Marks and numbers that speak of other goods."""
    plan.marks_other[i] = True
    return (27,)


def odd_packages(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Packages much heavier or lighter than such goods come in."""
    plan.package_shift[i] += scene.rng.choice((-1, 1)) * scene.rng.uniform(0.8, 2.6)
    return (30,)


def light_box(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A box that is half empty or less, on paper."""
    plan.fill[i] = scene.rng.uniform(0.06, 0.42)
    return (30, 31)


def odd_volume(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A volume that does not go with the weight."""
    plan.volume_shift[i] += scene.rng.choice((-1, 1)) * scene.rng.uniform(0.6, 1.8)
    return (31,)


def cheap(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A price far below the market's."""
    plan.price_shift[i] -= scene.rng.uniform(2.0, 6.0)
    return (33,)


def dear(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A price far above the market's."""
    plan.price_shift[i] += scene.rng.uniform(2.0, 5.0)
    return (33,)


def dear_freight(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Freight that eats up the goods' value."""
    plan.freight_shift[i] += scene.rng.uniform(0.6, 1.6)
    return (34,)


def collect(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Freight that somebody else pays, at the far end."""
    plan.collect[i] = True
    return (36,)


def through_hub(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """By way of a port in a country that contraband passes through."""
    port = _hub_port(scene)
    plan.hubs[i] = (port, -1, -1)
    routes.clear_repeats(plan.hubs[i : i + 1], plan.loading[i : i + 1], plan.discharge[i : i + 1])
    return (39, 40)


def loop(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """By a way that no trade takes: back and forth, or by way of the destination itself."""
    rng, world = scene.rng, scene.world
    odd = world.hub_ports[rng.integers(0, len(world.hub_ports), 2)]
    back = world.country_ports.draw(rng, plan.destination[i : i + 1])[0]
    ways = (
        (_hub_port(scene), _hub_port(scene), -1),
        (_hub_port(scene), odd[0], -1),
        (_hub_port(scene), back, _hub_port(scene)),
        (odd[0], _hub_port(scene), odd[1]),
    )
    plan.hubs[i] = ways[rng.integers(0, len(ways))]
    routes.clear_repeats(plan.hubs[i : i + 1], plan.loading[i : i + 1], plan.discharge[i : i + 1])
    plan.route_stated[i] |= rng.random() < 0.5
    return (39, 41, 42)


def _hub_port(scene: Scene) -> int:
    hub = scene.errand.hub
    if hub < 0:
        return int(scene.world.hub_ports[scene.rng.integers(0, len(scene.world.hub_ports))])
    return int(scene.world.country_ports.draw(scene.rng, np.array([hub]))[0])


def laundered(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """New papers at the hub: it becomes port of loading, and mostly the origin too."""
    hub, rng = scene.errand.hub, scene.rng
    if hub < 0 or hub == plan.destination[i]:
        return through_hub(scene, plan, i)
    if rng.random() < 0.65:
        plan.origin[i] = hub
    plan.loading[i] = scene.world.country_ports.draw(rng, np.array([hub]))[0]
    if plan.loading[i] == plan.discharge[i]:
        plan.discharge[i] = scene.world.hub_ports[rng.integers(0, len(scene.world.hub_ports))]
    plan.shipper_country[i] = hub if rng.random() < 0.7 else plan.shipper_country[i]
    plan.hubs[i], plan.receipt[i] = -1, -1
    return (39, 42)


def diverted(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Another port of discharge, once the box is at sea."""
    plan.change[i] = plans.CHANGED_DISCHARGE
    return (43, 51)


def redelivered(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Another place of delivery, once the box is at sea."""
    plan.change[i] = plans.CHANGED_DELIVERY
    return (44, 51)


def switched(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A second bill with another consignee, and mostly another shipper."""
    plan.change[i] = plans.CHANGED_BOTH_PARTIES if scene.rng.random() < 0.6 else plans.CHANGED_CONSIGNEE
    return (45, 51)


def onward(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """To be delivered in another country, over land."""
    world, rng = scene.world, scene.rng
    near = np.array(world.region) == world.region[int(plan.destination[i])]
    near[int(plan.destination[i])] = False
    choice = np.flatnonzero(near)
    plan.delivery[i] = choice[rng.integers(0, len(choice))]
    return (46, 47)


def careless(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Half of the form left empty."""
    plan.few_fields[i] = True
    return (48, 52)


def late(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Filed in the last hours."""
    plan.late[i] = True
    return (50,)


def before_holiday(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """To arrive when the office is about to close."""
    plan.holiday[i] = True
    return (54,)


def wrong_digit(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """A container number that is none."""
    plan.box_fault[i] = boxes.WRONG_DIGIT
    return (55,)


def cloned(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """The number of a box that is at sea elsewhere."""
    plan.box_fault[i] = boxes.ELSEWHERE
    return (55, 60)


def bad_seal(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """No seal, half a seal, or that of another box."""
    plan.seal_fault[i] = scene.rng.integers(1, 4)
    return (57,)


def stuffed_inland(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Packed and sealed far from the port."""
    plan.receipt[i] = plan.origin[i]
    return (58,)


def odd_package_type(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Packages that such goods do not come in."""
    plan.unfit_package[i] = True
    return (59,)


def favoured_agent(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """One of the few forwarders that ask nothing."""
    country = int(plan.forwarder_country[i])
    plan.forwarder[i] = parties.forwarder(np.array([country]), np.array([0.45 + 0.1 * (int(mix(country, 77)[0]) % 4)]))[
        0
    ]
    return (61,)
