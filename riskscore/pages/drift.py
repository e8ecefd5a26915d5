"""The page of a drift report: what moved most, in sentences, pictures and tables; it needs nothing besides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl
from markupsafe import Markup

from riskscore.markup.page import template
from riskscore.monitoring.drift import ALARM, QUIET, Drift
from riskscore.monitoring.measures import VALUES
from riskscore.monitoring.performance import Performance
from riskscore.monitoring.sentences import named
from riskscore.pages import charts
from riskscore.views import drift as view

MOST = 15
"""Rows of a chart or a table."""

FRESH = 4
"""New values of a kind that are shown."""


def html(found: Drift, done: Performance, *, now: datetime | None = None) -> str:
    """The page. Every text in it is escaped; charts are inline SVG."""
    return template("pages", "drift.html").render(
        drift=found,
        alarms=found.told(ALARM),
        notes=found.told("note"),
        explained=found.entry()["explained"],
        moved=[row for row in view.rows(found) if row["level"] != QUIET][: 2 * MOST],
        fresh=_fresh(found),
        rates=view.in_order(done.rates).to_dicts(),
        auc=done.auc.to_dicts(),
        change=view.in_order(done.change).to_dicts(),
        trained=found.trained.head(MOST).to_dicts(),
        drawings=dict(_drawings(found, done)),
        now=now or datetime.now(UTC),
    )


def _fresh(found: Drift) -> list[dict[str, Any]]:
    """The most frequent new values of each kind, ports and goods before parties, which are new every day."""
    new = found.moves.filter(pl.col("kind") == "unseen").group_by("name", maintain_order=True).head(FRESH)
    place = pl.col("name").replace_strict(list(VALUES), range(len(VALUES)), default=-1, return_dtype=pl.Int64)
    return [view.row(move) for move in new.sort(place, maintain_order=True).iter_rows(named=True)]


def _drawings(found: Drift, done: Performance) -> Iterator[tuple[str, Markup]]:
    is_alarm = (pl.col("level") == ALARM).alias("alarm")
    features = (
        found.moves.filter(pl.col("kind") == "feature").sort("effect", "name", descending=[True, False]).head(MOST)
    )
    if features.height:
        usual = pl.when(pl.col("bound") <= pl.col("effect").max()).then("bound").alias("usual")
        yield "features", charts.shifts(features.select("name", is_alarm, usual, value="effect"), title="PSI")
    gaps = found.moves.filter(pl.col("kind") == "column").sort("effect", "name", descending=[True, False]).head(MOST)
    if gaps.height:
        names = pl.Series("name", [named(name) for name in gaps["name"]], dtype=pl.String)
        drawn = gaps.select(names, "before", "now", is_alarm)
        yield "columns", charts.movements(drawn, title="share of the consignments that lack it")
    if found.score.height and found.score["before"].is_not_null().all():
        upto = (
            pl.when(pl.col("bin") == "inf")
            .then(pl.lit("above"))
            .otherwise(pl.col("bin").cast(pl.Float64).round(2).cast(pl.String))
        )
        yield "score", charts.histogram(found.score.with_columns(bin=upto), title="score (log-odds), up to")
    for name in view.SHARES:
        rates = done.rates.filter(pl.col("share") == name, pl.col("answered") > 0).rename({"rate": "value"})
        if rates.height > 1:
            yield f"rate {name}", charts.over_time(rates, form=".1%")
    auc = done.auc.rename({"auc": "value"}).filter(pl.col("value").is_not_null())
    if auc.height > 1:
        yield "auc", charts.over_time(auc, form=".1f")
