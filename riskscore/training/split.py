"""Split: the days of a log cut into parts that follow each other, as a model meets them in service.

    │ warm-up │   train   │ gap │ validation │ calibration │ gap │   test   │  days ─▶
    history     trees grow        when to stop  probability         judged

Warm-up days only feed the ledger: at the start of a log everyone is new. A gap is as long as outcomes take to become
known, so that nothing after it rests on a day whose outcomes were still open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from riskscore.errors import TrainingError

LAG_DAYS = 21
"""Days until nearly all outcomes are known."""

WARM_UP_DAYS = 60
SHARES = {"train": 0.62, "validation": 0.12, "calibration": 0.12, "test": 0.14}
"""How the days outside warm-up and gaps are dealt out."""

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


def split(first: date, last: date, *, gap: int = LAG_DAYS, warm_up: int = WARM_UP_DAYS) -> dict[str, Part]:
    """Cut the days from `first` to `last` into the four parts of SHARES.

    In short periods the gap shrinks to a twentieth of the days and the warm-up to an eighth. Raises TrainingError
    where there are fewer than FEWEST_DAYS.
    """
    days = (last - first).days + 1
    if days < FEWEST_DAYS:
        raise TrainingError(f"{days} days from {first} to {last} are too few to train on; give at least {FEWEST_DAYS}")
    gap, warm_up = min(gap, days // 20), min(warm_up, days // 8)
    usable = days - 2 * gap - warm_up
    later = {name: max(1, round(usable * share)) for name, share in SHARES.items() if name != "train"}
    parts: dict[str, Part] = {}
    start = first + timedelta(days=warm_up)
    for name, length in {"train": usable - sum(later.values()), **later}.items():
        parts[name] = Part(name, start, start + timedelta(days=length - 1))
        start += timedelta(days=length + (gap if name in ("train", "calibration") else 0))
    return parts
