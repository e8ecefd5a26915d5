"""Learner: trees grown on the few boxes that were opened so far, anew every week.

The settings are those of the model that ships, with three differences, because some dozens of seizures are all that
there is: a fixed number of trees (a part held back to say when to stop would hold a handful of seizures), no
calibration (a slate needs an order and a rough probability), and below FEWEST seizures no trees at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import SettingsError
from riskscore.features import catalogue as catalogues
from riskscore.model.trees import lightgbm
from riskscore.training.trees import SETTINGS

FEWEST = 3
"""Seizures below which there is no model: everybody is as likely, and the score share opens by margin and key alone."""

HEAVIEST = 20.0
"""A box opened with a smaller chance than 1 in HEAVIEST weighs no more: one find must not rule the trees."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learning:
    """How the trees learn: how many, and what a row weighs.

    `half_life` is in weeks: a row that much older weighs half, None forgets nothing. `by_inclusion` weighs a row by
    1 / its chance of being opened. Raises SettingsError for a half-life that is none.
    """

    half_life: float | None = None
    by_inclusion: bool = False
    trees: int = 120

    def __post_init__(self) -> None:
        if self.half_life is not None and not self.half_life > 0:
            raise SettingsError(f"half-life is {self.half_life:g} weeks; give more than 0, or leave it out")

    def weights(self, labelled: pl.DataFrame, week: int) -> Floats:
        """What each of `labelled` (`week`, `inclusion`) weighs in `week`, 1 on average."""
        weight = np.ones(labelled.height)
        if self.half_life is not None:
            weight *= 0.5 ** ((week - labelled["week"].to_numpy()) / self.half_life)
        if self.by_inclusion:
            weight /= np.maximum(labelled["inclusion"].to_numpy(), 1 / HEAVIEST)
        return np.asarray(weight / weight.mean(), dtype=np.float64)


def probabilities(
    matrix: pl.DataFrame, labelled: pl.DataFrame, learning: Learning, *, week: int, seed: int
) -> tuple[Floats, Floats]:
    """Margin (log-odds) and probability of each row of `matrix`, learned from `labelled`.

    `labelled` has the features, `label` (1: seizure), `inclusion` (chance of having been opened) and `week`.
    """
    target = labelled["label"].to_numpy()
    if not FEWEST <= target.sum() < len(target):
        return np.zeros(matrix.height), np.full(matrix.height, 0.5)
    catalogue = catalogues.load()
    settings: dict[str, Any] = {
        **SETTINGS,
        "seed": seed,
        "num_threads": 1,
        "min_data_in_leaf": int(np.clip(len(target) // 300, 10, 200)),
        "monotone_constraints": [feature.direction for feature in catalogue.features.values()],
    }
    learned = lightgbm.Dataset(
        labelled.select(catalogue.names).to_numpy(order="c"),
        target,
        weight=learning.weights(labelled, week),
        feature_name=catalogue.names,
        params=settings,
    )
    trees = lightgbm.train(settings, learned, learning.trees)
    margins = np.asarray(trees.predict(matrix.select(catalogue.names).to_numpy(order="c"), raw_score=True))
    return margins.astype(np.float64), 1 / (1 + np.exp(-margins))
