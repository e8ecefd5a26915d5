"""The page of a drift report: the largest changes in sentences, charts and tables, without scripts or links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl
from markupsafe import Markup

from riskscore.markup.page import template
from riskscore.monitoring.drift import ALARM, NOTE, QUIET, Drift
from riskscore.monitoring.measures import VALUES
from riskscore.monitoring.performance import Performance
from riskscore.monitoring.sentences import named
from riskscore.pages import charts
from riskscore.views import drift as view

MOST = 15
"""Number of rows in a chart or table."""

FRESH = 4
"""Number of new values shown per kind."""


def html(report: Drift, results: Performance, *, now: datetime | None = None) -> str:
    """Return the page as HTML, with charts as inline SVG; `now` is the time shown, by default the present."""
    return template("pages", "drift.html").render(
        drift=report,
        alarms=report.sentences_of(ALARM),
        notes=report.sentences_of(NOTE),
        explained=report.entry()["explained"],
        moved=[row for row in view.rows(report) if row["level"] != QUIET][: 2 * MOST],
        new_values=_new_values(report),
        rates=view.in_order(results.rates).to_dicts(),
        auc=results.auc.to_dicts(),
        change=view.in_order(results.change).to_dicts(),
        trained=report.trained.head(MOST).to_dicts(),
        drawings=dict(_drawings(report, results)),
        now=now or datetime.now(UTC),
    )


def _new_values(report: Drift) -> list[dict[str, Any]]:
    """Return the most frequent new values of each kind; parties come last, because some are new every day."""
    new = report.moves.filter(pl.col("kind") == "unseen").group_by("name", maintain_order=True).head(FRESH)
    place = pl.col("name").replace_strict(list(VALUES), range(len(VALUES)), default=-1, return_dtype=pl.Int64)
    return [view.row(move) for move in new.sort(place, maintain_order=True).iter_rows(named=True)]


def _drawings(report: Drift, results: Performance) -> Iterator[tuple[str, Markup]]:
    is_alarm = (pl.col("level") == ALARM).alias("alarm")
    features = (
        report.moves.filter(pl.col("kind") == "feature").sort("effect", "name", descending=[True, False]).head(MOST)
    )
    if features.height:
        usual = pl.when(pl.col("bound") <= pl.col("effect").max()).then("bound").alias("usual")
        yield "features", charts.shifts(features.select("name", is_alarm, usual, value="effect"), title="PSI")
    gaps = report.moves.filter(pl.col("kind") == "column").sort("effect", "name", descending=[True, False]).head(MOST)
    if gaps.height:
        names = pl.Series("name", [named(name) for name in gaps["name"]], dtype=pl.String)
        drawn = gaps.select(names, "before", "now", is_alarm)
        yield "columns", charts.movements(drawn, title="share of consignments without it")
    if report.score.height and report.score["before"].is_not_null().all():
        upto = (
            pl.when(pl.col("bin") == "inf")
            .then(pl.lit("above"))
            .otherwise(pl.col("bin").cast(pl.Float64).round(2).cast(pl.String))
        )
        yield "score", charts.histogram(report.score.with_columns(bin=upto), title="score (log-odds), up to")
    for name in view.SHARES:
        rates = results.rates.filter(pl.col("share") == name, pl.col("answered") > 0).rename({"rate": "value"})
        if rates.height > 1:
            yield f"rate {name}", charts.over_time(rates, form=".1%")
    auc = results.auc.rename({"auc": "value"}).filter(pl.col("value").is_not_null())
    if auc.height > 1:
        yield "auc", charts.over_time(auc, form=".1f")
