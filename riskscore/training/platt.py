"""Fit a calibration (Platt): a rising logistic curve over margins, or only its level if few positive rows are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from riskscore.model.calibration import Platt

ENOUGH = 10
"""Positive rows below which only the level is fitted, because a slope from a handful of cases is noise."""


def fit_curve(
    margins: NDArray[np.float64],
    labels: NDArray[np.int8],
    weights: NDArray[np.float64] | None = None,
    share: float | None = None,
) -> Platt:
    """Fit on margins[n] and labels[n] (0 or 1) that the trees have not seen, with weights[n] (by default 1).

    With a `share` that is the mean probability, and the labels only set the slope. The slope stays 1 if there are fewer
    than ENOUGH positive rows (in effective rows, see `effective`), or if a higher margin does not mean more risk; the
    mean probability is then the `smoothed` share of positive rows.
    """
    weight = np.ones(len(labels)) if weights is None else weights
    centre = float(np.average(margins, weights=weight))
    slope, method = 1.0, "level"
    if min(effective(weight[labels == label]) for label in (0, 1)) >= ENOUGH:
        spread = float(np.sqrt(np.average((margins - centre) ** 2, weights=weight))) or 1.0
        # Standardised first, because the solver stops too early if margins are far from zero.
        curve = LogisticRegression(C=1e6, tol=1e-8, max_iter=500).fit(
            ((margins - centre) / spread)[:, None], labels, sample_weight=weight / weight.mean()
        )
        rising = float(curve.coef_[0, 0]) / spread
        if rising > 0.0:
            slope, method = rising, "platt"
            if share is None:
                return Platt(slope, float(curve.intercept_[0]) - slope * centre, method)
    wanted = smoothed(labels, weight) if share is None else share

    def missed(shift: float) -> float:
        return float(np.average(expit(slope * margins + shift), weights=weight)) - wanted

    return Platt(slope, float(brentq(missed, -100.0, 100.0)), method)


def smoothed(labels: NDArray[np.int8], weights: NDArray[np.float64]) -> float:
    """Return the share of positive rows, with half a positive and half a negative row added.

    If a few rows with large weights represent many, no positive one among them does not mean that there is none.
    """
    size = effective(weights)
    return (float(np.average(labels, weights=weights)) * size + 0.5) / (size + 1.0)


def effective(weights: NDArray[np.float64]) -> float:
    """Return how many rows of equal weight carry as much information (Kish's effective sample size)."""
    return float(weights.sum() ** 2 / np.sum(weights**2)) if len(weights) else 0.0
