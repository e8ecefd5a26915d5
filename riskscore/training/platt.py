"""Fit a calibration: a rising logistic curve over margins, or its level alone where few cases are known (Platt)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from riskscore.model.calibration import Platt

ENOUGH = 10
"""Positive rows below which only the level is fitted: a slope from a handful of cases is noise."""


def fit_curve(
    margins: NDArray[np.float64],
    labels: NDArray[np.int8],
    weights: NDArray[np.float64] | None = None,
    share: float | None = None,
) -> Platt:
    """Fit on margins[n] and labels[n] (0 or 1) that the trees have not seen, each weighing weights[n] (1 for all).

    With a `share` the mean probability is that one, whatever the labels say, which then only bend the curve.
    With fewer than ENOUGH positive rows, counted as those of equal weight that say as much, or where more margin
    does not mean more risk, the slope stays 1, and the mean probability is the `smoothed` share of positive rows.
    """
    weight = np.ones(len(labels)) if weights is None else weights
    centre = float(np.average(margins, weights=weight))
    slope, method = 1.0, "level"
    if min(effective(weight[labels == label]) for label in (0, 1)) >= ENOUGH:
        spread = float(np.sqrt(np.average((margins - centre) ** 2, weights=weight))) or 1.0
        # Standardised first: the solver stops early on a margin far from zero.
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
    """The share of positive rows, with half a row to spare on either side.

    Where a few heavy rows speak for many, not having met a positive one among them does not mean that there is none.
    """
    size = effective(weights)
    return (float(np.average(labels, weights=weights)) * size + 0.5) / (size + 1.0)


def effective(weights: NDArray[np.float64]) -> float:
    """How many rows of equal weight say as much (Kish)."""
    return float(weights.sum() ** 2 / np.sum(weights**2)) if len(weights) else 0.0
