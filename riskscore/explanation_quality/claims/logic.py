"""Arithmetic and logic in which a missing figure stays missing."""

from __future__ import annotations

from math import exp, log, log1p
from typing import Any


def both(*parts: bool | None) -> bool | None:
    """False where a part is false, None where one is not known."""
    return False if False in parts else None if None in parts else True


def either(*parts: bool | None) -> bool | None:
    """True where a part is true, None where one is not known."""
    return True if True in parts else None if None in parts else False


def opposite(part: bool | None) -> bool | None:
    """The opposite; None where it is not known."""
    return None if part is None else not part


def differ(a: Any, b: Any) -> bool | None:
    """Whether two values differ; None where one is missing."""
    return None if a is None or b is None else bool(a != b)


def same(a: Any, b: Any) -> bool | None:
    """Whether two values are the same; None where one is missing."""
    return opposite(differ(a, b))


def over(a: float | None, b: float | None) -> float | None:
    """A ratio; None where a part is missing or the divisor is 0."""
    return None if a is None or not b else a / b


def logarithm(value: float | None) -> float | None:
    """Natural logarithm of a positive number; else None."""
    return None if value is None or value <= 0 else log(value)


def exponential(value: float | None) -> float | None:
    """Exponential."""
    return None if value is None else exp(value)


def size(value: float | None) -> float | None:
    """Absolute value."""
    return None if value is None else abs(value)


def above(value: float | None, limit: float) -> bool | None:
    """Whether a value lies above a limit."""
    return None if value is None else value > limit


def beyond(value: float | None, limit: float) -> float | None:
    """How far the absolute value lies above a limit; 0 within it."""
    return None if value is None else max(abs(value) - limit, 0.0)


def log_plus_one(value: float | None) -> float | None:
    """Logarithm of 1 + value."""
    return None if value is None else log1p(value)


def times(*parts: float | bool | None) -> float | None:
    """A product; None where a part is missing."""
    product = 1.0
    for part in parts:
        if part is None:
            return None
        product *= part
    return product


def spreads(ratio: float | None, spread: float | None, floor: float) -> float | None:
    """How many spreads a ratio lies from 1, in logarithms."""
    found = logarithm(ratio)
    return None if found is None or spread is None else found / (spread + floor)
