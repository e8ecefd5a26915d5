"""Noise: the faults, habits and accidents of single bills, as often as in honest traffic.

Every red flag occurs here, because honest people are careless, in a hurry, new, or sell unusual goods. Smuggled bills
start from the same draw, and schemes add to it.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from riskscore.world import goods as wares
from riskscore.world import plans, routes
from riskscore.world.draws import Chooser, Floats, Ints, RowChooser, where
from riskscore.world.plans import Plan
from riskscore.world.world import World

ROUTE_STATED = 0.6
VAGUE = 0.04
CHANGED = 0.03
_SIZES = (1, 2, 3, 4, 5, 6, 8, 10)
_SIZE_SHARE = Chooser([0.80, 0.09, 0.04, 0.025, 0.02, 0.01, 0.01, 0.005])
MEAN_BOXES = 1.465
_CHANGES = Chooser([0.0, 0.28, 0.16, 0.09, 0.02, 0.09, 0.06, 0.14, 0.16])


@cache
def same_chapter() -> RowChooser:
    """Return chapter (0 ... 99) -> kinds of goods in it."""
    chapter = wares.load().chapter
    order = np.argsort(chapter, kind="stable")
    return RowChooser(chapter[order], order, np.ones(len(order)), 100)


def draw(rng: np.random.Generator, world: World, plan: Plan) -> None:
    """Draw everything that is particular to a single bill, in place; parties, ports and goods stay."""
    count = len(plan)
    plan.hubs[:] = routes.hubs(rng, world, plan.loading, plan.discharge)
    plan.route_stated[:] = where(rng, ROUTE_STATED, count)
    plan.delivery[:] = _inland(rng, world, plan.destination, 0.13)
    plan.receipt[:] = _inland(rng, world, plan.origin, 0.15)
    plan.boxes[:] = np.array(_SIZES)[_SIZE_SHARE.draw(rng, count)]
    plan.items[:] = np.where(where(rng, 0.05, count), rng.integers(2, 4, count), 1)
    _words(rng, plan)
    _figures(rng, plan)
    plan.few_fields[:] = where(rng, 0.07, count)
    plan.seal_fault[:] = Chooser([0.965, 0.017, 0.008, 0.010]).draw(rng, count)
    plan.box_fault[:] = Chooser([0.9933, 0.004, 0.002, 0.0007]).draw(rng, count)
    plan.late[:] = where(rng, routes.LATE, count)
    plan.holiday[:] = where(rng, 0.01, count)
    plan.collect[:] = where(rng, 0.25, count)
    plan.change[:] = np.where(where(rng, CHANGED, count), _CHANGES.draw(rng, count), plans.NO_CHANGE)
    plan.voyage_group[:] = -1
    for side in (plan.consignee_address, plan.shipper_address):
        side[where(rng, 0.03, count)] = -1


def _inland(rng: np.random.Generator, world: World, countries: Ints, share: float) -> Ints:
    """Return the country of an inland place: always for landlocked countries, else sometimes; rarely a neighbour's."""
    inland = world.landlocked[countries] | where(rng, share, len(countries))
    abroad = where(rng, 0.012, len(countries))
    anywhere = rng.integers(0, len(world.countries), len(countries))
    near = np.array(world.region)[anywhere] == np.array(world.region)[countries]
    return np.where(abroad & near, anywhere, np.where(inland, countries, -1))


def _words(rng: np.random.Generator, plan: Plan) -> None:
    """Draw the goods that the description and the code refer to, and how clear the description is."""
    count, kinds = len(plan), len(wares.load())
    plan.described[:] = plan.goods
    plan.coded[:] = plan.goods
    near = where(rng, 0.05, count)
    plan.coded[near] = same_chapter().draw(rng, wares.load().chapter[plan.goods[near]])
    far = where(rng, 0.022, count)
    plan.coded[far] = rng.integers(0, kinds, far.sum())
    odd = where(rng, 0.008, count)
    plan.described[odd] = rng.integers(0, kinds, odd.sum())
    plan.vague[:] = where(rng, VAGUE, count)
    plan.foreign[:] = Chooser([0.9, 0.092, 0.008]).draw(rng, count)
    plan.marks_other[:] = where(rng, 0.012, count)


def _figures(rng: np.random.Generator, plan: Plan) -> None:
    """Draw how full the box is, and how far packages, price, volume and freight are from the usual."""
    count, kinds = len(plan), wares.load()
    full = 1.0 - np.abs(rng.normal(0, 0.09, count))
    plan.fill[:] = np.where(where(rng, 0.09, count), rng.uniform(0.04, 0.65, count), np.clip(full, 0.4, 1.0))
    spread = np.maximum(kinds.kg_spread[plan.goods], 0.05)
    plan.package_shift[:] = _mostly(rng, count, 1.0, 0.07, 4.0) * spread
    plan.price_shift[:] = _mostly(rng, count, 1.0, 0.07, 3.0)
    plan.volume_shift[:] = _mostly(rng, count, 0.13, 0.07, 0.7)
    plan.unfit_package[:] = where(rng, 0.03, count)
    plan.freight_shift[:] = _mostly(rng, count, 0.1, 0.05, 0.9)


def _mostly(rng: np.random.Generator, count: int, spread: float, share: float, wide: float) -> Floats:
    """Draw from a normal distribution with `spread`; a `share` of outliers has the spread `wide`."""
    return np.asarray(rng.normal(0, 1, count) * np.where(where(rng, share, count), wide, spread))
