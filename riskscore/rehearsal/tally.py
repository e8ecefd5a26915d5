"""Tally: seizures per week in a rehearsal, by policy, before the change and after it.

    weeks of every seed ─▶ seizures per week by phase: mean and spread over seeds
                        └▶ one policy minus another on the same seeds: mean difference and its interval

Policies run on the same worlds, so the luck of a world cancels out in a difference. The interval is Student's t over
the seeds; with one seed there is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import polars as pl
from scipy.stats import t as student

SOON = 4
"""Number of weeks after the change that make the phase `soon after`."""

PHASES = ("before", "soon after", "later", "all after", "whole")

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over seeds, with standard deviation and 95% interval, which are None if there is one seed."""

    mean: float
    spread: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, values: pl.Series) -> Mean:
        """Return the mean of `values`, one per seed."""
        mean, count = float(values.mean()), values.len()  # type: ignore[arg-type]
        if count < 2:
            return cls(mean, None, None, None)
        spread = float(values.std())  # type: ignore[arg-type]
        half = float(student.ppf((1 + _LEVEL) / 2, count - 1)) * spread / math.sqrt(count)
        return cls(mean, spread, mean - half, mean + half)


@dataclass(frozen=True, slots=True)
class Result:
    """Seizures and smuggled consignments per week under `policy` in one phase of `weeks` weeks.

    `total` is the mean number of seizures in the phase.
    """

    policy: str
    phase: str
    weeks: int
    total: float
    smuggled: float
    seizures: Mean


@dataclass(frozen=True, slots=True)
class Difference:
    """Seizures per week under `policy` minus those under `other`, on the same seeds, in one phase."""

    policy: str
    other: str
    phase: str
    seizures: Mean


def results(weeks: pl.DataFrame, change: int) -> list[Result]:
    """Return what each policy found in each phase that has weeks; `weeks` is the result of `rehearse`."""
    rows = []
    for policy in _policies(weeks):
        for phase, count, part in _phases(weeks.filter(pl.col("policy") == policy), change):
            by_seed = part.group_by("seed", maintain_order=True).agg(pl.col("seizures", "smuggled").sum())
            per_week = Mean.of(by_seed["seizures"] / count)
            smuggled = float(by_seed["smuggled"].mean()) / count  # type: ignore[arg-type]
            rows.append(Result(policy, phase, count, per_week.mean * count, smuggled, per_week))
    return rows


def differences(weeks: pl.DataFrame, change: int) -> list[Difference]:
    """Return each later policy minus each earlier one (mixed minus score), phase by phase."""
    rows = []
    for other, policy in combinations(_policies(weeks), 2):
        for phase, count, part in _phases(weeks, change):
            totals = part.group_by("seed", "policy").agg(pl.col("seizures").sum()).pivot("policy", index="seed")
            difference = totals.sort("seed").select((pl.col(policy) - pl.col(other)) / count).to_series()
            rows.append(Difference(policy, other, phase, Mean.of(difference)))
    return rows


def _policies(weeks: pl.DataFrame) -> list[str]:
    return weeks["policy"].unique(maintain_order=True).to_list()


def _phases(weeks: pl.DataFrame, change: int) -> list[tuple[str, int, pl.DataFrame]]:
    """Return each phase that has weeks, with the number of its weeks and its rows."""
    week = pl.col("week")
    conditions = (week < change, week.is_between(change, change + SOON - 1), week >= change + SOON, week >= change)
    parts = [(phase, weeks.filter(condition)) for phase, condition in zip(PHASES, (*conditions, week > 0), strict=True)]
    return [(phase, part["week"].n_unique(), part) for phase, part in parts if part.height]
