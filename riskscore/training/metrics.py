"""Metrics of a ranking: what an inspection of its top finds, and how sure that figure is.

    scores, labels ─▶ ranked once ─▶ as counted ────────┐
                            └─▶ 200 resamples of rows ──▶ intervals (2.5% to 97.5%)

A resample is a weight a row, so nothing is sorted twice. Rows of equal score count as one step: the share found at
the border is spread evenly over the tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore.errors import TrainingError
from riskscore.training.resamples import Clusters, Floats, Labels, by_clusters, draws

SHARES = (0.01, 0.02, 0.05, 0.10)
"""Shares of all consignments that are inspected."""

BINS = 20
"""Bins of equal size, over which the calibration error is averaged."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows in steps from the riskiest down: `step[n]` of each row, and which rows are positive.

    A step is a tie, or several in a row without a positive one: nothing that is counted changes within it.
    """

    step: NDArray[np.int64]
    positives: NDArray[np.int64]

    @classmethod
    def of(cls, scores: Floats, labels: Labels) -> Ranking:
        """Rank scores[n] with labels[n]. Raises TrainingError unless both labels occur."""
        positives = np.flatnonzero(labels)
        if not 0 < len(positives) < len(labels):
            raise TrainingError(f"cannot judge a ranking: {len(positives)} of {len(labels)} consignments are positive")
        order = np.argsort(-scores, kind="stable")
        falling = scores[order]
        tie = np.cumsum(np.append(False, falling[1:] != falling[:-1]))
        some = np.bincount(tie, labels[order]) > 0
        step = np.empty(len(labels), np.int64)
        step[order] = np.cumsum(np.append(False, some[1:] | some[:-1]))[tie]
        return cls(step, positives)

    def figures(self, weights: Floats | None = None) -> Floats:
        """ROC-AUC, PR-AUC, then precision and recall at each of SHARES; `weights[n]` are those of a resample.

        NaN in a resample that has drawn one label alone.
        """
        steps = int(self.step.max()) + 1
        ones = None if weights is None else weights[self.positives]
        true = np.append(0.0, np.cumsum(np.bincount(self.step[self.positives], ones, steps)))
        seen = np.append(0.0, np.cumsum(np.bincount(self.step, weights, steps)))
        false = seen - true
        with np.errstate(invalid="ignore", divide="ignore"):
            area = np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2) / (true[-1] * false[-1])
            precision = np.nan_to_num(true[1:] / seen[1:])
            average = np.sum(np.diff(true) * precision) / true[-1]
            taken = np.array([inspected(seen[-1], share) for share in SHARES])
            found = np.interp(taken, seen, true)
            return np.concatenate([[area, average], found / taken, found / true[-1]])


def inspected(rows: float, share: float) -> int:
    """How many of `rows` consignments an inspection of `share` opens; at least one."""
    return max(1, round(rows * share))


def judge(scores: Floats, labels: Labels, probabilities: Floats, *, seed: int = 0) -> dict[str, Any]:
    """Everything about one ranking, ready for JSON: counts, areas, precision and recall at SHARES, calibration.

    Raises TrainingError unless both labels occur.
    """
    ranking = Ranking.of(scores, labels)
    point = ranking.figures()
    low, high = _ends(np.array([ranking.figures(weights) for weights in draws(labels, seed=seed)]))
    estimates = [_estimate(*row) for row in zip(point, low, high, strict=True)]
    size, width = len(labels), len(SHARES)
    return {
        "rows": size,
        "positives": int(labels.sum()),
        "roc_auc": estimates[0],
        "pr_auc": estimates[1],
        "at": [
            {
                "share": share,
                "inspected": inspected(size, share),
                "found": round(float(point[2 + place]) * inspected(size, share), 1),
                "precision": estimates[2 + place],
                "recall": estimates[2 + width + place],
            }
            for place, share in enumerate(SHARES)
        ],
        "brier": float(np.mean((probabilities - labels) ** 2)),
        "calibration_error": _calibration_error(probabilities, labels),
        "expected_positives": round(float(probabilities.sum()), 2),
    }


def paired(
    scores_a: Floats, scores_b: Floats, labels: Labels, *, clusters: Clusters | None = None, seed: int = 0
) -> dict[str, Any]:
    """Compare two rankings of the same rows, each resample drawn once and put to both; ready for JSON.

    `clusters[n]` (say, the day of each row) are drawn whole where enough of them have a positive row; `resampled` says
    clusters or rows. Returns rows, positives, `roc_auc`, `pr_auc`, and `at` SHARES `precision` and `recall`, each with
    `a`, `b` and `difference` (b - a) as value, low, high. What moves both rankings alike, such as an easy day, cancels
    out in the difference, so its interval says more than two intervals side by side.
    Raises TrainingError unless both labels occur.
    """
    rankings = Ranking.of(scores_a, labels), Ranking.of(scores_b, labels)
    point = _sides(*(ranking.figures() for ranking in rankings))
    drawn = [_sides(*(each.figures(weights) for each in rankings)) for weights in draws(labels, clusters, seed=seed)]
    low, high = _ends(np.array(drawn))
    sides = np.stack([point, low, high], axis=-1)
    figures = [
        dict(zip(("a", "b", "difference"), (_estimate(*row) for row in sides[:, place]), strict=True))
        for place in range(sides.shape[1])
    ]
    width = len(SHARES)
    return {
        "rows": len(labels),
        "positives": int(labels.sum()),
        "resampled": "clusters" if by_clusters(labels, clusters) else "rows",
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


def groups(scores: Floats, labels: Labels, names: Sequence[str | None]) -> list[dict[str, Any]]:
    """Recall for each kind of positive row (`names[n]`, null for others), most frequent first.

    The top shares are those of all rows; ROC-AUC is that of the kind against all rows that are not positive. The
    intervals are Wilson's: resampling three rows that were all found would claim to be certain.
    """
    kinds = np.array([name or "" for name in names])
    others = np.sort(scores[labels == 0])
    falling = -np.sort(-scores)
    found = []
    for kind in sorted({str(kind) for kind in kinds[labels == 1]} - {""}):
        own = scores[(kinds == kind) & (labels == 1)]
        below = np.searchsorted(others, own, "left") + np.searchsorted(others, own, "right")
        recalls = []
        for share in SHARES:
            hits = int(np.sum(own >= falling[inspected(len(scores), share) - 1]))
            recalls.append({"share": share, "recall": _wilson(hits, len(own))})
        area = round(float(below.mean() / (2 * len(others))), 4)
        found.append({"name": kind, "positives": len(own), "roc_auc": area, "at": recalls})
    return sorted(found, key=lambda entry: (-entry["positives"], entry["name"]))


def reliability(probabilities: Floats, labels: Labels) -> list[dict[str, float]]:
    """Mean probability and share of positive rows, in steps from the riskiest 0.1% down to the rest."""
    order = np.argsort(-probabilities, kind="stable")
    size = len(order)
    borders = sorted({0, *(inspected(size, share) for share in (0.001, 0.005, *SHARES, 0.5)), size})
    return [
        {
            "rows": stop - start,
            "expected": float(probabilities[order[start:stop]].mean()),
            "observed": float(labels[order[start:stop]].mean()),
        }
        for start, stop in pairwise(borders)
    ]


def areas(columns: Floats, labels: Labels) -> Floats:
    """ROC-AUC of each column of columns[n, k] on its own, either way round, with missing values at either end."""
    best = np.empty(columns.shape[1])
    for place, column in enumerate(columns.T):
        both = [Ranking.of(np.where(np.isnan(column), end, column), labels).figures()[0] for end in (-np.inf, np.inf)]
        best[place] = max(max(area, 1 - area) for area in both)
    return best


def _sides(a: Floats, b: Floats) -> Floats:
    """Figures of two rankings and their difference, float64[3, figures]."""
    return np.stack([a, b, b - a])


def _ends(drawn: Floats) -> Floats:
    """Both ends of the 95% interval of each figure over drawn[resamples, ...]."""
    ends: Floats = np.nanpercentile(drawn, [2.5, 97.5], axis=0)
    return ends


def _estimate(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": round(float(value), 5), "low": round(float(low), 5), "high": round(float(high), 5)}


def _wilson(hits: int, size: int) -> dict[str, float]:
    """A share with its 95% interval by Wilson."""
    z2 = 1.96**2
    middle, width = hits + z2 / 2, 1.96 * np.sqrt(hits * (size - hits) / size + z2 / 4)
    return _estimate(hits / size, max(0.0, (middle - width) / (size + z2)), min(1.0, (middle + width) / (size + z2)))


def _calibration_error(probabilities: Floats, labels: Labels) -> float:
    """Mean distance of probability and share of positive rows over bins of equal size."""
    parts = np.array_split(np.argsort(probabilities, kind="stable"), BINS)
    gaps = [abs(probabilities[part].mean() - labels[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(gaps) / len(labels))
