"""Made-up nights with measures for tests: filings of a small world, random features, no model and no ledger."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from riskscore import schema
from riskscore.lake.protocol import Lake
from riskscore.model.card import Card
from riskscore.monitoring import measures
from riskscore.runs import log

FIRST = date(2024, 1, 1)
FEATURES = ("flag", "amount", *measures.NEW.values())
CARD = Card(
    name="toy",
    data="simulated",
    labels="truth",
    period=("2023-01-01", "2023-12-31"),
    rows=1,
    positives=1,
    catalogue="",
    features=dict.fromkeys(FEATURES, ""),
    model_sha256="",
    settings={},
    trees=1,
    calibration={},
    splits=[],
)

Change = Callable[[pl.DataFrame], pl.DataFrame]


def filings(number: int, bills: int = 400) -> pl.DataFrame:
    """The filings of one night: bills of one to five boxes, a few of thirty, on some hundred lanes."""
    rng = np.random.default_rng(number)
    boxes = np.where(rng.random(bills) < 0.005, 30, rng.integers(1, 6, bills))
    bill_rows = pl.DataFrame(
        {
            "bill_of_lading": [f"B{number}-{bill}" for bill in range(bills)],
            "port_of_loading": rng.choice([f"CN{port:03}" for port in range(15)], bills),
            "port_of_discharge": rng.choice([f"VN{port:03}" for port in range(15)], bills),
            "origin_country": rng.choice(["CN", "HK", "TW"], bills, p=[0.8, 0.15, 0.05]),
            "currency": rng.choice(["USD", "EUR", "CNY"], bills, p=[0.7, 0.2, 0.1]),
            "gross_weight_kg": rng.lognormal(9, 0.7, bills),
            "hs_codes": [[f"{code}0100"] for code in rng.integers(30, 60, bills)],
            "consignee_name": rng.choice([f"TRADER {party}" for party in range(300)], bills),
            "shipper_name": rng.choice([f"MAKER {party}" for party in range(300)], bills),
        }
    ).with_columns(declared_value=pl.col("gross_weight_kg") * pl.Series(rng.lognormal(1, 0.8, bills)))
    missing = pl.Series(rng.random(bills) < 0.03)
    bill_rows = bill_rows.with_columns(pl.when(~missing).then("gross_weight_kg").alias("gross_weight_kg"))
    rows = (
        bill_rows.with_columns(boxes=pl.Series(boxes)).select(pl.exclude("boxes").repeat_by("boxes")).explode(pl.all())
    )
    container = pl.format("C{}", pl.int_range(pl.len()))
    return schema.conform(rows.with_columns(container_number=container, goods_description=pl.lit("GOODS")))


def matrix(number: int, height: int, shift: float = 0.0, past: float = 0.0) -> pl.DataFrame:
    """Features and margin of a night; `shift` moves `amount`, and `past` moves the history features."""
    rng = np.random.default_rng(1_000 + number)
    history = {name: rng.poisson(0.1 + number / 5 + past, height) for name in measures.NEW.values()}
    others: dict[str, Any] = {"flag": rng.random(height) < 0.1, "amount": rng.normal(shift, 1, height)}
    return (
        pl.DataFrame({**others, **history}).cast(pl.Float32).with_columns(margin=pl.Series(rng.normal(-5, 1, height)))
    )


def night(
    lake: Lake, number: int, *, card: Card = CARD, change: Change | None = None, shift: float = 0.0, past: float = 0.0
) -> date:
    """Write the measures of night `number` to a lake and finish its run; return its date."""
    rows = filings(number) if change is None else change(filings(number))
    day = FIRST + timedelta(number - 1)
    run = log.begin(lake, number, day, {"manifests": [], "outcomes": []})
    assert run is not None
    measures.keep(lake, run, rows, matrix(number, rows.height, shift, past), card)
    log.record(lake, run, log.FINISHED, {"night": str(day)})
    return day
