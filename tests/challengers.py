"""A small simulated world, and challengers trained on it: one correctly, others with a fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

import riskscore
from riskscore.manifest import read
from riskscore.manifest.outcomes import read_outcomes
from riskscore.schema import KEY
from riskscore.simulation.write import simulate
from riskscore.training.labels import Labels
from riskscore.training.plan import Plan
from riskscore.training.worlds import read_truth

DAYS, PER_DAY = 60, 130
LEARNED = date(2024, 2, 14)
"""The last day that an honest challenger learns from; the days after it are for judging."""
BEYOND = date(2024, 2, 22)
"""A day in the middle of those for judging."""


@dataclass(frozen=True)
class World:
    """The folder of a simulation, and its contents as frames."""

    folder: Path
    consignments: pl.DataFrame
    earlier: pl.DataFrame
    outcomes: pl.DataFrame
    truth: pl.DataFrame

    def manifests(self, *, later: bool) -> list[Path]:
        """Return the files of the days after LEARNED (`later`), or of those up to it."""
        days = sorted((self.folder / "manifests").iterdir())
        return [path for path in days if (path.stem > str(LEARNED)) == later]

    def train(
        self,
        out: Path,
        *,
        until: date = LEARNED,
        consignments: pl.DataFrame | None = None,
        truth: pl.DataFrame | None = None,
        seed: int = 0,
    ) -> Path:
        """Train on the days up to `until`, and write that to the card."""
        rows = self.consignments if consignments is None else consignments
        known = self.outcomes.filter(pl.col("known_at").dt.date() <= until)
        booster = riskscore.train(
            rows.filter(pl.col("filed_at").dt.date() <= until),
            Labels(known, self.truth if truth is None else truth),
            earlier=self.earlier,
            plan=Plan(seed=seed),
        )
        replace(booster, card=replace(booster.card, learned_until=str(until))).save(out)
        return out


def world(folder: Path) -> World:
    """Simulate a world where one in 25 consignments is smuggled, so that some weeks are enough to compare models."""
    simulate(folder, days=DAYS, per_day=PER_DAY, seed=11, smuggling_rate=0.04)
    filed = read.read_many(read.files([folder / "manifests"]))
    outcomes, truth = read_outcomes(folder / "outcomes.parquet"), read_truth(folder / "truth.parquet")
    return World(folder, filed.consignments, filed.earlier, outcomes, truth)


def leaked(world: World) -> pl.DataFrame:
    """Return consignments with a label leak: the set temperature says whether the box is smuggled."""
    smuggled = world.consignments.select(KEY).join(
        world.truth.select(*KEY, "smuggled"), on=KEY, how="left", maintain_order="left"
    )
    return world.consignments.with_columns(
        temperature_c=pl.when(smuggled["smuggled"].fill_null(False)).then(-30.0).otherwise(None),
        container_type=pl.lit("22G1"),
    )


def shuffled(world: World) -> pl.DataFrame:
    """Return the truth with shuffled labels."""
    return world.truth.with_columns(pl.col("smuggled").shuffle(seed=3))
