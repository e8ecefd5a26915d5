"""Metrics of a ranking: what an inspection of its top finds, and how sure that figure is.

    scores, labels ─▶ ranked once ─▶ as counted ─────────────┐
                            └─▶ 200 stratified resamples ──▶ intervals (2.5% to 97.5%)

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

SHARES = (0.01, 0.02, 0.05, 0.10)
"""Shares of all consignments that are inspected."""

RESAMPLES = 200
BINS = 20
"""Bins of equal size, over which the calibration error is averaged."""

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows from the riskiest down. `labels[n]` in that order; `ends` are the last places of the ties, 0-based."""

    order: NDArray[np.int64]
    labels: Labels
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, scores: Floats, labels: Labels) -> Ranking:
        """Rank scores[n] with labels[n]. Raises TrainingError unless both labels occur."""
        positives = int(labels.sum())
        if not 0 < positives < len(labels):
            raise TrainingError(f"cannot judge a ranking: {positives} of {len(labels)} consignments are positive")
        order = np.argsort(-scores, kind="stable")
        falling = scores[order]
        steps = np.flatnonzero(falling[1:] != falling[:-1])
        return cls(order, labels[order], np.append(steps, len(labels) - 1))

    def figures(self, weights: NDArray[np.float64] | None = None) -> Floats:
        """ROC-AUC, PR-AUC, then precision and recall at each of SHARES; `weights[n]` are those of a resample."""
        ones = self.labels if weights is None else self.labels * weights
        every = np.ones(len(self.labels)) if weights is None else weights
        true = np.append(0.0, np.cumsum(ones, dtype=np.float64)[self.ends])
        seen = np.append(0.0, np.cumsum(every)[self.ends])
        false = seen - true
        area = np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2) / (true[-1] * false[-1])
        with np.errstate(invalid="ignore", divide="ignore"):
            precision = np.nan_to_num(true[1:] / seen[1:])
        average = np.sum(np.diff(true) * precision) / true[-1]
        taken = np.array([inspected(seen[-1], share) for share in SHARES])
        found = np.interp(taken, seen, true)
        return np.concatenate([[area, average], found / taken, found / true[-1]])

    def resamples(self, seed: int) -> Floats:
        """`figures` of RESAMPLES bootstrap samples, drawn apart from positive and other rows."""
        rng = np.random.default_rng(seed)
        strata = [np.flatnonzero(self.labels == label) for label in (0, 1)]
        drawn = np.empty((RESAMPLES, 2 + 2 * len(SHARES)))
        weights = np.empty(len(self.labels))
        for sample in range(RESAMPLES):
            for stratum in strata:
                picks = rng.integers(0, len(stratum), len(stratum))
                weights[stratum] = np.bincount(picks, minlength=len(stratum))
            drawn[sample] = self.figures(weights)
        return drawn


def inspected(rows: float, share: float) -> int:
    """How many of `rows` consignments an inspection of `share` opens; at least one."""
    return max(1, round(rows * share))


def judge(scores: Floats, labels: Labels, probabilities: Floats, *, seed: int = 0) -> dict[str, Any]:
    """Everything about one ranking, ready for JSON: counts, areas, precision and recall at SHARES, calibration.

    Raises TrainingError unless both labels occur.
    """
    ranking = Ranking.of(scores, labels)
    point, drawn = ranking.figures(), ranking.resamples(seed)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
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
