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
    """Measure how well a model ranks consignments whose outcomes are known.

    Only labelled consignments are judged, each with its history as of its own day. Use days that the model has not
    learned from.

    Args:
        consignments: what `read` returns, or a table of canonical columns, one row per consignment.
        labels: outcomes of inspections, or `Labels` that also have the truth of a simulation.
        past: what was filed and found before. The outcomes in `labels` are used for the history too.
        model: folder of a model, or its name in the folder of models; None for the champion.
        settings: own fields of a service, from `read_settings`.
        capacity: how many boxes each port can open per day; 10 everywhere without it.
        seed: seed of the resamples from which the 95% intervals come.

    Returns:
        Plain values, ready for JSON. `overall`, `without_rip_on_rip_off` and `random` have `rows`, `positives`,
        `roc_auc`, `pr_auc`, recall and precision `at` 1%, 2%, 5% and 10% inspected, and at `capacity`; a part is
        None where it cannot be judged. Also `calibration`, `reliability`, `by_commodity`, `by_scheme`,
        `by_port`, `by_lane`, `cold_start`, the points of a `curve`, and `not_judged` (sentences). An estimate is
        a dict of `value`, `low` and `high`.

    Raises:
        TrainingError: if no consignment is labelled, or all have the same label.
        ManifestError: if a table lacks a required column or has other types.
        ModelError: if the model is damaged or uses features that the catalogue declares differently.

    Example::

        import riskscore

        world = riskscore.simulate("world", days=30, per_day=300, seed=1, smuggling_rate=0.02)
        manifest = riskscore.read(sorted((world / "manifests").glob("*.parquet")))
        figures = riskscore.evaluate(manifest, riskscore.read_outcomes(world / "outcomes.parquet"))
        figures["overall"]["roc_auc"]["value"]
    """
    booster = load_model(model, settings)
    rows, past = inputs(consignments, past, settings)
    progress.step(f"judging {rows.height:,}")
    return training.evaluate(
        booster, rows, Labels.of(labels), past, catalogue=own.catalogue(settings), capacity=capacity, seed=seed
    )
