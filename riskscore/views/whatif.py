"""What-if comparisons as tables of text, for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from riskscore.whatif.trial import Trial, WhatIf, Work

WORK = ("policy", "boxes", "scans", "document checks")
SEIZURES = ("policy", "found", "kept", "lost", "gained", "change")
PORTS = ("port", "boxes before", "after", "seizures", "kept", "lost", "gained", "change")
"""Headings of the tables."""

ACTUAL = "actual"
"""Name of the row, and of the point, that shows what really happened."""

_UNKNOWN = "not known"


def work(result: WhatIf) -> list[tuple[str, ...]]:
    """One row per policy with the columns WORK; the first row is what was really done."""
    loads = (result.work, *(trial.work for trial in result.trials))
    return [(name, *_figures(load)) for name, load in zip((ACTUAL, *_names(result)), loads, strict=True)]


def _names(result: WhatIf) -> list[str]:
    """The names of the policies; where there are several, each with its number in the chart."""
    names = [trial.policy.name for trial in result.trials]
    return names if len(names) == 1 else [f"{number}: {name}" for number, name in enumerate(names, start=1)]


def _figures(load: Work) -> tuple[str, ...]:
    return figure(load.boxes), figure(load.scans), figure(load.documents)


def seizures(result: WhatIf) -> list[tuple[str, ...]]:
    """One row per policy with the columns SEIZURES; the first row is what was really found."""
    actual = (ACTUAL, figure(result.seizures), "", "", "", "")
    rows = zip(_names(result), (trial.effect.record() for trial in result.trials), strict=True)
    return [actual, *((name, between(row["found"]), *_moved(row)) for name, row in rows)]


def ports(trial: Trial) -> list[tuple[str, ...]]:
    """One row per port with the columns PORTS."""
    return [
        (row["port"], figure(row["before"]), figure(row["after"]), figure(row["seizures"]), *_moved(row))
        for row in trial.ports
    ]


def _moved(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns kept, lost, gained and change, from the record of an effect."""
    return figure(row["kept"]), between(row["lost"]), between(row["gained"]), between(row["change"], sign="+")


def curve(result: WhatIf) -> pl.DataFrame:
    """One point per policy: `name` (short), `boxes` (per night), `found`, `low`, `high` (null: not known), `actual`."""
    points: list[tuple[Any, ...]] = [(ACTUAL, result.work.boxes, result.seizures, None, None, True)]
    for name, trial in zip(_names(result), result.trials, strict=True):
        short = name.partition(":")[0] if len(result.trials) > 1 else name
        points.append((short, trial.work.boxes, *(trial.effect.found or (None,) * 3), False))
    numbers = dict.fromkeys(("boxes", "found", "low", "high"), pl.Float64)
    return pl.DataFrame(points, schema={"name": pl.String, **numbers, "actual": pl.Boolean}, orient="row")


def figure(value: float, sign: str = "") -> str:
    """A count without decimals, or an average with one decimal."""
    return f"{round(value, 1) + 0.0:{sign if round(value, 1) else ''},.1f}".removesuffix(".0")


def between(value: Mapping[str, float] | None, sign: str = "") -> str:
    """An estimate, with its interval if that is not a single number."""
    if value is None:
        return _UNKNOWN
    middle, low, high = (figure(value[name], sign) for name in ("value", "low", "high"))
    return middle if low == high else f"{middle} ({low} to {high})"
