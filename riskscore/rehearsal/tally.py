"""Tally: what the weeks of a rehearsal come to, by policy, before the change and after it.

    weeks of every seed ─▶ seizures a week by phase: mean and spread over seeds
                        └▶ one policy less another on the same seeds: mean difference and its interval

Policies play on the same worlds, so that luck with a world drops out of a difference. The interval is Student's over
the seeds; with one seed there is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import polars as pl
from scipy.stats import t as student

SOON = 4
"""Weeks after the change that are told apart from later ones."""

PHASES = ("before", "soon after", "later", "all after", "whole")

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean over seeds, with its standard deviation and interval (95%); None for both where there is one seed."""

    mean: float
    spread: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, values: pl.Series) -> Mean:
        """The mean of values[seeds]."""
        mean, count = float(values.mean()), values.len()  # type: ignore[arg-type]
        if count < 2:
            return cls(mean, None, None, None)
        spread = float(values.std())  # type: ignore[arg-type]
        half = float(student.ppf((1 + _LEVEL) / 2, count - 1)) * spread / math.sqrt(count)
        return cls(mean, spread, mean - half, mean + half)


@dataclass(frozen=True, slots=True)
class Result:
    """Seizures a week of `policy` in one phase of `weeks` weeks; `total` is the mean number over the whole phase."""

    policy: str
    phase: str
    weeks: int
    total: float
    smuggled: float
    seizures: Mean


@dataclass(frozen=True, slots=True)
class Difference:
    """Seizures a week of `policy` less those of `other`, on the same seeds, in one phase."""

    policy: str
    other: str
    phase: str
    seizures: Mean


def results(played: pl.DataFrame, change: int) -> list[Result]:
    """What each policy found in each phase that has weeks. `played` as `rehearse` gives it."""
    found = []
    for policy in _policies(played):
        for phase, weeks, part in _phases(played.filter(pl.col("policy") == policy), change):
            by_seed = part.group_by("seed", maintain_order=True).agg(pl.col("seizures", "smuggled").sum())
            a_week = Mean.of(by_seed["seizures"] / weeks)
            smuggled = float(by_seed["smuggled"].mean()) / weeks  # type: ignore[arg-type]
            found.append(Result(policy, phase, weeks, a_week.mean * weeks, smuggled, a_week))
    return found


def differences(played: pl.DataFrame, change: int) -> list[Difference]:
    """Each later policy less each earlier one (mixed less score), phase by phase."""
    found = []
    for other, policy in combinations(_policies(played), 2):
        for phase, weeks, part in _phases(played, change):
            totals = part.group_by("seed", "policy").agg(pl.col("seizures").sum()).pivot("policy", index="seed")
            less = totals.sort("seed").select((pl.col(policy) - pl.col(other)) / weeks).to_series()
            found.append(Difference(policy, other, phase, Mean.of(less)))
    return found


def _policies(played: pl.DataFrame) -> list[str]:
    return played["policy"].unique(maintain_order=True).to_list()


def _phases(played: pl.DataFrame, change: int) -> list[tuple[str, int, pl.DataFrame]]:
    """(phase, its number of weeks, its rows), of those that have any."""
    week = pl.col("week")
    conditions = (week < change, week.is_between(change, change + SOON - 1), week >= change + SOON, week >= change)
    parts = [
        (phase, played.filter(condition)) for phase, condition in zip(PHASES, (*conditions, week > 0), strict=True)
    ]
    return [(phase, part["week"].n_unique(), part) for phase, part in parts if part.height]
