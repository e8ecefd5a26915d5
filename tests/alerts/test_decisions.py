from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from riskscore.alerts import decisions
from riskscore.alerts.schema import DECISION

Make = Callable[..., pl.DataFrame]
NOW = datetime(2024, 3, 1, tzinfo=UTC)
NIGHT = NOW.date()


def _known(rows: pl.DataFrame, *moments: datetime) -> pl.DataFrame:
    return rows.with_columns(pl.Series("imported_at", moments, dtype=pl.Datetime("us", "UTC")))


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        ({}, True),
        ({"valid_from": NIGHT}, True),
        ({"valid_from": NIGHT + timedelta(1)}, False),
        ({"valid_until": NIGHT}, True),
        ({"valid_until": NIGHT - timedelta(1)}, False),
        ({"valid_from": None, "valid_until": None}, True),
        ({"status": "withdrawn"}, False),
    ],
)
def test_an_alert_holds_on_the_days_of_its_validity(alerts: Make, row: dict[str, Any], holds: bool) -> None:
    assert decisions.in_force(_known(alerts({"name": "X", **row}), NOW), NIGHT).height == holds


def test_what_came_later_was_not_known_then(alerts: Make) -> None:
    versions = _known(
        alerts(
            {"alert_id": "A", "name": "old"},
            {"alert_id": "A", "name": "new", "updated_at": NOW, "valid_from": date(2024, 1, 1)},
            {"alert_id": "A", "status": "withdrawn", "updated_at": NOW + timedelta(5)},
        ),
        NOW - timedelta(2),
        NOW + timedelta(1),
        NOW + timedelta(6),
    )
    told = [decisions.in_force(versions, NIGHT, NOW + timedelta(days))["name"].to_list() for days in (-3, 0, 2, 7)]
    assert told == [[], ["old"], ["new"], []]


def test_the_last_decision_on_a_pair_stands() -> None:
    rows = [("A", "x", "different", 1), ("A", "y", "different", 2), ("A", "x", "same", 3)]
    made = pl.DataFrame(
        [dict(zip(DECISION, (*row[:3], "why", NOW + timedelta(row[3])), strict=True)) for row in rows], schema=DECISION
    )
    now = decisions.standing(made)
    assert dict(now.select("value", "verdict").iter_rows()) == {"y": "different", "x": "same"}
    before = decisions.standing(made, NOW + timedelta(2))
    assert dict(before.select("value", "verdict").iter_rows()) == {"y": "different", "x": "different"}
