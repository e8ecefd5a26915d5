"""Cargo: the box for the goods, how full it is, and the weights, packages and prices on the bill.

goods, fill ─▶ box ─▶ weight that fits ─▶ packages ─▶ gross weight, volume, value, freight
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from riskscore import reference
from riskscore.world import goods as wares
from riskscore.world.draws import Bools, Floats, Ints, where
from riskscore.world.plans import Plan

SMALL, LONG, HIGH, COOL_SMALL, COOL_HIGH, OPEN, TANK, FLAT = range(8)
BOXES = ("22G1", "42G1", "45G1", "22R1", "45R1", "22U1", "22T6", "42P1")
"""ISO 6346 size and type codes of the boxes above."""
_OTHER_NAMES = ("22G0", "42G0", "L5G1", "22R0", "45R0", "42U1", "22T1", "22P1")
_PAYLOAD_KG = 26_500.0
_VOLUME_M3 = 33.0
"""For a code that is not in container_types.csv, or a flat box."""
_TARE = 1.015
"""Gross weight / net weight, because packages have weight."""


@dataclass(frozen=True)
class Load:
    """The contents of each box; arrays over boxes."""

    each: Plan
    """The plan of each box's bill."""
    box: Ints
    box_named: pl.Series
    packages: Ints
    gross_kg: Floats
    volume_m3: Floats
    value_usd: Floats
    freight_usd: Floats


def _limits() -> tuple[Floats, Floats]:
    """Return payload in kg and volume in m³ of BOXES."""
    table = {
        code: (payload, volume)
        for code, payload, volume in reference.container_types()
        .select("iso_code", "payload_kg", "volume_m3")
        .iter_rows()
    }
    limits = [table.get(code, (None, None)) for code in BOXES]
    payload = np.array([kg or _PAYLOAD_KG for kg, _ in limits])
    return payload, np.array([m3 or _VOLUME_M3 for _, m3 in limits])


def box(rng: np.random.Generator, goods: Ints) -> Ints:
    """Draw the box for each of `goods`: short for heavy ones, cooled or a tank if needed, rarely a special one."""
    kinds, count = wares.load(), len(goods)
    dense = 1 / (1 + np.exp((430.0 - kinds.stowage_kg_m3[goods]) / 110.0))
    short = where(rng, 0.1 + 0.8 * dense, count)
    chosen = np.where(short, SMALL, np.where(where(rng, 0.72, count), HIGH, LONG))
    cool = kinds.reefer[goods] & where(rng, 0.97, count)
    cool |= where(rng, 0.006, count)
    chosen = np.where(cool, np.where(where(rng, 0.15, count), COOL_SMALL, COOL_HIGH), chosen)
    types = kinds.package_type.gather(pl.Series(goods.astype(np.uint32)))
    chosen = np.where((types == "TNK").to_numpy(), TANK, chosen)
    special = where(rng, 0.008, count)
    return np.where(special, np.where(where(rng, 0.7, count), OPEN, FLAT), chosen)


def load(rng: np.random.Generator, plan: Plan, km: Floats) -> Load:
    """Fill one box for each position of `plan` (bills repeated once per box); `km` is the length of the sea route."""
    kinds, count, goods = wares.load(), len(plan), plan.goods
    chosen = box(rng, goods)
    payload, volume = _limits()
    density = kinds.stowage_kg_m3[goods]
    fits = np.minimum(payload[chosen] * 0.95, volume[chosen] * 0.88 * density)
    net = np.maximum(fits * plan.fill * np.exp(rng.normal(0, 0.03, count)), 20.0)
    usual = kinds.kg_per_package[goods]
    each = usual * np.exp(plan.package_shift)
    packages = np.maximum(1, np.rint(net / each)).astype(np.int64)
    gross = np.minimum(np.where(net > usual, packages * each, net), payload[chosen] * 1.06) * _TARE
    gross = _rounded(rng, gross)
    stated = gross / density * np.exp(plan.volume_shift)
    price = kinds.usd_per_kg[goods] * np.exp(plan.price_shift * np.maximum(kinds.usd_spread[goods], 0.1))
    large = np.isin(chosen, (LONG, HIGH, COOL_HIGH, FLAT))
    freight = (
        (350 + 0.085 * km) * np.where(large, 1.6, 1.0) * np.where(np.isin(chosen, (COOL_SMALL, COOL_HIGH)), 1.8, 1.0)
    )
    other = where(rng, 0.12, count)
    names = pl.Series([*BOXES, *_OTHER_NAMES])
    return Load(
        each=plan,
        box=chosen,
        box_named=names.gather(pl.Series((chosen + other * len(BOXES)).astype(np.uint32))),
        packages=packages,
        gross_kg=gross,
        volume_m3=np.minimum(np.round(stated, 2), 99.0),
        value_usd=gross * price,
        freight_usd=np.round(freight * np.exp(rng.normal(0, 0.3, count) + plan.freight_shift), -1),
    )


def _rounded(rng: np.random.Generator, weight: Floats) -> Floats:
    """Round weights as clerks do: to two decimals, a kilogram, ten, a hundred, or a tonne."""
    draw = rng.random(len(weight))
    steps = np.select([draw < 0.06, draw < 0.16, draw < 0.34, draw < 0.72], [1000.0, 100.0, 10.0, 1.0], 0.01)
    return np.asarray(np.maximum(np.round(np.rint(weight / steps) * steps, 2), 1.0))


def set_point(rng: np.random.Generator, goods: Ints, chosen: Ints) -> tuple[Floats, Bools]:
    """Return set temperatures in °C, and where none is stated: most cooled boxes state one, others almost never."""
    kinds, count = wares.load(), len(goods)
    chilled = np.round(rng.uniform(0.0, 14.0, count), 1)
    frozen = -18.0 - 2.0 * rng.integers(0, 4, count)
    cooled = np.isin(chosen, (COOL_SMALL, COOL_HIGH))
    missing = np.where(cooled, where(rng, 0.14, count), ~where(rng, 0.003, count))
    return np.where(kinds.frozen[goods], frozen, chilled), missing
