"""Thresholds: from how large a change on drift is noted, and from how large a one it is an alarm.

    [drift]                                     in riskscore.toml, with what stands where an entry is left out
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

What each of them is measured by stands in comparison.py.
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
    """How large an effect is noted, and how large a one is an alarm."""

    note: float
    alarm: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a change must pass, each threshold besides what sampling and the usual nights show.

    nights        nights before, with which a period is compared
    least_nights  nights that must be there before anything is an alarm or a note
    ripe_nights   nights from a lake's first, before which no feature of the past is an alarm: they ripen, windows of 30
                  and 90 days all at once
    usual         times what nine of ten of these nights show
    new_bills     bills on which a new value must stand
    psi           population stability index of a feature or the score
    missing       share of the consignments, by which more or fewer lack a column
    share         share of the bills by which a value, or of the consignments by which newcomers, have become more
    new           share of the consignments that have a value not seen in the nights before
    level         times the usual amount, or one part in so many of it
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
        """Read the table [drift]. Raises SettingsError on an unknown entry, or one that is no such number."""
        known = {one.name: one.default for one in fields(cls)}
        for name in table:
            if name not in known:
                raise SettingsError(f"[drift] unknown entry {name!r}; {instead(name, known)}")
        given: dict[str, Any] = {name: _read(name, value, known[name]) for name, value in table.items()}
        made = cls(**given)
        if made.least_nights > made.nights:
            raise SettingsError(
                f"[drift] least_nights is {made.least_nights}, but only {made.nights} nights are looked at"
            )
        return made


def _read(name: str, value: object, default: object) -> int | float | Limit:
    if isinstance(default, Limit):
        return _limit(name, value)
    least = 1 if isinstance(default, int) else 0
    if not _is_number(value) or (isinstance(default, int) and not isinstance(value, int)) or value < least:  # type: ignore[operator]
        kind = "a whole number from 1" if isinstance(default, int) else "a number from 0"
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
            f"[drift] {name} is {value!r}; give {{ note = A, alarm = B }} with A above {least} and B not below A"
        )
    return Limit(float(value["note"]), float(value["alarm"]))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
