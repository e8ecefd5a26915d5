"""Inspection results in the order in which they are shown, and as one long table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from riskscore.monitoring.results import BY, Results

SHARES = ("score", "intelligence", "explore", "random", "officer")
"""Order in which the shares are shown."""

_MEASURES = {
    "commodity": ("cases", "quantity_kg", "unweighed"),
    "other": ("opened", "answered", "irregular", "seizures", "quantity_kg", "closed", "unreached"),
}


def by_share(results: Results) -> pl.DataFrame:
    """Hit rates in the order of SHARES."""
    order = pl.col("share").replace_strict(SHARES, range(len(SHARES)), default=len(SHARES), return_dtype=pl.Int64)
    return results.rates.sort(order)


def long(results: Results, by: Iterable[str] = BY) -> pl.DataFrame:
    """One row per figure: `part` (share, unseen, year, or one of BY), `name`, `measure`, `value`, `low`, `high`."""
    rows = [*_of_shares(results), *_of_unseen(results)]
    for part in by:
        for row in getattr(results, part).iter_rows(named=True):
            rows.extend(_of_part(part, row))
    for row in results.years.iter_rows(named=True):
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


def _of_shares(results: Results) -> Iterator[_Figure]:
    for row in by_share(results).iter_rows(named=True):
        for name in ("opened", "answered", "irregular", "seizures"):
            yield "share", row["share"], name, row[name], None, None
        yield "share", row["share"], "rate", row["rate"], row["low"], row["high"]


def _of_unseen(results: Results) -> Iterator[_Figure]:
    unseen = results.unseen
    interval = (None, None) if unseen.estimate is None else (unseen.low, unseen.high)
    yield "unseen", "all", "estimate", unseen.estimate, *interval
    for name in ("hits", "drawn", "awaited", "closed", "unreached"):
        yield "unseen", "all", name, getattr(unseen, name), None, None


def _of_part(part: str, row: dict[str, Any]) -> Iterator[_Figure]:
    for name in _MEASURES.get(part, _MEASURES["other"]):
        yield part, row[part], name, row[name], None, None
    if part != "commodity":
        yield part, row[part], "rate", row["rate"], row["low"], row["high"]
        yield part, row[part], "estimate", row["estimate"], row["least"], row["most"]
