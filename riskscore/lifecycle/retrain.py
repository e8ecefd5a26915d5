"""Retrain: train a model from a lake.

    consignments ─▶ filings up to the day, the latest of each bill and container ─┐
    outcomes     ─▶ known by that day ────────────────────────────────────────────┼─▶ train ─▶ a model folder
    slates       ─▶ the chance of each box to be opened ──────────────────────────┘

The last days are held back, so that the new model can be compared with the current one on days that neither learned.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskscore import progress, schema
from riskscore.casework import slates
from riskscore.lake.protocol import Lake
from riskscore.model.booster import Booster
from riskscore.schema import KEY, OUTCOME
from riskscore.selection import nights
from riskscore.training.labels import Labels
from riskscore.training.period import latest
from riskscore.training.plan import Plan
from riskscore.training.train import train

HOLD_BACK_DAYS = 28
"""Days held back by default: four weeks, so that each weekday counts equally."""

PLAN = Plan(hold_back=HOLD_BACK_DAYS)


def retrain(lake: Lake, plan: Plan = PLAN, out: Path | None = None) -> Booster:
    """Train on the consignments, outcomes and slates of `lake`, as `riskscore.training.train` does.

    Raises LakeError if the lake cannot be read, TrainingError if it has too few outcomes.
    """
    progress.step("reading the lake")
    filings = lake.read("consignments", columns=list(schema.columns(lake.settings))).collect()
    newest, earlier = latest(filings)
    labels = Labels(lake.read("outcomes", columns=list(OUTCOME)).collect(), inclusion=chances(lake))
    return train(newest, labels, earlier=earlier, settings=lake.settings, plan=plan, out=out)


def chances(lake: Lake) -> pl.DataFrame:
    """Return KEY and `inclusion`, the chance over all nights, of every consignment that slates in force open."""
    opened = nights.consignments(slates.of_nights(lake)).filter(pl.col("action") == "open")
    return opened.select(*KEY, "inclusion")
