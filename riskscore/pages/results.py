"""A report as one HTML page that needs nothing besides, and as one long table for machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from riskscore.monitoring.results import BY, Report
from riskscore.pages import charts

SHARES = ("score", "intelligence", "explore", "random", "officer")
"""Order in which the shares are shown."""

MOST = 20
"""Ports and commodities that the page shows; the long table has all of them."""

_MEASURES = {
    "commodity": ("cases", "quantity_kg", "unweighed"),
    "other": ("opened", "answered", "irregular", "seizures", "quantity_kg", "closed", "unreached"),
}


_SMALLEST = 0.001
"""Share below which one decimal of a percentage would read as none."""


def template(name: str) -> Template:
    """A page to be filled in: every text in it is escaped, and a gap is an error."""
    environment = Environment(
        loader=PackageLoader("riskscore", "pages/templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(percent=percent, number=number, tonnes=tonnes, day=day)
    return environment.get_template(name)


def html(found: Report, *, now: datetime | None = None) -> str:
    """The page. Every text in it is escaped; charts are inline SVG."""
    return template("report.html").render(
        report=found,
        shares=by_share(found).to_dicts(),
        drawings={name: Markup(drawing) for name, drawing in _drawings(found)},  # noqa: S704  our own SVG, escaped
        most=MOST,
        now=now or datetime.now(UTC),
    )


def _drawings(found: Report) -> Iterator[tuple[str, str]]:
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


def by_share(found: Report) -> pl.DataFrame:
    """Hit rates in the order of SHARES."""
    order = pl.col("share").replace_strict(SHARES, range(len(SHARES)), default=len(SHARES), return_dtype=pl.Int64)
    return found.rates.sort(order)


def long(found: Report, by: Iterable[str] = BY) -> pl.DataFrame:
    """A row a figure: `part` (share, unseen, year, or one of BY), `name`, `measure`, `value`, `low`, `high`."""
    rows = [*_of_shares(found), *_of_unseen(found)]
    for part in by:
        for row in getattr(found, part).iter_rows(named=True):
            rows.extend(_of_part(part, row))
    for row in found.years.iter_rows(named=True):
        rows.extend(
            ("year", str(row["year"]), name, value, None, None) for name, value in row.items() if name != "year"
        )
    text, value = (
        dict.fromkeys(("part", "name", "measure"), pl.String),
        dict.fromkeys(("value", "low", "high"), pl.Float64),
    )
    return pl.DataFrame(
        [(*row[:3], *(None if figure is None else float(figure) for figure in row[3:])) for row in rows],
        schema={**text, **value},
        orient="row",
    )


_Figure = tuple[str, str, str, Any, Any, Any]


def _of_shares(found: Report) -> Iterator[_Figure]:
    for row in by_share(found).iter_rows(named=True):
        for name in ("opened", "answered", "irregular", "seizures"):
            yield "share", row["share"], name, row[name], None, None
        yield "share", row["share"], "rate", row["rate"], row["low"], row["high"]


def _of_unseen(found: Report) -> Iterator[_Figure]:
    guess = found.unseen
    known = guess.estimate is not None
    ends = (guess.low, guess.high) if known else (None, None)
    yield "unseen", "all", "estimate", guess.estimate, *ends
    for name in ("hits", "drawn", "awaited", "closed", "unreached"):
        yield "unseen", "all", name, getattr(guess, name), None, None


def _of_part(part: str, row: dict[str, Any]) -> Iterator[_Figure]:
    for name in _MEASURES.get(part, _MEASURES["other"]):
        yield part, row[part], name, row[name], None, None
    if part != "commodity":
        yield part, row[part], "rate", row["rate"], row["low"], row["high"]
        yield part, row[part], "estimate", row["estimate"], row["least"], row["most"]


def percent(value: float | None) -> str:
    """A share of 1 as people read it; a small one is not none."""
    if value is None:
        return ""
    return "<0.1%" if 0 < value < _SMALLEST else f"{value:.1%}"


def day(value: date) -> str:
    """A day as people write it."""
    return f"{value.day} {value:%B %Y}"


def number(value: float | None) -> str:
    """A count, or an estimate of one."""
    return "" if value is None else f"{value:,.0f}"


def between(form: Callable[[float | None], str], value: float | None, low: float | None, high: float | None) -> str:
    """A figure with its interval, or that it is not known."""
    return "not known" if value is None else f"{form(value)} ({form(low)} to {form(high)})"


def tonnes(kilograms: float) -> str:
    """A quantity with its unit: kg below 10 t."""
    return f"{kilograms / 1000:,.1f} t" if kilograms >= 10_000 else f"{kilograms:,.0f} kg"
