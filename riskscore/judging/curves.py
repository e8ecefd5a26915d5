"""Curves: precision, recall and lift of a ranking from its first row to its last, in few enough points to draw."""

from __future__ import annotations

from typing import Any

import numpy as np

from riskscore.judging.intervals import percentiles, widest, wilson
from riskscore.judging.metrics import Ranking
from riskscore.judging.resamples import Clusters, Floats, Labels, draws

POINTS = 200
"""Most points of a curve; the first and the last are always among them."""


def curve(scores: Floats, labels: Labels, *, clusters: Clusters | None = None, seed: int = 0) -> list[dict[str, float]]:
    """Return points from the riskiest row down: share inspected, precision and recall (each with low and high), lift.

    Lift is recall / share: how many times more is found than by as many random inspections. Half of the points are
    evenly spaced in recall, half in the logarithm of the share. Raises TrainingError unless both labels occur.
    """
    ranking = Ranking.of(scores, labels)
    seen, true, _ = ranking.cumulated()
    ends = _thinned(seen[1:], true[1:]) + 1
    shares = seen[ends] / seen[-1]

    def figures(counts: Floats) -> Floats:
        found = np.interp(shares * counts[0, -1], counts[0], counts[1])
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.concatenate([found / (shares * counts[0, -1]), found / counts[1, -1]])

    drawn = np.array([figures(ranking.cumulated(weights)) for weights in draws(labels, clusters, seed=seed)])
    point = figures(ranking.cumulated())
    trials = np.concatenate([seen[ends], np.full(len(ends), true[-1])])
    columns = np.column_stack([point, widest(percentiles(drawn), wilson(point, trials))]).round(6)
    precision, recall = columns[: len(ends)], columns[len(ends) :]
    return [
        {
            "share": float(share),
            "precision": float(hits[0]),
            "precision_low": float(hits[1]),
            "precision_high": float(hits[2]),
            "recall": float(caught[0]),
            "recall_low": float(caught[1]),
            "recall_high": float(caught[2]),
            "lift": round(float(caught[0] / share), 3),
        }
        for share, hits, caught in zip(shares, precision, recall, strict=True)
    ]


def _thinned(seen: Floats, true: Floats) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return at most POINTS places among the ends of the steps, always with the first and the last."""
    half = POINTS // 2
    by_recall = np.searchsorted(true, np.linspace(true[0], true[-1], half))
    by_share = np.searchsorted(seen, np.geomspace(seen[0], seen[-1], half))
    last = len(seen) - 1
    return np.unique(np.clip(np.concatenate([[0, last], by_recall[1:], by_share[1:]]), 0, last))
