"""Calibration: from the model's margin to a probability, by a curve that only rises (Platt).

    probability = 1 / (1 + exp(-(slope * margin + intercept)))

Isotonic steps would tie thousands of consignments to one probability; a logistic curve keeps the ranking.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from riskscore.errors import ModelError


@dataclass(frozen=True, slots=True)
class Platt:
    """A rising logistic curve over margins (log-odds). `method` says what was fitted: platt or level."""

    slope: float = 1.0
    intercept: float = 0.0
    method: str = "level"

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
