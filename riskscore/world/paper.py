"""Paper: write plans as canonical consignments, honest and smuggled ones in the same way.

plan ─▶ parties, route, description (bill) ─▶ box, weight, seals (container) ─▶ fields that clerks leave empty ─▶ frame
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl

from riskscore import schema
from riskscore.world import boxes, cargo, contents, names, party_text, places, plans, routes
from riskscore.world.draws import Bools, Floats, Ints, below, blank, gather, mix, where
from riskscore.world.omissions import leave_out, mask
from riskscore.world.plans import Plan
from riskscore.world.world import World

_HOUSE_BILL = 0.24
_HOUSE_BILL_OF_AGENTS = 0.5
_SECOND_SEAL = 0.13
_PORT_LOST = 0.006
_UNKNOWN_PORT = "ZZZZZ"
"""What some systems write for an unknown port."""


@dataclass(frozen=True)
class Sheet:
    """Canonical rows, with what only the simulation knows about them."""

    rows: pl.DataFrame
    plan: Plan
    bill: Ints
    """Position of each row's bill in the plan."""
    arrives: Floats
    """True arrival, in days since the first simulated day."""


class Pen:
    """Writes the plans of one simulation; keeps track of bill numbers and of the boxes in the yard."""

    def __init__(self, world: World, seed: int, per_day: int, start: date, *, bills: int = 0) -> None:
        """Start a pen; `bills` is how many bill numbers are already taken."""
        self._world, self._seed = world, seed
        self._yard = boxes.Yard(seed, per_day)
        self._bills = bills
        self._start = datetime(start.year, start.month, start.day, tzinfo=UTC)
        self._vessels, self._imo = names.vessels(seed, routes.VESSELS)

    def write(self, rng: np.random.Generator, plan: Plan, sailing: routes.Sailing, day: int) -> Sheet:
        """Write one row for every box of every bill of `plan`, sorted by the time of filing."""
        order = np.argsort(sailing.filed, kind="stable")
        bill = np.repeat(order, plan.boxes[order])
        bills = pl.DataFrame(
            [
                *self._identity(rng, plan),
                *party_text.columns(rng, self._world, plan),
                *self._routing(rng, plan, sailing),
            ]
        )
        each = plan.take(bill)
        load = cargo.load(rng, each, routes.length(self._world, each))
        first = np.concatenate([[True], bill[1:] != bill[:-1]])
        frame = bills.select(pl.all().gather(pl.Series(bill.astype(np.uint32)))).with_columns(
            *contents.columns(rng, self._world, plan, bill, load),
            *self._container(rng, load, first, day),
        )
        return Sheet(schema.conform(frame), plan, bill, sailing.arrives[bill])

    def _identity(self, rng: np.random.Generator, plan: Plan) -> list[pl.Series]:
        count = len(plan)
        serial = (np.arange(self._bills, self._bills + count) * 387_420_489 + self._seed * 7919) % 1_000_000_000
        self._bills += count
        carrier = boxes.carriers(below(mix(self._seed, plan.discharge, below(mix(plan.loading), 6)), boxes.CARRIERS))
        number = pl.select(pl.concat_str(carrier, pl.Series(serial).cast(pl.String).str.zfill(9)))
        house = pl.select(pl.concat_str(pl.lit("H"), pl.Series(rng.integers(10**7, 10**8, count)).cast(pl.String)))
        agents = (plan.shipper_kind == plans.FORWARDER) | (plan.consignee_kind == plans.FORWARDER)
        has_house_bill = where(rng, np.where(agents, _HOUSE_BILL_OF_AGENTS, _HOUSE_BILL), count)
        ordered = plan.consignee_kind == plans.TO_ORDER
        kind = np.where(ordered, 1, np.where(where(rng, 0.4, count), 2, 0))
        terms = gather(pl.Series(schema.FREIGHT_TERMS), plan.collect.astype(np.int64))
        return [
            number.to_series().alias("bill_of_lading"),
            blank(house.to_series(), ~has_house_bill).alias("house_bill"),
            leave_out(rng, plan, "bill_type", gather(pl.Series(schema.BILL_TYPES), kind)),
            pl.Series("version", np.ones(count, dtype=np.int64)),
            leave_out(rng, plan, "freight_terms", terms),
        ]

    def _routing(self, rng: np.random.Generator, plan: Plan, sailing: routes.Sailing) -> list[pl.Series]:
        world, count = self._world, len(plan)
        ports, countries = pl.Series(world.ports), pl.Series(world.countries)
        called = pl.Series([*world.ports, _UNKNOWN_PORT])
        lost = (plan.hubs >= 0) & where(rng, _PORT_LOST, count)[:, None]
        hubs = np.where(lost, len(world.ports), plan.hubs)
        stops = [gather(called, hubs[:, number]) for number in range(plan.hubs.shape[1])]
        direction = gather(pl.Series(["E", "W"]), below(mix(plan.discharge, 3), 2))
        voyage = pl.concat_str(pl.Series(sailing.voyage % 1000).cast(pl.String).str.zfill(3), direction)
        nameless = mask(rng, plan, "vessel_name")
        loading, discharge = gather(ports, plan.loading), gather(ports, plan.discharge)
        receipt = pl.coalesce(places.inland(world, plan.receipt, rng.random(count)), loading)
        delivery = pl.coalesce(places.inland(world, plan.delivery, rng.random(count)), discharge)
        return [
            self.time(sailing.filed).alias("filed_at"),
            leave_out(rng, plan, "place_of_receipt", pl.select(receipt).to_series()),
            loading.alias("port_of_loading"),
            blank(pl.select(pl.concat_list(stops).list.drop_nulls()).to_series(), ~plan.route_stated).alias(
                "transhipment_ports"
            ),
            discharge.alias("port_of_discharge"),
            leave_out(rng, plan, "place_of_delivery", pl.select(delivery).to_series()),
            leave_out(rng, plan, "origin_country", gather(countries, plan.origin)),
            leave_out(rng, plan, "destination_country", gather(countries, plan.destination)),
            blank(gather(self._vessels, sailing.vessel), nameless).alias("vessel_name"),
            leave_out(rng, plan, "vessel_imo", gather(self._imo, sailing.vessel)),
            leave_out(rng, plan, "voyage", pl.select(voyage).to_series()),
            leave_out(rng, plan, "loaded_at", self.time(sailing.loaded)),
            leave_out(rng, plan, "arrives_at", self.time(sailing.arrives)),
        ]

    def time(self, days: Floats) -> pl.Series:
        """Convert days since the first simulated day to moments, to the second."""
        seconds = pl.Series(np.floor(days * 86_400).astype(np.int64))
        return pl.select((pl.lit(self._start) + pl.duration(seconds=pl.lit(seconds))).cast(schema.UTC)).to_series()

    def _container(self, rng: np.random.Generator, load: cargo.Load, first: Bools, day: int) -> list[pl.Series]:
        """Return container number, type, seals and set point; `first` marks the first box of each bill."""
        each = load.each
        count = len(each)
        taken = self._yard.take(rng, count, day)
        elsewhere = np.flatnonzero(each.box_fault == boxes.ELSEWHERE)
        taken[elsewhere] = self._yard.at_sea(rng, len(elsewhere), day)
        seal = mix(self._seed, rng.integers(0, 1 << 62, count))
        copied = each.seal_fault == boxes.COPIED
        seal = np.where(copied & ~first, np.roll(seal, 1), seal)
        seal = np.where(copied & first, seal[rng.integers(0, count, count)], seal)
        first_seal = boxes.spoiled(boxes.seals(seal), each.seal_fault == boxes.SPOILED)
        second_seal = blank(boxes.seals(mix(seal, 2)), ~where(rng, _SECOND_SEAL, count))
        seals = pl.select(pl.concat_list([first_seal, second_seal]).list.drop_nulls()).to_series()
        unsealed = mask(rng, each, "seal_numbers") | (each.seal_fault == boxes.UNSEALED)
        temperature, unset = cargo.set_point(rng, each.goods, load.box)
        return [
            self._yard.numbers(taken, each.box_fault).alias("container_number"),
            leave_out(rng, each, "container_type", load.box_named),
            blank(seals, unsealed).alias("seal_numbers"),
            blank(pl.Series(temperature), unset).alias("temperature_c"),
        ]
