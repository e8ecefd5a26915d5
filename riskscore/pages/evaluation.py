"""The page of an evaluation: what a model was judged on, what it finds, its curves, and what could not be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl
from markupsafe import Markup

from riskscore.markup.page import template
from riskscore.model.tables import tables
from riskscore.pages import charts
from riskscore.training.intervals import share_of

HEADLINE = 0.05
"""The share inspected of which the headline speaks."""


def render(record: Mapping[str, Any], *, now: datetime | None = None) -> str:
    """The page of `record`, what `training.evaluate` returns with `model` and `data` of the card. Texts are escaped."""
    overall = record["overall"]
    return template("pages", "evaluation.html").render(
        record=record,
        overall=overall,
        headline=next(at for at in overall["at"] if at["share"] == HEADLINE),
        what="smuggled" if record["labels"] == "truth" else "seizures",
        drawings=dict(_drawings(record)),
        tables=tables(record),
        now=now or datetime.now(UTC),
    )


def _drawings(record: Mapping[str, Any]) -> Iterator[tuple[str, Markup]]:
    points = pl.DataFrame(record["curve"])
    yield "precision_recall", charts.precision_recall(points)
    yield "lift", charts.lift(points)
    yield "calibration", charts.calibration(pl.DataFrame(list(_points(record))))


def _points(record: Mapping[str, Any]) -> Iterator[dict[str, float]]:
    """Points of the calibration plot: equal bins, of which the riskiest, where it matters, is cut finer."""
    *lower, top = record["calibration"]["bins"]
    for one in lower:
        yield {"expected": one["expected"], **one["observed"]}
    left = top["rows"]
    for step in record["reliability"]:
        if step["rows"] > left:
            break
        left -= step["rows"]
        yield {"expected": step["expected"], **(share_of(step["observed"] * step["rows"], step["rows"]) or {})}
