"""The shipped samples, read once."""

from pathlib import Path

import polars as pl
import pytest

import riskscore
from riskscore.manifest.outcomes import read_outcomes
from riskscore.manifest.read import Manifest

SAMPLES = Path(__file__).parents[2] / "sample_manifests"


@pytest.fixture(scope="session")
def history() -> pl.DataFrame:
    return riskscore.read_history([SAMPLES / "history.parquet"])


@pytest.fixture(scope="session")
def outcomes() -> pl.DataFrame:
    return read_outcomes(SAMPLES / "outcomes.parquet")


@pytest.fixture(scope="session")
def ship() -> Manifest:
    return riskscore.read(SAMPLES / "haiphong-2019.csv")


@pytest.fixture(scope="session")
def day() -> Manifest:
    return riskscore.read(SAMPLES / "one-day.parquet")
