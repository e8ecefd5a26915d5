"""What claims of several families look at: fields as filed, and counts of the past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from riskscore.explanation_quality.case import Case
from riskscore.parties.resolve import nobody

Claim = Callable[[Any], Any]
"""What a Case has to say; any of its figures may be missing, which the claims mind where they must."""


def own(name: str) -> Claim:
    """A field as it was filed."""
    return lambda case: case[name]


def inspected(profile: str) -> Claim:
    """Inspections known of the key of a profile."""
    return lambda case: case.past[profile].inspected()


def seized(profile: str) -> Claim:
    """Seizures known of the key of a profile."""
    return lambda case: case.past[profile].seized()


def count(profile: str, days: int | None = None) -> Claim:
    """Consignments before, of all time or of the last `days`."""
    return lambda case: case.past[profile].count(days)


def rate(profile: str) -> Claim:
    """Known where anything was inspected; the rate itself stands in no sentence."""
    return lambda case: (
        (case.past[profile].seized() or 0) / (case.past[profile].inspected() or 1)
        if case.past[profile].inspected()
        else None
    )


def share(profile: str, parent: str) -> Claim:
    """Part of the past of `parent` that `profile` is."""

    def share(case: Case) -> float | None:
        part, whole = case.past[profile].count(), case.past[parent].count()
        return None if part is None or not whole else part / whole

    return share


def said(name: str, how: str) -> Claim:
    """Whether a party's name says a thing, such as `to_order`."""

    def said(case: Case) -> bool | None:
        if case[name] is None:
            return None
        return bool(nobody(pl.Series([case[name]]))[how].item())

    return said


def was(name: str) -> Claim:
    """A field as the version before had it."""
    return lambda case: None if case.was is None else case.was[name]


def missing(*names: str) -> Claim:
    """How many of these fields were left open."""
    return lambda case: sum(case[name] is None for name in names)
