"""Logic: arithmetic and logic in which the result of a missing value is missing, as in Polars."""

from __future__ import annotations

from math import exp, log, log1p
from typing import Any


def both(*parts: bool | None) -> bool | None:
    """Return whether all parts are true: False if one is false, else None if one is None."""
    return False if False in parts else None if None in parts else True


def either(*parts: bool | None) -> bool | None:
    """Return whether any part is true: True if one is true, else None if one is None."""
    return True if True in parts else None if None in parts else False


def opposite(part: bool | None) -> bool | None:
    """Return the opposite; None if it is None."""
    return None if part is None else not part


def differ(a: Any, b: Any) -> bool | None:
    """Return whether two values differ; None if one is missing."""
    return None if a is None or b is None else bool(a != b)


def same(a: Any, b: Any) -> bool | None:
    """Return whether two values are equal; None if one is missing."""
    return opposite(differ(a, b))


def over(a: float | None, b: float | None) -> float | None:
    """Return a / b; None if one is missing or b is 0."""
    return None if a is None or not b else a / b


def logarithm(value: float | None) -> float | None:
    """Return the natural logarithm of a positive number, else None."""
    return None if value is None or value <= 0 else log(value)


def exponential(value: float | None) -> float | None:
    """Return e to the power of a value; None if it is missing."""
    return None if value is None else exp(value)


def size(value: float | None) -> float | None:
    """Return the absolute value; None if it is missing."""
    return None if value is None else abs(value)


def above(value: float | None, limit: float) -> bool | None:
    """Return whether a value is above a limit; None if it is missing."""
    return None if value is None else value > limit


def beyond(value: float | None, limit: float) -> float | None:
    """Return how far the absolute value is above a limit, 0 within it; None if it is missing."""
    return None if value is None else max(abs(value) - limit, 0.0)


def log_plus_one(value: float | None) -> float | None:
    """Return the natural logarithm of 1 + value; None if it is missing."""
    return None if value is None else log1p(value)


def times(*parts: float | bool | None) -> float | None:
    """Return the product of all parts; None if one is missing."""
    product = 1.0
    for part in parts:
        if part is None:
            return None
        product *= part
    return product


def spreads(ratio: float | None, spread: float | None, floor: float) -> float | None:
    """Return the log ratio over its usual `spread` plus a `floor`; None if one is missing."""
    log_ratio = logarithm(ratio)
    return None if log_ratio is None or spread is None else log_ratio / (spread + floor)
