"""Format figures for readers, on pages and in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

_SMALLEST = 0.001
"""Below this share, a percentage with one decimal would read 0.0%."""

Form = Callable[[float | None], str]


def percent(value: float | None) -> str:
    """Format a share (0 to 1) as a percentage with one decimal; a tiny one is <0.1%, None is empty."""
    if value is None:
        return ""
    return "<0.1%" if 0 < value < _SMALLEST else f"{value:.1%}"


def number(value: float | None) -> str:
    """Format a count or an estimate of one; None is empty."""
    return "" if value is None else f"{value:,.0f}"


def tonnes(kilograms: float) -> str:
    """Format a weight with its unit: kg below 10 t, else tonnes."""
    return f"{kilograms / 1000:,.1f} t" if kilograms >= 10_000 else f"{kilograms:,.0f} kg"


def between(form: Form, value: float | None, low: float | None, high: float | None) -> str:
    """Format a figure with its interval, or "not known"."""
    return "not known" if value is None else f"{form(value)} ({form(low)} to {form(high)})"


def day(value: date) -> str:
    """Format a day: 1 March 2024."""
    return f"{value.day} {value:%B %Y}"
