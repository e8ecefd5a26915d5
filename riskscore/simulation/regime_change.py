"""Upheaval: the day on which smugglers give up their usual routes, covers and schemes for others.

    weight of each choice ─▶ the few with half of all weight: mostly given up ─┐
                             all choices: multiplied by a strong random factor ┴─▶ weight from that day on

Countries, covers, commodities and schemes change in the same way, each list of choices separately. No possible choice
becomes impossible, and no impossible one becomes possible.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from riskscore.world.draws import Floats

GIVEN_UP = 0.1
"""Share of its weight that a heavy choice keeps."""
_BORE = 0.5
"""Share of all weight that the choices to give up have together; the heaviest come first."""
_SPREAD = 1.2
"""Standard deviation of the logarithm of the factor of each weight."""
_ANYWHERE = 2.0
"""Factor by which routes with an end outside the pattern become more frequent."""


@dataclass(frozen=True)
class Upheaval:
    """A change on `day` (0 = first simulated day); None: it never comes."""

    seed: int
    day: int | None = None

    def over(self, day: int) -> bool:
        """Return whether `day` is the day of the change or later."""
        return self.day is not None and day >= self.day

    def moved(self, weights: Floats, name: str) -> Floats:
        """Return weights[n] after the change; the same seed and `name` of the choice give the same factors."""
        rng = np.random.default_rng(np.random.SeedSequence([self.seed, 1 << 27, zlib.crc32(name.encode())]))
        order = np.argsort(-weights, kind="stable")
        before = np.cumsum(weights[order]) - weights[order]
        kept = np.ones(len(weights))
        kept[order[before < _BORE * weights.sum()]] = GIVEN_UP
        return np.asarray(weights * kept * np.exp(rng.normal(0, _SPREAD, len(weights))))

    def anywhere(self, share: float, day: int) -> float:
        """Return the `share` of routes outside the pattern on `day`."""
        return share * _ANYWHERE if self.over(day) else share
