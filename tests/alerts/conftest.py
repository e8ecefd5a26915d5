"""Short ways to make alerts and consignments for tests."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from riskscore import schema
from riskscore.alerts.schema import ALERT, DECISION

MOMENT = datetime(2024, 1, 1, tzinfo=UTC)


def _alerts(*rows: dict[str, Any]) -> pl.DataFrame:
    defaults = {
        "kind": "party",
        "provider": "Customs A",
        "reliability": "B2",
        "handling": "green",
        "valid_from": date(2024, 1, 1),
        "status": "active",
        "updated_at": MOMENT,
    }
    complete = [{"alert_id": f"A{place}", **defaults, **row} for place, row in enumerate(rows)]
    return pl.DataFrame([{name: row.get(name) for name in ALERT} for row in complete], schema=ALERT)


def _consignments(*rows: dict[str, Any]) -> pl.DataFrame:
    defaults = {
        "filed_at": MOMENT,
        "port_of_loading": "NGAPP",
        "port_of_discharge": "VNHPH",
        "goods_description": "GOODS",
    }
    complete = [
        {"bill_of_lading": f"B{place}", "container_number": f"MSCU{place:07}", **defaults, **row}
        for place, row in enumerate(rows)
    ]
    columns = {name: schema.COLUMNS[name] for row in complete for name in row}
    return schema.conform(pl.DataFrame([{name: row.get(name) for name in columns} for row in complete], schema=columns))


@pytest.fixture
def alerts() -> Callable[..., pl.DataFrame]:
    """Make alerts on parties, graded B2, TLP green, unless a row says otherwise."""
    return _alerts


@pytest.fixture
def consignments() -> Callable[..., pl.DataFrame]:
    return _consignments


@pytest.fixture
def no_decisions() -> pl.DataFrame:
    return pl.DataFrame(schema=DECISION)
