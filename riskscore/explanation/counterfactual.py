"""Counterfactual: one consignment as filed, compared with the same consignment with other values.

fields that were set ─▶ features whose value changed ─▶ their contributions ─▶ reasons that left, came or changed
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

MOVED = ("feature", "meaning", "unit", "before", "now", "contribution_before", "contribution")
"""Columns for features that changed; contributions in log-odds."""

REASONS = {
    "change": pl.String,
    "indicator": pl.Int64,
    "feature": pl.String,
    "before": pl.String,
    "now": pl.String,
    "contribution_before": pl.Float64,
    "contribution": pl.Float64,
}
"""Columns for reasons that left, came or changed; contributions in log-odds."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """How one consignment changes when some of its fields are set to other values.

    fields    one row per changed field: column, before, now (texts, null for no value)
    scored    its row of the result of `score`, ranked among the others as filed
    features  one row per feature whose value changed (MOVED), those that moved the score most first
    reasons   one row per reason, raising or lowering, that left, came or changed (REASONS)
    """

    fields: pl.DataFrame
    scored: pl.DataFrame
    features: pl.DataFrame
    reasons: pl.DataFrame


def what_moved(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Return the features whose value differs between two frames of `by_feature.by_feature`.

    The result has MOVED, those whose contribution changed most first.
    """
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
    """Return the reasons that differ between two scored rows, as REASONS: those that left, then came, then changed.

    Two reasons are the same if they concern the same red flag. Where a flag gives no reason or several, they are the
    same if they concern the same feature. Within each kind the strongest comes first.
    """
    pairs = _reasons_of(before).join(_reasons_of(now), on="topic", how="full", coalesce=True, suffix="_now")
    in_now, in_before = pl.col("sentence_now").is_not_null(), pl.col("sentence").is_not_null()
    change = pl.when(~in_now).then(pl.lit("left")).when(~in_before).then(pl.lit("came")).otherwise(pl.lit("changed"))
    rows = pairs.filter(pl.col("sentence").ne_missing(pl.col("sentence_now")) | _weight_changed()).select(
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
"""Log-odds by which the contribution of a reason with the same sentence must differ to count as changed."""


def _weight_changed() -> pl.Expr:
    return (pl.col("contribution") - pl.col("contribution_now")).abs() >= LEAST


def _reasons_of(scored: pl.DataFrame) -> pl.DataFrame:
    """The reasons of one scored row, raising and lowering, each with the `topic` that it concerns."""
    lists = [scored.select(reason=name).explode("reason").drop_nulls() for name in ("reasons", "mitigating")]
    flag = pl.col("indicator").cast(pl.String)
    is_only = flag.is_not_null() & (pl.len().over("indicator") == 1)
    return pl.concat(lists).unnest("reason").with_columns(topic=pl.when(is_only).then(flag).otherwise("feature"))
