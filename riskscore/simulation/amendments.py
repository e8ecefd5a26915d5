"""Amendments: later versions of a bill, filed days after the first; most are honest corrections.

rows of a bill + the change in its plan ─▶ the same KEY with version 2 and a later moment of filing
"""

from __future__ import annotations

import numpy as np
import polars as pl

from riskscore.world import boxes, parties, party_text, places, plans, wording
from riskscore.world.draws import Floats, Ints, gather, mix, where
from riskscore.world.paper import Sheet
from riskscore.world.plans import Plan
from riskscore.world.world import World

_KNOWN_BUYER = 0.5
_SAME_COUNTRY = 0.6
_CONSIGNEE = (
    "consignee_name",
    "consignee_address",
    "consignee_country",
    "consignee_id",
    "notify_name",
    "notify_address",
)
_SHIPPER = ("shipper_name", "shipper_address", "shipper_country")


def amend(rng: np.random.Generator, world: World, sheet: Sheet, filed: Floats) -> pl.DataFrame:
    """Return the later versions of the bills that change: canonical rows, `filed_at` one to six days later.

    `filed` is when each bill was first filed, in days. If possible, a bill changes before its ship arrives.
    """
    plan = sheet.plan
    rows = np.flatnonzero(plan.change[sheet.bill] != plans.NO_CHANGE)
    bill = sheet.bill[rows]
    distinct, of = np.unique(bill, return_inverse=True)
    changing = plan.take(distinct)
    before = sheet.rows.select(pl.all().gather(pl.Series(rows.astype(np.uint32))))
    arrival = np.zeros(len(plan))
    arrival[sheet.bill] = sheet.arrives
    wait = np.minimum(rng.uniform(1.0, 6.0, len(distinct)), np.maximum(arrival[distinct] - filed[distinct] - 0.2, 1.0))
    bill_of_row = pl.Series(of.astype(np.uint32))
    change = pl.Series(changing.change).gather(bill_of_row)
    new = _new_values(rng, world, changing).select(pl.all().gather(bill_of_row))

    def changed(names: tuple[str, ...], *kinds: int) -> list[pl.Expr]:
        return [pl.when(change.is_in(list(kinds))).then(new[name]).otherwise(name).alias(name) for name in names]

    seals = _new_seals(rng, len(before))
    factor = pl.Series(
        np.where(
            where(rng, 0.7, len(distinct)), rng.normal(1.0, 0.03, len(distinct)), rng.uniform(0.4, 1.7, len(distinct))
        )
    ).gather(bill_of_row)
    weight = (pl.col("gross_weight_kg") * factor).round(0)
    return before.with_columns(
        pl.col("filed_at")
        + pl.duration(seconds=pl.lit(pl.Series((wait * 86_400).astype(np.int64)).gather(bill_of_row))),
        pl.lit(2, pl.Int64).alias("version"),
        *changed(_CONSIGNEE, plans.CHANGED_CONSIGNEE, plans.CHANGED_BOTH_PARTIES),
        *changed(_SHIPPER, plans.CHANGED_BOTH_PARTIES),
        *changed(("goods_description",), plans.CHANGED_WORDS),
        *changed(("place_of_delivery",), plans.CHANGED_DELIVERY, plans.CHANGED_DISCHARGE),
        *changed(("port_of_discharge", "destination_country"), plans.CHANGED_DISCHARGE),
        pl.when(change == plans.CHANGED_WEIGHT).then(weight).otherwise("gross_weight_kg").alias("gross_weight_kg"),
        pl.when(change == plans.CHANGED_SEAL).then(seals).otherwise("seal_numbers").alias("seal_numbers"),
    ).with_columns(
        pl.when(change == plans.CHANGED_NOTIFY).then(new["new_notify"]).otherwise("notify_name").alias("notify_name")
    )


def _new_values(rng: np.random.Generator, world: World, plan: Plan) -> pl.DataFrame:
    """Return values that later versions may have, one row per bill: parties, description, places."""
    count = len(plan)
    new_notify = party_text.consignee(rng, world, plan)[4].alias("new_notify")
    buyer = parties.consignee(rng, plan.destination, plan.goods, np.full(count, 4.0))
    plan.consignee[:] = np.where(where(rng, _KNOWN_BUYER, count), buyer, parties.newcomer(rng, count))
    plan.consignee_country[:] = parties.seat(rng, world, plan.destination, 0.05)
    plan.consignee_kind[:] = np.where(where(rng, 0.1, count), plans.FORWARDER, plans.NORMAL)
    plan.consignee_address[:] = parties.address_kind(rng, world, plan.consignee_country)
    plan.shipper[:] = parties.shipper(rng, plan.origin, plan.goods, np.full(count, 4.0))
    port = _other_port(rng, world, plan)
    country = world.port_country[port]
    inland = places.inland(world, np.where(where(rng, 0.75, count), plan.destination, country), rng.random(count))
    return pl.DataFrame(
        [
            new_notify,
            *party_text.consignee(rng, world, plan),
            *party_text.shipper(rng, world, plan),
            wording.describe(rng, world, plan).alias("goods_description"),
            gather(pl.Series(world.ports), port).alias("port_of_discharge"),
            gather(pl.Series(world.countries), country).alias("destination_country"),
            pl.select(pl.coalesce(inland, gather(pl.Series(world.ports), port))).to_series().alias("place_of_delivery"),
        ]
    )


def _other_port(rng: np.random.Generator, world: World, plan: Plan) -> Ints:
    """Return another port of the same country, or one of the hubs nearby."""
    count = len(plan)
    domestic = world.country_ports.draw(rng, plan.destination)
    near = world.hub_ports[np.argsort(world.km[plan.discharge][:, world.hub_ports], axis=1)[:, 1:7]]
    hub = near[np.arange(count), rng.integers(0, near.shape[1], count)]
    return np.where(where(rng, _SAME_COUNTRY, count) & (domestic != plan.discharge), domestic, hub)


def _new_seals(rng: np.random.Generator, count: int) -> pl.Series:
    seal = boxes.seals(mix(rng.integers(0, 1 << 62, count)))
    return pl.select(pl.concat_list(seal)).to_series()
