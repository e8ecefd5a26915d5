"""Resamples: how often each judged row is drawn when rows are drawn again with replacement.

Rows that depend on each other are drawn together. The boxes of one bill are smuggled together or not at all, so
resampling single rows would make intervals too narrow. Whole days contain whole bills, and also the difference between
good and bad days. Over 150 samples of 30 simulated days, 95% intervals covered the true value in 91 to 95% by days, 91
to 97% by bills and 77 to 91% by rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

RESAMPLES = 200

FEWEST_CLUSTERS = 20
"""Fewest clusters that are resampled as units: with fewer, an interval is too narrow."""

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]
Clusters = NDArray[np.generic]


def clusters(rows: pl.DataFrame) -> tuple[str, Clusters]:
    """Return the units to resample for `rows` (`day`, `bill_of_lading`), days or bills, and the unit of each row."""
    days = rows["day"].to_numpy()
    if by_clusters(days):
        return "days", days
    return "bills", rows["bill_of_lading"].rank("dense").to_numpy()


def by_clusters(clusters: Clusters | None) -> bool:
    """Return whether there are enough `clusters` (for example the day of each row) to resample them as units."""
    return clusters is not None and len(np.unique(clusters)) >= FEWEST_CLUSTERS


def draws(labels: Labels, clusters: Clusters | None = None, *, seed: int = 0) -> Iterator[Floats]:
    """Yield RESAMPLES times how often each row is drawn, float64[n]; the same arguments give the same draws.

    `clusters[n]` are drawn as units if there are enough, else each row by itself.
    """
    rng, size, cluster = np.random.default_rng(seed), len(labels), None
    if clusters is not None and by_clusters(clusters):
        names, cluster = np.unique(clusters, return_inverse=True)
        size = len(names)
    for _ in range(RESAMPLES):
        drawn = np.bincount(rng.integers(0, size, size), minlength=size).astype(np.float64)
        yield drawn if cluster is None else drawn[cluster]
