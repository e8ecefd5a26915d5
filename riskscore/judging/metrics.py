"""Metrics of a ranking: what inspecting its top finds, and how certain that figure is.

    scores, labels ─▶ ranked once ─▶ counted ───────────┐
                            └─▶ 200 resamples of rows ──▶ intervals (2.5% to 97.5%)

A resample is one weight per row, so nothing is sorted twice. Rows with equal scores count as one step: what is found
at the border is spread evenly over the tie.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore.errors import TrainingError
from riskscore.judging.intervals import FEW, estimate, of_difference, percentiles, widest, wilson
from riskscore.judging.reliability import calibration_error
from riskscore.judging.resamples import Clusters, Floats, Labels, by_clusters, draws

SHARES = (0.01, 0.02, 0.05, 0.10)
"""Shares of all consignments that are inspected."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows in steps from the riskiest down: `step[n]` of each row, and which rows are positive.

    A step is a tie, or several consecutive ties without a positive row: within it no count changes. `kilograms` are
    those of the positive rows, 0 if not weighed. `opened[n]` says which rows are opened at capacity, if there is one.
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
        """Rank scores[n] with labels[n]; kilograms[n] are NaN if not known. Raises TrainingError for a single label."""
        positives = np.flatnonzero(labels)
        if not 0 < len(positives) < len(labels):
            raise TrainingError(
                f"cannot judge a ranking: {len(positives)} of {len(labels)} consignments are positive; positive and "
                "other consignments are needed, so give a longer period or more outcomes"
            )
        order = np.argsort(-scores, kind="stable")
        falling = scores[order]
        tie = np.cumsum(np.append(False, falling[1:] != falling[:-1]))
        has_positive = np.bincount(tie, labels[order]) > 0
        step = np.empty(len(labels), np.int64)
        step[order] = np.cumsum(np.append(False, has_positive[1:] | has_positive[:-1]))[tie]
        weighed = np.zeros(len(positives)) if kilograms is None else np.nan_to_num(kilograms[positives])
        return cls(step, positives, weighed, opened)

    def cumulated(self, weights: Floats | None = None) -> Floats:
        """Return rows, positive rows and kilograms up to the end of each step, float64[3, 1 + steps], starting at 0.

        `weights[n]` are those of a resample.
        """
        steps = int(self.step.max()) + 1
        of_positives = self.step[self.positives]
        times = None if weights is None else weights[self.positives]
        kilograms = self.kilograms if times is None else self.kilograms * times
        counts = np.zeros((3, 1 + steps))
        columns = ((self.step, weights), (of_positives, times), (of_positives, kilograms))
        for place, (step, weight) in enumerate(columns):
            counts[place, 1:] = np.cumsum(np.bincount(step, weight, steps))
        return counts

    def figures(self, weights: Floats | None = None) -> Floats:
        """Return ROC-AUC, PR-AUC, then precision, recall, kilograms and share of all kilograms, each at every one of
        SHARES and last at the capacity, if there is one; `weights[n]` are those of a resample.

        NaN if there is nothing to divide by, as in a resample with a single label.
        """
        seen, true, kilograms = self.cumulated(weights)
        false = seen - true
        taken = np.array([inspected(seen[-1], share) for share in SHARES], np.float64)
        found, heavy = np.interp(taken, seen, true), np.interp(taken, seen, kilograms)
        if self.opened is not None:
            hits = self.opened[self.positives] * (1.0 if weights is None else weights[self.positives])
            boxes = self.opened.sum() if weights is None else weights[self.opened].sum()
            taken, found = np.append(taken, boxes), np.append(found, hits.sum())
            heavy = np.append(heavy, hits @ self.kilograms)
        with np.errstate(invalid="ignore", divide="ignore"):
            area = np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2) / (true[-1] * false[-1])
            average = np.sum(np.diff(true) * np.nan_to_num(true[1:] / seen[1:])) / true[-1]
            at = [found / taken, found / true[-1], heavy, heavy / kilograms[-1]]
            return np.concatenate([[area, average], *at])

    def intervals(self, point: Floats, drawn: Floats) -> Floats:
        """Return value, low and high of each of `figures`; drawn[resamples, figures] are those of the resamples.

        The interval of a share is never narrower than Wilson's, because resamples of a share of 0 or 1 are all equal.
        An area is a mean over the positive rows, so with fewer than FEW of them the same rule applies.
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
    """Return how many of `rows` consignments are opened if a `share` is inspected; at least one."""
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
    """Judge one ranking: counts, areas, what is found at SHARES and at a capacity; ready for JSON.

    `kilograms[n]` of what was found (NaN: not known), `opened[n]` at the capacity, `clusters[n]` that are resampled as
    a unit for the intervals. Quantities are None if nothing was weighed. Raises TrainingError unless both labels occur.
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
    """Compare two rankings of the same rows on the same resamples; ready for JSON.

    `clusters[n]` (from `resamples.clusters`) are resampled as a unit if there are enough; `resampled` says clusters or
    rows. Returns rows, positives, `roc_auc`, `pr_auc`, and `at` SHARES `precision` and `recall`, each with `a`, `b` and
    `difference` (b - a) as value, low, high. What affects both rankings equally, such as an easy day, cancels out in
    the difference, so its interval is narrower than two separate ones suggest. Raises TrainingError unless both labels
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
    """Return the best ROC-AUC of each column of columns[n, k]: rising or falling, missing values first or last."""
    best = np.empty(columns.shape[1])
    for place, column in enumerate(columns.T):
        ends = (-np.inf, np.inf)
        by_end = [Ranking.of(np.where(np.isnan(column), end, column), labels).figures()[0] for end in ends]
        best[place] = max(max(area, 1 - area) for area in by_end)
    return best
