"""The page of results: what inspections found, as one HTML file without scripts or links."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import polars as pl
from markupsafe import Markup

from riskscore.markup.page import template
from riskscore.monitoring.results import Results
from riskscore.pages import charts
from riskscore.views.results import by_share

MOST = 20
"""Number of ports and commodities on the page; the CSV and JSON reports have all of them."""


def html(report: Results, *, now: datetime | None = None) -> str:
    """Return the page as HTML, with charts as inline SVG; `now` is the time shown, by default the present."""
    return template("pages", "results.html").render(
        report=report,
        shares=by_share(report).to_dicts(),
        drawings=dict(_drawings(report)),
        most=MOST,
        now=now or datetime.now(UTC),
    )


def _drawings(report: Results) -> Iterator[tuple[str, Markup]]:
    rates = by_share(report).filter(pl.col("answered") > 0)
    if rates.height:
        yield (
            "rates",
            charts.intervals(
                rates.rename({"share": "name", "rate": "value"}), title="seizures per box with an outcome", form=".1%"
            ),
        )
    if report.month.height and report.month["seizures"].sum():
        yield "months", charts.months(report.month)
    ports = report.port.filter(pl.col("estimate").is_not_null(), pl.col("closed") > 0).head(MOST)
    if ports.height:
        estimates = ports.select(name="port", value="estimate", low="least", high="most")
        yield "unseen", charts.intervals(estimates, title="smuggled consignments in closed boxes", form=",.0f")
