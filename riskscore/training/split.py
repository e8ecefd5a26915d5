"""Split: cut the days of a log into folds in order of time, as a model is used in service.

    │ warm-up │ learn           │ gap │ judge 1 │                              days ─▶
    │ warm-up │ learn                     │ gap │ judge 2 │
    │ warm-up │ learn                               │ gap │ judge 3 │
    │ warm-up │ learn                                         │ gap │   test   │

Settings and the number of trees are chosen on the folds; the test judges that choice once. Warm-up days only fill the
ledger, because at the start of a log every party is new. The gap is as long as outcomes take to become known, so that
no day is judged by a model that could not have existed yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import TrainingError

KNOWN_SHARE = 0.95
"""Share of outcomes that must be known after the gap."""

WARM_UP_DAYS = 60
FOLDS = 3
LEARNED = 0.46
"""Share of the rows after the warm-up that come before the judged days of the first fold."""

TESTED = 0.15
"""Share of these rows in the test; the folds judge the rows in between, in equal parts."""

FEWEST_DAYS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name and its first and last day."""

    name: str
    first: date
    last: date

    def holds(self, day: str = "day") -> pl.Expr:
        """Return whether the day in column `day` is in the part."""
        return pl.col(day).is_between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Fold:
    """Days to learn from, and later days to judge on."""

    learn: Part
    judge: Part


def split(days: pl.Series, *, gap: int, warm_up: int = WARM_UP_DAYS) -> list[Fold]:
    """Cut the period of the labelled rows, whose `days` are given, into FOLDS folds and, as last entry, the test.

    Parts have equal shares of rows, not of days, because few outcomes of the last days are known. In short periods gap
    and warm-up shrink to an eighth of the days each. Raises TrainingError for fewer than FEWEST_DAYS days.
    """
    first: date = days.min()  # type: ignore[assignment]
    numbers = (days - pl.Series([first])).dt.total_days().to_numpy()
    length = int(numbers.max()) + 1
    if length < FEWEST_DAYS:
        last = _day(first, length - 1)
        raise TrainingError(
            f"{length} days from {first} to {last} are too few to train on; give at least {FEWEST_DAYS}"
        )
    gap, warm_up = min(gap, length // 8), min(warm_up, length // 8)
    starts = _starts(numbers[numbers >= warm_up], warm_up + gap + 1, length)
    folds = []
    for number, (start, end) in enumerate(pairwise([*starts, length]), 1):
        name = "test" if number > FOLDS else f"fold {number}"
        learn = Part(f"before {name}", _day(first, warm_up), _day(first, start - gap - 1))
        folds.append(Fold(learn, Part(name, _day(first, start), _day(first, end - 1))))
    return folds


def _starts(numbers: NDArray[np.int64], earliest: int, length: int) -> list[int]:
    """Return the days on which the folds and the test begin, each at least one day after the one before."""
    places = np.arange(FOLDS + 1)
    wanted = np.quantile(numbers, np.linspace(LEARNED, 1 - TESTED, FOLDS + 1), method="lower").astype(np.int64)
    apart = np.maximum.accumulate(np.maximum(wanted, earliest) - places) + places
    return list(map(int, np.minimum(apart, length - len(places) + places)))


def outcome_days(delays: Sequence[pl.Series]) -> int:
    """Return the number of days after which KNOWN_SHARE of outcomes are known, at least 1; `delays` as Duration."""
    known = [delay.drop_nulls().dt.total_hours().to_numpy() / 24 for delay in delays]
    days = np.concatenate([np.zeros(0), *known])
    return max(1, int(np.ceil(np.quantile(days, KNOWN_SHARE)))) if len(days) else 1


def spanning(parts: Sequence[Part]) -> Part:
    """Return the part that covers the days of several parts with the same name."""
    return Part(parts[0].name, min(part.first for part in parts), max(part.last for part in parts))


def _day(first: date, number: int) -> date:
    return first + timedelta(days=number)
