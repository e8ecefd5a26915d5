"""Evaluate a model on consignments whose outcomes are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from riskscore import progress
from riskscore.engine.inputs import inputs
from riskscore.engine.read import load_model
from riskscore.features import own
from riskscore.history.past import NOTHING, Past
from riskscore.manifest.read import Manifest
from riskscore.selection.capacity import Capacities
from riskscore.settings import NONE, Settings
from riskscore.training import evaluate as training
from riskscore.training.labels import Labels


def evaluate(
    consignments: Manifest | pl.DataFrame,
    labels: Labels | pl.DataFrame,
    past: Past = NOTHING,
    *,
    model: str | Path | None = None,
    settings: Settings = NONE,
    capacity: Capacities | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Judge a model on consignments whose outcomes are known; `riskscore.training.evaluate` says what it returns.

    `labels` are outcomes, or Labels with the truth of a simulation besides; `capacity` says how many boxes each port
    opens a day (10 without it); `seed` draws the resamples of the intervals. Other arguments as in `score`. Raises
    TrainingError where nothing is labelled or only one label occurs.
    """
    booster = load_model(model, settings)
    rows, known = inputs(consignments, past, settings)
    progress.step(f"judging {rows.height:,}")
    return training.evaluate(
        booster, rows, Labels.of(labels), known, catalogue=own.catalogue(settings), capacity=capacity, seed=seed
    )
