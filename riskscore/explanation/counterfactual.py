"""Counterfactual: one consignment as it was filed and as it would be with other values, side by side.

fields that were set ─▶ features whose value changed ─▶ their contributions ─▶ reasons that left, came or changed
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

MOVED = ("feature", "meaning", "unit", "before", "now", "contribution_before", "contribution")
"""Columns of the features that changed."""

REASONS = {
    "change": pl.String,
    "indicator": pl.Int64,
    "feature": pl.String,
    "before": pl.String,
    "now": pl.String,
    "contribution_before": pl.Float64,
    "contribution": pl.Float64,
}
"""Columns of the reasons that left, came or changed."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What became of one consignment when some of its fields were set otherwise.

    fields    one row a field that changed: column, before, now (texts, null for nothing)
    scored    its row of what `score` returns, ranked among the others as they were filed
    features  one row a feature whose value changed (MOVED), by how far that moved the score
    reasons   one row a reason, raising or lowering, that left, came or changed (REASONS)
    """

    fields: pl.DataFrame
    scored: pl.DataFrame
    features: pl.DataFrame
    reasons: pl.DataFrame


def what_moved(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Features whose value differs between two frames of `by_feature.by_feature`: MOVED, what moved most first."""
    both = now.join(
        before.select("feature", before="value", contribution_before="contribution"), on="feature", how="left"
    )
    return (
        both.rename({"value": "now"})
        .filter(pl.col("before").ne_missing(pl.col("now")))
        .sort((pl.col("contribution") - pl.col("contribution_before")).abs(), descending=True, maintain_order=True)
        .select(MOVED)
    )


def reasons(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Reasons that differ between two scored rows: REASONS; those that left first, then those that came or changed.

    A reason is the same one while it speaks of the same red flag, or of the same feature where it has none.
    """
    was, is_now = (_told(row) for row in (before, now))
    told = was.join(is_now, on="about", how="full", coalesce=True, suffix="_now")
    there, left = pl.col("sentence_now").is_not_null(), pl.col("sentence").is_not_null()
    change = pl.when(~there).then(pl.lit("left")).when(~left).then(pl.lit("came")).otherwise(pl.lit("changed"))
    rows = told.filter(pl.col("sentence").ne_missing(pl.col("sentence_now")) | _apart()).select(
        change.alias("change"),
        pl.coalesce("indicator_now", "indicator").alias("indicator"),
        pl.coalesce("feature_now", "feature").alias("feature"),
        before="sentence",
        now="sentence_now",
        contribution_before="contribution",
        contribution="contribution_now",
    )
    order = pl.col("change").replace_strict({"left": 0, "came": 1, "changed": 2})
    strength = pl.max_horizontal(pl.col("contribution_before").abs(), pl.col("contribution").abs())
    return rows.cast(REASONS).sort(order, -strength, maintain_order=True)  # type: ignore[arg-type]


LEAST = 0.02
"""Log-odds by which a reason that says the same has to speak louder or softer to be told as changed."""


def _apart() -> pl.Expr:
    return (pl.col("contribution") - pl.col("contribution_now")).abs() >= LEAST


def _told(scored: pl.DataFrame) -> pl.DataFrame:
    """Reasons of one scored row, raising and lowering, each with what it is `about`."""
    lists = [scored.select(told=name).explode("told").drop_nulls() for name in ("reasons", "mitigating")]
    told = pl.concat(lists).unnest("told")
    return told.with_columns(about=pl.coalesce(pl.col("indicator").cast(pl.String), "feature"))
