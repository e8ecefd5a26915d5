"""Party text: the parties of a bill as written, with spellings, addresses and empty fields."""

from __future__ import annotations

import numpy as np
import polars as pl

from riskscore.world import names, parties, plans
from riskscore.world.draws import Bools, Chooser, Hashes, Ints, below, blank, gather, mistype, mix, unit, where
from riskscore.world.omissions import leave_out
from riskscore.world.plans import Plan
from riskscore.world.world import World

_NAME_ERRORS = 0.012
_SPELLINGS = Chooser([0.80, 0.06, 0.05, 0.04, 0.02, 0.03])


def columns(rng: np.random.Generator, world: World, plan: Plan) -> list[pl.Series]:
    """Return every party column of the canonical consignment, one value per bill."""
    tongue = world.tongue[plan.forwarder_country]
    agent = names.forwarders(plan.forwarder, tongue, _SPELLINGS.draw(rng, len(plan)))
    return [
        *shipper(rng, world, plan),
        *consignee(rng, world, plan),
        blank(agent, plan.forwarder == 0).alias("forwarder_name"),
    ]


def shipper(rng: np.random.Generator, world: World, plan: Plan) -> list[pl.Series]:
    """Return name, address and country of the shipper."""
    firm = _firm(rng, world, plan.shipper, plan.shipper_country, plan.shipper_kind == plans.FORWARDER)
    country = gather(pl.Series(world.countries), plan.shipper_country)
    return [
        leave_out(rng, plan, "shipper_name", firm),
        _address(world, plan.shipper, plan.shipper_country, plan.shipper_address).alias("shipper_address"),
        leave_out(rng, plan, "shipper_country", country),
    ]


def consignee(rng: np.random.Generator, world: World, plan: Plan) -> list[pl.Series]:
    """Return name, address, country and tax number of the consignee; name and address of the notify party.

    A bill to order has the buyer as notify party only.
    """
    count, country = len(plan), plan.consignee_country
    ordered = plan.consignee_kind == plans.TO_ORDER
    buyer = _firm(rng, world, plan.consignee, country, plan.consignee_kind == plans.FORWARDER)
    firm = pl.select(pl.when(pl.Series(ordered)).then(_order(rng, world, plan)).otherwise(buyer)).to_series()
    address = _address(world, plan.consignee, country, plan.consignee_address)
    tax = pl.Series(10**9 + below(mix(plan.consignee, 19), 9 * 10**9)).cast(pl.String)
    code = gather(pl.Series(world.countries), country)
    return [
        leave_out(rng, plan, "consignee_name", firm),
        blank(address, ordered & where(rng, 0.8, count)).alias("consignee_address"),
        blank(leave_out(rng, plan, "consignee_country", code), ordered),
        blank(leave_out(rng, plan, "consignee_id", tax), ordered),
        *_notify(rng, world, plan, buyer, address),
    ]


def _notify(
    rng: np.random.Generator, world: World, plan: Plan, buyer: pl.Series, address: pl.Series
) -> list[pl.Series]:
    country, notified = plan.consignee_country, plan.notify
    other = _firm(rng, world, mix(plan.consignee, 33), country, np.zeros(len(plan), dtype=np.bool_))
    agents = parties.forwarder(country, unit(mix(plan.consignee, 34)))
    agent = names.forwarders(agents, world.tongue[country], _SPELLINGS.draw(rng, len(plan)))
    ordered = (plan.consignee_kind == plans.TO_ORDER) & (notified == plans.NOTIFY_OTHER)
    kind = pl.Series(np.where(ordered, plans.NOTIFY_CONSIGNEE, notified))
    name = pl.select(
        pl.when(kind == plans.NOTIFY_SAME)
        .then(pl.lit("SAME AS CONSIGNEE"))
        .when(kind == plans.NOTIFY_CONSIGNEE)
        .then(buyer)
        .when(kind == plans.NOTIFY_OTHER)
        .then(other)
        .when(kind == plans.NOTIFY_AGENT)
        .then(agent)
    ).to_series()
    written = leave_out(rng, plan, "notify_address", address)
    return [name.alias("notify_name"), blank(written, notified < plans.NOTIFY_CONSIGNEE)]


def _firm(rng: np.random.Generator, world: World, identity: Hashes, country: Ints, agents: Bools) -> pl.Series:
    """Return names, some of them in another spelling or with a typing error."""
    tongue, spelling = world.tongue[country], _SPELLINGS.draw(rng, len(identity))
    written = names.firms(identity, tongue, spelling)
    at = np.flatnonzero(agents)
    if len(at):
        forwarding = names.forwarders(identity[at], tongue[at], spelling[at])
        written = written.scatter(pl.Series(at.astype(np.uint32)), forwarding)
    return mistype(written, where(rng, _NAME_ERRORS, len(identity)), rng)


def _order(rng: np.random.Generator, world: World, plan: Plan) -> pl.Series:
    bank = names.banks(mix(plan.consignee, 8), world.tongue[plan.consignee_country])
    plain = pl.Series(where(rng, 0.45, len(plan)))
    return pl.select(
        pl.when(plain).then(pl.lit("TO ORDER")).otherwise(pl.concat_str(pl.lit("TO THE ORDER OF "), bank))
    ).to_series()


def _address(world: World, identity: Hashes, country: Ints, kind: Ints) -> pl.Series:
    port = world.country_ports.at(country, unit(mix(identity, 20)))
    city = gather(pl.Series(world.port_names), port).fill_null("CITY CENTRE")
    return blank(names.addresses(identity, world.tongue[country], np.maximum(kind, 0), city), kind < 0)
