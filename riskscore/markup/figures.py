"""Figures as people read them, on pages and on the terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

_SMALLEST = 0.001
"""Share below which one decimal of a percentage would read as none."""

Form = Callable[[float | None], str]


def percent(value: float | None) -> str:
    """A share of 1 as a percentage; a small one is not none."""
    if value is None:
        return ""
    return "<0.1%" if 0 < value < _SMALLEST else f"{value:.1%}"


def number(value: float | None) -> str:
    """A count, or an estimate of one."""
    return "" if value is None else f"{value:,.0f}"


def tonnes(kilograms: float) -> str:
    """A quantity with its unit: kg below 10 t."""
    return f"{kilograms / 1000:,.1f} t" if kilograms >= 10_000 else f"{kilograms:,.0f} kg"


def between(form: Form, value: float | None, low: float | None, high: float | None) -> str:
    """A figure with its interval, or that it is not known."""
    return "not known" if value is None else f"{form(value)} ({form(low)} to {form(high)})"


def day(value: date) -> str:
    """A day as people write it."""
    return f"{value.day} {value:%B %Y}"
