"""The plan of a training: how far it learns, how it searches for settings, and what its card says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from riskscore.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Tuning:
    """How long to search: `minutes` of trials, or a number of `trials`, which no machine's speed changes.

    `study` is the folder that keeps the search. Raises SettingsError for an end that is none.
    """

    study: Path
    minutes: float | None = None
    trials: int | None = None

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.trials is None):
            raise SettingsError("a search ends after minutes (--tune) or after a number of trials (--trials): give one")
        if (self.minutes or self.trials or 0) <= 0:
            raise SettingsError(f"a search needs more than {self.minutes or self.trials or 0:g} minutes or trials")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is trained.

    until      the last day that is learned from; None for all days but those held back
    hold_back  days at the end that are not learned from, so that models can be compared on them
    tuning     how long to search for better settings; None for the shipped ones
    seed       makes the same data and settings give the same model
    command    the command that trains it, for the card
    """

    until: date | None = None
    hold_back: int = 0
    tuning: Tuning | None = None
    seed: int = 0
    command: str = ""


USUAL = Plan()
"""All days, shipped settings, no search."""
