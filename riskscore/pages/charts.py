"""The charts of the reports, as inline SVG without scripts, fonts or other files."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl
import vl_convert
from markupsafe import Markup

from riskscore.markup.page import drawing

INK, SOFT, ACCENT, PALE, ALARM = "#1f2933", "#7b8794", "#0b6e6e", "#b9d8d6", "#b3261e"
_FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"
_WIDTH = 740

_SHARES = (0.0001, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
_TIMES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Ticks of logarithmic axes."""

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


def intervals(rows: pl.DataFrame, *, title: str, form: str) -> Markup:
    """Draw each of `rows` (name, value, low, high) as a dot with its interval.

    `title` is the title of the axis, `form` the d3 format of the numbers.
    """
    points = rows.select("name", "value", "low", "high").filter(pl.col("value").is_not_null())
    base = _chart(points).encode(y=alt.Y("name:N", sort=None, title=None))
    bar = base.mark_rule(strokeWidth=7, strokeCap="round", color=PALE).encode(
        x=alt.X("low:Q", title=title, axis=alt.Axis(format=form, tickCount=6), scale=alt.Scale(zero=True)), x2="high:Q"
    )
    dot = base.mark_point(size=80, filled=True, opacity=1, color=ACCENT).encode(x="value:Q")
    text = base.mark_text(dy=-13, color=INK, fontSize=12).encode(x="value:Q", text=alt.Text("value:Q", format=form))
    return _svg(bar + dot + text, height=42 * max(points.height, 1))


def precision_recall(points: pl.DataFrame) -> Markup:
    """Draw precision over recall as a line in a band (`recall`, `precision`, `precision_low`, `precision_high`)."""
    named = points.select("recall", value="precision", low="precision_low", high="precision_high")
    x = alt.X(
        "recall:Q", title="recall: share of all positives that are found", axis=alt.Axis(format=".0%", grid=False)
    )
    y = alt.Y("low:Q", title="precision: share of opened boxes with a find", axis=alt.Axis(format=".0%", tickCount=5))
    return _banded(named, x, y)


def lift(points: pl.DataFrame) -> Markup:
    """Draw lift over the share inspected as a line in a band (`share`, `recall`, `recall_low`, `recall_high`)."""
    share = pl.col("share")
    lifts = {
        "value": pl.col("recall") / share,
        "low": pl.col("recall_low") / share,
        "high": pl.col("recall_high") / share,
    }
    named = points.filter(pl.col("recall") > 0).select("share", **lifts)
    highest, least = max(2.0, *named["high"]), min(named["share"])
    x = alt.X(
        "share:Q",
        title="share inspected, riskiest first",
        axis=alt.Axis(format="~%", grid=False, values=[tick for tick in _SHARES if tick >= least]),
        scale=alt.Scale(type="log", nice=False),
    )
    y = alt.Y(
        "low:Q",
        title="times as many as random inspections find",
        axis=alt.Axis(format="~g", values=[tick for tick in _TIMES if tick <= highest]),
        scale=alt.Scale(type="log", domain=[0.8, highest], nice=False, clamp=True),
    )
    return _banded(named, x, y)


def calibration(bins: pl.DataFrame) -> Markup:
    """Draw the share found over the predicted probability, with intervals and the line on which both are equal.

    `bins` have `expected`, `value`, `low`, `high`. The axes are linear up to 0.1% and logarithmic above, because most
    probabilities are small.
    """
    most = max(*bins["expected"], *bins["high"])
    scale = alt.Scale(type="symlog", constant=_SHARES[1], domain=[0, most], nice=False)
    ticks = alt.Axis(format=".1~%", values=[0, *(tick for tick in _SHARES[1:] if tick <= most)])
    x = alt.X("expected:Q", title="mean predicted probability", axis=ticks, scale=scale)
    y = alt.Y("value:Q", title="share found", axis=ticks, scale=scale)
    base = _chart(bins.select("expected", "value", "low", "high")).encode(x=x)
    same = _chart(pl.DataFrame({"expected": [0.0, most], "value": [0.0, most]})).encode(x=x, y=y)
    bars = base.mark_rule(strokeWidth=5, strokeCap="round", color=PALE).encode(
        y=alt.Y("low:Q", scale=scale), y2="high:Q"
    )
    dots = base.mark_point(size=60, filled=True, opacity=1, color=ACCENT).encode(y=y)
    return _svg(same.mark_line(color=SOFT, strokeDash=[4, 4], strokeWidth=1.5) + bars + dots, height=320)


def differences(rows: pl.DataFrame, *, title: str) -> Markup:
    """Draw each of `rows` (name, value, low, high) as a dot with its interval; red if the interval is below zero."""
    points = rows.select("name", "value", "low", "high")
    base = _chart(points).encode(y=alt.Y("name:N", sort=None, title=None))
    zero = _chart(pl.DataFrame({"zero": [0]})).mark_rule(color=SOFT, strokeDash=[4, 4]).encode(x="zero:Q")
    bar = base.mark_rule(strokeWidth=7, strokeCap="round", color=PALE).encode(
        x=alt.X("low:Q", title=title, axis=alt.Axis(format="+.2f", tickCount=6), scale=alt.Scale(zero=True)),
        x2="high:Q",
    )
    colour = alt.condition("datum.high < 0", alt.value(ALARM), alt.value(ACCENT))
    dot = base.mark_point(size=80, filled=True, opacity=1).encode(x="value:Q", color=colour)
    text = base.mark_text(dy=-13, color=INK, fontSize=12).encode(x="value:Q", text=alt.Text("value:Q", format="+.3f"))
    return _svg(bar + zero + dot + text, height=42 * points.height)


def months(rows: pl.DataFrame) -> Markup:
    """Draw seizures per month as bars (`month`, `seizures`)."""
    base = _chart(rows.select("month", "seizures")).encode(
        x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=0 if rows.height <= 10 else -45, grid=False)),
        y=alt.Y("seizures:Q", title="seizures", axis=alt.Axis(tickMinStep=1, tickCount=5)),
    )
    bars = base.mark_bar(color=ACCENT, cornerRadiusTopLeft=2, cornerRadiusTopRight=2, width={"band": 0.7})
    numbers = base.mark_text(dy=-7, color=INK, fontSize=11).encode(text="seizures:Q")
    return _svg(bars + numbers, height=180)


def shifts(rows: pl.DataFrame, *, title: str) -> Markup:
    """Draw each of `rows` (name, value, usual, alarm) as a bar, red if it is an alarm, with a line at the usual."""
    base = _chart(rows.select("name", "value", "usual", "alarm")).encode(y=alt.Y("name:N", sort=None, title=None))
    colour = alt.condition("datum.alarm", alt.value(ALARM), alt.value(ACCENT))
    bars = base.mark_bar(height={"band": 0.55}).encode(
        x=alt.X("value:Q", title=title, axis=alt.Axis(tickCount=6), scale=alt.Scale(zero=True)), color=colour
    )
    usual = base.mark_tick(color=INK, thickness=2, size=18).encode(x="usual:Q")
    return _svg(bars + usual, height=26 * rows.height)


def movements(rows: pl.DataFrame, *, title: str) -> Markup:
    """Draw each of `rows` (name, before, now, alarm) as a line from a ring (before) to a dot (now), in percent."""
    base = _chart(rows.select("name", "before", "now", "alarm")).encode(y=alt.Y("name:N", sort=None, title=None))
    colour = alt.condition("datum.alarm", alt.value(ALARM), alt.value(ACCENT))
    axis = alt.X("before:Q", title=title, axis=alt.Axis(format=".0%", tickCount=6), scale=alt.Scale(domain=[0, 1]))
    line = base.mark_rule(strokeWidth=4, color=PALE).encode(x=axis, x2="now:Q")
    ring = base.mark_point(size=70, color=SOFT, filled=False, opacity=1).encode(x="before:Q")
    dot = base.mark_point(size=80, filled=True, opacity=1).encode(x="now:Q", color=colour)
    return _svg(line + ring + dot, height=26 * rows.height)


def histogram(rows: pl.DataFrame, *, title: str) -> Markup:
    """Draw shares by `bin`: `now` as bars, `before` as lines across them."""
    base = _chart(rows.select("bin", "before", "now")).encode(
        x=alt.X("bin:N", sort=None, title=title, axis=alt.Axis(labelAngle=-45, grid=False))
    )
    share = alt.Y("now:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5))
    bars = base.mark_bar(color=PALE, width={"band": 0.7}).encode(y=share)
    lines = base.mark_tick(color=INK, thickness=2, width={"band": 0.85}).encode(y="before:Q")
    return _svg(bars + lines, height=180)


def over_time(rows: pl.DataFrame, *, form: str) -> Markup:
    """Draw each of `rows` (period, value, low, high) as a dot with its interval, from left to right."""
    points = rows.filter(pl.col("value").is_not_null()).select(
        pl.col("period").cast(pl.String), pl.col("value", "low", "high")
    )
    base = _chart(points).encode(
        x=alt.X("period:O", title=None, axis=alt.Axis(labelAngle=-45, labelOverlap=True, grid=False))
    )
    axis = alt.Y("low:Q", title=None, axis=alt.Axis(format=form, tickCount=4), scale=alt.Scale(zero=True))
    bar = base.mark_rule(strokeWidth=7, strokeCap="round", color=PALE).encode(y=axis, y2="high:Q")
    dot = base.mark_point(size=70, filled=True, opacity=1, color=ACCENT).encode(y="value:Q")
    return _svg(bar + dot, height=130)


def filings(rows: pl.DataFrame) -> Markup:
    """Draw filings per night as bars (`night`, `filings`)."""
    base = _chart(rows.select("night", "filings")).encode(
        x=alt.X("night:O", title=None, axis=alt.Axis(labelAngle=-60, labelOverlap=True, grid=False)),
        y=alt.Y("filings:Q", title="filings", axis=alt.Axis(tickCount=4)),
    )
    return _svg(base.mark_bar(color=ACCENT), height=140)


def trade_off(rows: pl.DataFrame) -> Markup:
    """Draw seizures over boxes per night (`name`, `boxes`, `found`, `low`, `high`); the `actual` row is dark."""
    points = rows.filter(pl.col("found").is_not_null())
    x = alt.X(
        "boxes:Q", title="boxes opened per night", axis=alt.Axis(tickCount=6, grid=False), scale=alt.Scale(zero=True)
    )
    base = _chart(points).encode(x=x)
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


def _banded(rows: pl.DataFrame, x: alt.X, y: alt.Y) -> Markup:
    """Draw `value` as a line in the band from `low` to `high`; `y` is the encoding of `low`, with the axis of both."""
    base = _chart(rows).encode(x=x)
    band = base.mark_area(color=PALE).encode(y=y, y2="high:Q")
    return _svg(band + base.mark_line(color=ACCENT, strokeWidth=2).encode(y="value:Q"), height=280)


def _chart(rows: pl.DataFrame) -> alt.Chart:
    """Return a chart with the data `rows` and no encoding yet."""
    return alt.Chart.from_dict({"data": {"values": rows.to_dicts()}, "mark": "point"})


def _svg(chart: alt.LayerChart, *, height: int) -> Markup:
    spec = chart.properties(width=_WIDTH, height=height, background="transparent").to_dict() | {"config": _LOOK}
    return drawing(str(vl_convert.vegalite_to_svg(spec)))
