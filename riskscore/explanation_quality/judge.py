"""Judge the explanations of a model on a simulated world, whose truth says what was planted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from riskscore import environment, progress
from riskscore.engine.assessment import Assessment
from riskscore.engine.inputs import inputs
from riskscore.engine.read import load_model
from riskscore.errors import TrainingError
from riskscore.explanation_quality.faithfulness import faithfulness
from riskscore.explanation_quality.flags import SHARES, explained, flags
from riskscore.explanation_quality.planted import planted
from riskscore.explanation_quality.readable import MOST, readable
from riskscore.explanation_quality.recompute import Checker
from riskscore.explanation_quality.stability import stability
from riskscore.features import own
from riskscore.features.catalogue import Catalogue
from riskscore.history.past import NOTHING, Past
from riskscore.manifest.read import Manifest
from riskscore.model.booster import Booster, update_card
from riskscore.settings import NONE, Settings


def judge_explanations(
    consignments: Manifest | pl.DataFrame,
    truth: pl.DataFrame | None,
    past: Past = NOTHING,
    *,
    model: str | Path | None = None,
    settings: Settings = NONE,
    seed: int = 0,
) -> dict[str, Any]:
    """Judge the reasons of a model on a simulated world; arguments as in `riskscore.engine.evaluate`."""
    progress.step("judging the explanations")
    rows, known = inputs(consignments, past, settings)
    return judge(load_model(model, settings), rows, truth, known, catalogue=own.catalogue(settings), seed=seed)


def keep_explanations(model: str | Path, judged: Mapping[str, Any]) -> Path:
    """Write what `judge_explanations` found into the card of a model; return its folder. Raises as models are read."""
    folder = environment.model_folder(model)
    update_card(folder, explanations=judged)
    return folder


def judge(
    booster: Booster,
    consignments: pl.DataFrame,
    truth: pl.DataFrame | None,
    past: Past = NOTHING,
    *,
    catalogue: Catalogue,
    seed: int = 0,
) -> dict[str, Any]:
    """Judge the reasons of the riskiest of `consignments`: `planted`, `stability`, `faithfulness`, `readable`.

    Raises TrainingError without a truth that says what was planted.
    """
    if truth is None or "indicators" not in truth.columns:
        raise TrainingError(
            "explanations are judged on a simulation that says what was planted; give its truth (--truth)"
        )
    assessed = Assessment.of(consignments, past, booster, catalogue)
    reasons, _, _ = explained(assessed, flags(assessed, SHARES[-1]).head(MOST))
    return {
        "planted": [planted(assessed, truth, share) for share in SHARES],
        "stability": stability(assessed, past, catalogue),
        "faithfulness": faithfulness(assessed, seed),
        "readable": readable(reasons, Checker(consignments, assessed.catalogue, past)),
    }
