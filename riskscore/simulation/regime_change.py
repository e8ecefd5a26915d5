"""Upheaval: the day on which smugglers give up what they were known for and take to other ways.

    weight of each choice ─▶ the few that bore half of it: given up ─┐
                             every one: drawn anew, strongly ────────┴─▶ weight from that day on

Countries, covers, commodities and schemes go through the same mill, each list of choices on its own. Nothing becomes
impossible, and nothing that was impossible becomes possible.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from riskscore.world.draws import Floats

GIVEN_UP = 0.1
"""What is left of the weight of a choice that bore much before."""
_BORE = 0.5
"""The heaviest choices are given up until they bear this part of all weight together."""
_SPREAD = 1.2
"""Standard deviation of the logarithm of what every weight is multiplied by."""
_ANYWHERE = 2.0
"""How many times more routes have an end outside the pattern afterwards."""


@dataclass(frozen=True)
class Upheaval:
    """A change of ways on `day` (counted from the first simulated day); None: it never comes."""

    seed: int
    day: int | None = None

    def over(self, day: int) -> bool:
        """Whether `day` comes after the change, or is its day."""
        return self.day is not None and day >= self.day

    def moved(self, weights: Floats, name: str) -> Floats:
        """The weights[n] of the choice called `name` after the change; the same seed and name move them alike."""
        rng = np.random.default_rng(np.random.SeedSequence([self.seed, 1 << 27, zlib.crc32(name.encode())]))
        order = np.argsort(-weights, kind="stable")
        before = np.cumsum(weights[order]) - weights[order]
        kept = np.ones(len(weights))
        kept[order[before < _BORE * weights.sum()]] = GIVEN_UP
        return np.asarray(weights * kept * np.exp(rng.normal(0, _SPREAD, len(weights))))

    def anywhere(self, share: float, day: int) -> float:
        """The `share` of routes outside the pattern, as it is on `day`."""
        return share * _ANYWHERE if self.over(day) else share
