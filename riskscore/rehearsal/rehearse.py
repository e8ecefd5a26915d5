"""Rehearse: a closed loop on the simulator, in which only opened boxes teach, and smugglers change half-way.

seed ─▶ stage ─┬─▶ loop under policy score  ─┐
               ├─▶ loop under policy mixed  ─┼─▶ weeks ─▶ tally ─▶ table, chart
               └─▶ loop under policy random ─┘
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from riskscore import progress
from riskscore.errors import SettingsError
from riskscore.rehearsal.learner import Learning
from riskscore.rehearsal.loop import WEEK, run
from riskscore.rehearsal.stage import Script, stage
from riskscore.selection.capacity import Shares

__all__ = ["POLICIES", "Learning", "Policies", "Script", "rehearse"]

POLICIES = ("score", "mixed", "random")
"""All to the highest scores; the mix of the slate; all by lot."""

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Policies:
    """Which policies play, what `mixed` means, and how all of them learn.

    Raises SettingsError for an unknown policy, and for a mix that does not add up to 1.
    """

    names: Sequence[str] = POLICIES
    mixed: Shares = field(default_factory=Shares)
    learning: Learning = field(default_factory=Learning)

    def __post_init__(self) -> None:
        unknown = [name for name in self.names if name not in POLICIES]
        if unknown or not self.names:
            raise SettingsError(f"unknown policy {', '.join(unknown) or '(none)'}; there are {', '.join(POLICIES)}")
        parts = (self.mixed.score, self.mixed.explore, self.mixed.random)
        if min(parts) < 0 or abs(sum(parts) - 1) > _SLACK:
            told = ", ".join(f"{part:g}" for part in parts)
            raise SettingsError(f"the mix is {told}; score, explore and random are parts of 0 or more, 1 together")

    def shares(self, name: str) -> Shares:
        """The shares of the boxes that policy `name` opens."""
        return {"score": Shares(1.0, 0.0, 0.0), "mixed": self.mixed, "random": Shares(0.0, 0.0, 1.0)}[name]


def rehearse(
    script: Script,
    policies: Policies,
    *,
    seed: int = 0,
    repeats: int = 3,
) -> pl.DataFrame:
    """Play `script` under each policy, on the worlds of `repeats` seeds from `seed` on; see `rehearsal.loop`.

    Returns a row a seed, policy and week: `seed`, `policy` and WEEK. The same arguments give the same rows. Policies
    of a seed play on the same world, where a box holds the same whoever opens it. Raises SettingsError for no repeat.
    """
    if repeats < 1 or seed < 0:
        raise SettingsError(f"repeats ({repeats}) must be at least 1, seed ({seed}) at least 0")
    played = []
    for each in range(seed, seed + repeats):
        world = stage(script, each)
        for name in policies.names:
            with progress.prefixed(f"seed {each}, {name}"):
                weeks = run(world, policies.shares(name), policies.learning)
            played.append(weeks.select(pl.lit(each).alias("seed"), pl.lit(name).alias("policy"), *WEEK))
    return pl.concat(played)
