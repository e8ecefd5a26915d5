"""The page of a comparison of two models, as one HTML file without scripts or links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from riskscore.markup.page import template
from riskscore.pages import charts
from riskscore.views.comparison import basis, differences, tables


def render(record: Mapping[str, Any], *, now: datetime | None = None) -> str:
    """Return the page as HTML; `record` is the result of `training.compare`, `now` the time shown."""
    a, b = record["models"]
    drawing = charts.differences(pl.DataFrame(list(differences(record))), title=f"{b['name']} minus {a['name']}")
    return template("pages", "models.html").render(
        record=record,
        a=a,
        b=b,
        basis=basis(record),
        drawing=drawing,
        tables=tables(record),
        now=now or datetime.now(UTC),
    )
