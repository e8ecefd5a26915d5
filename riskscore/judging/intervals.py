"""Intervals of 95%: Wilson's, those of resamples, and how to combine them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Z = 1.96

FEW = 10
"""Positive rows below which resamples are too similar to show how uncertain a figure is."""

Floats = NDArray[np.float64]


def estimate(value: float, low: float, high: float) -> dict[str, float] | None:
    """Return a figure with the ends of its interval, for JSON; None if one of them is not a finite number."""
    if not np.isfinite([value, low, high]).all():
        return None
    return {"value": round(float(value), 5), "low": round(float(low), 5), "high": round(float(high), 5)}


def wilson(share: Any, trials: Any) -> Floats:
    """Return the ends of the interval of a `share` observed in `trials`, float64[..., 2]; numbers or arrays."""
    share, trials = np.asarray(share, np.float64), np.asarray(trials, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = Z**2 / trials
        middle, half = share + part / 2, Z * np.sqrt(share * (1 - share) / trials + part / (4 * trials))
        ends: Floats = np.clip(np.stack([middle - half, middle + half], -1) / (1 + part)[..., None], 0, 1)
    return ends


def share_of(hits: float, trials: float) -> dict[str, float] | None:
    """Return `hits` / `trials` as a share, with Wilson's interval; None without trials."""
    share = hits / trials if trials else np.nan
    return estimate(share, *wilson(share, trials))


def percentiles(drawn: Floats) -> Floats:
    """Return the ends of the middle 95% of drawn[resamples, k], float64[k, 2]; NaN are ignored."""
    known = ~np.isnan(drawn).all(axis=0)
    ends = np.full((drawn.shape[1], 2), np.nan)
    ends[known] = np.nanpercentile(drawn[:, known], [2.5, 97.5], axis=0).T
    return ends


def widest(ends: Floats, others: Floats) -> Floats:
    """Return the smallest intervals that contain both given ones, float64[k, 2] each."""
    return np.stack([np.fmin(ends[:, 0], others[:, 0]), np.fmax(ends[:, 1], others[:, 1])], -1)


def of_difference(a: Floats, b: Floats) -> Floats:
    """Return the ends of b - a; a and b are float64[k, 3]: value, low, high (Newcombe's square-and-add method)."""
    low = np.hypot(b[:, 0] - b[:, 1], a[:, 2] - a[:, 0])
    high = np.hypot(b[:, 2] - b[:, 0], a[:, 0] - a[:, 1])
    return np.stack([-low, high], -1) + (b[:, :1] - a[:, :1])
