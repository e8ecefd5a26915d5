"""A policy that is tried: capacities, and what is changed in all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from riskscore.errors import SettingsError
from riskscore.selection.capacity import MOST, Capacities, Capacity, Shares

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Policy:
    """What is otherwise than it was; None leaves a thing as it was.

    capacities   of every port and day; `boxes`, `shares` and `threshold` then stand in all of them
    boxes        opened at each port on each day
    shares       of the opened boxes
    threshold    least probability that the score share opens, 0 to 1
    model        folder of the model that scores, or its name
    file         where the capacities stand, to be named

    Raises SettingsError where a figure is none, and where nothing is otherwise.
    """

    capacities: Capacities | None = None
    boxes: int | None = None
    shares: Shares | None = None
    threshold: float | None = None
    model: str | None = None
    file: str | None = None

    def __post_init__(self) -> None:
        if all(value is None for value in (self.capacities, self.boxes, self.shares, self.threshold, self.model)):
            raise SettingsError("nothing to try; give --capacity, --boxes, --shares, --threshold or --model")
        if self.boxes is not None and not 0 <= self.boxes <= MOST:
            raise SettingsError(f"boxes {self.boxes}: give a number a day from 0 to {MOST:,}")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise SettingsError(f"threshold {self.threshold:g}: give a probability from 0 to 1")
        if self.shares is not None:
            parts = (self.shares.score, self.shares.explore, self.shares.random)
            if not min(parts) >= 0 or not abs(sum(parts) - 1) <= _SLACK:
                told = ", ".join(f"{part:g}" for part in parts)
                raise SettingsError(f"shares {told}: score, explore and random are parts of 0 or more, 1 together")

    @property
    def name(self) -> str:
        """What is otherwise, in a few words."""
        told = [self.file] if self.file else []
        if self.boxes is not None:
            told.append(f"{self.boxes:,} boxes a port")
        if self.shares is not None:
            told.append(f"shares {self.shares.score:g}/{self.shares.explore:g}/{self.shares.random:g}")
        if self.threshold is not None:
            told.append(f"threshold {self.threshold:.3g}")
        if self.model is not None:
            told.append(f"model {self.model}")
        return ", ".join(told)

    @property
    def guesses_shares(self) -> bool:
        """Whether shares that are only known from what was drawn are applied to another number of boxes."""
        return self.capacities is None and self.boxes is not None and self.shares is None

    def on(self, base: Capacities) -> Capacities:
        """Capacities under the policy, where those of the night were `base`."""
        return _each(self.capacities or base, self._changed)

    def _changed(self, capacity: Capacity) -> Capacity:
        given = {"boxes": self.boxes, "shares": self.shares, "threshold": self.threshold}
        return replace(capacity, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]

    def record(self) -> dict[str, object]:
        """What is otherwise, for machines."""
        shares = None if self.shares is None else asdict(self.shares)
        return {
            "capacity": self.file,
            "boxes": self.boxes,
            "shares": shares,
            "threshold": self.threshold,
            "model": self.model,
        }


def _each(capacities: Capacities, change: Callable[[Capacity], Capacity]) -> Capacities:
    """`capacities` with `change` made to every one of them."""
    return Capacities(
        change(capacities.default),
        {port: change(capacity) for port, capacity in capacities.ports.items()},
        {day: change(capacity) for day, capacity in capacities.days.items()},
    )
