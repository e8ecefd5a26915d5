"""Touches: single changes that smugglers make to a bill; each plants some red flags. Schemes combine touches.

A touch changes position `i` of a plan in place and returns the numbers of the red flags (features/flags.toml) that it
plants.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskscore.simulation.contraband import Errand
from riskscore.simulation.trade_relations import Accounts
from riskscore.world import goods as wares
from riskscore.world import names, parties, plans
from riskscore.world.draws import mix
from riskscore.world.plans import Plan
from riskscore.world.world import World


@dataclass(frozen=True)
class Scene:
    """What a touch can use besides the plan."""

    rng: np.random.Generator
    world: World
    accounts: Accounts
    errand: Errand
    day: int


Touch = Callable[[Scene, Plan, int], tuple[int, ...]]


def newcomer(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use a consignee without a history."""
    plan.consignee[i] = parties.newcomer(scene.rng, 1)[0]
    plan.consignee_age[i] = 0
    if plan.consignee_kind[i] == plans.FORWARDER:
        plan.consignee_kind[i] = plans.NORMAL
    return (1,)


def new_shipper(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use a shipper without a history."""
    plan.shipper[i] = parties.newcomer(scene.rng, 1)[0]
    plan.shipper_kind[i] = plans.NORMAL
    return (1,)


def poor_address(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Give the consignee a post office box, a flat, an office that many firms share, or no address."""
    kinds = (names.PO_BOX, names.PO_BOX, names.RESIDENTIAL, names.RESIDENTIAL, names.SHARED, -1)
    plan.consignee_address[i] = kinds[scene.rng.integers(0, len(kinds))]
    return (5,)


def captured(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use the name of an old, busy importer, who does not know it or was bribed."""
    at = scene.accounts.busy(scene.rng, int(plan.destination[i]), scene.day)
    if at < 0:
        return ()
    _as_account(scene, plan, i, at)
    return (3, 35)


def dormant(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use a company that has not traded for months."""
    at = scene.accounts.dormant(scene.rng, int(plan.destination[i]), scene.day)
    if at < 0:
        return newcomer(scene, plan, i)
    _as_account(scene, plan, i, at)
    return (35,)


def _as_account(scene: Scene, plan: Plan, i: int, at: int) -> None:
    """Use the consignee of account `at`."""
    model = scene.accounts.templates
    for name in ("consignee", "consignee_country", "consignee_kind", "consignee_address"):
        getattr(plan, name)[i] = getattr(model, name)[at]
    plan.consignee_age[i] = scene.day - scene.accounts.born[at]


def forwarder(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use a forwarder as final consignee, a busy or a small one."""
    known = parties.forwarder(plan.destination[i : i + 1], scene.rng.random(1))[0]
    plan.consignee[i] = known if scene.rng.random() < 0.6 else parties.newcomer(scene.rng, 1)[0]
    plan.consignee_country[i], plan.consignee_kind[i] = plan.destination[i], plans.FORWARDER
    return (6,)


def agent_ships(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Name a shipping agent as shipper."""
    plan.shipper[i] = parties.forwarder(plan.shipper_country[i : i + 1], scene.rng.random(1))[0]
    plan.shipper_kind[i] = plans.FORWARDER
    return (7,)


def to_order(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Make the bill out to order, so that its holder can claim the goods."""
    plan.consignee_kind[i] = plans.TO_ORDER
    plan.notify[i] = (plans.NO_NOTIFY, plans.NOTIFY_SAME, plans.NOTIFY_OTHER)[scene.rng.integers(0, 3)]
    return (8,)


def no_notify_party(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Name no notify party, or 'same as consignee'."""
    plan.notify[i] = plans.NO_NOTIFY if scene.rng.random() < 0.4 else plans.NOTIFY_SAME
    return (9,)


def vague(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Describe the goods vaguely."""
    plan.vague[i] = True
    return (17,)


def odd_language(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Describe the goods in a language of neither origin nor destination."""
    plan.foreign[i] = 2
    return (18,)


def other_code(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use the HS code of goods other than those described."""
    plan.coded[i] = scene.rng.integers(0, len(wares.load()))
    return (19,)


def other_words(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Describe goods other than those of the HS code."""
    plan.described[i] = scene.rng.integers(0, len(wares.load()))
    return (19,)


def other_marks(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Name other goods in marks and numbers."""
    plan.marks_other[i] = True
    return (27,)


def collect(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Have the freight paid at the destination."""
    plan.collect[i] = True
    return (36,)


def switched(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Replace the bill by one with another consignee, and mostly another shipper."""
    plan.change[i] = plans.CHANGED_BOTH_PARTIES if scene.rng.random() < 0.6 else plans.CHANGED_CONSIGNEE
    return (45, 51)


def careless(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Leave many fields of the bill empty."""
    plan.few_fields[i] = True
    return (48, 52)


def late(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """File in the last hours before arrival."""
    plan.late[i] = True
    return (50,)


def favoured_agent(scene: Scene, plan: Plan, i: int) -> tuple[int, ...]:
    """Use one of the few forwarders that ask no questions."""
    country = int(plan.forwarder_country[i])
    plan.forwarder[i] = parties.forwarder(np.array([country]), np.array([0.45 + 0.1 * (int(mix(country, 77)[0]) % 4)]))[
        0
    ]
    return (61,)
