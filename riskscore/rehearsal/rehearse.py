"""Rehearse: policies in a closed loop on simulated worlds, where the model learns only from opened boxes.

Half-way, the smugglers change their routes and covers.

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
"""All boxes to the highest scores; the mix of the slate; all boxes at random."""

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Policies:
    """Which policies are tried, the shares of `mixed`, and how the model learns under all of them.

    Raises SettingsError for an unknown policy, and for a mix that does not add up to 1.
    """

    names: Sequence[str] = POLICIES
    mixed: Shares = field(default_factory=Shares)
    learning: Learning = field(default_factory=Learning)

    def __post_init__(self) -> None:
        unknown = [name for name in self.names if name not in POLICIES]
        if unknown or not self.names:
            raise SettingsError(f"unknown policy {', '.join(unknown) or '(none)'}; choose from {', '.join(POLICIES)}")
        parts = (self.mixed.score, self.mixed.explore, self.mixed.random)
        if min(parts) < 0 or abs(sum(parts) - 1) > _SLACK:
            text = ", ".join(f"{part:g}" for part in parts)
            raise SettingsError(f"the mix is {text}; score, explore and random must be 0 or more and add up to 1")

    def shares(self, name: str) -> Shares:
        """Return the shares of the boxes that policy `name` opens."""
        return {"score": Shares(1.0, 0.0, 0.0), "mixed": self.mixed, "random": Shares(0.0, 0.0, 1.0)}[name]


def rehearse(
    script: Script,
    policies: Policies,
    *,
    seed: int = 0,
    repeats: int = 3,
) -> pl.DataFrame:
    """Try each policy on the worlds of `repeats` seeds, from `seed` on; see `rehearsal.loop`.

    Returns one row per seed, policy and week: `seed`, `policy` and WEEK. The same arguments give the same rows. All
    policies of a seed have the same world, where a box contains the same whoever opens it. Raises SettingsError if
    `repeats` is below 1 or `seed` below 0.
    """
    if repeats < 1 or seed < 0:
        raise SettingsError(f"repeats is {repeats} and seed {seed}; repeats must be at least 1, seed at least 0")
    runs = []
    for each in range(seed, seed + repeats):
        world = stage(script, each)
        for name in policies.names:
            with progress.prefixed(f"seed {each}, {name}"):
                weeks = run(world, policies.shares(name), policies.learning)
            runs.append(weeks.select(pl.lit(each).alias("seed"), pl.lit(name).alias("policy"), *WEEK))
    return pl.concat(runs)
