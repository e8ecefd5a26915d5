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


def _imported(rows: pl.DataFrame, *moments: datetime) -> pl.DataFrame:
    return rows.with_columns(pl.Series("imported_at", moments, dtype=pl.Datetime("us", "UTC")))


@pytest.mark.parametrize(
    ("row", "in_force"),
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
def test_an_alert_is_in_force_on_the_days_of_its_validity(alerts: Make, row: dict[str, Any], in_force: bool) -> None:
    assert decisions.in_force(_imported(alerts({"name": "X", **row}), NOW), NIGHT).height == in_force


def test_versions_imported_later_do_not_count(alerts: Make) -> None:
    versions = _imported(
        alerts(
            {"alert_id": "A", "name": "old"},
            {"alert_id": "A", "name": "new", "updated_at": NOW, "valid_from": date(2024, 1, 1)},
            {"alert_id": "A", "status": "withdrawn", "updated_at": NOW + timedelta(5)},
        ),
        NOW - timedelta(2),
        NOW + timedelta(1),
        NOW + timedelta(6),
    )
    names = [decisions.in_force(versions, NIGHT, NOW + timedelta(days))["name"].to_list() for days in (-3, 0, 2, 7)]
    assert names == [[], ["old"], ["new"], []]


def test_the_last_decision_on_a_pair_counts() -> None:
    rows = [("A", "x", "different", 1), ("A", "y", "different", 2), ("A", "x", "same", 3)]
    made = pl.DataFrame(
        [dict(zip(DECISION, (*row[:3], "why", NOW + timedelta(row[3])), strict=True)) for row in rows], schema=DECISION
    )
    now = decisions.current(made)
    assert dict(now.select("value", "verdict").iter_rows()) == {"y": "different", "x": "same"}
    before = decisions.current(made, NOW + timedelta(2))
    assert dict(before.select("value", "verdict").iter_rows()) == {"y": "different", "x": "different"}
