"""The charts of a report, as SVG that stands in a page of its own: no script, no font and no file besides."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl
import vl_convert

INK, SOFT, ACCENT, PALE = "#1f2933", "#7b8794", "#0b6e6e", "#b9d8d6"
_FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"
_WIDTH = 740

_LOOK: dict[str, Any] = {
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": SOFT,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": "#e8ecef",
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
        "labelLimit": 160,
    },
    "legend": {"labelColor": INK, "titleColor": SOFT, "labelFontSize": 12, "orient": "top", "title": None},
}


def intervals(rows: pl.DataFrame, *, title: str, form: str) -> str:
    """Each of `rows` (name, value, low, high) as a dot with its interval; numbers in d3's `form` of `title`."""
    known = rows.select("name", "value", "low", "high").filter(pl.col("value").is_not_null())
    base = _chart(known).encode(y=alt.Y("name:N", sort=None, title=None))
    bar = base.mark_rule(strokeWidth=7, strokeCap="round", color=PALE).encode(
        x=alt.X("low:Q", title=title, axis=alt.Axis(format=form, tickCount=6), scale=alt.Scale(zero=True)), x2="high:Q"
    )
    dot = base.mark_point(size=80, filled=True, opacity=1, color=ACCENT).encode(x="value:Q")
    text = base.mark_text(dy=-13, color=INK, fontSize=12).encode(x="value:Q", text=alt.Text("value:Q", format=form))
    return _svg(bar + dot + text, height=42 * max(known.height, 1))


def months(rows: pl.DataFrame) -> str:
    """Seizures a month as bars (`month`, `seizures`)."""
    base = _chart(rows.select("month", "seizures")).encode(
        x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=0 if rows.height <= 10 else -45, grid=False)),
        y=alt.Y("seizures:Q", title="seizures", axis=alt.Axis(tickMinStep=1, tickCount=5)),
    )
    bars = base.mark_bar(color=ACCENT, cornerRadiusTopLeft=2, cornerRadiusTopRight=2, width={"band": 0.7})
    numbers = base.mark_text(dy=-7, color=INK, fontSize=11).encode(text="seizures:Q")
    return _svg(bars + numbers, height=180)


def filings(rows: pl.DataFrame) -> str:
    """Filings a night as bars (`night`, `filings`)."""
    base = _chart(rows.select("night", "filings")).encode(
        x=alt.X("night:O", title=None, axis=alt.Axis(labelAngle=-60, labelOverlap=True, grid=False)),
        y=alt.Y("filings:Q", title="filings", axis=alt.Axis(tickCount=4)),
    )
    return _svg(base.mark_bar(color=ACCENT), height=140)


def trade(rows: pl.DataFrame) -> str:
    """Seizures found against boxes a night: `name`, `boxes`, `found`, `low`, `high`; the `actual` one in ink."""
    known = rows.filter(pl.col("found").is_not_null())
    x = alt.X(
        "boxes:Q", title="boxes opened a night", axis=alt.Axis(tickCount=6, grid=False), scale=alt.Scale(zero=True)
    )
    base = _chart(known).encode(x=x)
    bar = base.mark_rule(strokeWidth=7, strokeCap="round", color=PALE).encode(
        y=alt.Y("low:Q", title="seizures found", axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=True)), y2="high:Q"
    )
    dot = base.mark_point(size=80, filled=True, opacity=1).encode(
        y="found:Q", color=alt.condition("datum.actual", alt.value(INK), alt.value(ACCENT))
    )
    text = base.encode(y="found:Q", text="name:N")
    actual = text.transform_filter("datum.actual").mark_text(dx=-9, align="right", color=INK, fontSize=12)
    tried = text.transform_filter("!datum.actual").mark_text(dx=9, align="left", color=INK, fontSize=12)
    return _svg(bar + dot + actual + tried, height=260)


def _chart(rows: pl.DataFrame) -> alt.Chart:
    """An empty chart with `rows` in it."""
    return alt.Chart.from_dict({"data": {"values": rows.to_dicts()}, "mark": "point"})


def _svg(chart: alt.LayerChart, *, height: int) -> str:
    spec = chart.properties(width=_WIDTH, height=height, background="transparent").to_dict() | {"config": _LOOK}
    return str(vl_convert.vegalite_to_svg(spec))
