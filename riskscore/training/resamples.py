"""Resamples: how often each row of a judgement is drawn when the rows that it rests on are drawn again.

By whole days a day is drawn with all its rows, so that what comes in company stays in company. By rows, where days are
too few for that, positive and other rows are drawn apart, as many of each as there are.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 200

FEWEST_CLUSTERS = 20
"""Clusters with a positive row that it takes to draw clusters: of fewer, an interval is too narrow."""

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]
Clusters = NDArray[np.generic]


def by_clusters(labels: Labels, clusters: Clusters | None) -> bool:
    """Whether enough of `clusters` (the day of each row, say) have a positive row for `draws` to draw them whole."""
    return clusters is not None and len(np.unique(clusters[labels == 1])) >= FEWEST_CLUSTERS


def draws(labels: Labels, clusters: Clusters | None = None, *, seed: int = 0) -> Iterator[Floats]:
    """Yield RESAMPLES times how often each row is drawn, float64[n]; the same arguments give the same draws."""
    rng = np.random.default_rng(seed)
    if clusters is not None and by_clusters(labels, clusters):
        names, cluster = np.unique(clusters, return_inverse=True)
        for _ in range(RESAMPLES):
            yield _drawn(len(names), rng)[cluster]
        return
    weights = np.empty(len(labels))
    strata = [np.flatnonzero(labels == label) for label in (0, 1)]
    for _ in range(RESAMPLES):
        for stratum in strata:
            weights[stratum] = _drawn(len(stratum), rng)
        yield weights


def _drawn(size: int, rng: np.random.Generator) -> Floats:
    """How often each of `size` things comes when `size` are drawn with replacement."""
    return np.bincount(rng.integers(0, size, size), minlength=size).astype(np.float64)
