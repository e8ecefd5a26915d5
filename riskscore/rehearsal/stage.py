"""Stage: the world on which every policy of a seed plays, with what each opening would find, decided beforehand.

    │ warm-up: officers open  │ weeks: the policy opens          │ weeks                    │
                              └ week 1                           └ the change half-way       └ end

One finding a consignment, whoever opens it: policies differ in what they open and in nothing else.
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
"""Days a week."""


@dataclass(frozen=True, slots=True)
class Script:
    """What is played: `weeks` after `warm_up` weeks, `per_day` consignments, a share `rate` of which smuggle.

    `capacity` boxes a day are opened, over all ports together. The change comes with week `change`, from 1. Raises
    SettingsError where too little would happen on either side of the change, or more is opened than comes.
    """

    weeks: int = 24
    capacity: int = 10
    per_day: int = 300
    warm_up: int = 8
    rate: float = 1 / 150

    def __post_init__(self) -> None:
        if self.weeks < 2 or self.warm_up < 1:
            raise SettingsError(
                f"{self.weeks} weeks after {self.warm_up} of warm-up: give at least 2 weeks, one on either side of the "
                "change, and at least 1 of warm-up"
            )
        if not 0 < self.rate <= HIGHEST_RATE:
            raise SettingsError(f"smuggling rate is {self.rate:g}; give a share above 0, up to {HIGHEST_RATE}")
        if not 0 < self.capacity <= self.per_day:
            raise SettingsError(f"capacity is {self.capacity} boxes a day; give 1 to the {self.per_day} that are filed")

    @property
    def change(self) -> int:
        """The first week under the smugglers' new ways."""
        return self.weeks // 2 + 1

    @property
    def days(self) -> int:
        """Days of warm-up and weeks together."""
        return (self.warm_up + self.weeks) * DAYS

    def first_day(self, week: int) -> date:
        """The first day of `week`, from 1; warm-up weeks end with 0."""
        return START + timedelta(days=(self.warm_up + week - 1) * DAYS)

    def moment(self, week: int) -> datetime:
        """The beginning of `week`: what becomes known before it may be used in it."""
        return datetime.combine(self.first_day(week), time(), UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """The world of one seed: every consignment as first filed.

    `rows` has canonical columns and `week` (1 is the first after the warm-up), `findings` what each opening would find
    (schema.OUTCOME), `warm_up` the outcomes of what officers opened in the warm-up, `matrix` the features of those, as
    of their own days. `smuggled` counts the smuggled consignments of each week, `week`.
    """

    script: Script
    seed: int
    rows: pl.DataFrame
    findings: pl.DataFrame
    warm_up: pl.DataFrame
    matrix: pl.DataFrame
    smuggled: pl.DataFrame

    def week(self, number: int) -> pl.DataFrame:
        """The consignments filed in a week."""
        return self.rows.filter(pl.col("week") == number)

    def features(self, number: int, outcomes: pl.DataFrame) -> pl.DataFrame:
        """The matrix of a week's consignments, as of their own days, with `outcomes` known before it."""
        until = self.rows.filter(pl.col("week") <= number).select(_ledger_columns(self.rows))
        return build.build(self.week(number).drop("week"), Past(until, outcomes))


def stage(script: Script, seed: int) -> Stage:
    """Simulate the world of `seed`; the same script and seed give the same world."""
    change_day = (script.warm_up + script.change - 1) * DAYS
    simulation = Simulation(world.load(), seed, script.per_day, START, script.days, change_day)
    days, findings, warm_up, truth = [], [], [], []
    for day in range(script.days):
        if day % DAYS == 0:
            progress.step(f"seed {seed}: simulating week {day // DAYS + 1} of {script.days // DAYS}")
        brought = simulation.day(day, script.rate)
        number = day // DAYS - script.warm_up + 1
        days.append(brought.sheet.rows.with_columns(week=pl.lit(number, pl.Int32)))
        findings.append(simulation.if_opened(day, brought))
        truth.append(brought.truth.select("smuggled", week=pl.lit(number, pl.Int32)))
        if number < 1:
            warm_up.append(brought.opened)
    rows = add_party_ids(pl.concat(days))
    opened = pl.concat(warm_up)
    progress.step(f"seed {seed}: measuring what officers opened")
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
    """What the past is made of: without the rest a week costs half."""
    needed = {*KEY, "filed_at", "version", "gross_weight_kg", *NEEDS, *IDS.values(), *IDS, *load().sources}
    return [name for name in rows.columns if name in needed]
