"""Chart: seizures so far by policy, week by week, with the change marked: one panel, as SVG or PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import vl_convert

from riskscore.errors import SettingsError

SUFFIXES = (".svg", ".png")

COLOURS = {"score": "#0b6e6e", "mixed": "#c2571a", "random": "#7b8794"}
"""Told apart in print and by the colour-blind; a label stands at the end of each line besides."""

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


def draw(played: pl.DataFrame, change: int, path: Path) -> None:
    """Draw `played` (as `rehearse` gives it) into `path`. The same rows give the same file.

    Raises SettingsError where the file's ending is another one or its folder is not there.
    """
    check(path)
    spec = _spec(played, change)
    if path.suffix.lower() == ".svg":
        path.write_text(str(vl_convert.vegalite_to_svg(spec)), "utf-8")
    else:
        path.write_bytes(vl_convert.vegalite_to_png(spec, scale=2))


def check(path: Path) -> None:
    """Raise SettingsError where no picture can be drawn into `path`."""
    if path.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"cannot draw {path}: its name must end with one of {', '.join(SUFFIXES)}")
    if not path.parent.is_dir():
        raise SettingsError(f"cannot draw {path}: there is no folder {path.parent}")


def sums(played: pl.DataFrame) -> pl.DataFrame:
    """Seizures so far: `policy`, `week`, `mean`, `least` and `most` over seeds; week 0 is the beginning."""
    weekly = played.sort("seed", "policy", "week").with_columns(
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


def _spec(played: pl.DataFrame, change: int) -> dict[str, Any]:
    rows = sums(played)
    weeks, seeds = int(played["week"].max()), played["seed"].n_unique()  # type: ignore[arg-type]
    names = [name for name in COLOURS if name in rows["policy"].unique()]
    top = float(rows["most"].max()) * _ROOM or 1.0  # type: ignore[arg-type]
    colour = alt.Color("policy:N", scale=alt.Scale(domain=names, range=[COLOURS[name] for name in names]), legend=None)
    x = alt.X(
        "week:Q",
        title="week",
        scale=alt.Scale(domain=[0, weeks]),
        axis=alt.Axis(grid=False, tickMinStep=1, tickCount=min(weeks, 12), format="d"),
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
    mark = [{"week": change - 1, "label": "smugglers change ways"}]
    rule = _chart(mark).mark_rule(strokeDash=[5, 4], color=_INK).encode(x="week:Q")
    word = (
        _chart(mark)
        .mark_text(align="right", dx=-8, baseline="top", fontSize=12, color=_INK)
        .encode(x="week:Q", y=alt.value(2), text="label:N")
    )
    over = (
        f"mean of {seeds} simulated worlds; the band runs from the lowest to the highest" if seeds > 1 else "one world"
    )
    title = alt.TitleParams("Seizures when only opened boxes teach", subtitle=f"By policy, {over}.", offset=14)
    chart = alt.layer(band, rule, word, line, end).properties(width=_WIDTH, height=_HEIGHT, title=title)
    return chart.to_dict() | {"config": _LOOK}


def _ends(rows: pl.DataFrame, top: float) -> list[dict[str, Any]]:
    """Where the name of each line stands: at its end, pushed up where two would overlap."""
    least = top * 0.045
    placed: list[dict[str, Any]] = []
    for row in rows.filter(pl.col("week") == pl.col("week").max()).sort("mean", "policy").to_dicts():
        at = max(row["mean"], placed[-1]["at"] + least) if placed else row["mean"]
        placed.append({**row, "at": at, "label": f"{row['policy']} {row['mean']:.1f}"})
    return placed


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart.from_dict({"data": {"values": rows}, "mark": "point"})
