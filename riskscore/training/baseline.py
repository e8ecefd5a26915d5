"""Baseline: what simpler methods reach on the same matrix. A model should do better than these."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from riskscore.features.catalogue import Catalogue
from riskscore.judging.metrics import Ranking, areas
from riskscore.training.dataset import Dataset

MOST_ROWS = 150_000
"""Most rows of the training part for the regression: every positive row, and others up to this number."""

MOST_SINGLE = 100_000
"""Most rows of the test part on which single features are ranked; all positive rows are among them."""

OUTLIER = 5.0
"""Standard deviations at which a value is cut, so that a few long tails do not dominate the regression."""

BEST = 10

Floats = NDArray[np.float64]


def compare(train: Dataset, test: Dataset, catalogue: Catalogue, *, seed: int = 0) -> dict[str, Any]:
    """Return ROC-AUC and PR-AUC of a logistic regression, and of the best single features, on the test part."""
    rng = np.random.default_rng(seed)
    rows = _sampled(train.target, MOST_ROWS, rng)
    test_columns = _columns(test.matrix, catalogue)
    learned, judged = _standardised(_columns(train.matrix[rows], catalogue), test_columns)
    regression = LogisticRegression(C=0.1, max_iter=200, tol=1e-4).fit(learned, train.target[rows])
    area, average = Ranking.of(regression.decision_function(judged), test.target).figures()[:2]
    few = _sampled(test.target, MOST_SINGLE, rng)
    alone = areas(test_columns[few], test.target[few])
    return {
        "logistic_regression": {"roc_auc": round(float(area), 4), "pr_auc": round(float(average), 4)},
        "single_features": [
            {"feature": catalogue.names[place], "roc_auc": round(float(alone[place]), 4)}
            for place in np.argsort(-alone, kind="stable")[:BEST]
        ],
    }


def _columns(matrix: pl.DataFrame, catalogue: Catalogue) -> Floats:
    return matrix.select(catalogue.names).to_numpy(order="c").astype(np.float64)


def _sampled(target: NDArray[np.int8], most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return at most about `most` row numbers: all positive rows, and a random sample of the others."""
    positive, other = np.flatnonzero(target == 1), np.flatnonzero(target == 0)
    room = min(len(other), max(most - len(positive), 1))
    return np.sort(np.concatenate([positive, rng.choice(other, room, replace=False)]))


def _standardised(learned: Floats, judged: Floats) -> tuple[Floats, Floats]:
    """Fill gaps with the median, scale to unit variance, and add columns for what was missing; all from `learned`."""
    known = ~np.isnan(learned)
    used = known.any(axis=0)
    learned, judged, known = learned[:, used], judged[:, used], known[:, used]
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
