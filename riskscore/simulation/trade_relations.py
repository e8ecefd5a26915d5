"""Accounts: regular business between parties, which can be new, growing, dormant, revived or ended.

    account = consignee + shipper + goods + lane (a template bill) ─▶ drawn repeatedly, heavy ones more often

As in real trade, a few accounts have a large part of the traffic.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore.world import goods as wares
from riskscore.world import plans
from riskscore.world.draws import Bools, Chooser, Ints, where
from riskscore.world.plans import Plan

_TAIL = -0.72
_HEAVIEST = 60.0
_NEVER = 1_000_000
_DORMANT = 0.10
_AGAIN = 0.55
"""Share of newcomers that trade again after their first box."""
_MEAN_LIFE_DAYS = 160.0


class Accounts:
    """A growing set of accounts. `day` counts from the first simulated day; the first accounts are older than that."""

    def __init__(self, rng: np.random.Generator, templates: Plan) -> None:
        count = len(templates)
        self.templates = templates
        self.weight = np.minimum(rng.random(count) ** _TAIL, _HEAVIEST)
        self.born = -rng.integers(30, 2500, count)
        self.until = np.where(where(rng, 0.2, count), rng.integers(10, 700, count), _NEVER)
        self.quiet_from = np.where(where(rng, _DORMANT, count), rng.integers(-250, 150, count), _NEVER)
        self.quiet_to = self.quiet_from + rng.integers(100, 330, count)
        self.growth = np.zeros(count)

    def __len__(self) -> int:
        return len(self.templates)

    def draw(self, rng: np.random.Generator, count: int, day: int, month: int) -> Ints:
        """Draw the accounts that ship on `day`, with repeats; `month` (0 to 11) is for seasonal goods."""
        season = wares.load().season[self.templates.goods, month]
        age = np.maximum(day - self.born, 0)
        active = (day < self.until) & ((day < self.quiet_from) | (day >= self.quiet_to))
        weight = self.weight * season * (1 + self.growth * age / 60.0) * active
        return Chooser(weight + 1e-12).draw(rng, count)

    def add(self, rng: np.random.Generator, bills: Plan, day: int, *, share: float = _AGAIN) -> None:
        """Make accounts of a `share` of the firms on `bills`, first seen on `day`."""
        bills = bills.take(where(rng, share, len(bills)))
        count = len(bills)
        keep = self.until > day
        self.templates = plans.join([self.templates.take(keep), bills])
        life = rng.exponential(_MEAN_LIFE_DAYS, count).astype(np.int64) + 8
        self._extend("weight", keep, np.minimum(rng.random(count) ** (_TAIL / 2), 8.0) * 0.5)
        self._extend("born", keep, np.full(count, day))
        self._extend("until", keep, day + life)
        self._extend("quiet_from", keep, np.full(count, _NEVER))
        self._extend("quiet_to", keep, np.full(count, _NEVER))
        self._extend("growth", keep, np.where(where(rng, 0.25, count), rng.uniform(0.5, 2.0, count), 0.0))

    def _extend(self, name: str, keep: Bools, more: NDArray[Any]) -> None:
        setattr(self, name, np.concatenate([getattr(self, name)[keep], more]))

    def busy(self, rng: np.random.Generator, destination: int, day: int) -> int:
        """Return an old account with much traffic to `destination`, or -1."""
        old = (self.templates.destination == destination) & (day - self.born > 150) & (self.until > day)
        return self._one(rng, old & (self.quiet_from > day) & (self.weight > 2.0))

    def on_lane(self, rng: np.random.Generator, origin: int, destination: int) -> int:
        """Return an account that trades from `origin` to `destination`, or -1."""
        return self._one(rng, (self.templates.origin == origin) & (self.templates.destination == destination))

    def dormant(self, rng: np.random.Generator, destination: int, day: int) -> int:
        """Return an account to `destination` without traffic for two months or more, or -1."""
        silent = (day >= self.quiet_from + 60) & (day < self.quiet_to)
        return self._one(rng, silent & (self.templates.destination == destination))

    @staticmethod
    def _one(rng: np.random.Generator, wanted: Bools) -> int:
        at = np.flatnonzero(wanted)
        return int(at[rng.integers(0, len(at))]) if len(at) else -1
