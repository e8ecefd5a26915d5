"""The ledger again, as a loop in plain Python that looks at earlier days only: slow, and easy to believe."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from riskscore import reference
from riskscore.history.profiles import Profile, Profiles

Row = dict[str, Any]


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
"""How each column of the shipped profiles follows from a row of the random logs, whose names are in one spelling."""


@pytest.fixture(autouse=True)
def legal_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few legal forms, so that no test here hangs on what the shipped table holds."""
    table = pl.DataFrame({"form": ["co", "ltd"], "canonical": ["co", "ltd"]})
    monkeypatch.setattr(reference, "legal_forms", lambda: table)


@pytest.fixture
def naive() -> Callable[..., list[Row]]:
    """The plain loop: (rows, log, outcomes, profiles, earlier=None) -> what the ledger must say, a dict a row."""
    return _history


@pytest.fixture
def agree() -> Callable[[list[Row], list[Row]], None]:
    """Asserts that two lists of rows hold the same, numbers to a millionth."""
    return _agree


def _agree(given: list[Row], expected: list[Row]) -> None:
    assert len(given) == len(expected)
    for number, (mine, theirs) in enumerate(zip(given, expected, strict=True)):
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
    """What the ledger must say, a dict a row."""
    first: dict[tuple[str, str], Row] = {}
    frames = [frame for frame in (rows, log, earlier) if frame is not None]
    for row in (row for frame in frames for row in frame.to_dicts()):
        key = row["bill_of_lading"], row["container_number"]
        if key not in first or (row["filed_at"], row["version"]) < (first[key]["filed_at"], first[key]["version"]):
            first[key] = row
    found: list[tuple[date, Row | None, bool]] = []
    for outcome in outcomes.to_dicts():
        of = first.get((outcome["bill_of_lading"], outcome["container_number"]))
        known = _day(outcome["known_at"])
        counts = known if of is None else max(known, _day(of["filed_at"]))
        found.append((counts, of, outcome["finding"] == "seizure"))
    return [_row(row, first, found, profiles) for row in rows.to_dicts()]


def _row(
    row: Row, first: dict[tuple[str, str], Row], found: list[tuple[date, Row | None, bool]], profiles: Profiles
) -> Row:
    as_of = _day(first[row["bill_of_lading"], row["container_number"]]["filed_at"])
    past = [event for event in first.values() if _day(event["filed_at"]) < as_of]
    known = [(of, seized) for day, of, seized in found if day < as_of]
    seizures = sum(seized for _, seized in known)
    base = (seizures + profiles.base_strength * profiles.base_rate) / (len(known) + profiles.base_strength)
    told: Row = {}
    for profile in profiles.profiles.values():
        key = _key(profile, row)
        mine = [event for event in past if key is not None and _key(profile, event) == key]
        inspected = [seized for of, seized in known if of is not None and key is not None and _key(profile, of) == key]
        stats = _stats(profile, mine, inspected, as_of, base)
        if profile.parent is not None:
            parent = profiles.profiles[profile.parent]
            whole = sum(_key(parent, event) == _key(parent, row) for event in past)
            stats["share"] = len(mine) / whole if whole else None
        told |= {f"{profile.name}_{stat}": None if key is None else stats[stat] for stat in profile.stats}
    return told


def _stats(profile: Profile, mine: list[Row], inspected: list[bool], as_of: date, base: float) -> Row:
    ages = [(as_of - _day(event["filed_at"])).days for event in mine]
    weights = [math.log(event["gross_weight_kg"]) for event in mine if (event["gross_weight_kg"] or 0) > 0]
    strength = profile.strength or 0
    return {
        "before": len(mine),
        **{f"last_{window}": sum(age <= window for age in ages) for window in (30, 90, 365)},
        "days_since_first": max(ages, default=None),
        "days_since_last": min(ages, default=None),
        "inspected": len(inspected),
        "seized": sum(inspected),
        "seizure_rate": (sum(inspected) + strength * base) / (len(inspected) + strength) if inspected else None,
        "chapters": len({event["hs_codes"][0][:2] for event in mine if event["hs_codes"]}),
        "weight_mean_log": sum(weights) / len(weights) if weights else None,
    }


def _key(profile: Profile, row: Row) -> tuple[Any, ...] | None:
    key = tuple(KEY_OF[column](row) for column in profile.columns)
    return None if None in key else key


def _day(moment: datetime) -> date:
    return moment.date()
