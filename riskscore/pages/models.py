"""A comparison of two models as tables and as a page, and what a promotion was judged by as tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from riskscore.markup.page import template
from riskscore.pages import charts
from riskscore.views.comparison import basis, differences, tables


def render(record: Mapping[str, Any], *, now: datetime | None = None) -> str:
    """The page of `record`, what `training.compare` returns. Every text in it is escaped."""
    a, b = record["models"]
    drawing = charts.differences(pl.DataFrame(list(differences(record))), title=f"{b['name']} less {a['name']}")
    return template("pages", "models.html").render(
        record=record,
        a=a,
        b=b,
        basis=basis(record),
        drawing=drawing,
        tables=tables(record),
        now=now or datetime.now(UTC),
    )
