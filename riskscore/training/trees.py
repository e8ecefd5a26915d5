"""Trees: grown on weighted rows; as many as later days say, over all folds at once.

    fold 1 learn ─▶ one tree more ─▶ loss on judge 1 ─┐
    fold 2 learn ─▶ one tree more ─▶ loss on judge 2 ─┼─▶ mean; no better for PATIENCE trees: stop, keep the best number
    fold 3 learn ─▶ one tree more ─▶ loss on judge 3 ─┘

Trees are modest and monotone where the catalogue says which way a flag speaks. Stopping goes by logarithmic loss: it
judges every row, where average precision on some dozens of positive rows jumps from tree to tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore import progress
from riskscore.features.catalogue import Catalogue
from riskscore.model.trees import lightgbm
from riskscore.training import weights
from riskscore.training.dataset import Dataset

MOST_TREES = 500
PATIENCE = 40

SHORTEST = 3.0
"""Least number of trees times learning rate. On folds with a dozen seizures the loss turns up too soon by chance: of
simulated inspections 20 trees ranked worse than 80, and 300 no worse than 150."""

SMALL = 50_000
"""Rows below which one thread is enough."""

SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "metric": "binary_logloss",
    "num_leaves": 31,
    "max_depth": 8,
    "learning_rate": 0.03,
    # About one smuggled consignment expected in each leaf: without it, trees learn the few positive rows by heart.
    "min_sum_hessian_in_leaf": 1.0,
    # Few features a tree make many of them carry weight: a model that leans on the parties' past alone is blind where
    # that past is short.
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 2.0,
    "monotone_constraints_method": "intermediate",
    # The same rows and seed give the same bytes, whatever the machine.
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a search may choose: LightGBM's parameters beside SETTINGS, and how many others a positive row outweighs,
    and the `factor` of the declared strengths of profiles that the rows were measured with.

    Without a search a positive row weighs like the others: class weights bend the probabilities, and the ranking
    gained nothing from them.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    positive_weight: float = 1.0
    factor: float = 1.0

    def settings(self, size: int, catalogue: Catalogue, seed: int) -> dict[str, Any]:
        """All parameters for trees on `size` rows: leaves of a few hundred rows where there are many."""
        return {
            **SETTINGS,
            **self.parameters,
            "seed": seed,
            # Threads that wait for each other cost more than a small tree does.
            "num_threads": 1 if size < SMALL else 2,
            "min_data_in_leaf": int(np.clip(size // 300, 10, 200)),
            "monotone_constraints": [feature.direction for feature in catalogue.features.values()],
        }


@dataclass(frozen=True, slots=True)
class Rows:
    """What trees learn from, or are watched on: matrix float32[n, features], target int8[n], weights[n], 1 on average.

    The first `opened` rows are labelled; nobody opened those behind them.
    """

    matrix: NDArray[np.float32]
    target: NDArray[np.int8]
    weights: Floats
    opened: int

    @classmethod
    def of(cls, data: Dataset, catalogue: Catalogue) -> Rows:
        """The rows of `data`, and those beside them that nobody opened."""
        both = [data] if data.closed is None else [data, data.closed]
        matrix = np.concatenate([part.matrix.select(catalogue.names).to_numpy(order="c") for part in both])
        target = np.concatenate([part.target for part in both])
        opened = data.rows.height
        return cls(matrix, target, weights.of_trees(data.rows, len(target) - opened), opened)

    def as_lightgbm(self, catalogue: Catalogue, settings: dict[str, Any], positive_weight: float) -> lightgbm.Dataset:
        """The rows as LightGBM takes them, positive ones weighing `positive_weight` times more."""
        weighed = self.weights * np.where(self.target == 1, positive_weight, 1.0)
        # Weights that are all alike would only slow it down.
        given = None if np.ptp(weighed) == 0 else weighed / weighed.mean()
        return lightgbm.Dataset(self.matrix, self.target, weight=given, feature_name=catalogue.names, params=settings)


@dataclass(frozen=True, slots=True)
class Grown:
    """The trees of all folds: how many are best, their mean loss, and each fold's margins on what it is watched on."""

    trees: int
    loss: float
    margins: list[Floats]


def grow(rows: Rows, trees: int, catalogue: Catalogue, choice: Choice, seed: int) -> lightgbm.Booster:
    """Grow so many `trees` on `rows`."""
    settings = choice.settings(len(rows.target), catalogue, seed)
    grown = lightgbm.train(settings, rows.as_lightgbm(catalogue, settings, choice.positive_weight), trees)
    # Read back as it will be loaded.
    return lightgbm.Booster(model_str=grown.model_to_string())


def grow_folds(
    folds: Sequence[tuple[Rows, Rows]],
    catalogue: Catalogue,
    choice: Choice,
    seed: int,
) -> Grown:
    """Grow trees on the first rows of each fold for as long as they get better on the second; see the module."""
    growing = []
    for learn, judge in folds:
        settings = choice.settings(len(learn.target), catalogue, seed)
        learned = learn.as_lightgbm(catalogue, settings, choice.positive_weight)
        booster = lightgbm.Booster(settings, learned)
        watched = judge.as_lightgbm(catalogue, settings, choice.positive_weight)
        booster.add_valid(watched.set_reference(learned), "judge")
        growing.append(booster)
    fewest = min(MOST_TREES, int(np.ceil(SHORTEST / choice.settings(1, catalogue, seed)["learning_rate"])))
    best, at = np.inf, fewest
    for number in range(1, MOST_TREES + 1):
        for booster in growing:
            booster.update()
        loss = float(np.mean([booster.eval_valid()[0][2] for booster in growing]))
        if number >= fewest and loss < best:
            best, at = loss, number
        if number - at >= PATIENCE:
            break
        if number % 20 == 0:
            progress.step(f"growing trees over {len(folds)} folds: {number}, best {at}")
    margins = [
        np.asarray(booster.predict(judge.matrix, raw_score=True, num_iteration=at), dtype=np.float64)
        for booster, (_, judge) in zip(growing, folds, strict=True)
    ]
    return Grown(at, best, margins)
