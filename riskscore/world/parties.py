"""Parties: the shipper, consignee, notify party and forwarder of each bill.

A firm is an identity (a hash) and a country; `names` gives it a name and an address. Each chapter of a country has a
few shippers with many buyers. About one bill in seven has a forwarder as consignee or is made out to order.
"""

from __future__ import annotations

import numpy as np

from riskscore.world import goods as wares
from riskscore.world import names, plans
from riskscore.world.draws import Bools, Chooser, Floats, Hashes, Ints, below, mix, unit, where
from riskscore.world.plans import Plan
from riskscore.world.world import World

FORWARDERS = 40
"""Most forwarders per country; the first ones are much busier than the last ones."""
CONSIGNEE_FORWARDER = 0.06
CONSIGNEE_TO_ORDER = 0.08
NEW_SHIPPER = 0.22
_BOX_REGIONS = ("africa", "middle_east", "oceania")
"""Regions where many firms have a post office box instead of a street address."""
_TRADING_PLACES = ("HK", "SG", "AE", "CH", "CN", "GB", "TW", "NL")
"""Countries of firms that trade goods of other countries."""


def forwarder(countries: Ints, units: Floats) -> Hashes:
    """Return a forwarder of each of `countries`; small `units` give the busy ones."""
    return mix(24, countries, np.floor(units**2.2 * FORWARDERS).astype(np.int64))


def shipper(rng: np.random.Generator, origin: Ints, goods: Ints, makers: Floats) -> Hashes:
    """Draw a shipper for goods of `origin`: one of about `makers` known ones, or a new one."""
    count = len(origin)
    slot = np.floor(rng.random(count) ** 1.6 * (2 + makers)).astype(np.int64)
    known = mix(22, origin, wares.load().chapter[goods], slot)
    return np.where(where(rng, NEW_SHIPPER, count), _fresh(rng, count), known)


def consignee(rng: np.random.Generator, destination: Ints, goods: Ints, buyers: Floats) -> Hashes:
    """Draw a consignee for goods at `destination`: one of about `buyers` known ones."""
    slot = np.floor(rng.random(len(destination)) ** 1.3 * (1 + buyers)).astype(np.int64)
    return mix(25, destination, wares.load().chapter[goods], slot)


def newcomer(rng: np.random.Generator, count: int) -> Hashes:
    """Return firms without a history."""
    return _fresh(rng, count)


def _fresh(rng: np.random.Generator, count: int) -> Hashes:
    return mix(23, rng.integers(0, 1 << 62, count))


def address_kind(rng: np.random.Generator, world: World, countries: Ints) -> Ints:
    """Draw kinds of address as honest firms have them; -1 if none is stated."""
    boxes = np.array([0.34 if region in _BOX_REGIONS else 0.03 for region in world.region])[countries]
    draw = rng.random(len(countries))
    kind = np.full(len(countries), names.PLAIN)
    kind[draw < 0.16] = names.SHARED
    kind[draw < 0.12] = names.RESIDENTIAL
    kind[draw < 0.08] = -1
    return np.where((kind == names.PLAIN) & where(rng, boxes, len(countries)), names.PO_BOX, kind)


def seat(rng: np.random.Generator, world: World, countries: Ints, abroad: float) -> Ints:
    """Draw the firm's country: mostly that of the goods, else one of _TRADING_PLACES."""
    places = np.array([world.country(code) for code in _TRADING_PLACES if world.country(code) >= 0])
    elsewhere = places[rng.integers(0, len(places), len(countries))]
    return np.where(where(rng, abroad, len(countries)), elsewhere, countries)


def assign(rng: np.random.Generator, world: World, plan: Plan, firms: float, *, known: bool) -> None:
    """Give every bill of `plan` honest parties, in place; origin, destination and goods must be set.

    About `firms` firms trade in the world. Unless `known`, the consignees have no history.
    """
    count = len(plan)
    chapter = wares.load().chapter[plan.goods]
    buyers = 0.8 * firms * world.import_share[plan.destination, chapter]
    makers = 0.5 * firms * world.export_share[plan.origin, chapter]
    plan.consignee[:] = consignee(rng, plan.destination, plan.goods, buyers) if known else newcomer(rng, count)
    plan.consignee_country[:] = seat(rng, world, plan.destination, 0.04)
    kind = Chooser([1 - CONSIGNEE_FORWARDER - CONSIGNEE_TO_ORDER, CONSIGNEE_FORWARDER, CONSIGNEE_TO_ORDER])
    plan.consignee_kind[:] = kind.draw(rng, count)
    agent = (plan.consignee_kind == plans.FORWARDER) & where(rng, 0.75, count)
    plan.consignee[agent] = forwarder(plan.consignee_country, rng.random(count))[agent]
    plan.consignee_address[:] = address_kind(rng, world, plan.consignee_country)
    supply(rng, world, plan, makers)
    plan.notify[:] = notify(rng, plan.consignee_kind == plans.TO_ORDER)
    at_destination = where(rng, 0.35, count)
    plan.forwarder_country[:] = np.where(at_destination, plan.destination, plan.origin)
    agents = forwarder(plan.forwarder_country, rng.random(count))
    plan.forwarder[:] = np.where(where(rng, 0.55, count), agents, np.uint64(0))


def supply(rng: np.random.Generator, world: World, plan: Plan, makers: Floats) -> None:
    """Give every bill of `plan` an honest shipper, in place; about `makers` firms ship such goods."""
    count = len(plan)
    plan.shipper[:] = shipper(rng, plan.origin, plan.goods, makers)
    hashed = unit(mix(plan.shipper, 5))
    plan.shipper_country[:] = np.where(hashed < 0.07, seat(rng, world, plan.origin, 1.0), plan.origin)
    plan.shipper_kind[:] = np.where(where(rng, 0.05, count), plans.FORWARDER, plans.NORMAL)
    agents = plan.shipper_kind == plans.FORWARDER
    plan.shipper[agents] = forwarder(plan.shipper_country, rng.random(count))[agents]
    plan.shipper_address[:] = _stable_address(rng, world, plan)


def _stable_address(rng: np.random.Generator, world: World, plan: Plan) -> Ints:
    """Return kinds of address of shippers: the same for every buyer, or -1 if it is not stated."""
    boxes = np.array([0.34 if region in _BOX_REGIONS else 0.03 for region in world.region])[plan.shipper_country]
    kind = np.where(unit(mix(plan.shipper, 6)) < boxes, names.PO_BOX, names.PLAIN)
    kind = np.where(below(mix(plan.shipper, 7), 100) < 3, names.RESIDENTIAL, kind)
    return np.where(where(rng, 0.09, len(plan)), -1, kind)


def notify(rng: np.random.Generator, to_order: Bools) -> Ints:
    """Draw who is notified: mostly the real buyer on a bill to order, else mostly the consignee or no one."""
    usual = Chooser([0.26, 0.24, 0.34, 0.09, 0.07]).draw(rng, len(to_order))
    ordered = Chooser([0.08, 0.0, 0.0, 0.77, 0.15]).draw(rng, len(to_order))
    return np.where(to_order, ordered, usual)
