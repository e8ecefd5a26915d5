"""Wording: goods descriptions, marks and HS codes, in the style of clerks on bills of lading."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from riskscore import reference
from riskscore.world import goods as wares
from riskscore.world.draws import Bools, Chooser, Ints, below, blank, gather, mistype, mix, unit, where
from riskscore.world.plans import Plan
from riskscore.world.world import World

TYPING_ERRORS = 0.03
SEPARATOR = " | "
"""Separates the descriptions of several goods on one bill."""
_MARKS_MISSING = 0.5
_WOOD, _FURNITURE = 44, 94
_BEFORE = (
    "",
    "1X40HC ",
    "1X20GP CONTAINER ",
    "BAGS OF ",
    "PACKAGES OF ",
    "CARTONS OF ",
    "NEW ",
    "1 CONTAINER OF ",
    "PALLETS ",
)
_BEFORE_SHARE = (0.66, 0.06, 0.05, 0.05, 0.05, 0.05, 0.02, 0.04, 0.02)
_AFTER = (
    "", " REF {}", " ORDER NO {}", " INVOICE NO {}", " CONTRACT {}", " LOT {}", " GRADE A", " FREIGHT PREPAID",
    " AS PER PROFORMA {}", " FIRST QUALITY", " ASSORTED", " PO {}", " FREE DAYS 14",
)  # fmt: skip
_AFTER_SHARE = (0.46, 0.11, 0.07, 0.08, 0.04, 0.04, 0.03, 0.05, 0.03, 0.02, 0.02, 0.04, 0.01)


@cache
def _stop_words() -> pl.Series:
    return reference.stop_words()["term"].str.to_uppercase()


def describe(rng: np.random.Generator, world: World, plan: Plan) -> pl.Series:
    """Describe the first goods of each bill, mostly in the words that the shipper always uses."""
    count = len(plan)
    always = unit(mix(plan.shipper, plan.described, 9))
    units = np.where(where(rng, 0.75, count), always, rng.random(count))
    text = _translated(rng, world, plan, wares.named(plan.described, units))
    text = _with_species(rng, plan, text)
    number = pl.Series(rng.integers(10_000, 900_000, count))
    after = _filled(gather(pl.Series(_AFTER), Chooser(_AFTER_SHARE).draw(rng, count)), number)
    before = gather(pl.Series(_BEFORE), Chooser(_BEFORE_SHARE).draw(rng, count))
    full = pl.select(pl.concat_str(before, text, after)).to_series()
    stop = gather(_stop_words(), rng.integers(0, len(_stop_words()), count))
    alone = where(rng, 0.35, count)
    vague = pl.select(
        pl.when(pl.Series(alone)).then(stop).otherwise(pl.concat_str(stop, text, separator=" "))
    ).to_series()
    full = pl.select(pl.when(pl.Series(plan.vague)).then(vague).otherwise(full)).to_series()
    full = mistype(full, where(rng, TYPING_ERRORS, count), rng)
    lower = pl.Series(where(rng, 0.05, count))
    return pl.select(pl.when(lower).then(full.str.to_titlecase()).otherwise(full)).to_series()


def _with_species(rng: np.random.Generator, plan: Plan, texts: pl.Series) -> pl.Series:
    """Put a listed species, or one that resembles it, before some descriptions of wood and furniture."""
    species = reference.cites_timber()["term"].str.to_uppercase()
    chapter = wares.load().chapter[plan.described]
    share = np.select([chapter == _WOOD, chapter == _FURNITURE], [0.12, 0.02], 0.0)
    term = gather(species, np.where(where(rng, share, len(plan)), rng.integers(0, len(species), len(plan)), -1))
    return pl.select(pl.concat_str(term, texts, separator=" ", ignore_nulls=True)).to_series()


def _filled(texts: pl.Series, number: pl.Series) -> pl.Series:
    return (
        pl.DataFrame([texts.alias("t"), number.cast(pl.String).alias("n")])
        .select(
            pl.when(pl.col("t").str.ends_with("{}")).then(pl.concat_str(pl.col("t").str.head(-2), "n")).otherwise("t")
        )
        .to_series()
    )


def _translated(rng: np.random.Generator, world: World, plan: Plan, english: pl.Series) -> pl.Series:
    """Replace the English name if the plan asks for another language and the goods have a name in it."""
    known = wares.languages()
    for position, language in enumerate(known):
        spoken = np.array([language in languages for languages in world.languages])
        local = (plan.foreign == 1) & (spoken[plan.origin] | spoken[plan.destination])
        odd = (plan.foreign == 2) & (rng.integers(0, len(known), len(plan)) == position)
        at = np.flatnonzero(local | odd)
        if len(at):
            words = wares.named_in(language, plan.described[at])
            at, words = at[words.is_not_null().to_numpy()], words.drop_nulls()
            english = english.scatter(pl.Series(at.astype(np.uint32)), words)
    return english


def codes(rng: np.random.Generator, goods: Ints, missing: Bools) -> pl.Series:
    """Return HS codes: mostly six digits, else four, eight or ten; null where `missing`."""
    count = len(goods)
    digits = np.array([6, 4, 8, 10])[Chooser([0.67, 0.08, 0.18, 0.07]).draw(rng, count)]
    tail = pl.Series(rng.integers(0, 100, count) * 100).cast(pl.String).str.zfill(4)
    six = gather(wares.load().hs6, goods)
    return blank(
        pl.DataFrame([six.alias("six"), tail.alias("tail"), pl.Series("digits", digits)])
        .select(pl.concat_str("six", "tail").str.head(pl.col("digits")))
        .to_series(),
        missing,
    )


def marks(rng: np.random.Generator, plan: Plan, city: pl.Series) -> pl.Series:
    """Return marks and numbers: none, a port or lot mark, rarely names of goods (other goods if the plan says so)."""
    count = len(plan)
    kind = Chooser([0.42, 0.2, 0.3, 0.08]).draw(rng, count)
    kinds = len(wares.load())
    other = np.where(plan.marks_other, below(mix(plan.consignee, plan.goods, 17), kinds), plan.described)
    kind = np.where(plan.marks_other, 3, kind)
    number = pl.Series(rng.integers(1, 1200, count)).cast(pl.String)
    text = pl.DataFrame(
        [
            pl.Series("kind", kind),
            number.alias("n"),
            city.alias("city"),
            wares.named(other, np.zeros(count)).alias("goods"),
        ]
    ).select(
        pl.when(pl.col("kind") == 0).then(pl.lit("N/M"))
        .when(pl.col("kind") == 1).then(pl.concat_str("city", pl.lit(" C/NO. 1-"), "n"))
        .when(pl.col("kind") == 2).then(pl.concat_str(pl.lit("LOT "), "n"))
        .otherwise(pl.concat_str("goods", pl.lit(" NO. 1-"), "n"))
    ).to_series()  # fmt: skip
    return blank(text, where(rng, _MARKS_MISSING, count) & ~plan.marks_other)
