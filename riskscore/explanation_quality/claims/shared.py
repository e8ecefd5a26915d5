"""Claims that several families use: fields as filed, and counts from the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from riskscore.explanation_quality.case import Case
from riskscore.parties.resolve import nobody

Claim = Callable[[Any], Any]
"""Function of a Case that returns the right value. It is untyped because any figure of a case may be missing."""


def as_filed(name: str) -> Claim:
    """Claim the field `name` as filed."""
    return lambda case: case[name]


def inspected(profile: str) -> Claim:
    """Claim the number of known inspections of a profile."""
    return lambda case: case.past[profile].inspected()


def seized(profile: str) -> Claim:
    """Claim the number of known seizures of a profile."""
    return lambda case: case.past[profile].seized()


def count(profile: str, days: int | None = None) -> Claim:
    """Claim the number of earlier consignments of a profile, of all time or of the last `days`."""
    return lambda case: case.past[profile].count(days)


def rate(profile: str) -> Claim:
    """Claim whether a profile has a seizure rate. The value is not the smoothed one, because no sentence quotes it."""
    return lambda case: (
        (case.past[profile].seized() or 0) / (case.past[profile].inspected() or 1)
        if case.past[profile].inspected()
        else None
    )


def share(profile: str, parent: str) -> Claim:
    """Claim the share (0 to 1) of `profile` in the earlier consignments of `parent`."""

    def share(case: Case) -> float | None:
        part, total = case.past[profile].count(), case.past[parent].count()
        return None if part is None or not total else part / total

    return share


def name_kind(name: str, kind: str) -> Claim:
    """Claim whether a party's name is of a kind of `resolve.nobody`, such as `to_order`."""

    def name_kind(case: Case) -> bool | None:
        if case[name] is None:
            return None
        return bool(nobody(pl.Series([case[name]]))[kind].item())

    return name_kind


def previous(name: str) -> Claim:
    """Claim the field `name` of the previous version."""
    return lambda case: None if case.previous is None else case.previous[name]


def missing(*names: str) -> Claim:
    """Claim how many of these fields are empty; a figure of the whole bill fills its field."""
    return lambda case: sum(is_missing(case, name) for name in names)


def is_missing(case: Case, name: str) -> bool:
    """Whether a field is empty and not stated for the whole bill either."""
    return case[name] is None and not (case.row.get(f"bill_{name}") or 0) > 0
