"""Drift as rows of a table: what changed, from what to what."""

from __future__ import annotations

from typing import Any

import polars as pl

from riskscore.monitoring.drift import Drift
from riskscore.monitoring.performance import ALL
from riskscore.monitoring.senders import parts_of
from riskscore.monitoring.sentences import capital, named, share, value
from riskscore.views import results

KINDS = {
    "column": "missing",
    "value": "more often",
    "unseen": "new",
    "new": "no history",
    "level": "amount",
    "sender": "sender",
    "score": "score",
    "feature": "feature",
}
"""Kind of a change -> its name in a table."""

SHARES = (ALL, *results.SHARES)


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Sort rows by `period`, if they have one, then by share: first all boxes, then the shares of a slate."""
    order = pl.col("share").replace_strict(SHARES, range(len(SHARES)), default=len(SHARES), return_dtype=pl.Int64)
    return frame.sort(*(["period"] if "period" in frame.columns else []), order)


def rows(changes: Drift) -> list[dict[str, Any]]:
    """Changes as rows of a table: level, kind, what, before, now, cause and sentence, all as text."""
    return [row(move) for move in changes.moves.iter_rows(named=True)]


def row(move: dict[str, Any]) -> dict[str, Any]:
    """One change as a row of a table; see `rows`."""
    kind = move["kind"]
    is_share = kind in {"column", "value", "unseen", "new", "sender"}
    form = share if is_share else "{:.2f}".format if kind != "level" else "{:,.4g}".format
    before = "up to " if kind in {"score", "feature"} else ""
    what = value(move["name"], move["bin"]) if kind in {"value", "unseen"} else capital(named(move["name"]))
    if kind == "sender":
        part, field = parts_of(move["bin"])
        what = f"{move['name']}: {f'{named(field)} ' if field else ''}{part}"
    return {
        "level": move["level"],
        "kind": KINDS[kind],
        "what": what if kind not in {"score", "feature"} else move["name"],
        "before": before + form(move["before"]),
        "now": form(move["now"]),
        "cause": move["cause"] and named(move["cause"]),
        "sentence": move["sentence"],
    }
