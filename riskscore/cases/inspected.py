"""Inspected consignments, measured as of the day on which each was filed.

    outcomes known by a day ─▶ seizures and others, latest first ─▶ full rows of these and of their ships
                          rows, log ─▶ facts ─▶ matrix ─▶ contributions        (by the same code as scoring)

They are measured once for all boxes of a slate. For each row only the days before its filing count, so its features
have the values of that time. Consignments of the same ship and day are measured too, because features look at them.
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
"""Most inspected consignments that are measured: this takes a few seconds and covers years of seizures."""

MOST_SEIZED = 2_000
"""Most seizures among them, latest first. The others are the latest without a seizure, from traffic like today's."""

SEIZURE = "seizure"

RowReader = Callable[[pl.DataFrame], pl.DataFrame]
"""For KEY of some consignments, reads all columns of all their versions, and of the other boxes on the same ships."""

_FINDING = ("finding", "commodity", "quantity_kg", "inspected_at", "known_at")


@dataclass(frozen=True, slots=True)
class Inspected:
    """Inspected consignments; all frames and arrays are in the same order.

    rows      canonical columns as last filed before the result of the inspection was known
    matrix    KEY, `filed_at` and one column per feature
    moved     their contributions
    outcomes  all records of these consignments; which one counts depends on the day
    """

    rows: pl.DataFrame
    matrix: pl.DataFrame
    moved: Contributions
    outcomes: pl.DataFrame
    catalogue: Catalogue

    def findings(self, before: datetime) -> pl.DataFrame:
        """Return the finding of each of `rows` known before a moment: KEY, finding, commodity ...; null without one."""
        outcomes = self.outcomes.filter(pl.col("known_at") < before)
        findings = corrections.of_consignments(outcomes).select(*KEY, *_FINDING)
        return self.rows.select(KEY).join(findings, on=KEY, how="left", maintain_order="left")


def choose(outcomes: pl.DataFrame, before: datetime, most: int = MOST) -> pl.DataFrame:
    """Choose the consignments to compare with: KEY and the finding known before a moment, at most `most`, latest first.

    Two thirds of the places are for seizures; places that they leave free go to the others.
    """
    findings = corrections.of_consignments(outcomes.filter(pl.col("known_at") < before))
    findings = findings.sort("known_at", *KEY, descending=[True, False, False])
    seized = findings.filter(finding=SEIZURE).head(most * MOST_SEIZED // MOST)
    others = findings.filter(pl.col("finding") != SEIZURE).head(most - seized.height)
    return pl.concat([seized, others]).select(*KEY, *_FINDING)


def gather(
    past: Past,
    read_rows: RowReader,
    *,
    before: datetime,
    booster: Booster,
    catalogue: Catalogue,
    most: int = MOST,
) -> Inspected:
    """Measure the consignments whose inspection was known before a moment, each as of its filing.

    `past` has the outcomes, and the columns of all filings that the ledger needs. `read_rows` reads full rows.
    Consignments without rows are left out.
    """
    outcomes = pl.DataFrame(schema=OUTCOME) if past.outcomes is None else past.outcomes
    chosen = choose(outcomes, before, most)
    catalogue = fit.catalogue_for(booster.card, catalogue)
    rows, matrix = measure(read_rows, chosen, past, catalogue)
    records = outcomes.join(rows.select(KEY), on=KEY, how="semi")
    return Inspected(rows, matrix, contributions(matrix, booster), records, catalogue)


def measure(
    read_rows: RowReader, chosen: pl.DataFrame, past: Past, catalogue: Catalogue
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of `chosen` (KEY, `known_at`) and their matrix, each as of its filing; `past` as in `gather`."""
    rows, others = as_filed(read_rows(chosen.select(KEY)), chosen)
    measured = pl.concat([rows, _latest(others, rows)])
    facts = build.facts(measured, replace(past, earlier=_superseded(others, rows)), catalogue)
    return rows, build.matrix(facts.head(rows.height), catalogue)


def as_filed(rows: pl.DataFrame, chosen: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the version that inspectors had of each of `chosen` (with `known_at`), and all other `rows`."""
    numbered = rows.select(*KEY, "filed_at", "version").with_row_index("row")
    last = (
        numbered.join(chosen.select(*KEY, "known_at"), on=KEY)
        .filter(pl.col("filed_at") <= pl.col("known_at"))
        .sort("filed_at", "version", "row", nulls_last=False)
        .unique(KEY, keep="last", maintain_order=True)
    )
    order = chosen.select(KEY).join(last.select(*KEY, "row"), on=KEY, maintain_order="left")["row"]
    is_chosen = pl.Series(range(rows.height), dtype=pl.UInt32).is_in(order.implode())
    return rows[order], rows.filter(~is_chosen)


def _superseded(others: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Earlier versions of `rows`. A filing older than SAME_BILL_DAYS before them is another consignment."""
    filed = rows.select(*KEY, last="filed_at")
    gap = pl.duration(days=SAME_BILL_DAYS)
    near = (pl.col("filed_at") <= pl.col("last")) & (pl.col("filed_at") >= pl.col("last") - gap)
    return others.join(filed, on=KEY).filter(near).select(others.columns)


def _latest(others: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The other boxes on the ships, last version of each day, without versions of `rows` themselves."""
    mates = others.join(rows.select(KEY), on=KEY, how="anti").with_columns(day=pl.col("filed_at").dt.date())
    mates = mates.sort("filed_at", "version").unique([*KEY, "day"], keep="last", maintain_order=True)
    return mates.drop("day")
