"""What-if as tables of texts, for the terminal and the page alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from riskscore.whatif.trial import Trial, WhatIf, Work

WORK = ("policy", "boxes", "scans", "document checks")


SEIZURES = ("policy", "found", "kept", "lost", "gained", "change")


PORTS = ("port", "boxes before", "after", "seizures", "kept", "lost", "gained", "change")
"""Headings of the tables."""


ACTUAL = "as it was"


_UNKNOWN = "not known"


def work(found: WhatIf) -> list[tuple[str, ...]]:
    """A row a policy under WORK, as it was first."""
    told = zip((ACTUAL, *_names(found)), (found.work, *(trial.work for trial in found.trials)), strict=True)
    return [(name, *_worked(one)) for name, one in told]


def _names(found: WhatIf) -> list[str]:
    """The policies by name, with the number that the chart gives each where there are several."""
    names = [trial.policy.name for trial in found.trials]
    return names if len(names) == 1 else [f"{number}: {name}" for number, name in enumerate(names, start=1)]


def _worked(one: Work) -> tuple[str, ...]:
    return figure(one.boxes), figure(one.scans), figure(one.documents)


def seizures(found: WhatIf) -> list[tuple[str, ...]]:
    """A row a policy under SEIZURES, as it was first."""
    actual = (ACTUAL, figure(found.seizures), "", "", "", "")
    rows = zip(_names(found), (trial.effect.record() for trial in found.trials), strict=True)
    return [actual, *((name, between(row["found"]), *_moved(row)) for name, row in rows)]


def ports(trial: Trial) -> list[tuple[str, ...]]:
    """A row a port under PORTS."""
    return [
        (row["port"], figure(row["before"]), figure(row["after"]), figure(row["seizures"]), *_moved(row))
        for row in trial.ports
    ]


def _moved(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Kept, lost, gained and change of the record of an effect."""
    return figure(row["kept"]), between(row["lost"]), between(row["gained"]), between(row["change"], sign="+")


def curve(found: WhatIf) -> pl.DataFrame:
    """A point a policy: `name` (short), `boxes` (a night), `found`, `low`, `high` (null: not known), `actual`."""
    points: list[tuple[Any, ...]] = [(ACTUAL, found.work.boxes, found.seizures, None, None, True)]
    for name, trial in zip(_names(found), found.trials, strict=True):
        short = name.partition(":")[0] if len(found.trials) > 1 else name
        points.append((short, trial.work.boxes, *(trial.effect.found or (None,) * 3), False))
    numbers = dict.fromkeys(("boxes", "found", "low", "high"), pl.Float64)
    return pl.DataFrame(points, schema={"name": pl.String, **numbers, "actual": pl.Boolean}, orient="row")


def figure(value: float, sign: str = "") -> str:
    """A count, or an average of one to a decimal."""
    return f"{round(value, 1) + 0.0:{sign if round(value, 1) else ''},.1f}".removesuffix(".0")


def between(value: Mapping[str, float] | None, sign: str = "") -> str:
    """An estimate with its interval where it has a width."""
    if value is None:
        return _UNKNOWN
    middle, low, high = (figure(value[name], sign) for name in ("value", "low", "high"))
    return middle if low == high else f"{middle} ({low} to {high})"
