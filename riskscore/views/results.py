"""Results of inspections in the order in which they are shown, and as one long table for machines."""

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


def by_share(found: Results) -> pl.DataFrame:
    """Hit rates in the order of SHARES."""
    order = pl.col("share").replace_strict(SHARES, range(len(SHARES)), default=len(SHARES), return_dtype=pl.Int64)
    return found.rates.sort(order)


def long(found: Results, by: Iterable[str] = BY) -> pl.DataFrame:
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


def _of_shares(found: Results) -> Iterator[_Figure]:
    for row in by_share(found).iter_rows(named=True):
        for name in ("opened", "answered", "irregular", "seizures"):
            yield "share", row["share"], name, row[name], None, None
        yield "share", row["share"], "rate", row["rate"], row["low"], row["high"]


def _of_unseen(found: Results) -> Iterator[_Figure]:
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
