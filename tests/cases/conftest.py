"""Fixture: a small simulated world with much smuggling, and its inspections, measured once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import riskscore
from riskscore import folders
from riskscore.cases import Inspected, gather, inspected, sources
from riskscore.explanation.contributions import Contributions, contributions
from riskscore.features import catalogue
from riskscore.history.past import Past
from riskscore.manifest.outcomes import read_outcomes
from riskscore.model.booster import Booster
from riskscore.schema import KEY
from riskscore.training.worlds import read_truth

LATER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """`rows` and `moved` are smuggled consignments of the second half; `past` has all inspections."""

    folder: Path
    log: pl.DataFrame
    outcomes: pl.DataFrame
    truth: pl.DataFrame
    booster: Booster
    past: Inspected
    rows: pl.DataFrame
    moved: Contributions


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    folder = tmp_path_factory.mktemp("worlds") / "cases"
    riskscore.simulate(folder, days=35, per_day=400, seed=5, smuggling_rate=0.04)
    paths = [folder / "manifests"]
    log, outcomes = riskscore.read_history(paths), read_outcomes(folder / "outcomes.parquet")
    truth = read_truth(folder / "truth.parquet")
    features = catalogue.load()
    booster = Booster.load(folders.default_model(), features)
    read_rows = sources.of_files(paths)
    everything = Past(log, outcomes)
    past = gather(everything, read_rows, before=LATER, booster=booster, catalogue=features)
    late = truth.filter(pl.col("smuggled"), pl.col("filed_at") >= datetime(2024, 1, 18, tzinfo=UTC))
    chosen = late.select(*KEY, known_at=pl.lit(LATER))
    rows, matrix = inspected.measure(read_rows, chosen, everything, features)
    return World(folder, log, outcomes, truth, booster, past, rows, contributions(matrix, booster))
