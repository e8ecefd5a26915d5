"""Thresholds: how large a change must be for a note, and how large for an alarm.

    [drift]                                     in riskscore.toml, here with the default values
    nights = 28
    least_nights = 7
    ripe_nights = 120
    usual = 2.0
    new_bills = 5
    psi = { note = 0.1, alarm = 0.25 }
    missing = { note = 0.05, alarm = 0.1 }
    share = { note = 0.03, alarm = 0.05 }
    new = { note = 0.005, alarm = 0.01 }
    level = { note = 1.25, alarm = 1.5 }

comparison.py says how each of them is measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from riskscore.errors import SettingsError
from riskscore.suggest import instead


@dataclass(frozen=True, slots=True)
class Limit:
    """The least effect for a note, and the least for an alarm."""

    note: float
    alarm: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of drift. A change must also exceed what sampling and the usual nights show.

    nights        number of nights before, with which a period is compared
    least_nights  least number of nights before, for anything to be an alarm or a note
    ripe_nights   age of the lake in nights from which history features may be an alarm: before, windows of 30 and 90
                  days fill up, which looks like a change
    usual         factor on what nine in ten of the nights before show
    new_bills     least number of bills with a new value
    psi           population stability index of a feature or of the score
    missing       change in the share of consignments without a column; rise in the share of a sender's rows that lack
                  one, are refused or are doubtful
    share         rise in the share of bills with a value, or of consignments without history
    new           share of consignments with a value not seen in the nights before
    level         factor between an amount and the usual one, up or down
    """

    nights: int = 28
    least_nights: int = 7
    ripe_nights: int = 120
    usual: float = 2.0
    new_bills: int = 5
    psi: Limit = Limit(0.1, 0.25)
    missing: Limit = Limit(0.05, 0.1)
    share: Limit = Limit(0.03, 0.05)
    new: Limit = Limit(0.005, 0.01)
    level: Limit = Limit(1.25, 1.5)

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Thresholds:
        """Read the table [drift]. Raises SettingsError for an unknown entry or a value that is not valid."""
        defaults = {field.name: field.default for field in fields(cls)}
        for name in table:
            if name not in defaults:
                raise SettingsError(f"[drift] unknown entry {name!r}; {instead(name, defaults)}")
        values: dict[str, Any] = {name: _read(name, value, defaults[name]) for name, value in table.items()}
        thresholds = cls(**values)
        if thresholds.least_nights > thresholds.nights:
            raise SettingsError(
                f"[drift] least_nights is {thresholds.least_nights}, but nights is only {thresholds.nights}"
            )
        return thresholds


def _read(name: str, value: object, default: object) -> int | float | Limit:
    if isinstance(default, Limit):
        return _limit(name, value)
    least = 1 if isinstance(default, int) else 0
    if not _is_number(value) or (isinstance(default, int) and not isinstance(value, int)) or value < least:  # type: ignore[operator]
        kind = "a whole number of 1 or more" if isinstance(default, int) else "a number of 0 or more"
        raise SettingsError(f"[drift] {name} is {value!r}; give {kind}")
    return value  # type: ignore[return-value]


def _limit(name: str, value: object) -> Limit:
    least = 1 if name == "level" else 0
    if not (
        isinstance(value, Mapping)
        and set(value) == {"note", "alarm"}
        and all(map(_is_number, value.values()))
        and least < value["note"] <= value["alarm"]
    ):
        raise SettingsError(
            f"[drift] {name} is {value!r}; give {{ note = A, alarm = B }} with A above {least} and B at least A"
        )
    return Limit(float(value["note"]), float(value["alarm"]))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
