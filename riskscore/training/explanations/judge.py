"""Judge the explanations of a model on a simulated world, whose truth says what was planted."""

from __future__ import annotations

from typing import Any

import polars as pl

from riskscore.errors import TrainingError
from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster
from riskscore.training.explanations.faithfulness import faithfulness
from riskscore.training.explanations.planted import planted
from riskscore.training.explanations.readable import MOST, readable
from riskscore.training.explanations.recompute import Checker
from riskscore.training.explanations.stability import stability
from riskscore.training.explanations.told import SHARES, Told


def judge(  # noqa: PLR0913  what `evaluate` has at hand, by name
    booster: Booster,
    consignments: pl.DataFrame,
    truth: pl.DataFrame | None,
    *,
    catalogue: Catalogue,
    history: pl.DataFrame | None = None,
    outcomes: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Judge the reasons of the riskiest of `consignments`: `planted`, `stability`, `faithfulness`, `readable`.

    Frames as in `evaluate`. Raises TrainingError without a truth that says what was planted.
    """
    if truth is None or "indicators" not in truth.columns:
        raise TrainingError(
            "explanations are judged on a simulation that says what was planted; give its truth (--truth)"
        )
    past = {"log": history, "outcomes": outcomes, "earlier": earlier}
    told = Told.of(booster, consignments, catalogue, past)
    reasons, _, _ = told.explain(told.flags(SHARES[-1]).head(MOST))
    return {
        "planted": [planted(told, truth, share) for share in SHARES],
        "stability": stability(told, booster, catalogue, past),
        "faithfulness": faithfulness(told, seed),
        "readable": readable(reasons, Checker(consignments, told.catalogue, **past)),
    }
