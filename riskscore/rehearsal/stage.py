"""Stage: the simulated world on which every policy of a seed is tried, with the finding of each box decided beforehand.

    │ warm-up: officers open  │ weeks: the policy opens          │ weeks                    │
                              └ week 1                           └ the change half-way       └ end

A box gives the same finding under every policy, so policies differ only in which boxes they open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from riskscore import progress
from riskscore.errors import SettingsError
from riskscore.features import build
from riskscore.history.keys import NEEDS
from riskscore.history.past import Past
from riskscore.history.profiles import load
from riskscore.parties.resolve import IDS, add_party_ids
from riskscore.schema import KEY
from riskscore.simulation.simulation import HIGHEST_RATE, Simulation
from riskscore.world import world

START = date(2024, 1, 1)
DAYS = 7
"""Days in a week."""


@dataclass(frozen=True, slots=True)
class Script:
    """The settings of a rehearsal.

    weeks      number of weeks in which the policy opens boxes
    capacity   number of boxes opened per day, over all ports together
    per_day    number of consignments filed per day
    warm_up    number of weeks before, in which officers open boxes as usual
    rate       share of consignments that are smuggled, above 0

    Raises SettingsError if there are too few weeks, the rate is out of range, or more boxes are opened than are filed.
    """

    weeks: int = 24
    capacity: int = 10
    per_day: int = 300
    warm_up: int = 8
    rate: float = 1 / 150

    def __post_init__(self) -> None:
        if self.weeks < 2 or self.warm_up < 1:
            raise SettingsError(
                f"{self.weeks} weeks after {self.warm_up} weeks of warm-up: give at least 2 weeks, one on either side "
                "of the change, and at least 1 week of warm-up"
            )
        if not 0 < self.rate <= HIGHEST_RATE:
            raise SettingsError(f"smuggling rate is {self.rate:g}; give a share above 0, up to {HIGHEST_RATE}")
        if not 0 < self.capacity <= self.per_day:
            raise SettingsError(
                f"capacity is {self.capacity} boxes per day; give 1 to {self.per_day}, the number filed per day"
            )

    @property
    def change(self) -> int:
        """The first week with new routes and covers of the smugglers, from 1."""
        return self.weeks // 2 + 1

    @property
    def days(self) -> int:
        """The number of days of warm-up and weeks together."""
        return (self.warm_up + self.weeks) * DAYS

    def first_day(self, week: int) -> date:
        """Return the first day of `week`; weeks count from 1, and the last warm-up week is 0."""
        return START + timedelta(days=(self.warm_up + week - 1) * DAYS)

    def moment(self, week: int) -> datetime:
        """Return the beginning of `week`; outcomes known before it may be used in that week."""
        return datetime.combine(self.first_day(week), time(), UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """The simulated world of one seed, with every consignment as first filed.

    rows       consignments: the canonical columns and `week` (1 is the first after the warm-up)
    findings   what opening each box would find (schema.OUTCOME)
    warm_up    outcomes of the boxes that officers opened in the warm-up (schema.OUTCOME)
    matrix     features of those boxes, as of their own days
    smuggled   number of smuggled consignments per week: `week`, `smuggled`
    """

    script: Script
    seed: int
    rows: pl.DataFrame
    findings: pl.DataFrame
    warm_up: pl.DataFrame
    matrix: pl.DataFrame
    smuggled: pl.DataFrame

    def week(self, number: int) -> pl.DataFrame:
        """Return the consignments filed in a week."""
        return self.rows.filter(pl.col("week") == number)

    def features(self, number: int, outcomes: pl.DataFrame) -> pl.DataFrame:
        """Return the features of a week's consignments, as of their own days; `outcomes` are those known before it."""
        until = self.rows.filter(pl.col("week") <= number).select(_ledger_columns(self.rows))
        return build.build(self.week(number).drop("week"), Past(until, outcomes))


def stage(script: Script, seed: int) -> Stage:
    """Simulate the world of `seed`. The same script and seed give the same world."""
    change_day = (script.warm_up + script.change - 1) * DAYS
    simulation = Simulation(world.load(), seed, script.per_day, START, script.days, change_day)
    days, findings, warm_up, truth = [], [], [], []
    for day in range(script.days):
        if day % DAYS == 0:
            progress.step(f"seed {seed}: simulating week {day // DAYS + 1} of {script.days // DAYS}")
        traffic = simulation.day(day, script.rate)
        number = day // DAYS - script.warm_up + 1
        days.append(traffic.sheet.rows.with_columns(week=pl.lit(number, pl.Int32)))
        findings.append(simulation.if_opened(day, traffic))
        truth.append(traffic.truth.select("smuggled", week=pl.lit(number, pl.Int32)))
        if number < 1:
            warm_up.append(traffic.opened)
    rows = add_party_ids(pl.concat(days))
    opened = pl.concat(warm_up)
    progress.step(f"seed {seed}: computing features of the boxes that officers opened")
    before = rows.filter(pl.col("week") < 1).drop("week")
    matrix = build.build(before, Past(before.select(_ledger_columns(before)), opened))
    return Stage(
        script,
        seed,
        rows,
        pl.concat(findings),
        opened,
        matrix.join(opened.select(KEY), on=KEY, how="semi", maintain_order="left"),
        pl.concat(truth).group_by("week").agg(pl.col("smuggled").sum()).sort("week"),
    )


def _ledger_columns(rows: pl.DataFrame) -> list[str]:
    """Return the columns that the history needs; leaving out the others halves the time per week."""
    needed = {*KEY, "filed_at", "version", "gross_weight_kg", *NEEDS, *IDS.values(), *IDS, *load().sources}
    return [name for name in rows.columns if name in needed]
