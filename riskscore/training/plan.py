"""The plan of a training: last day to learn from, search for settings, seed, and the command on the card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from riskscore.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Tuning:
    """How long to search for settings: for some `minutes`, or for a number of `trials`.

    A number of trials gives the same result on every machine. `study` is the folder that keeps the search. Raises
    SettingsError unless exactly one of the two is given and is above 0.
    """

    study: Path
    minutes: float | None = None
    trials: int | None = None

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.trials is None):
            raise SettingsError("a search needs one limit: give either minutes (--tune) or a number (--trials)")
        if (self.minutes or self.trials or 0) <= 0:
            raise SettingsError(f"a search limit must be above 0, not {self.minutes or self.trials or 0:g}")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is trained.

    Attributes:
        until: last day to learn from; None for all days except those held back.
        hold_back: number of last days not to learn from, so that models can be compared on them; ignored if `until`
            is set.
        tuning: how long to search for better settings; None for the shipped settings.
        seed: seed of the training. The same data, settings and seed give the same model.
        command: the command that trains the model, to be written on its card.

    Example::

        import riskscore

        plan = riskscore.Plan(hold_back=28, seed=1)
    """

    until: date | None = None
    hold_back: int = 0
    tuning: Tuning | None = None
    seed: int = 0
    command: str = ""


USUAL = Plan()
"""All days, shipped settings, no search."""
