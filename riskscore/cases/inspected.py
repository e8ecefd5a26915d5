"""Inspected consignments of the past, measured as they were on the day of their own filing.

    outcomes known by a day ─▶ seizures and others, latest first ─▶ whole rows of these and of their ships
                          rows, log ─▶ facts ─▶ matrix ─▶ contributions        (the engine's own parts)

Gathered once for a whole slate. What the ledger and the features say of a past row is what they said then: only days
before its own filing count. Consignments of the same ship and day are measured with it, because features look at them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from riskscore.explanation.contributions import Contributions, contributions
from riskscore.features import build
from riskscore.features.catalogue import Catalogue
from riskscore.history.filings import SAME_BILL_DAYS
from riskscore.history.past import Past
from riskscore.manifest import corrections
from riskscore.model import fit
from riskscore.model.booster import Booster
from riskscore.schema import KEY, OUTCOME

MOST = 3_000
"""Inspected consignments that are measured: a few seconds' work, and years of seizures."""

MOST_SEIZED = 2_000
"""Seizures among them, the latest; the others are the latest that were not seizures, whose traffic is like today's."""

SEIZURE = "seizure"

Whole = Callable[[pl.DataFrame], pl.DataFrame]
"""Given KEY of some consignments: all columns of every version of them, and of what came on the same ships."""

_TOLD = ("finding", "commodity", "quantity_kg", "inspected_at", "known_at")


@dataclass(frozen=True, slots=True)
class Inspected:
    """Inspected consignments, all frames and arrays in one order.

    rows      canonical columns as last filed before the inspection was known
    matrix    KEY, `filed_at` and one column a feature
    moved     their contributions
    outcomes  every record of these consignments: which of them counts depends on the day that is asked from
    """

    rows: pl.DataFrame
    matrix: pl.DataFrame
    moved: Contributions
    outcomes: pl.DataFrame
    catalogue: Catalogue

    def found(self, before: datetime) -> pl.DataFrame:
        """What was known before a moment of each of `rows`: KEY, finding, commodity ...; null where nothing was."""
        known = self.outcomes.filter(pl.col("known_at") < before)
        told = corrections.of_consignments(known).select(*KEY, *_TOLD)
        return self.rows.select(KEY).join(told, on=KEY, how="left", maintain_order="left")


def choose(outcomes: pl.DataFrame, before: datetime, most: int = MOST) -> pl.DataFrame:
    """The consignments to compare with: KEY and what was last known before a moment, at most `most`, latest first.

    Two thirds of the places are for seizures; those that they leave empty go to the others.
    """
    told = corrections.of_consignments(outcomes.filter(pl.col("known_at") < before))
    told = told.sort("known_at", *KEY, descending=[True, False, False])
    seized = told.filter(finding=SEIZURE).head(most * MOST_SEIZED // MOST)
    others = told.filter(pl.col("finding") != SEIZURE).head(most - seized.height)
    return pl.concat([seized, others]).select(*KEY, *_TOLD)


def gather(
    past: Past,
    whole: Whole,
    *,
    before: datetime,
    booster: Booster,
    catalogue: Catalogue,
    most: int = MOST,
) -> Inspected:
    """Measure the inspected consignments that were known before a moment, each as of its own filing.

    `past` has the outcomes, and of everything filed what the ledger reads of it; `whole` reads rows in full.
    Consignments whose rows are not there are left out.
    """
    outcomes = pl.DataFrame(schema=OUTCOME) if past.outcomes is None else past.outcomes
    chosen = choose(outcomes, before, most)
    catalogue = fit.catalogue_for(booster.card, catalogue)
    rows, matrix = measure(whole, chosen, past, catalogue)
    told = outcomes.join(rows.select(KEY), on=KEY, how="semi")
    return Inspected(rows, matrix, contributions(matrix, booster), told, catalogue)


def measure(whole: Whole, chosen: pl.DataFrame, past: Past, catalogue: Catalogue) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of `chosen` (KEY, `known_at`) and their matrix, each as of its own filing; `past` as in `gather`."""
    rows, others = as_filed(whole(chosen.select(KEY)), chosen)
    measured = pl.concat([rows, _latest(others, rows)])
    facts = build.facts(measured, replace(past, earlier=_superseded(others, rows)), catalogue)
    return rows, build.matrix(facts.head(rows.height), catalogue)


def as_filed(whole: pl.DataFrame, chosen: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The filing that the inspectors of each of `chosen` (with `known_at`) had, and all other rows of `whole`."""
    numbered = whole.select(*KEY, "filed_at", "version").with_row_index("row")
    last = (
        numbered.join(chosen.select(*KEY, "known_at"), on=KEY)
        .filter(pl.col("filed_at") <= pl.col("known_at"))
        .sort("filed_at", "version", "row", nulls_last=False)
        .unique(KEY, keep="last", maintain_order=True)
    )
    order = chosen.select(KEY).join(last.select(*KEY, "row"), on=KEY, maintain_order="left")["row"]
    rest = pl.Series(range(whole.height), dtype=pl.UInt32).is_in(order.implode())
    return whole[order], whole.filter(~rest)


def _superseded(others: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Earlier versions of `rows`: a bill that was filed again much later, or before, is another consignment."""
    filed = rows.select(*KEY, last="filed_at")
    gap = pl.duration(days=SAME_BILL_DAYS)
    near = (pl.col("filed_at") <= pl.col("last")) & (pl.col("filed_at") >= pl.col("last") - gap)
    return others.join(filed, on=KEY).filter(near).select(others.columns)


def _latest(others: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """What else came on the ships: the last version of each day; versions of `rows` themselves are not others."""
    mates = others.join(rows.select(KEY), on=KEY, how="anti").with_columns(day=pl.col("filed_at").dt.date())
    mates = mates.sort("filed_at", "version").unique([*KEY, "day"], keep="last", maintain_order=True)
    return mates.drop("day")
