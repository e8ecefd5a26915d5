"""Metrics of a ranking: what an inspection of its top finds, and how sure that figure is.

    scores, labels ─▶ ranked once ─▶ as counted ────────┐
                            └─▶ 200 resamples of rows ──▶ intervals (2.5% to 97.5%)

A resample is a weight a row, so nothing is sorted twice. Rows of equal score count as one step: the share found at
the border is spread evenly over the tie.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore.errors import TrainingError
from riskscore.training.intervals import FEW, estimate, of_difference, percentiles, widest, wilson
from riskscore.training.reliability import calibration_error
from riskscore.training.resamples import Clusters, Floats, Labels, by_clusters, draws

SHARES = (0.01, 0.02, 0.05, 0.10)
"""Shares of all consignments that are inspected."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows in steps from the riskiest down: `step[n]` of each row, and which rows are positive.

    A step is a tie, or several in a row without a positive one: nothing that is counted changes within it.
    `kilograms` are those of the positive rows, 0 where nobody weighed; `opened[n]` says which rows are opened under
    a capacity, if there is one.
    """

    step: NDArray[np.int64]
    positives: NDArray[np.int64]
    kilograms: Floats
    opened: NDArray[np.bool_] | None = None

    @classmethod
    def of(
        cls,
        scores: Floats,
        labels: Labels,
        *,
        kilograms: Floats | None = None,
        opened: NDArray[np.bool_] | None = None,
    ) -> Ranking:
        """Rank scores[n] with labels[n]; kilograms[n] are NaN where not known. Raises TrainingError at one label."""
        positives = np.flatnonzero(labels)
        if not 0 < len(positives) < len(labels):
            raise TrainingError(
                f"cannot judge a ranking: {len(positives)} of {len(labels)} consignments are positive; it takes "
                "some that are and some that are not, so give a longer period or more outcomes"
            )
        order = np.argsort(-scores, kind="stable")
        falling = scores[order]
        tie = np.cumsum(np.append(False, falling[1:] != falling[:-1]))
        some = np.bincount(tie, labels[order]) > 0
        step = np.empty(len(labels), np.int64)
        step[order] = np.cumsum(np.append(False, some[1:] | some[:-1]))[tie]
        weighed = np.zeros(len(positives)) if kilograms is None else np.nan_to_num(kilograms[positives])
        return cls(step, positives, weighed, opened)

    def cumulated(self, weights: Floats | None = None) -> Floats:
        """Rows, positive rows and kilograms until the end of each step, float64[3, 1 + steps], from 0 on.

        `weights[n]` are those of a resample.
        """
        steps = int(self.step.max()) + 1
        own = self.step[self.positives]
        ones = None if weights is None else weights[self.positives]
        kilograms = self.kilograms if ones is None else self.kilograms * ones
        counts = np.zeros((3, 1 + steps))
        for place, (step, weight) in enumerate(((self.step, weights), (own, ones), (own, kilograms))):
            counts[place, 1:] = np.cumsum(np.bincount(step, weight, steps))
        return counts

    def figures(self, weights: Floats | None = None) -> Floats:
        """ROC-AUC, PR-AUC, then at each of SHARES, and at last under the capacity, if any: precision, recall,
        kilograms, share of all kilograms; `weights[n]` are those of a resample.

        NaN where there is nothing to divide by, as in a resample that has drawn one label alone.
        """
        seen, true, kilograms = self.cumulated(weights)
        false = seen - true
        taken = np.array([inspected(seen[-1], share) for share in SHARES], np.float64)
        found, heavy = np.interp(taken, seen, true), np.interp(taken, seen, kilograms)
        if self.opened is not None:
            ones = self.opened[self.positives] * (1.0 if weights is None else weights[self.positives])
            boxes = self.opened.sum() if weights is None else weights[self.opened].sum()
            taken, found = np.append(taken, boxes), np.append(found, ones.sum())
            heavy = np.append(heavy, ones @ self.kilograms)
        with np.errstate(invalid="ignore", divide="ignore"):
            area = np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2) / (true[-1] * false[-1])
            average = np.sum(np.diff(true) * np.nan_to_num(true[1:] / seen[1:])) / true[-1]
            at = [found / taken, found / true[-1], heavy, heavy / kilograms[-1]]
            return np.concatenate([[area, average], *at])

    def intervals(self, point: Floats, drawn: Floats) -> Floats:
        """Value, low and high of each of `figures`, of which drawn[resamples, figures] are those of the resamples.

        A share is never surer than Wilson's interval, which an empty or a full one would be; an area is a mean over
        the positive rows, and where they are FEW is held to the same.
        """
        places = (len(point) - 2) // 4
        few = len(self.positives) if len(self.positives) < FEW else np.inf
        taken = [inspected(len(self.step), share) for share in SHARES]
        taken += [] if self.opened is None else [int(self.opened.sum())]
        weighed = np.count_nonzero(self.kilograms)
        shares, kilograms = point.copy(), slice(2 + 2 * places, 2 + 3 * places)
        shares[kilograms] = point[2 + 3 * places :]
        trials = np.array([few, few, *taken, *[len(self.positives)] * places, *[weighed] * 2 * places], np.float64)
        by_wilson = wilson(shares, trials)
        by_wilson[kilograms] *= self.kilograms.sum()
        return np.column_stack([point, widest(percentiles(drawn), by_wilson)])


def inspected(rows: float, share: float) -> int:
    """How many of `rows` consignments an inspection of `share` opens; at least one."""
    return max(1, round(rows * share))


def judge(
    scores: Floats,
    labels: Labels,
    probabilities: Floats,
    *,
    kilograms: Floats | None = None,
    opened: NDArray[np.bool_] | None = None,
    clusters: Clusters | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Everything about one ranking, ready for JSON: counts, areas, what is found at SHARES and under a capacity.

    kilograms[n] of what was found (NaN: not known), opened[n] under the capacity, clusters[n] that are drawn whole
    for the intervals. Quantities are None where nothing was weighed. Raises TrainingError unless both labels occur.
    """
    ranking = Ranking.of(scores, labels, kilograms=kilograms, opened=opened)
    point = ranking.figures()
    drawn = np.array([ranking.figures(weights) for weights in draws(labels, clusters, seed=seed)])
    figures = [estimate(*row) for row in ranking.intervals(point, drawn)]
    size, positives = len(labels), len(ranking.positives)
    taken = [inspected(size, share) for share in SHARES] + ([] if opened is None else [int(opened.sum())])
    width = len(taken)
    weighed = int(np.count_nonzero(ranking.kilograms))
    at = [
        {
            "share": count / size if place == len(SHARES) else SHARES[place],
            "inspected": count,
            "found": round(float(point[2 + width + place]) * positives, 1),
            "precision": figures[2 + place],
            "recall": figures[2 + width + place],
            "quantity_kg": figures[2 + 2 * width + place] if weighed else None,
            "quantity_share": figures[2 + 3 * width + place] if weighed else None,
        }
        for place, count in enumerate(taken)
    ]
    return {
        "rows": size,
        "positives": positives,
        "roc_auc": figures[0],
        "pr_auc": figures[1],
        "at": at[: len(SHARES)],
        "capacity": at[len(SHARES)] if opened is not None else None,
        "quantity_kg": round(float(ranking.kilograms.sum()), 1) if weighed else None,
        "unweighed": positives - weighed,
        "brier": float(np.mean((probabilities - labels) ** 2)),
        "calibration_error": calibration_error(probabilities, labels),
        "expected_positives": round(float(probabilities.sum()), 2),
    }


def paired(
    scores_a: Floats, scores_b: Floats, labels: Labels, *, clusters: Clusters | None = None, seed: int = 0
) -> dict[str, Any]:
    """Compare two rankings of the same rows, each resample drawn once and put to both; ready for JSON.

    `clusters[n]` (`resamples.clusters` says which) are drawn whole where they are enough; `resampled` says clusters or
    rows. Returns rows, positives, `roc_auc`, `pr_auc`, and `at` SHARES `precision` and `recall`, each with `a`, `b` and
    `difference` (b - a) as value, low, high. What moves both rankings alike, such as an easy day, cancels out in the
    difference, so its interval says more than two intervals side by side. Raises TrainingError unless both labels
    occur.
    """
    width = len(SHARES)
    rankings = Ranking.of(scores_a, labels), Ranking.of(scores_b, labels)
    point = np.array([ranking.figures() for ranking in rankings])
    drawn = np.array([[each.figures(weights) for each in rankings] for weights in draws(labels, clusters, seed=seed)])
    a, b = (ranking.intervals(point[side], drawn[:, side]) for side, ranking in enumerate(rankings))
    ends = percentiles(drawn[:, 1] - drawn[:, 0])
    if len(rankings[0].positives) < FEW:
        ends = widest(ends, of_difference(a, b))
    difference = np.column_stack([point[1] - point[0], ends])
    sides = {"a": a, "b": b, "difference": difference}
    figures = [{side: estimate(*rows[place]) for side, rows in sides.items()} for place in range(2 + 2 * width)]
    return {
        "rows": len(labels),
        "positives": int(labels.sum()),
        "resampled": "clusters" if by_clusters(clusters) else "rows",
        "roc_auc": figures[0],
        "pr_auc": figures[1],
        "at": [
            {
                "share": share,
                "inspected": inspected(len(labels), share),
                "precision": figures[2 + place],
                "recall": figures[2 + width + place],
            }
            for place, share in enumerate(SHARES)
        ],
    }


def areas(columns: Floats, labels: Labels) -> Floats:
    """ROC-AUC of each column of columns[n, k] on its own, either way round, with missing values at either end."""
    best = np.empty(columns.shape[1])
    for place, column in enumerate(columns.T):
        both = [Ranking.of(np.where(np.isnan(column), end, column), labels).figures()[0] for end in (-np.inf, np.inf)]
        best[place] = max(max(area, 1 - area) for area in both)
    return best
