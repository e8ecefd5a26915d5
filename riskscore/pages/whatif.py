"""The page of what-if: past nights under other policies, as one HTML file without scripts or links."""

from __future__ import annotations

from datetime import UTC, datetime

from riskscore.markup.page import template
from riskscore.pages import charts
from riskscore.views import whatif as view
from riskscore.whatif.trial import MOST_PORTS, WhatIf


def html(report: WhatIf, *, now: datetime | None = None) -> str:
    """Return the page as HTML, with the chart as inline SVG; `now` is the time shown, by default the present."""
    return template("pages", "whatif.html").render(
        report=report,
        work=(view.WORK, view.work(report)),
        seizures=(view.SEIZURES, view.seizures(report)),
        ports=(view.PORTS, view.ports(report.trials[0])) if len(report.trials) == 1 else None,
        most=MOST_PORTS,
        chart=charts.trade_off(view.curve(report)),
        now=now or datetime.now(UTC),
    )
