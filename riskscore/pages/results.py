"""A report as one HTML page that needs nothing besides, and as one long table for machines."""

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
"""Ports and commodities that the page shows; the long table has all of them."""


def html(found: Results, *, now: datetime | None = None) -> str:
    """The page. Every text in it is escaped; charts are inline SVG."""
    return template("pages", "results.html").render(
        report=found,
        shares=by_share(found).to_dicts(),
        drawings=dict(_drawings(found)),
        most=MOST,
        now=now or datetime.now(UTC),
    )


def _drawings(found: Results) -> Iterator[tuple[str, Markup]]:
    rates = by_share(found).filter(pl.col("answered") > 0)
    if rates.height:
        yield (
            "rates",
            charts.intervals(
                rates.rename({"share": "name", "rate": "value"}), title="seizures an opened box", form=".1%"
            ),
        )
    if found.month.height and found.month["seizures"].sum():
        yield "months", charts.months(found.month)
    ports = found.port.filter(pl.col("estimate").is_not_null(), pl.col("closed") > 0).head(MOST)
    if ports.height:
        guessed = ports.select(name="port", value="estimate", low="least", high="most")
        yield "unseen", charts.intervals(guessed, title="consignments", form=",.0f")
