"""A policy to try: capacities, and what is changed in all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from riskscore.errors import SettingsError
from riskscore.selection.capacity import MOST, Capacities, Capacity, Shares

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Policy:
    """What differs from the past nights; None leaves a setting as it was.

    capacities   of every port and day; `boxes`, `shares` and `threshold` replace those values in all of them
    boxes        number of boxes opened per port and day
    shares       of the opened boxes
    threshold    least probability for the score share to open a box, 0 to 1
    model        name or folder of the model that scores
    file         name of the file with the capacities, for the name of the policy

    Raises SettingsError if a value is not valid, or if nothing differs.
    """

    capacities: Capacities | None = None
    boxes: int | None = None
    shares: Shares | None = None
    threshold: float | None = None
    model: str | None = None
    file: str | None = None

    def __post_init__(self) -> None:
        if all(value is None for value in (self.capacities, self.boxes, self.shares, self.threshold, self.model)):
            raise SettingsError("there is nothing to try; give --capacity, --boxes, --shares, --threshold or --model")
        if self.boxes is not None and not 0 <= self.boxes <= MOST:
            raise SettingsError(f"boxes {self.boxes}: give a number per day from 0 to {MOST:,}")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise SettingsError(f"threshold {self.threshold:g}: give a probability from 0 to 1")
        if self.shares is not None:
            parts = (self.shares.score, self.shares.explore, self.shares.random)
            if not min(parts) >= 0 or not abs(sum(parts) - 1) <= _SLACK:
                text = ", ".join(f"{part:g}" for part in parts)
                raise SettingsError(f"shares {text}: score, explore and random must be 0 or more and add up to 1")

    @property
    def name(self) -> str:
        """What differs, in a few words."""
        parts = [self.file] if self.file else []
        if self.boxes is not None:
            parts.append(f"{self.boxes:,} boxes per port")
        if self.shares is not None:
            parts.append(f"shares {self.shares.score:g}/{self.shares.explore:g}/{self.shares.random:g}")
        if self.threshold is not None:
            parts.append(f"threshold {self.threshold:.3g}")
        if self.model is not None:
            parts.append(f"model {self.model}")
        return ", ".join(parts)

    @property
    def guesses_shares(self) -> bool:
        """Whether shares that are only known from the draws are used for another number of boxes."""
        return self.capacities is None and self.boxes is not None and self.shares is None

    def on(self, base: Capacities) -> Capacities:
        """Return the capacities under the policy; `base` are those of the night."""
        return _each(self.capacities or base, self._changed)

    def _changed(self, capacity: Capacity) -> Capacity:
        changes = {"boxes": self.boxes, "shares": self.shares, "threshold": self.threshold}
        return replace(capacity, **{name: value for name, value in changes.items() if value is not None})  # type: ignore[arg-type]

    def record(self) -> dict[str, object]:
        """Return what differs, for JSON."""
        shares = None if self.shares is None else asdict(self.shares)
        return {
            "capacity": self.file,
            "boxes": self.boxes,
            "shares": shares,
            "threshold": self.threshold,
            "model": self.model,
        }


def _each(capacities: Capacities, change: Callable[[Capacity], Capacity]) -> Capacities:
    """Return `capacities` with `change` applied to every one of them."""
    return Capacities(
        change(capacities.default),
        {port: change(capacity) for port, capacity in capacities.ports.items()},
        {day: change(capacity) for day, capacity in capacities.days.items()},
    )
