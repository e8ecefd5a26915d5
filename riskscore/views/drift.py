"""Drift as rows of a table: what moved, from what to what."""

from __future__ import annotations

from typing import Any

import polars as pl

from riskscore.monitoring.drift import Drift
from riskscore.monitoring.performance import ALL
from riskscore.monitoring.sentences import capital, named, share, value
from riskscore.views import results

KINDS = {
    "column": "missing",
    "value": "more often",
    "unseen": "new",
    "new": "without a past",
    "level": "amount",
    "score": "score",
    "feature": "feature",
}
"""What a move is called in a table."""

SHARES = (ALL, *results.SHARES)


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows by `period`, if they have one, and within it by share: all, then those of a slate."""
    order = pl.col("share").replace_strict(SHARES, range(len(SHARES)), default=len(SHARES), return_dtype=pl.Int64)
    return frame.sort(*(["period"] if "period" in frame.columns else []), order)


def rows(found: Drift) -> list[dict[str, Any]]:
    """Moves as rows of a table: level, kind, what, before, now (texts), sentence."""
    return [row(move) for move in found.moves.iter_rows(named=True)]


def row(move: dict[str, Any]) -> dict[str, Any]:
    """One move as a row of a table; see `rows`."""
    kind = move["kind"]
    is_share = kind in {"column", "value", "unseen", "new"}
    form = share if is_share else "{:.2f}".format if kind != "level" else "{:,.4g}".format
    before = "up to " if kind in {"score", "feature"} else ""
    what = value(move["name"], move["bin"]) if kind in {"value", "unseen"} else capital(named(move["name"]))
    return {
        "level": move["level"],
        "kind": KINDS[kind],
        "what": what if kind not in {"score", "feature"} else move["name"],
        "before": before + form(move["before"]),
        "now": form(move["now"]),
        "cause": move["cause"] and named(move["cause"]),
        "sentence": move["sentence"],
    }
