"""Baseline: what simpler means reach on the same matrix. A model that is not ahead of them is not worth its trees."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from riskscore.features.catalogue import Catalogue
from riskscore.training.dataset import Dataset
from riskscore.training.metrics import Ranking, areas

MOST_ROWS = 150_000
"""Rows of the training part that the regression sees: every positive one, and as many others as there is room for."""

MOST_SINGLE = 100_000
"""Rows of the test part on which single features are ranked; every positive one is among them."""

OUTLIER = 5.0
"""Standard deviations beyond which a value is cut, so that a few long tails do not rule the regression."""

BEST = 10

Floats = NDArray[np.float64]


def compare(train: Dataset, test: Dataset, catalogue: Catalogue, *, seed: int = 0) -> dict[str, Any]:
    """ROC-AUC and PR-AUC of a logistic regression, and the best features on their own, on the test part."""
    rng = np.random.default_rng(seed)
    rows = _thinned(train.target, MOST_ROWS, rng)
    judged = _columns(test.matrix, catalogue)
    columns, judged_columns = _prepared(_columns(train.matrix[rows], catalogue), judged)
    regression = LogisticRegression(C=0.1, max_iter=200, tol=1e-4).fit(columns, train.target[rows])
    area, average = Ranking.of(regression.decision_function(judged_columns), test.target).figures()[:2]
    few = _thinned(test.target, MOST_SINGLE, rng)
    alone = areas(judged[few], test.target[few])
    return {
        "logistic_regression": {"roc_auc": round(float(area), 4), "pr_auc": round(float(average), 4)},
        "single_features": [
            {"feature": catalogue.names[place], "roc_auc": round(float(alone[place]), 4)}
            for place in np.argsort(-alone, kind="stable")[:BEST]
        ],
    }


def _columns(matrix: pl.DataFrame, catalogue: Catalogue) -> Floats:
    return matrix.select(catalogue.names).to_numpy(order="c").astype(np.float64)


def _thinned(target: NDArray[np.int8], most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    positive, other = np.flatnonzero(target == 1), np.flatnonzero(target == 0)
    room = min(len(other), max(most - len(positive), 1))
    return np.sort(np.concatenate([positive, rng.choice(other, room, replace=False)]))


def _prepared(learned: Floats, judged: Floats) -> tuple[Floats, Floats]:
    """Median for what is missing, unit variance, and a column that says what was missing; all as learned."""
    known = ~np.isnan(learned)
    some = known.any(axis=0)
    learned, judged, known = learned[:, some], judged[:, some], known[:, some]
    median = np.nanmedian(learned, axis=0)
    gaps = ~known.all(axis=0)
    filled = np.where(known, learned, median)
    mean, spread = filled.mean(axis=0), filled.std(axis=0)
    spread[spread == 0] = 1.0

    def standard(columns: Floats) -> Floats:
        missing = np.isnan(columns)
        scaled = (np.where(missing, median, columns) - mean) / spread
        return np.hstack([np.clip(scaled, -OUTLIER, OUTLIER), missing[:, gaps].astype(np.float64)])

    return standard(learned), standard(judged)
