"""The page of an evaluation: the data, what the model finds, its curves, and what could not be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl
from markupsafe import Markup

from riskscore.judging.intervals import share_of
from riskscore.markup.page import template
from riskscore.model.tables import tables
from riskscore.pages import charts

HEADLINE = 0.05
"""Share inspected for the headline figures."""


def render(record: Mapping[str, Any], *, now: datetime | None = None) -> str:
    """Return the page as HTML.

    `record` is the result of `training.evaluate`, with `model` and `data` of the card. `now` is the time shown, by
    default the present.
    """
    overall = record["overall"]
    return template("pages", "evaluation.html").render(
        record=record,
        overall=overall,
        headline=next(at for at in overall["at"] if at["share"] == HEADLINE),
        positives="smuggled consignments" if record["labels"] == "truth" else "seizures",
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
    """Yield the points of the calibration plot: equal bins, of which the riskiest is divided more finely."""
    *lower, top = record["calibration"]["bins"]
    for part in lower:
        yield {"expected": part["expected"], **part["observed"]}
    left = top["rows"]
    for step in record["reliability"]:
        if step["rows"] > left:
            break
        left -= step["rows"]
        yield {"expected": step["expected"], **(share_of(step["observed"] * step["rows"], step["rows"]) or {})}
