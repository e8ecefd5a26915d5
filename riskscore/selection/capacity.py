"""Capacity: how much a port can do on a day, and how its opened boxes are shared out.

[default]                      any of boxes, scans, documents, audits, shares, threshold; what is left out
boxes = 10                     stays as in the level above, and at last as in Capacity() and Shares()
threshold = 0.02               the score opens no box below this probability: some days not all are used
shares = { score = 0.8, explore = 0.1, random = 0.1 }        and, where alerts may take boxes, intelligence = 0.1

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
"""From this many boxes on, a random share above 0 gets at least one box."""

MOST = 1_000_000
"""A capacity above this is a slip of the keyboard."""

_COUNTS = ("boxes", "scans", "documents", "audits")
_ENTRIES = (*_COUNTS, "shares", "threshold")
_PORT = re.compile(r"[A-Z]{2}[A-Z0-9]{3}")


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of the opened boxes, 0 to 1 each and 1 together: highest probability, exploring, at random, by alerts.

    `intelligence` is the most that alerts may take; what they leave goes to the score. It is 0 unless a service says
    otherwise, because its watch lists are written elsewhere and would choose where its own officers look.
    """

    score: float = 0.8
    explore: float = 0.1
    random: float = 0.1
    intelligence: float = 0.0

    def reserved(self, boxes: int) -> int:
        """How many of `boxes` alerts may take: rounded down, but at least one from FEWEST_WITH_RANDOM boxes on."""
        if self.intelligence <= 0:
            return 0
        return max(math.floor(round(self.intelligence * boxes, 9)), int(boxes >= FEWEST_WITH_RANDOM))

    def split(self, boxes: int) -> tuple[int, int, int]:
        """How many of `boxes` go to (score, explore, random), by largest remainder; they add up to `boxes`.

        `boxes` are what `reserved` leaves, and the three parts are taken as parts of their sum.

        Equal remainders go to random first, then to explore: without them nothing is learned about closed boxes.
        From FEWEST_WITH_RANDOM boxes on, a random share above 0 has at least one, taken from the largest of the
        others; with fewer, every box is worth more where the score puts it.
        """
        whole = self.score + self.explore + self.random
        if whole <= 0:
            return boxes, 0, 0
        scale = 1.0 if self.intelligence == 0 else 1.0 / whole
        quotas = [round(part * scale * boxes, 9) for part in (self.score, self.explore, self.random)]
        counts = [math.floor(quota) for quota in quotas]
        waiting = sorted(range(3), key=lambda index: (quotas[index] - counts[index], index), reverse=True)
        for index in waiting[: boxes - sum(counts)]:
            counts[index] += 1
        if self.random > 0 and counts[2] == 0 and boxes >= FEWEST_WITH_RANDOM:
            counts[counts.index(max(counts))] -= 1
            counts[2] = 1
        return counts[0], counts[1], counts[2]


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one port can do on one day: boxes opened, scanner slots, document checks, audits after release.

    `threshold` is the probability below which the score share opens nothing, 0 to 1; the other shares have none.
    """

    boxes: int = 10
    scans: int = 20
    documents: int = 40
    audits: int = 20
    shares: Shares = field(default_factory=Shares)
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Capacities:
    """The capacity of every port on every day: the dated entry, else the port's, else the default."""

    default: Capacity = field(default_factory=Capacity)
    ports: Mapping[str, Capacity] = field(default_factory=dict)
    days: Mapping[tuple[str, datetime.date], Capacity] = field(default_factory=dict)

    def on(self, port: str | None, day: datetime.date) -> Capacity:
        """Capacity of `port` (UN/LOCODE) on `day`; a port that is not declared, or null, has the default."""
        if port is None:
            return self.default
        return self.days.get((port, day)) or self.ports.get(port, self.default)


def read(path: Path | None) -> Capacities:
    """Capacities of a TOML file, or those that stand in where there is none. Raises SettingsError where it is wrong."""
    if path is None:
        return parse({})
    return parse(toml.load(path, "the capacities"))


def parse(table: Mapping[str, Any]) -> Capacities:
    """Make capacities of a TOML table as above. Raises SettingsError with what is wrong, where, and what to write."""
    _known(table, ("default", "port"), "the top level")
    default = _capacity(_table(table.get("default", {}), "[default]"), Capacity(), "[default]", ())
    ports: dict[str, Capacity] = {}
    days: dict[tuple[str, datetime.date], Capacity] = {}
    for port, entry in _table(table.get("port", {}), "[port]").items():
        where = f"[port.{port}]"
        if not _PORT.fullmatch(port):
            raise SettingsError(f"capacity {where}: {port!r} is not a UN/LOCODE; write five capitals such as VNHPH")
        ports[port] = _capacity(_table(entry, where), default, where, ("on",))
        for day, dated in _dated(entry.get("on", []), f"[[port.{port}.on]]"):
            if (port, day) in days:
                raise SettingsError(f"capacity [[port.{port}.on]]: {day} stands there twice; keep one of them")
            days[port, day] = _capacity(dated, ports[port], f"[[port.{port}.on]] {day}", ("date",))
    return Capacities(default, ports, days)


def _capacity(entry: Mapping[str, Any], base: Capacity, where: str, besides: tuple[str, ...]) -> Capacity:
    """`base` with what `entry` says otherwise; `besides` are entries that somebody else reads."""
    _known(entry, (*_ENTRIES, *besides), where)
    counts = {name: _count(entry[name], f"{where} {name}") for name in _COUNTS if name in entry}
    shares = _shares(entry["shares"], f"{where} shares") if "shares" in entry else base.shares
    threshold = entry.get("threshold", base.threshold)
    if not is_part(threshold):
        raise SettingsError(f"capacity {where} threshold: {threshold!r} is no probability; write a number from 0 to 1")
    return replace(base, shares=shares, threshold=float(threshold), **counts)


def _dated(entries: object, where: str) -> list[tuple[datetime.date, Mapping[str, Any]]]:
    if not isinstance(entries, list):
        raise SettingsError(f"capacity {where}: must be a list of tables, each with a date; write {where}")
    dated = []
    for number, entry in enumerate(entries, start=1):
        day = _table(entry, f"{where} {number}").get("date")
        if not isinstance(day, datetime.date) or isinstance(day, datetime.datetime):
            raise SettingsError(f"capacity {where} {number}: date is {day!r}; write a day such as date = 2024-05-01")
        dated.append((day, entry))
    return dated


def _shares(value: object, where: str) -> Shares:
    entry = _table(value, where)
    names = ("score", "explore", "random")
    _known(entry, (*names, "intelligence"), where)
    parts = {name: entry.get(name) for name in names} | {"intelligence": entry.get("intelligence", 0.0)}
    wrong = [f"{name} = {part!r}" for name, part in parts.items() if not is_part(part)]
    if wrong:
        raise SettingsError(f"capacity {where}: {', '.join(wrong)}; score, explore and random each need a part, 0 to 1")
    shares = Shares(**{name: float(part) for name, part in parts.items()})  # type: ignore[arg-type]
    total = shares.score + shares.explore + shares.random + shares.intelligence
    if abs(total - 1.0) > 1e-9:
        also = " + intelligence" if "intelligence" in entry else ""
        raise SettingsError(f"capacity {where}: they add up to {total:g}; make score + explore + random{also} = 1")
    return shares


def is_part(value: object) -> bool:
    """Whether `value` is a number from 0 to 1."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _count(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise SettingsError(f"capacity {where}: {value!r} is not a number a day; write a whole number from 0 to {MOST}")
    return value


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"capacity {where}: must be a table, not {value!r}")
    return value


def _known(entry: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(entry) - set(names))
    if unknown:
        raise SettingsError(
            f"capacity {where}: {len(unknown)} unknown entries: {', '.join(unknown)}; it takes {', '.join(names)}"
        )
