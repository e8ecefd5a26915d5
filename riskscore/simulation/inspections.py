"""Inspections: which boxes customs open, what they find, and when that becomes known.

    officers' rules (2%) ┐
    intelligence ────────┼─▶ opened ─▶ found, overlooked, irregular or clean ─▶ known days later
    at random (0.5%) ────┘

Officers look at a few visible things and at their gut. Intelligence names one in ten of the smuggled boxes, and about
as many that hide nothing. One smuggled box in seven is opened and closed again without a find.
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
"""Tips on boxes that hide nothing, for one on a box that does."""
OVERLOOKED = 0.15
IRREGULAR = 0.045
_GUT = 1.1


@dataclass(frozen=True)
class Customs:
    """What officers have learned by heart: countries that they mistrust, and goods."""

    sources: Floats
    markets: Floats
    drug_sources: Floats
    covers: Bools


def customs(world: World) -> Customs:
    """What officers know, from the same tables that everybody reads."""
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


def _suspicion(rng: np.random.Generator, known: Customs, plan: Plan) -> Floats:
    """How much an officer dislikes each bill."""
    way = known.sources[plan.origin] * known.markets[plan.destination]
    signs = (
        (1.6, way * (1 + known.covers[plan.goods])),
        (0.8, known.drug_sources[plan.origin]),
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


def inspect(rng: np.random.Generator, known: Customs, pen: Pen, sheet: Sheet, hidden: dict[int, Crime]) -> pl.DataFrame:
    """Open boxes of a day's `sheet`; `hidden` says what is in which row. Returns rows of schema.OUTCOME."""
    count = len(sheet.bill)
    score = _suspicion(rng, known, sheet.plan)[sheet.bill] + rng.normal(0, 0.3, count)
    by = np.full(count, -1)
    by[where(rng, AT_RANDOM, count)] = schema.SELECTED_BY.index("random")
    picked = rng.binomial(count, BY_RULES)
    by[np.argsort(-score, kind="stable")[:picked]] = schema.SELECTED_BY.index("officer")
    smuggled = np.zeros(count, dtype=np.bool_)
    smuggled[list(hidden)] = True
    tipped = smuggled & where(rng, TIPPED, count)
    false = rng.integers(0, count, rng.poisson(FALSE_TIPS * TIPPED * smuggled.sum()))
    by[tipped] = schema.SELECTED_BY.index("intelligence")
    by[false] = schema.SELECTED_BY.index("intelligence")
    opened = np.flatnonzero(by >= 0)
    selected = pl.Series("selected_by", schema.SELECTED_BY).gather(pl.Series(by[opened].astype(np.uint32)))
    return reveal(rng, pen, sheet, hidden, opened).with_columns(selected)


def reveal(rng: np.random.Generator, pen: Pen, sheet: Sheet, hidden: dict[int, Crime], opened: Ints) -> pl.DataFrame:
    """What opening the rows `opened` of a day's `sheet` finds: rows of schema.OUTCOME, `selected_by` null."""
    smuggled = np.zeros(len(sheet.bill), dtype=np.bool_)
    smuggled[list(hidden)] = True
    found = smuggled[opened] & ~where(rng, OVERLOOKED, len(opened))
    irregular = ~smuggled[opened] & where(rng, IRREGULAR, len(opened))
    finding = np.where(found, 2, np.where(irregular, 1, 0))
    at = sheet.arrives[opened] + rng.uniform(0.1, 3.0, len(opened))
    crimes = [hidden[int(row)] if hit else None for row, hit in zip(opened, found, strict=True)]
    rows = sheet.rows.select(*schema.KEY).select(pl.all().gather(pl.Series(opened.astype(np.uint32))))
    return rows.with_columns(
        pen.time(at).alias("inspected_at"),
        pen.time(at + rng.uniform(1.0, 20.0, len(opened))).alias("known_at"),
        pl.lit(None, pl.String).alias("selected_by"),
        pl.Series("finding", schema.FINDINGS).gather(pl.Series(finding.astype(np.uint32))),
        pl.Series("commodity", [crime.commodity if crime else None for crime in crimes], dtype=pl.String),
        pl.Series("quantity_kg", [crime.quantity_kg if crime else None for crime in crimes], dtype=pl.Float64),
        pl.Series("note", _notes(rng, irregular), dtype=pl.String),
    ).select(pl.col(name).cast(dtype) for name, dtype in schema.OUTCOME.items())


def _notes(rng: np.random.Generator, irregular: Bools) -> list[str | None]:
    kinds = ("weight differs from the bill", "undeclared goods of small value", "wrong tariff code", "seal differs")
    return [kinds[rng.integers(0, len(kinds))] if wrong else None for wrong in irregular]
