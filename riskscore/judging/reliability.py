"""Reliability: whether probabilities agree with what was found, beyond the differences that chance gives.

Even perfect probabilities differ from the share found, by chance. So the calibration error is compared with the error
for labels drawn from the probabilities themselves: only a larger one counts against the model. Rows count as
independent here. That is right for random inspections; boxes of one bill are not independent, so on all rows chance
is even larger.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from riskscore.judging.intervals import estimate, share_of
from riskscore.judging.resamples import RESAMPLES, Floats, Labels

BINS = 20
"""Number of bins of equal size over which the calibration error is averaged."""

STEPS = (0.001, 0.005, 0.01, 0.02, 0.05, 0.10, 0.5)
"""Borders of `reliability`, in shares of all rows."""


def calibration_error(probabilities: Floats, labels: Labels) -> float:
    """Return the mean distance between probability and share of positive rows, over bins of equal size."""
    order = np.argsort(probabilities, kind="stable")
    starts, sizes = _bins(len(order))
    expected, observed = (np.add.reduceat(each, starts) for each in (probabilities[order], labels[order].astype(float)))
    return float(np.abs(expected - observed).sum() / sizes.sum())


def reliability(probabilities: Floats, labels: Labels) -> list[dict[str, float]]:
    """Return mean probability and share of positive rows, in steps from the riskiest 0.1% down to the rest."""
    order = np.argsort(-probabilities, kind="stable")
    size = len(order)
    borders = sorted({0, *(max(1, round(size * share)) for share in STEPS), size})
    return [
        {
            "rows": stop - start,
            "expected": float(probabilities[order[start:stop]].mean()),
            "observed": float(labels[order[start:stop]].mean()),
        }
        for start, stop in pairwise(borders)
    ]


def bins(probabilities: Floats, labels: Labels) -> list[dict[str, Any]]:
    """Return points of a calibration plot by rising probability: rows, expected share, observed share with interval."""
    order = np.argsort(probabilities, kind="stable")
    starts, sizes = _bins(len(order))
    expected = np.add.reduceat(probabilities[order], starts) / sizes
    hits = np.add.reduceat(labels[order].astype(np.float64), starts)
    return [
        {"rows": int(size), "expected": float(mean), "observed": share_of(hit, size)}
        for size, mean, hit in zip(sizes, expected, hits, strict=True)
    ]


def check(probabilities: Floats, labels: Labels, *, seed: int = 0) -> dict[str, Any]:
    """Check whether `probabilities` agree with `labels` within chance.

    Returns rows, positives; `expected`, the mean probability, and `observed`, the share of positive rows with its
    interval (calibration in the large); `error`, the calibration error, and `by_chance`, the error that perfect
    probabilities would have on as many rows; and `agrees`, whether both are within their intervals.
    """
    order = np.argsort(probabilities, kind="stable")
    rising = probabilities[order]
    starts, sizes = _bins(len(order))
    expected = np.add.reduceat(rising, starts)
    rng = np.random.default_rng(seed)
    chances = np.empty(RESAMPLES)
    for sample in range(RESAMPLES):
        hits = np.add.reduceat(rng.random(len(rising), np.float32) < rising, starts, dtype=np.int64)
        chances[sample] = np.abs(expected - hits).sum() / sizes.sum()
    low, high = np.percentile(chances, [2.5, 97.5])
    mean, error = float(probabilities.mean()), calibration_error(probabilities, labels)
    observed = share_of(float(labels.sum()), len(labels))
    return {
        "rows": len(labels),
        "positives": int(labels.sum()),
        "expected": mean,
        "observed": observed,
        "error": error,
        "by_chance": estimate(float(chances.mean()), low, high),
        "agrees": bool(observed and observed["low"] <= mean <= observed["high"] and error <= high),
    }


def _bins(rows: int) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]:
    """Return starts and sizes of at most BINS bins of equal size; the first bins take one more row each if needed."""
    most = min(BINS, rows)
    sizes = np.full(most, rows // most, np.int64)
    sizes[: rows % most] += 1
    return np.cumsum(sizes) - sizes, sizes
