"""A lake with two nights scored by made-up probabilities, so that slates, outcomes and reports need no model."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskscore.casework import slates
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.selection.capacity import Capacities, Capacity
from riskscore.selection.explore import KNOWN

NIGHTS = (date(2024, 3, 1), date(2024, 3, 2))
PORTS = ("VNHPH", "SGSIN", None)
CAPACITY = Capacities(Capacity(boxes=10, scans=3, documents=4, audits=2))


def fill(
    lake: Lake, night: date, run: int, count: int = 150, ports: tuple[str | None, ...] = PORTS, *, houses: bool = False
) -> None:
    """Write `count` scored consignments of one night to a lake, at each port in turn; or each as two houses of a box.

    The second house has a lower probability than the first.
    """
    rng = np.random.default_rng(run)
    at = datetime(night.year, night.month, night.day, 6, tzinfo=UTC)
    probability = rng.beta(0.4, 8, count)
    key = pl.DataFrame(
        {
            "bill_of_lading": [f"BL{run}{row:05}" for row in range(count)],
            "container_number": [f"TOYU{run}{row:06}" for row in range(count)],
            "filed_at": [at] * count,
            "port_of_loading": ["NGAPP"] * count,
            "port_of_discharge": [ports[row % len(ports)] for row in range(count)],
        }
    )
    filed = key.with_columns(
        pl.lit("=PLASTIC <b>GRANULES</b>").alias("goods_description"), pl.lit(night).alias("started")
    )
    reason = {"indicator": 1, "feature": "newcomer", "sentence": "TRADER 1 is new.", "check": "x", "contribution": 0.5}
    scores = key.with_columns(
        port=pl.col("port_of_discharge"),
        probability=pl.Series(probability),
        margin=pl.Series(np.log(probability / (1 - probability))),
        rank=pl.Series(probability).rank("ordinal", descending=True).cast(pl.Int64),
        reasons=pl.Series([[reason]] * count),
        model=pl.lit("toy"),
        scored_at=pl.lit(at),
        **{name: pl.Series(np.log1p(rng.poisson(3, count)), dtype=pl.Float64) for name in KNOWN},
    )
    if houses:
        filed, scores = (_as_houses(frame) for frame in (filed, scores))
    lake.append("consignments", filed, run=run, night=night)
    lake.append("scores", scores, run=run, night=night)


def _as_houses(rows: pl.DataFrame) -> pl.DataFrame:
    bill = pl.col("bill_of_lading")
    lower = [pl.col(name) - pl.lit(0.001) * pl.col(name).abs() for name in ("probability", "margin") if name in rows]
    second = rows.with_columns(pl.format("{} / H2", bill), *lower)
    return pl.concat([rows.with_columns(pl.format("{} / H1", bill)), second])


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two scored nights without slates."""
    two_nights = create_lake(tmp_path / "lake")
    for run, night in enumerate(NIGHTS, start=1):
        fill(two_nights, night, run)
    return two_nights


@pytest.fixture
def filled() -> Callable[..., None]:
    """Give a lake one more night: `filled(lake, night, run)`."""
    return fill


@pytest.fixture
def drawn(lake: Lake) -> Lake:
    """Two nights with their slates."""
    for run, night in enumerate(NIGHTS, start=1):
        slates.draw(lake, night, CAPACITY, "lottery 7", run)
    return lake


@pytest.fixture
def findings(drawn: Lake) -> pl.DataFrame:
    """The outcome of each box that the slates open: a seizure in every fifth."""
    opened = pl.concat([slates.in_force(drawn, night) for night in NIGHTS]).filter(pl.col("action") == "open")
    hit = pl.int_range(pl.len()) % 5 == 0
    inspected = pl.col("night").cast(pl.Datetime("us", "UTC")) + timedelta(days=3)
    return opened.select(
        "bill_of_lading",
        "container_number",
        inspected.alias("inspected_at"),
        (inspected + timedelta(days=2)).alias("known_at"),
        pl.when(hit).then(pl.lit("seizure")).otherwise(pl.lit("clean")).alias("finding"),
        pl.when(hit).then(pl.lit("ivory")).alias("commodity"),
        pl.when(hit).then(pl.lit(1250.0)).alias("quantity_kg"),
    )


@pytest.fixture
def worker() -> Callable[..., subprocess.Popen[str]]:
    """Start a process that records outcomes or changes slates: `worker("record", uri, file)`; see case_worker.py."""

    def start(*words: object) -> subprocess.Popen[str]:
        command = [sys.executable, str(Path(__file__).with_name("case_worker.py")), *map(str, words)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)

    return start
