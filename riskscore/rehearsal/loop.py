"""The loop: a policy opens boxes, outcomes become known some days later, and next week's trees learn from them.

    known outcomes ─▶ features of the week ─▶ trees ─▶ slate per day ─▶ opened ─▶ found ─▶ known 1 to 20 days later
         ▲                                                                                         │
         └─────────────────────────────────────────────────────────────────────────────────────────┘

What becomes known within a week is used from the next week on, for features and labels alike. A row is learned with
the features that it had when it was a candidate. A consignment is a candidate once, as first filed.
"""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl

from riskscore import progress
from riskscore.rehearsal.learner import Learning, probabilities
from riskscore.rehearsal.stage import Stage
from riskscore.schema import KEY, OUTCOME
from riskscore.selection import explore
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.selection.slate import slate
from riskscore.simulation.inspections import AT_RANDOM

WEEK: dict[str, pl.DataType | type[pl.DataType]] = {
    "week": pl.Int32,
    "opened": pl.Int64,
    "seizures": pl.Int64,
    "by_score": pl.Int64,
    "by_explore": pl.Int64,
    "by_random": pl.Int64,
    "smuggled": pl.Int64,
    "learned_from": pl.Int64,
}
"""Columns of a week: boxes opened, seizures in them (all and by share), smuggled consignments among all that were
filed, and the number of seizures that the week's trees had learned from."""


def run(stage: Stage, shares: Shares, learning: Learning) -> pl.DataFrame:
    """Run all weeks of `stage` with slates of these `shares`; return one row of WEEK per week.

    All ports count as one: with some hundred consignments per day over a hundred ports, a capacity for each port would
    leave nothing to choose.
    """
    script = stage.script
    limits = Capacities(Capacity(script.capacity, 0, 0, 0, shares))
    outcomes = stage.warm_up
    learned = stage.matrix.join(_warm_up(stage), on=KEY, how="left", maintain_order="left")
    weeks = []
    for number in range(1, script.weeks + 1):
        progress.step(f"week {number} of {script.weeks}")
        known_outcomes = outcomes.filter(pl.col("known_at") < script.moment(number))
        labelled = learned.join(_labels(known_outcomes), on=KEY, how="inner", maintain_order="left")
        scored = _scored(stage, number, known_outcomes, labelled, learning if shares.score or shares.explore else None)
        opened = _opened(scored.with_columns(port=pl.lit("ALL")), limits, stage.seed)
        new = stage.findings.join(opened.select(*KEY, "share"), on=KEY, how="inner", maintain_order="left")
        outcomes = pl.concat([outcomes, new.with_columns(selected_by="share").select(list(OUTCOME))])
        chosen = opened.select(*KEY, "inclusion", week=pl.lit(number, pl.Int32))
        learned = pl.concat([learned, scored.join(chosen, on=KEY, how="inner").select(learned.columns)])
        weeks.append(_week(stage, number, new, int(labelled["label"].cast(pl.Int64).sum())))
    return pl.DataFrame(weeks, schema=WEEK, orient="row")


def _warm_up(stage: Stage) -> pl.DataFrame:
    """Return KEY, `week` and `inclusion` of the boxes opened in the warm-up.

    The chance is 1, because it is not known; only boxes opened at random had a known one.
    """
    chance = pl.when(pl.col("selected_by") == "random").then(AT_RANDOM).otherwise(1.0)
    return (
        stage.warm_up.select(*KEY, inclusion=chance)
        .unique(KEY, maintain_order=True)
        .join(stage.rows.select(*KEY, "week"), on=KEY, maintain_order="left")
    )


def _labels(known_outcomes: pl.DataFrame) -> pl.DataFrame:
    return known_outcomes.group_by(KEY).agg(label=(pl.col("finding") == "seizure").any().cast(pl.Int8))


def _scored(
    stage: Stage, number: int, known_outcomes: pl.DataFrame, labelled: pl.DataFrame, learning: Learning | None
) -> pl.DataFrame:
    """Return the week's features with `margin` and `probability`.

    Without `learning` all probabilities are equal and no feature is computed.
    """
    if learning is None:
        rows = stage.week(number).select(*KEY, "filed_at")
        empty = [pl.lit(None, pl.Float32).alias(name) for name in stage.matrix.columns if name not in rows.columns]
        return rows.with_columns(*empty, margin=pl.lit(0.0), probability=pl.lit(0.5))
    matrix = stage.features(number, known_outcomes)
    margins, chances = probabilities(matrix, labelled, learning, week=number, seed=stage.seed)
    return matrix.with_columns(margin=pl.Series(margins), probability=pl.Series(chances))


def _opened(candidates: pl.DataFrame, limits: Capacities, seed: int) -> pl.DataFrame:
    """Draw a slate per day; return KEY, share and inclusion of the opened boxes."""
    needed = [*KEY, "port", "probability", "margin", *explore.KNOWN]
    dated = candidates.select(*needed, day=pl.col("filed_at").dt.date())
    days: list[datetime.date] = dated["day"].unique().sort().to_list()
    parts = [
        slate(dated.filter(pl.col("day") == day).drop("day"), limits, date=day, seed=f"rehearsal {seed}")
        for day in days
    ]
    return pl.concat(parts).filter(pl.col("action") == "open").select(*KEY, "share", "inclusion")


def _week(stage: Stage, number: int, outcomes: pl.DataFrame, learned_from: int) -> list[int]:
    seized = outcomes.filter(pl.col("finding") == "seizure")
    by = [int(np.sum((seized["share"] == share).to_numpy())) for share in ("score", "explore", "random")]
    smuggled = stage.smuggled.filter(pl.col("week") == number)["smuggled"].item()
    return [number, outcomes.height, seized.height, *by, smuggled, learned_from]
