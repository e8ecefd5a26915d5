"""The ledger once more, as a slow loop in plain Python over earlier days, which is easy to check."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from riskscore import reference
from riskscore.history.profiles import Profile, Profiles

Row = dict[str, Any]
Number = tuple[str, str]
Finding = tuple[date, Row | None, int, int]

SAME_BILL = timedelta(days=120)


def _origin(row: Row) -> str:
    return row["origin_country"] or row["port_of_loading"][:2]


def _destination(row: Row) -> str:
    return row["destination_country"] or row["port_of_discharge"][:2]


KEY_OF: dict[str, Callable[[Row], str | None]] = {
    "consignee_key": lambda row: row["consignee_name"],
    "shipper_id": lambda row: row["shipper_name"],
    "notify_id": lambda row: row["notify_name"],
    "forwarder_id": lambda row: row["forwarder_name"],
    "lane": lambda row: row["port_of_loading"] + ">" + row["port_of_discharge"],
    "origin": _origin,
    "origin_destination": lambda row: _origin(row) + ">" + _destination(row),
    "hs6": lambda row: (row["hs_codes"] or [None])[0],
    "hs2": lambda row: row["hs_codes"][0][:2] if row["hs_codes"] else None,
    "container_number": lambda row: row["container_number"],
}
"""How each column of the shipped profiles is made from a row of the random logs, where each name has one spelling."""


@pytest.fixture(autouse=True)
def legal_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few legal forms, so that no test here depends on the shipped table."""
    table = pl.DataFrame({"form": ["co", "ltd"], "canonical": ["co", "ltd"]})
    monkeypatch.setattr(reference, "legal_forms", lambda: table)


@pytest.fixture
def naive() -> Callable[..., list[Row]]:
    """The plain loop: (rows, log, outcomes, profiles, earlier=None) -> the expected statistics, one dict per row."""
    return _history


@pytest.fixture
def agree() -> Callable[[list[Row], list[Row]], None]:
    """Asserts that two lists of rows are equal, numbers to a millionth."""
    return _agree


def _agree(actual: list[Row], expected: list[Row]) -> None:
    assert len(actual) == len(expected)
    for number, (mine, theirs) in enumerate(zip(actual, expected, strict=True)):
        assert mine.keys() == theirs.keys()
        wrong = {name: (mine[name], theirs[name]) for name in theirs if not _close(mine[name], theirs[name])}
        assert not wrong, f"row {number}: {wrong}"


def _close(mine: float | None, theirs: float | None) -> bool:
    if mine is None or theirs is None:
        return mine is theirs
    return math.isclose(mine, theirs, rel_tol=1e-6)


def _history(
    rows: pl.DataFrame,
    log: pl.DataFrame,
    outcomes: pl.DataFrame,
    profiles: Profiles,
    earlier: pl.DataFrame | None = None,
) -> list[Row]:
    """The expected statistics, one dict per row."""
    frames = [frame for frame in (rows, log, earlier) if frame is not None]
    filings = sorted(
        (row for frame in frames for row in frame.to_dicts()), key=lambda row: (row["filed_at"], row["version"])
    )
    bills: dict[Number, list[Row]] = {}
    for row in filings:
        firsts = bills.setdefault(_number(row), [])
        if not firsts or _day(row["filed_at"]) - _day(firsts[-1]["filed_at"]) > SAME_BILL:
            firsts.append(row)
    findings = _findings(outcomes, bills)
    return [_row(row, bills, findings, profiles) for row in rows.to_dicts()]


def _findings(outcomes: pl.DataFrame, bills: dict[Number, list[Row]]) -> list[Finding]:
    """(day, consignment, inspections, seizures) of each record; a correction takes back the earlier record."""
    recorded: dict[Any, tuple[Row | None, bool]] = {}
    findings: list[Finding] = []
    for outcome in sorted(outcomes.to_dicts(), key=lambda o: (o["known_at"], o["finding"] == "seizure")):
        known, firsts = _day(outcome["known_at"]), bills.get(_number(outcome), [])
        of = next((row for row in reversed(firsts) if _day(row["filed_at"]) <= known), firsts[0] if firsts else None)
        which = outcome["inspected_at"] or (of and of["filed_at"])
        inspection = (*_number(outcome), outcome["inspected_at"] is None, which)
        new = inspection not in recorded
        of, before = recorded.get(inspection, (of, False))
        seized = outcome["finding"] == "seizure"
        recorded[inspection] = of, seized
        day = known if of is None else max(known, _day(of["filed_at"]))
        findings.append((day, of, int(new), int(seized) - int(before)))
    return findings


def _row(row: Row, bills: dict[Number, list[Row]], findings: list[Finding], profiles: Profiles) -> Row:
    filed = _day(row["filed_at"])
    as_of = max(day for first in bills[_number(row)] if (day := _day(first["filed_at"])) <= filed)
    past = [event for firsts in bills.values() for event in firsts if _day(event["filed_at"]) < as_of]
    known = [event for event in findings if event[0] < as_of]
    inspections, seizures = sum(event[2] for event in known), sum(event[3] for event in known)
    base = (seizures + profiles.base_strength * profiles.base_rate) / (inspections + profiles.base_strength)
    statistics: Row = {}
    for profile in profiles.profiles.values():
        key = _key(profile, row)
        mine = [event for event in past if key is not None and _key(profile, event) == key]
        inspected = [
            event for event in known if event[1] is not None and key is not None and _key(profile, event[1]) == key
        ]
        stats = _stats(profile, mine, inspected, as_of, base)
        if profile.parent is not None:
            parent = profiles.profiles[profile.parent]
            whole = sum(_key(parent, event) == _key(parent, row) for event in past)
            stats["share"] = len(mine) / whole if whole else None
        statistics |= {f"{profile.name}_{stat}": None if key is None else stats[stat] for stat in profile.stats}
    return statistics


def _stats(profile: Profile, mine: list[Row], findings: list[Finding], as_of: date, base: float) -> Row:
    inspected, seized = sum(event[2] for event in findings), sum(event[3] for event in findings)
    ages = [(as_of - _day(event["filed_at"])).days for event in mine]
    weights = [math.log(event["gross_weight_kg"]) for event in mine if (event["gross_weight_kg"] or 0) > 0]
    strength = profile.strength or 0
    return {
        "before": len(mine),
        **{f"last_{window}": sum(age <= window for age in ages) for window in (30, 90, 365)},
        "days_since_first": max(ages, default=None),
        "days_since_last": min(ages, default=None),
        "inspected": inspected,
        "seized": seized,
        "seizure_rate": (seized + strength * base) / (inspected + strength) if inspected else None,
        "chapters": len({event["hs_codes"][0][:2] for event in mine if event["hs_codes"]}),
        "weight_mean_log": sum(weights) / len(weights) if weights else None,
    }


def _key(profile: Profile, row: Row) -> tuple[Any, ...] | None:
    key = tuple(KEY_OF[column](row) for column in profile.columns)
    return None if None in key else key


def _number(row: Row) -> Number:
    return row["bill_of_lading"], row["container_number"]


def _day(moment: datetime) -> date:
    return moment.date()
