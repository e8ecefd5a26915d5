from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from riskscore import reference
from riskscore.features import catalogue
from riskscore.schema import KEY
from riskscore.simulation import noise, tactics, transport
from riskscore.simulation.contraband import DAYS_A_QUARTER, GROUPS, Market
from riskscore.simulation.schemes import RIP, RIP_SHARE, SCHEMES
from riskscore.simulation.tactics import Scene, Touch
from riskscore.simulation.trade_relations import Accounts
from riskscore.simulation.traffic import new_orders
from riskscore.world import boxes, names, parties, plans, routes, world
from riskscore.world.plans import Plan

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from tests.simulation.conftest import Simulated

TOUCHES = sorted(
    {touch for scheme in SCHEMES.values() for touch in (*scheme.core, *scheme.extra)}, key=lambda touch: touch.__name__
)


def _smuggled(world: Simulated) -> pl.DataFrame:
    groups = reference.wildlife().select("commodity", "group").unique()
    return world.truth.filter("smuggled").join(groups, on="commodity", how="left")


def test_more_than_twelve_kinds_of_scheme_occur(world: Simulated) -> None:
    assert _smuggled(world)["scheme"].n_unique() >= 14


def test_groups_of_contraband_have_their_shares(world: Simulated) -> None:
    shares = dict(_smuggled(world)["group"].value_counts(normalize=True).iter_rows())
    assert set(shares) == set(GROUPS)
    for group, share in GROUPS.items():
        assert shares[group] == pytest.approx(share, abs=0.5 * share + 0.02)


def test_rip_on_rip_off_is_an_eighth_and_touches_nothing(world: Simulated) -> None:
    planned = sum(GROUPS[group] * share for group, share in RIP_SHARE.items())
    smuggled = _smuggled(world)
    rip = smuggled.filter(pl.col("scheme") == RIP)
    assert 0.10 < planned < 0.14
    assert rip.height / smuggled.height == pytest.approx(planned, abs=0.04)
    assert rip["indicators"].list.len().sum() == 0


def test_planted_indicators_are_flags_of_the_catalogue(world: Simulated) -> None:
    planted = set(_smuggled(world)["indicators"].explode().drop_nulls())
    assert planted <= set(catalogue.load().flags)
    assert len(planted) >= 25
    assert planted.isdisjoint(catalogue.load().unassessable)


def test_much_of_the_smuggling_plants_few_flags(world: Simulated) -> None:
    planted = _smuggled(world).filter(pl.col("scheme") != RIP)["indicators"].list.len()
    assert 0.15 < (planted <= 2).mean() < 0.45
    assert planted.max() >= 6


def test_every_scheme_plants_something_of_its_own() -> None:
    cores = [scheme.core for scheme in SCHEMES.values() if scheme.core]
    assert len(set(cores)) == len(cores)
    assert len(SCHEMES) >= 12


@pytest.mark.parametrize("group", GROUPS)
def test_errands_follow_source_and_market_but_not_always(group: str) -> None:
    places, rng = world.load(), np.random.default_rng(4)
    market = Market(places, 1)
    errands = [market.errand(rng, 0, group, plain=False) for _ in range(300)]
    known = reference.wildlife().filter(pl.col("group") == group)
    sources = set(known.filter(pl.col("role") == "source")["country"])
    markets = set(known.filter(pl.col("role") == "market")["country"])
    on_pattern = [
        places.countries[errand.source] in sources and places.countries[errand.market] in markets for errand in errands
    ]
    assert 0.75 < np.mean(on_pattern) < 1.0
    assert all(errand.source != errand.market and errand.quantity_kg > 0 for errand in errands)
    assert len({(errand.source, errand.market) for errand in errands}) > 60


def test_fashions_drift_from_quarter_to_quarter() -> None:
    market = Market(world.load(), 1)
    first, later = (
        [market.errand(np.random.default_rng(seed), day, "wildlife", plain=True).source for seed in range(150)]
        for day in (0, 5 * DAYS_A_QUARTER)
    )
    assert first != later
    assert sum(one == other for one, other in zip(first, later, strict=True)) > 0


@pytest.fixture(scope="module")
def scene() -> tuple[Scene, Plan]:
    places, rng = world.load(), np.random.default_rng(1)
    standing = new_orders(rng, places, 4000, 0)
    parties.assign(rng, places, standing, 4000.0, known=True)
    accounts = Accounts(rng, standing)
    errand = next(
        found
        for found in (Market(places, 1).errand(rng, 0, "wildlife", plain=False) for _ in range(99))
        if found.hub >= 0 and (standing.destination == found.market).sum() > 50 and found.hub != found.market
    )
    plan = plans.empty(1)
    plan.origin[:], plan.destination[:], plan.goods[:] = errand.source, errand.market, errand.goods
    plan.loading[:], plan.discharge[:] = routes.ports(rng, places, plan.origin, plan.destination)
    parties.assign(rng, places, plan, 4000.0, known=False)
    noise.draw(rng, places, plan)
    for name in ("vague", "few_fields", "marks_other", "late", "holiday", "collect", "unfit_package", "foreign"):
        getattr(plan, name)[:] = 0
    plan.change[:], plan.consignee_kind[:], plan.shipper_kind[:] = plans.NO_CHANGE, plans.NORMAL, plans.NORMAL
    plan.consignee_address[:], plan.notify[:] = names.PLAIN, plans.NOTIFY_CONSIGNEE
    plan.delivery[:], plan.receipt[:], plan.hubs[:] = -1, -1, -1
    plan.seal_fault[:], plan.box_fault[:] = boxes.SEALED, boxes.SOUND
    return Scene(rng, places, accounts, errand, 40), plan


@pytest.mark.parametrize("touch", TOUCHES, ids=lambda touch: touch.__name__)
def test_a_touch_changes_the_bill_and_returns_its_flags(scene: tuple[Scene, Plan], touch: Touch) -> None:
    stage, plan = scene
    touched = plan.take(np.array([0]))
    flags = touch(stage, touched, 0)
    changed = [name for name in vars(plan) if not np.array_equal(getattr(plan, name), getattr(touched, name))]
    assert changed, touch.__doc__
    assert set(flags) <= set(catalogue.load().flags)
    assert flags


def test_split_shipments_share_a_voyage_and_their_parties(world: Simulated) -> None:
    split = world.first.filter(pl.col("scheme") == "split_shipment").drop_nulls(["vessel_name", "voyage"])
    bills = split.group_by("vessel_name", "voyage", "port_of_loading").agg(pl.col("bill_of_lading").n_unique())
    assert (bills["bill_of_lading"] >= 2).mean() > 0.6


def test_switched_bills_have_a_later_version_with_another_consignee(world: Simulated) -> None:
    switched = world.truth.filter(pl.col("scheme") == "switched_bill").select(KEY)
    versions = world.rows.join(switched, on=KEY).sort("version").group_by(KEY).agg(pl.col("consignee_name"))
    later = versions.filter(pl.col("consignee_name").list.len() > 1)
    assert later.height / versions.height > 0.7
    names = pl.col("consignee_name").list
    assert later.select(names.first().ne_missing(names.last()).mean()).item() > 0.9


def test_cloned_boxes_were_filed_days_before_under_another_bill(world: Simulated) -> None:
    cloned = world.first.filter((pl.col("scheme") == "container_clone") & (pl.col("filed_at").dt.day() > 12))
    filed = world.rows.group_by("container_number").agg(pl.col("bill_of_lading").n_unique().alias("bills"))
    assert cloned.height
    assert (cloned.join(filed, on="container_number")["bills"] > 1).mean() > 0.6


def test_touches_are_all_in_use() -> None:
    defined = {
        name
        for module in (tactics, transport)
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__ and not name.startswith("_")
    }
    assert defined - {"Scene"} == {touch.__name__ for touch in TOUCHES}
