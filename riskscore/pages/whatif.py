"""What-if as tables of texts, for the terminal and the page alike, and as one HTML page that needs nothing besides."""

from __future__ import annotations

from datetime import UTC, datetime

from riskscore.markup.page import template
from riskscore.pages import charts
from riskscore.views import whatif as view
from riskscore.whatif.trial import MOST_PORTS, WhatIf


def html(found: WhatIf, *, now: datetime | None = None) -> str:
    """The page. Every text in it is escaped; the chart is inline SVG."""
    return template("pages", "whatif.html").render(
        found=found,
        work=(view.WORK, view.work(found)),
        seizures=(view.SEIZURES, view.seizures(found)),
        ports=(view.PORTS, view.ports(found.trials[0])) if len(found.trials) == 1 else None,
        most=MOST_PORTS,
        chart=charts.trade(view.curve(found)),
        now=now or datetime.now(UTC),
    )
