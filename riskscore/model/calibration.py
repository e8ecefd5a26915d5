"""Calibration: from the model's margin to a probability, by a rising curve (Platt).

    probability = 1 / (1 + exp(-(slope * margin + intercept)))

Isotonic steps would give thousands of consignments the same probability; a logistic curve keeps the ranking.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import ModelError
from riskscore.model import card_form

STEEPEST = 1e6
"""Largest slope and intercept: far above those of any curve, and far below what makes a probability undefined."""


@dataclass(frozen=True, slots=True)
class Platt:
    """A rising logistic curve over margins (log-odds); `method` is "platt", or "level" if only the level was fitted."""

    slope: float = 1.0
    intercept: float = 0.0
    method: str = "level"

    def apply(self, margins: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities, in the order of `margins`."""
        # Equal to scipy.special.expit to the last bit, which np.exp is not; SciPy takes long to load.
        return (1.0 / (1.0 + (-pl.Series(self.slope * margins + self.intercept)).exp())).to_numpy()

    def margin(self, probability: float) -> float:
        """Return the margin (log-odds) of a probability between 0 and 1: the inverse of `apply`."""
        from scipy.special import logit  # noqa: PLC0415  (slow to load)

        return float((logit(probability) - self.intercept) / self.slope)

    def to_json(self) -> str:
        """Return the curve as JSON text."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Platt:
        """Read what `to_json` wrote. Raises ModelError if it is not a rising curve."""
        content = card_form.load(text, "the calibration")
        card_form.check(content, {"slope": float, "intercept": float, "method": str}, "the calibration:")
        curve = cls(float(content["slope"]), float(content["intercept"]), content["method"])
        if not (0.0 < curve.slope <= STEEPEST and abs(curve.intercept) <= STEEPEST):
            raise ModelError(
                f"the calibration has the slope {curve.slope:g} and the intercept {curve.intercept:g}; the slope must "
                f"be above 0, and both at most {STEEPEST:,.0f}; train the model again"
            )
        return curve
