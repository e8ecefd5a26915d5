"""Inspections: which boxes customs open, what they find, and when that becomes known.

    officers' rules (2%) ┐
    intelligence ────────┼─▶ opened ─▶ found, overlooked, irregular or clean ─▶ known days later
    at random (0.5%) ────┘

Officers judge a few visible signs and follow their intuition. Intelligence names one in ten of the smuggled boxes, and
almost as many that hide nothing. Of the opened boxes with contraband, about one in seven is closed without a find.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from riskscore import reference, schema
from riskscore.simulation.smuggling import Crime
from riskscore.world import boxes, names, plans
from riskscore.world import goods as wares
from riskscore.world.draws import Bools, Floats, Ints, where
from riskscore.world.paper import Pen, Sheet
from riskscore.world.plans import Plan
from riskscore.world.world import World

BY_RULES = 0.02
AT_RANDOM = 0.005
TIPPED = 0.10
FALSE_TIPS = 0.8
"""False tips per true tip."""
OVERLOOKED = 0.15
IRREGULAR = 0.045
_GUT = 1.1


@dataclass(frozen=True)
class Customs:
    """What officers know: the countries and goods that they are suspicious of."""

    sources: Floats
    markets: Floats
    drug_sources: Floats
    covers: Bools


def customs(world: World) -> Customs:
    """Return what officers know, from the reference tables that features use too."""
    roles = reference.wildlife()

    def strongest(group: str, role: str) -> Floats:
        part = roles.filter(pl.col("group") == group, pl.col("role") == role)
        best = dict(part.group_by("country").agg(pl.col("strength").max()).iter_rows())
        return np.array([best.get(code, 0.0) for code in world.countries])

    covers = np.zeros(len(wares.load()), dtype=np.bool_)
    for prefix in reference.cover_goods()["hs"].drop_nulls():
        covers[wares.load().starting(prefix)] = True
    return Customs(
        strongest("wildlife", "source"), strongest("wildlife", "market"), strongest("narcotics", "source"), covers
    )


def _suspicion(rng: np.random.Generator, customs: Customs, plan: Plan) -> Floats:
    """Return how suspicious each bill looks to an officer."""
    route = customs.sources[plan.origin] * customs.markets[plan.destination]
    signs = (
        (1.6, route * (1 + customs.covers[plan.goods])),
        (0.8, customs.drug_sources[plan.origin]),
        (0.8, (plan.consignee_age == 0).astype(np.float64)),
        (0.7, plan.consignee_kind == plans.FORWARDER),
        (0.5, plan.consignee_kind == plans.TO_ORDER),
        (0.4, plan.consignee_address == names.PO_BOX),
        (1.0, plan.vague),
        (0.7, plan.coded != plan.described),
        (0.6, plan.fill < 0.35),
        (0.6, plan.few_fields),
        (0.6, plan.late),
        (0.5, (plan.hubs[:, 1] >= 0).astype(np.float64)),
        (0.8, plan.box_fault != boxes.SOUND),
        (0.4, plan.seal_fault != boxes.SEALED),
    )
    return np.asarray(sum(weight * sign for weight, sign in signs) + rng.normal(0, _GUT, len(plan)))


def inspect(
    rng: np.random.Generator, customs: Customs, pen: Pen, sheet: Sheet, hidden: dict[int, Crime]
) -> pl.DataFrame:
    """Open some boxes of a day's `sheet`; `hidden` is the contraband by row. Return rows of schema.OUTCOME."""
    count = len(sheet.bill)
    score = _suspicion(rng, customs, sheet.plan)[sheet.bill] + rng.normal(0, 0.3, count)
    selected_by = np.full(count, -1)
    selected_by[where(rng, AT_RANDOM, count)] = schema.SELECTED_BY.index("random")
    picked = rng.binomial(count, BY_RULES)
    selected_by[np.argsort(-score, kind="stable")[:picked]] = schema.SELECTED_BY.index("officer")
    smuggled = np.zeros(count, dtype=np.bool_)
    smuggled[list(hidden)] = True
    tipped = smuggled & where(rng, TIPPED, count)
    false = rng.integers(0, count, rng.poisson(FALSE_TIPS * TIPPED * smuggled.sum()))
    selected_by[tipped] = schema.SELECTED_BY.index("intelligence")
    selected_by[false] = schema.SELECTED_BY.index("intelligence")
    opened = np.flatnonzero(selected_by >= 0)
    selected = pl.Series("selected_by", schema.SELECTED_BY).gather(pl.Series(selected_by[opened].astype(np.uint32)))
    return reveal(rng, pen, sheet, hidden, opened).with_columns(selected)


def reveal(rng: np.random.Generator, pen: Pen, sheet: Sheet, hidden: dict[int, Crime], opened: Ints) -> pl.DataFrame:
    """Return what opening the rows `opened` of a day's `sheet` finds: rows of schema.OUTCOME, `selected_by` null."""
    smuggled = np.zeros(len(sheet.bill), dtype=np.bool_)
    smuggled[list(hidden)] = True
    seized = smuggled[opened] & ~where(rng, OVERLOOKED, len(opened))
    irregular = ~smuggled[opened] & where(rng, IRREGULAR, len(opened))
    finding = np.where(seized, 2, np.where(irregular, 1, 0))
    inspected = sheet.arrives[opened] + rng.uniform(0.1, 3.0, len(opened))
    crimes = [hidden[int(row)] if hit else None for row, hit in zip(opened, seized, strict=True)]
    rows = sheet.rows.select(*schema.KEY).select(pl.all().gather(pl.Series(opened.astype(np.uint32))))
    return rows.with_columns(
        pen.time(inspected).alias("inspected_at"),
        pen.time(inspected + rng.uniform(1.0, 20.0, len(opened))).alias("known_at"),
        pl.lit(None, pl.String).alias("selected_by"),
        pl.Series("finding", schema.FINDINGS).gather(pl.Series(finding.astype(np.uint32))),
        pl.Series("commodity", [crime.commodity if crime else None for crime in crimes], dtype=pl.String),
        pl.Series("quantity_kg", [crime.quantity_kg if crime else None for crime in crimes], dtype=pl.Float64),
        pl.Series("note", _notes(rng, irregular), dtype=pl.String),
    ).select(pl.col(name).cast(dtype) for name, dtype in schema.OUTCOME.items())


def _notes(rng: np.random.Generator, irregular: Bools) -> list[str | None]:
    kinds = ("weight differs from the bill", "undeclared goods of small value", "wrong tariff code", "seal differs")
    return [kinds[rng.integers(0, len(kinds))] if wrong else None for wrong in irregular]
