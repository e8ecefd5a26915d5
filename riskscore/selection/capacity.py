"""Capacity: how many boxes a port can open, scan and check on a day, and how opened boxes are divided into shares.

[default]                      any of boxes, scans, documents, audits, shares, threshold; missing entries come
boxes = 10                     from the level above, and finally from Capacity() and Shares()
threshold = 0.02               the score opens no box below this probability, so some boxes may be unused
shares = { score = 0.8, explore = 0.1, random = 0.1 }        and intelligence = 0.1 if alerts may open boxes

[port.VNHPH]                   this port, every day
boxes = 6

[[port.VNHPH.on]]              this port, this day: a holiday, a second scanner
date = 2024-05-01
boxes = 2
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from riskscore import toml
from riskscore.errors import SettingsError

FEWEST_WITH_RANDOM = 3
"""With this many boxes or more, a random share above 0 gets at least one box."""

MOST = 1_000_000
"""A capacity above this is a typing error."""

_COUNTS = ("boxes", "scans", "documents", "audits")
_ENTRIES = (*_COUNTS, "shares", "threshold")
_PORT = re.compile(r"[A-Z]{2}[A-Z0-9]{3}")


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the opened boxes: by score, exploring, at random, by alerts. Each is 0 to 1, and together they are 1.

    `intelligence` is the most that alerts may take; the boxes that they leave go to the score. It is 0 unless a service
    sets it, because watch lists are written elsewhere and would decide where its own officers look.
    """

    score: float = 0.8
    explore: float = 0.1
    random: float = 0.1
    intelligence: float = 0.0

    def reserved(self, boxes: int) -> int:
        """Return how many of `boxes` alerts may take: rounded down, but at least one.

        With fewer than FEWEST_WITH_RANDOM boxes it may be none.
        """
        if self.intelligence <= 0:
            return 0
        return max(math.floor(round(self.intelligence * boxes, 9)), int(boxes >= FEWEST_WITH_RANDOM))

    def split(self, boxes: int) -> tuple[int, int, int]:
        """Divide `boxes` among (score, explore, random) by largest remainder; the three numbers add up to `boxes`.

        `boxes` are those that `reserved` leaves, and the three shares count in proportion to their sum. Equal
        remainders go to random first, then to explore, because without these nothing is learned about closed boxes.
        With FEWEST_WITH_RANDOM boxes or more, a random share above 0 gets at least one, taken from the largest number.
        With fewer boxes, each one is worth more in the score share.
        """
        total = self.score + self.explore + self.random
        if total <= 0:
            return boxes, 0, 0
        scale = 1.0 if self.intelligence == 0 else 1.0 / total
        quotas = [round(part * scale * boxes, 9) for part in (self.score, self.explore, self.random)]
        counts = [math.floor(quota) for quota in quotas]
        by_remainder = sorted(range(3), key=lambda index: (quotas[index] - counts[index], index), reverse=True)
        for index in by_remainder[: boxes - sum(counts)]:
            counts[index] += 1
        if self.random > 0 and counts[2] == 0 and boxes >= FEWEST_WITH_RANDOM:
            counts[counts.index(max(counts))] -= 1
            counts[2] = 1
        return counts[0], counts[1], counts[2]


@dataclass(frozen=True, slots=True)
class Capacity:
    """Capacity of one port on one day: boxes opened, boxes scanned, document checks, audits after release.

    Below the probability `threshold` (0 to 1) the score share opens no box. The other shares have no threshold.
    """

    boxes: int = 10
    scans: int = 20
    documents: int = 40
    audits: int = 20
    shares: Shares = field(default_factory=Shares)
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Capacities:
    """The capacity of every port on every day: that of the date, else of the port, else the default."""

    default: Capacity = field(default_factory=Capacity)
    ports: Mapping[str, Capacity] = field(default_factory=dict)
    days: Mapping[tuple[str, datetime.date], Capacity] = field(default_factory=dict)

    def on(self, port: str | None, day: datetime.date) -> Capacity:
        """Return the capacity of `port` (UN/LOCODE) on `day`; the default if the port is None or not declared."""
        if port is None:
            return self.default
        return self.days.get((port, day)) or self.ports.get(port, self.default)


def read(path: Path | None) -> Capacities:
    """Read capacities from a TOML file; the defaults without a file. Raises SettingsError if it is malformed."""
    if path is None:
        return parse({})
    return parse(toml.load(path, "the capacities"))


def parse(table: Mapping[str, Any]) -> Capacities:
    """Make capacities from a TOML table as above. Raises SettingsError if an entry is unknown or malformed."""
    _check_names(table, ("default", "port"), "the top level")
    default = _capacity(_table(table.get("default", {}), "[default]"), Capacity(), "[default]", ())
    ports: dict[str, Capacity] = {}
    days: dict[tuple[str, datetime.date], Capacity] = {}
    for port, entry in _table(table.get("port", {}), "[port]").items():
        where = f"[port.{port}]"
        if not _PORT.fullmatch(port):
            raise SettingsError(
                f"capacity {where}: {port!r} is not a UN/LOCODE; write five capitals, for example VNHPH"
            )
        ports[port] = _capacity(_table(entry, where), default, where, ("on",))
        for day, dated in _dated(entry.get("on", []), f"[[port.{port}.on]]"):
            if (port, day) in days:
                raise SettingsError(f"capacity [[port.{port}.on]]: {day} is listed twice; keep one of them")
            days[port, day] = _capacity(dated, ports[port], f"[[port.{port}.on]] {day}", ("date",))
    return Capacities(default, ports, days)


def _capacity(entry: Mapping[str, Any], base: Capacity, where: str, others: tuple[str, ...]) -> Capacity:
    """`base` with the changes of `entry`. `others` are allowed entries that the caller reads."""
    _check_names(entry, (*_ENTRIES, *others), where)
    counts = {name: _count(entry[name], f"{where} {name}") for name in _COUNTS if name in entry}
    shares = _shares(entry["shares"], f"{where} shares") if "shares" in entry else base.shares
    threshold = entry.get("threshold", base.threshold)
    if not is_part(threshold):
        raise SettingsError(
            f"capacity {where} threshold: {threshold!r} is not a probability; write a number from 0 to 1"
        )
    return replace(base, shares=shares, threshold=float(threshold), **counts)


def _dated(entries: object, where: str) -> list[tuple[datetime.date, Mapping[str, Any]]]:
    if not isinstance(entries, list):
        raise SettingsError(f"capacity {where}: must be a list of tables with a date each; write {where}")
    dated = []
    for number, entry in enumerate(entries, start=1):
        day = _table(entry, f"{where} {number}").get("date")
        if not isinstance(day, datetime.date) or isinstance(day, datetime.datetime):
            raise SettingsError(
                f"capacity {where} {number}: date is {day!r}; write a date, for example date = 2024-05-01"
            )
        dated.append((day, entry))
    return dated


def _shares(value: object, where: str) -> Shares:
    entry = _table(value, where)
    names = ("score", "explore", "random")
    _check_names(entry, (*names, "intelligence"), where)
    parts = {name: entry.get(name) for name in names} | {"intelligence": entry.get("intelligence", 0.0)}
    wrong = [f"{name} = {part!r}" for name, part in parts.items() if not is_part(part)]
    if wrong:
        raise SettingsError(f"capacity {where}: {', '.join(wrong)}; write score, explore and random, each from 0 to 1")
    shares = Shares(**{name: float(part) for name, part in parts.items()})  # type: ignore[arg-type]
    total = shares.score + shares.explore + shares.random + shares.intelligence
    if abs(total - 1.0) > 1e-9:
        also = " + intelligence" if "intelligence" in entry else ""
        raise SettingsError(
            f"capacity {where}: the shares add up to {total:g}; make score + explore + random{also} = 1"
        )
    return shares


def is_part(value: object) -> bool:
    """Return whether `value` is a number from 0 to 1 (and not a Boolean)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _count(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise SettingsError(
            f"capacity {where}: {value!r} is not a number per day; write a whole number from 0 to {MOST}"
        )
    return value


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"capacity {where}: must be a table, not {value!r}")
    return value


def _check_names(entry: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(entry) - set(names))
    if unknown:
        raise SettingsError(
            f"capacity {where}: unknown entries: {', '.join(unknown)}; allowed entries: {', '.join(names)}"
        )
