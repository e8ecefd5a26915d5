"""Made-up pasts for tests: bills amended, used again and filed late; findings that come late and are corrected."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from riskscore import schema

START = datetime(2024, 1, 1, tzinfo=UTC)
LATE = 2
"""Days that a filing may be late, at most."""

PARTIES = [None, "Alder", "Birch", "Cedar", "Dogwood", "Elm"]


def filing(rng: random.Random, bill: int, day: float, version: int = 1) -> dict[str, Any]:
    return {
        "bill_of_lading": f"B{bill}",
        "container_number": f"C{bill % 7}",
        "version": version,
        "filed_at": START + timedelta(days=day),
        "port_of_loading": rng.choice(["NGAPP", "MYPKG"]),
        "port_of_discharge": rng.choice(["VNHPH", "SGSIN"]),
        "goods_description": "GOODS",
        "hs_codes": rng.choice([None, ["390110"], ["440399"], ["080131"]]),
        "gross_weight_kg": rng.choice([None, 0.0, 900.0, 21500.5]),
        "origin_country": rng.choice([None, "NG", "KE"]),
        "taken": int(day) + rng.choice([0, 0, 0, LATE]),
    } | {f"{party}_name": rng.choice(PARTIES) for party in ("shipper", "consignee", "notify", "forwarder")}


def outcome(rng: random.Random, bill: int, day: float) -> dict[str, Any]:
    known = day + rng.choice([0.1, 3, 40, 200])
    return {
        "bill_of_lading": f"B{bill}",
        "container_number": f"C{bill % 7}",
        "inspected_at": rng.choice([None, START + timedelta(days=day), START + timedelta(days=day + 1)]),
        "known_at": START + timedelta(days=known),
        "finding": rng.choice(["clean", "irregular", "seizure"]),
        "taken": int(known),
    }


def world(seed: int, *, days: int, size: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Filings and outcomes, each with the night `taken`; bills are amended and used again, findings are corrected."""
    rng = random.Random(seed)  # noqa: S311
    filed, found = [], []
    for _ in range(size):
        bill, day = rng.randrange(size // 2), rng.uniform(0, days)
        filed.append(filing(rng, bill, day))
        if rng.random() < 0.3:
            filed.append(filing(rng, bill, day + rng.choice([0, 0.3, 5, 119, 120, 121, 300]), version=2))
        for _ in range(rng.choice([0, 0, 1, 2, 3])):
            found.append(outcome(rng, bill, day))
    found += [record | {"taken": record["taken"] + 1} for record in found[:3]]
    return frame(filed, schema.COLUMNS), frame(found, schema.OUTCOME)


def frame(rows: list[dict[str, Any]], columns: dict[str, Any]) -> pl.DataFrame:
    given = pl.DataFrame(rows, infer_schema_length=None)
    return schema.conform(given, columns).with_columns(given["taken"])
