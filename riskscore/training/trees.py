"""Trees: trained on weighted rows; their number is chosen on later days, over all folds at once.

    fold 1 learn ─▶ one more tree ─▶ loss on judge 1 ─┐
    fold 2 learn ─▶ one more tree ─▶ loss on judge 2 ─┼─▶ mean; no better for PATIENCE trees: stop, keep the best number
    fold 3 learn ─▶ one more tree ─▶ loss on judge 3 ─┘

Where rows come in two lessons, the first trees learn the first one, and the others what it leaves to learn.

Trees are small, and monotone for features whose direction the catalogue declares. Stopping uses the logarithmic loss,
because it judges every row; average precision on a few dozen positive rows jumps from tree to tree.
"""

from __future__ import annotations

import math
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

MOST_TREES = 360
"""Each tree costs time for every row of every night; 500 found no more published seizures than 360."""

FIRST = 3.6
"""Number of trees times learning rate for the first of two lessons: 120 trees of 360, as the shipped settings are."""

PATIENCE = 40

SHORTEST = 3.0
"""Smallest number of trees times learning rate. On folds with a dozen seizures the loss may rise too early by chance:
on simulated inspections 20 trees ranked worse than 80, and 300 no worse than 150."""

SMALL = 50_000
"""Number of rows below which one thread is used."""

SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "metric": "binary_logloss",
    "num_leaves": 31,
    "max_depth": 8,
    "learning_rate": 0.03,
    # About one smuggled consignment expected in each leaf; otherwise trees memorise the few positive rows.
    "min_sum_hessian_in_leaf": 1.0,
    # With few features per tree, many features get weight: a model that relies only on the parties' history fails
    # where that history is short.
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 2.0,
    "monotone_constraints_method": "intermediate",
    # The same rows and seed give the same bytes on every machine.
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a search may choose: LightGBM parameters that replace those in SETTINGS, the weight of a positive row, and
    the `factor` of the declared strengths of profiles that the rows were measured with.

    Without a search a positive row has the same weight as others: class weights distort the probabilities and did not
    improve the ranking.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    positive_weight: float = 1.0
    factor: float = 1.0

    def settings(self, size: int, catalogue: Catalogue, seed: int) -> dict[str, Any]:
        """Return all parameters for trees on `size` rows; with many rows, leaves have at least a few hundred rows."""
        return {
            **SETTINGS,
            **self.parameters,
            "seed": seed,
            # On few rows, threads spend more time waiting for each other than growing a tree.
            "num_threads": 1 if size < SMALL else 2,
            "min_data_in_leaf": int(np.clip(size // 300, 10, 200)),
            "monotone_constraints": [feature.direction for feature in catalogue.features.values()],
        }


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to learn from or to judge on: matrix float32[n, features], target int8[n], weights[n] with a mean of 1.

    The first `opened` rows are labelled; the rows after them were never opened. The trees learn `first` before these
    rows, if there is such a lesson.
    """

    matrix: NDArray[np.float32]
    target: NDArray[np.int8]
    weights: Floats
    opened: int
    first: Rows | None = None

    @classmethod
    def of(cls, data: Dataset, catalogue: Catalogue) -> Rows:
        """Return the rows of `data`, followed by its unopened ones."""
        parts = [data] if data.closed is None else [data, data.closed]
        matrix = np.concatenate([part.matrix.select(catalogue.names).to_numpy(order="c") for part in parts])
        target = np.concatenate([part.target for part in parts])
        opened = data.rows.height
        return cls(matrix, target, weights.of_trees(data.rows, len(target) - opened), opened)

    def as_lightgbm(
        self, catalogue: Catalogue, settings: dict[str, Any], positive_weight: float, begun: lightgbm.Booster | None
    ) -> lightgbm.Dataset:
        """Return the rows for LightGBM, which continues the trees that are `begun`, if any are.

        Positive rows have `positive_weight` times their weight.
        """
        weighed = self.weights * np.where(self.target == 1, positive_weight, 1.0)
        # Equal weights would only slow it down.
        weight = None if np.ptp(weighed) == 0 else weighed / weighed.mean()
        margins = None if begun is None else begun.predict(self.matrix, raw_score=True)
        names = catalogue.names
        return lightgbm.Dataset(
            self.matrix, self.target, weight=weight, init_score=margins, feature_name=names, params=settings
        )


@dataclass(frozen=True, slots=True)
class Grown:
    """The best number of trees over all folds, their mean loss, and each fold's margins on its judge rows."""

    trees: int
    loss: float
    margins: list[Floats]


def grow(rows: Rows, trees: int, catalogue: Catalogue, choice: Choice, seed: int) -> lightgbm.Booster:
    """Train a model with a given number of `trees` on `rows`; more than the first lesson takes, if there is one."""
    settings, begun = choice.settings(len(rows.target), catalogue, seed), _begun(rows, catalogue, choice, seed)
    # LightGBM itself starts from the margins of `begun`, and puts its trees before the others.
    learned = rows.as_lightgbm(catalogue, settings, choice.positive_weight, None)
    more = trees if begun is None else trees - begun.num_trees()
    grown = lightgbm.train(settings, learned, more, init_model=begun)
    # Parse the text, so that the model is the same as after loading.
    return lightgbm.Booster(model_str=grown.model_to_string())


def _begun(rows: Rows, catalogue: Catalogue, choice: Choice, seed: int) -> lightgbm.Booster | None:
    """The trees of the first lesson of `rows`; None if there is no such lesson."""
    return None if rows.first is None else grow(rows.first, _fewest(choice, FIRST), catalogue, choice, seed)


def _fewest(choice: Choice, length: float) -> int:
    """The number of trees that is at least `length` when it is multiplied by the learning rate."""
    learning_rate: float = {**SETTINGS, **choice.parameters}["learning_rate"]
    return math.ceil(length / learning_rate - 1e-9)


def grow_folds(
    folds: Sequence[tuple[Rows, Rows]],
    catalogue: Catalogue,
    choice: Choice,
    seed: int,
) -> Grown:
    """Add trees on the learn rows of each fold as long as the loss on the judge rows falls; see the module."""
    growing, started = [], []
    for learn, judge in folds:
        settings, begun = choice.settings(len(learn.target), catalogue, seed), _begun(learn, catalogue, choice, seed)
        learned = learn.as_lightgbm(catalogue, settings, choice.positive_weight, begun)
        booster = lightgbm.Booster(settings, learned)
        watched = judge.as_lightgbm(catalogue, settings, choice.positive_weight, begun)
        booster.add_valid(watched.set_reference(learned), "judge")
        growing.append(booster)
        started.append(0.0 if begun is None else begun.predict(judge.matrix, raw_score=True))
    first = 0 if folds[0][0].first is None else _fewest(choice, FIRST)
    fewest = min(MOST_TREES, max(_fewest(choice, SHORTEST), first + 1))
    best, at = np.inf, fewest
    for number in range(first + 1, MOST_TREES + 1):
        for booster in growing:
            booster.update()
        loss = float(np.mean([booster.eval_valid()[0][2] for booster in growing]))
        if number >= fewest and loss < best:
            best, at = loss, number
        if number - at >= PATIENCE:
            break
        if number % 20 == 0:
            progress.step(f"training trees on {len(folds)} folds: {number}, best {at}")
    margins = [
        start + np.asarray(booster.predict(judge.matrix, raw_score=True, num_iteration=at - first), dtype=np.float64)
        for booster, start, (_, judge) in zip(growing, started, folds, strict=True)
    ]
    return Grown(at, best, margins)
