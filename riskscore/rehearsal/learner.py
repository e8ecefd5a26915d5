"""Learner: trees trained anew every week on the few boxes opened so far.

The settings are those of the shipped model, with three differences, because there are only some dozens of seizures:
a fixed number of trees (a part held back for early stopping would have a handful of seizures), no calibration (a slate
needs a ranking and a rough probability), and no trees below FEWEST seizures.
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
"""With fewer seizures there is no model: all probabilities are equal, and ties in the score share go by key."""

HEAVIEST = 20.0
"""Upper limit of 1 / chance as a weight, so that a single seizure does not dominate the trees."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learning:
    """How the trees learn.

    half_life      a row this many weeks older weighs half; None forgets nothing
    by_inclusion   whether a row weighs 1 / its chance of being opened
    trees          number of trees

    Raises SettingsError if `half_life` is not above 0.
    """

    half_life: float | None = None
    by_inclusion: bool = False
    trees: int = 120

    def __post_init__(self) -> None:
        if self.half_life is not None and not self.half_life > 0:
            raise SettingsError(f"half-life is {self.half_life:g} weeks; give a number above 0, or leave it out")

    def weights(self, labelled: pl.DataFrame, week: int) -> Floats:
        """Return the weights of `labelled` (`week`, `inclusion`) in `week`, 1 on average."""
        weight = np.ones(labelled.height)
        if self.half_life is not None:
            weight *= 0.5 ** ((week - labelled["week"].to_numpy()) / self.half_life)
        if self.by_inclusion:
            weight /= np.maximum(labelled["inclusion"].to_numpy(), 1 / HEAVIEST)
        return np.asarray(weight / weight.mean(), dtype=np.float64)


def probabilities(
    matrix: pl.DataFrame, labelled: pl.DataFrame, learning: Learning, *, week: int, seed: int
) -> tuple[Floats, Floats]:
    """Train on `labelled`; return the margin (log-odds) and probability of each row of `matrix`.

    `labelled` has the features, `label` (1: seizure), `inclusion` (the chance of being opened) and `week`.
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
