"""Judge: how good a model's explanations are on a simulated world whose truth records what was planted.

planted.py       do the reasons name the red flags that were planted
stability.py     do they stay the same under changes without meaning
faithfulness.py  does the score fall without the evidence that they name
readable.py      are the sentences readable, and is every value in them right (recompute.py)
"""

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
    """Judge the reasons of a model on a simulated world.

    `truth` is that of the simulation, and `seed` draws the evidence that `faithfulness` compares. Other arguments are
    as in `riskscore.score`. Returns and raises as `judge`.
    """
    progress.step("judging the explanations")
    rows, history = inputs(consignments, past, settings)
    return judge(load_model(model, settings), rows, truth, history, catalogue=own.catalogue(settings), seed=seed)


def keep_explanations(model: str | Path, judged: Mapping[str, Any]) -> Path:
    """Write the result of `judge_explanations` into the card of a model and return its folder.

    Raises SettingsError if there is no such model, ModelError if its card cannot be written.
    """
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
    """Judge the reasons of the riskiest of `consignments` by the four measures above.

    Returns `planted` (a list, one result per share of SHARES), `stability`, `faithfulness` and `readable`; see the
    functions of these names. Raises TrainingError if `truth` is missing or does not record what was planted.
    """
    if truth is None or "indicators" not in truth.columns:
        raise TrainingError(
            "explanations can only be judged on simulated data that records what was planted; give its truth (--truth)"
        )
    assessed = Assessment.of(consignments, past, booster, catalogue)
    reasons, _, _ = explained(assessed, flags(assessed, SHARES[-1]).head(MOST))
    return {
        "planted": [planted(assessed, truth, share) for share in SHARES],
        "stability": stability(assessed, past, catalogue),
        "faithfulness": faithfulness(assessed, seed),
        "readable": readable(reasons, Checker(consignments, assessed.catalogue, past)),
    }
