"""Split: the days of a log cut into folds that follow each other, as a model meets them in service.

    │ warm-up │ learn           │ gap │ judge 1 │                              days ─▶
    │ warm-up │ learn                     │ gap │ judge 2 │
    │ warm-up │ learn                               │ gap │ judge 3 │
    │ warm-up │ learn                                         │ gap │   test   │

Folds choose settings and the number of trees; the test judges once what they chose. Warm-up days only feed the ledger:
at the start of a log everyone is new. A gap is as long as outcomes take to become known, so that nothing is judged by
trees that could not have been grown yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from riskscore.errors import TrainingError

KNOWN_SHARE = 0.95
"""Share of the outcomes that a gap waits for."""

WARM_UP_DAYS = 60
FOLDS = 3
LEARNED = 0.46
"""Share of the days, outside the warm-up, from which the first fold learns."""

TESTED = 0.15
"""Share of them that the test judges; the folds judge what lies between, in equal parts."""

FEWEST_DAYS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name and its first and last day."""

    name: str
    first: date
    last: date

    def holds(self, day: str = "day") -> pl.Expr:
        """Whether the day in column `day` belongs to the part."""
        return pl.col(day).is_between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Fold:
    """Days to learn from, and later days on which that is judged."""

    learn: Part
    judge: Part


def split(first: date, last: date, *, gap: int, warm_up: int = WARM_UP_DAYS) -> list[Fold]:
    """Cut the days from `first` to `last` into FOLDS folds and, last of the list, the test.

    In short periods gap and warm-up shrink to an eighth of the days each. Raises TrainingError where there are fewer
    than FEWEST_DAYS.
    """
    days = (last - first).days + 1
    if days < FEWEST_DAYS:
        raise TrainingError(f"{days} days from {first} to {last} are too few to train on; give at least {FEWEST_DAYS}")
    gap, warm_up = min(gap, days // 8), min(warm_up, days // 8)
    usable = days - warm_up
    borders = np.linspace(LEARNED, 1 - TESTED, FOLDS + 1)
    starts = [warm_up + max(1, round(usable * float(border))) for border in borders]
    folds = []
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], days], strict=True), 1):
        name = "test" if number > FOLDS else f"fold {number}"
        learn = Part(f"before {name}", _day(first, warm_up), _day(first, start - gap - 1))
        folds.append(Fold(learn, Part(name, _day(first, start), _day(first, end - 1))))
    return folds


def outcome_days(delays: Sequence[pl.Series]) -> int:
    """Whole days after which KNOWN_SHARE of outcomes are known, at least 1; `delays` are theirs, each as Duration."""
    known = [delay.drop_nulls().dt.total_hours().to_numpy() / 24 for delay in delays]
    found = np.concatenate([np.zeros(0), *known])
    return max(1, int(np.ceil(np.quantile(found, KNOWN_SHARE)))) if len(found) else 1


def spanning(parts: Sequence[Part]) -> Part:
    """The days of several parts of one name together."""
    return Part(parts[0].name, min(part.first for part in parts), max(part.last for part in parts))


def _day(first: date, number: int) -> date:
    return first + timedelta(days=number)
