"""Calibration: from the model's margin to a probability, by a curve that only rises (Platt).

    probability = 1 / (1 + exp(-(slope * margin + intercept)))

Isotonic steps would tie thousands of consignments to one probability; a logistic curve keeps the ranking.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from riskscore.errors import ModelError

ENOUGH = 10
"""Positive rows below which only the level is fitted: a slope from a handful of cases is noise."""


@dataclass(frozen=True, slots=True)
class Platt:
    """A rising logistic curve over margins (log-odds). `method` says what was fitted: platt or level."""

    slope: float = 1.0
    intercept: float = 0.0
    method: str = "level"

    @classmethod
    def fit(
        cls,
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
                    return cls(slope, float(curve.intercept_[0]) - slope * centre, method)
        wanted = smoothed(labels, weight) if share is None else share

        def missed(shift: float) -> float:
            return float(np.average(expit(slope * margins + shift), weights=weight)) - wanted

        return cls(slope, float(brentq(missed, -100.0, 100.0)), method)

    def apply(self, margins: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities, in the order of `margins`."""
        return np.asarray(expit(self.slope * margins + self.intercept), dtype=np.float64)

    def margin(self, probability: float) -> float:
        """The margin (log-odds) of a probability between 0 and 1: the other way round than `apply`."""
        return float((logit(probability) - self.intercept) / self.slope)

    def to_json(self) -> str:
        """The curve as JSON text."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Platt:
        """Read what `to_json` wrote. Raises ModelError where it is no rising curve."""
        try:
            found = json.loads(text)
            curve = cls(float(found["slope"]), float(found["intercept"]), str(found["method"]))
        except (ValueError, KeyError, TypeError) as malformed:
            raise ModelError(f"the calibration is malformed ({malformed}); train the model again") from malformed
        if not (np.isfinite([curve.slope, curve.intercept]).all() and curve.slope > 0.0):
            raise ModelError(f"the calibration's slope is {curve.slope}, not above zero; train the model again")
        return curve


def smoothed(labels: NDArray[np.int8], weights: NDArray[np.float64]) -> float:
    """The share of positive rows, with half a row to spare on either side.

    Where a few heavy rows speak for many, not having met a positive one among them does not mean that there is none.
    """
    size = effective(weights)
    return (float(np.average(labels, weights=weights)) * size + 0.5) / (size + 1.0)


def effective(weights: NDArray[np.float64]) -> float:
    """How many rows of equal weight say as much (Kish)."""
    return float(weights.sum() ** 2 / np.sum(weights**2)) if len(weights) else 0.0
