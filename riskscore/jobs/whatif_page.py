"""The page of a what-if: policies side by side, as a chart of work against finds and as tables."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
from markupsafe import Markup

from riskscore.jobs import charts, page
from riskscore.jobs.whatif import CONFIDENCE, WhatIf, busiest, notes

MOST_PORTS = 20


def render(compared: WhatIf, *, now: datetime | None = None) -> str:
    """The page. Every text in it is escaped; the chart is inline SVG."""
    results = pl.DataFrame([{"policy": one.policy, "opened": one.opened, "found": one.found, "low": one.low,
                             "high": one.high} for one in compared.results])  # fmt: skip
    return page.template("whatif.html").render(
        compared=compared,
        ports=busiest(compared.ports, MOST_PORTS).to_dicts(),
        more=max(0, compared.ports["port"].n_unique() - MOST_PORTS),
        chart=Markup(charts.tried(results)),  # noqa: S704  our own SVG, escaped
        notes=notes(compared),
        confidence=CONFIDENCE,
        now=now or datetime.now(UTC),
    )
