"""One simulated world for these tests: a month with much more smuggling than in reality, so that all kinds occur."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from riskscore.schema import KEY
from riskscore.simulation.write import simulate

DAYS, PER_DAY, RATE, SEED = 30, 900, 0.03, 5


@dataclass(frozen=True)
class Simulated:
    """The three tables of a simulated world."""

    folder: Path
    rows: pl.DataFrame
    truth: pl.DataFrame
    outcomes: pl.DataFrame
    days: int = DAYS
    per_day: int = PER_DAY
    rate: float = RATE

    @property
    def first(self) -> pl.DataFrame:
        """First versions, with their truth."""
        return self.rows.filter(pl.col("version") == 1).join(self.truth.drop("filed_at"), on=KEY)

    @property
    def honest(self) -> pl.DataFrame:
        """Honest first versions."""
        return self.first.filter(~pl.col("smuggled"))


def load(folder: Path) -> Simulated:
    """Read what `simulate` wrote."""
    files = sorted((folder / "manifests").glob("*.parquet"))
    rows = pl.concat([pl.read_parquet(file).with_columns(file=pl.lit(file.stem)) for file in files])
    return Simulated(
        folder, rows, pl.read_parquet(folder / "truth.parquet"), pl.read_parquet(folder / "outcomes.parquet")
    )


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    folder = tmp_path_factory.mktemp("simulated") / "world"
    return load(simulate(folder, days=DAYS, per_day=PER_DAY, seed=SEED, smuggling_rate=RATE))
