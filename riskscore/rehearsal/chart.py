"""Chart: cumulative seizures by policy and week, with the change marked; one panel, as SVG or PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import vl_convert

from riskscore import export

SUFFIXES = (".svg", ".png")

COLOURS = {"score": "#0b6e6e", "mixed": "#c2571a", "random": "#7b8794"}
"""Colours that differ in print and for the colour-blind; each line also has a label at its end."""

_INK, _SOFT, _GRID = "#1f2933", "#616e7c", "#e8ecef"
_WIDTH, _HEIGHT, _ROOM = 680, 380, 1.12
_LOOK: dict[str, Any] = {
    "font": "Helvetica Neue, Helvetica, Arial, sans-serif",
    "background": "#ffffff",
    "padding": 16,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _INK,
        "titleColor": _SOFT,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "gridColor": _GRID,
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
    },
    "title": {"color": _INK, "subtitleColor": _SOFT, "fontSize": 15, "subtitleFontSize": 12, "anchor": "start"},
}


def draw(weeks: pl.DataFrame, change: int, path: Path) -> None:
    """Draw `weeks`, the result of `rehearse`, to `path`. The same rows give the same file.

    Raises SettingsError if the ending is not .svg or .png or the folder does not exist.
    """
    export.check(path, endings=SUFFIXES)
    spec = _spec(weeks, change)
    if path.suffix.lower() == ".svg":
        export.write_text(str(vl_convert.vegalite_to_svg(spec)), path, public=True)
    else:
        export.write_bytes(vl_convert.vegalite_to_png(spec, scale=2), path, public=True)


def sums(weeks: pl.DataFrame) -> pl.DataFrame:
    """Return cumulative seizures: `policy`, `week`, `mean`, `least` and `most` over seeds; week 0 is the start."""
    weekly = weeks.sort("seed", "policy", "week").with_columns(
        sofar=pl.col("seizures").cum_sum().over("seed", "policy")
    )
    over_seeds = weekly.group_by("policy", "week").agg(
        pl.col("sofar").mean().alias("mean"), pl.col("sofar").min().alias("least"), pl.col("sofar").max().alias("most")
    )
    nothing = (
        over_seeds.select("policy")
        .unique()
        .with_columns(week=pl.lit(0, pl.Int32), mean=pl.lit(0.0), least=pl.lit(0, pl.Int64), most=pl.lit(0, pl.Int64))
    )
    return pl.concat([nothing, over_seeds]).sort("policy", "week")


def _spec(weeks: pl.DataFrame, change: int) -> dict[str, Any]:
    rows = sums(weeks)
    last, seeds = int(weeks["week"].max()), weeks["seed"].n_unique()  # type: ignore[arg-type]
    names = [name for name in COLOURS if name in rows["policy"].unique()]
    top = float(rows["most"].max()) * _ROOM or 1.0  # type: ignore[arg-type]
    colour = alt.Color("policy:N", scale=alt.Scale(domain=names, range=[COLOURS[name] for name in names]), legend=None)
    x = alt.X(
        "week:Q",
        title="week",
        scale=alt.Scale(domain=[0, last]),
        axis=alt.Axis(grid=False, tickMinStep=1, tickCount=min(last, 12), format="d"),
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    y = alt.Y("mean:Q", title="seizures so far", scale=scale, axis=alt.Axis(tickMinStep=1, tickCount=6, format="d"))
    base = _chart(rows.to_dicts()).encode(x=x, color=colour)
    band = base.mark_area(opacity=0.13).encode(y=alt.Y("least:Q", scale=scale, title="seizures so far"), y2="most:Q")
    line = base.mark_line(strokeWidth=2.5).encode(y=y)
    end = (
        _chart(_ends(rows, top))
        .mark_text(align="left", dx=8, fontSize=13, fontWeight="bold")
        .encode(x="week:Q", y=alt.Y("at:Q", scale=scale), text="label:N", color=colour)
    )
    mark = [{"week": change - 1, "label": "smugglers change routes and covers"}]
    rule = _chart(mark).mark_rule(strokeDash=[5, 4], color=_INK).encode(x="week:Q")
    note = (
        _chart(mark)
        .mark_text(align="right", dx=-8, baseline="top", fontSize=12, color=_INK)
        .encode(x="week:Q", y=alt.value(2), text="label:N")
    )
    worlds = (
        f"mean of {seeds} simulated worlds; the band runs from the lowest to the highest"
        if seeds > 1
        else "one simulated world"
    )
    title = "Seizures when the model learns only from opened boxes"
    heading = alt.TitleParams(title, subtitle=f"By policy, {worlds}.", offset=14)
    chart = alt.layer(band, rule, note, line, end).properties(width=_WIDTH, height=_HEIGHT, title=heading)
    return chart.to_dict() | {"config": _LOOK}


def _ends(rows: pl.DataFrame, top: float) -> list[dict[str, Any]]:
    """Return the label of each line and its place: at the end, moved up if two would overlap."""
    least = top * 0.045
    placed: list[dict[str, Any]] = []
    for row in rows.filter(pl.col("week") == pl.col("week").max()).sort("mean", "policy").to_dicts():
        at = max(row["mean"], placed[-1]["at"] + least) if placed else row["mean"]
        placed.append({**row, "at": at, "label": f"{row['policy']} {row['mean']:.1f}"})
    return placed


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart.from_dict({"data": {"values": rows}, "mark": "point"})
