"""Retrain: a model from what a lake holds.

    consignments ─▶ filings up to the day, the latest of each bill and container ─┐
    outcomes     ─▶ known by that day ────────────────────────────────────────────┼─▶ train ─▶ a model folder
    slates       ─▶ the chance with which each box was opened ────────────────────┘

The last days are held back, so that what comes out can be compared with the model in use on days that neither learned.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from riskscore import engine
from riskscore.jobs import slates
from riskscore.lake.io import Lake
from riskscore.manifest import schema
from riskscore.manifest.schema import KEY, OUTCOME
from riskscore.model.booster import Booster
from riskscore.selection import nights
from riskscore.training.period import latest
from riskscore.training.tune import Tuning

HOLD_BACK_DAYS = 28
"""Days held back where nothing else is asked for: four weeks, so that each weekday counts alike."""


def retrain(  # noqa: PLR0913  by name
    lake: Lake,
    *,
    until: date | None = None,
    hold_back: int = HOLD_BACK_DAYS,
    tuning: Tuning | None = None,
    out: Path | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
    command: str = "",
) -> Booster:
    """Train on the consignments, outcomes and slates of `lake`; else as `engine.train`.

    Raises LakeError where the lake cannot be read, TrainingError where it holds too little.
    """
    if progress is not None:
        progress("reading the lake")
    filings = lake.read("consignments", columns=list(schema.columns(lake.service))).collect()
    newest, earlier = latest(filings)
    return engine.train(
        newest,
        lake.read("outcomes", columns=list(OUTCOME)).collect(),
        earlier=earlier,
        inclusion=chances(lake),
        until=until,
        hold_back=hold_back,
        tuning=tuning,
        out=out,
        seed=seed,
        service=lake.service,
        progress=progress,
        command=command,
    )


def chances(lake: Lake) -> pl.DataFrame:
    """KEY and `inclusion` of every consignment that slates in force open: the chance that it had, over all nights."""
    opened = nights.consignments(slates.of_nights(lake)).filter(pl.col("action") == "open")
    return opened.select(*KEY, "inclusion")
