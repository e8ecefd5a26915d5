"""One tiny rehearsal for all tests here, with much more smuggling than in reality."""

from __future__ import annotations

import polars as pl
import pytest

from riskscore.rehearsal.rehearse import Policies, rehearse
from riskscore.rehearsal.stage import Script, Stage, stage

SCRIPT = Script(weeks=4, capacity=4, per_day=60, warm_up=3, rate=0.05)
SEED = 1


@pytest.fixture(scope="package")
def world() -> Stage:
    return stage(SCRIPT, SEED)


@pytest.fixture(scope="package")
def weeks() -> pl.DataFrame:
    return rehearse(SCRIPT, Policies(), seed=SEED, repeats=1)
