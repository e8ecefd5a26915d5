"""Performance: how often opened boxes had a seizure, and how well scores ranked them, by month or by week.

    slates in force, opened boxes ─┬─▶ hit rate by share and period, with Wilson's intervals
    outcomes in force ─────────────┘   AUC among the opened boxes of a period, with Hanley and McNeil's intervals
                                       hit rates of the last nights compared with those before, with their PSI

Opened boxes are a selection: their AUC says whether scores still rank them, not how good the model is on all boxes.
Only the random share is a sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from scipy.special import ndtri

from riskscore.casework import slates
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT
from riskscore.manifest import corrections
from riskscore.monitoring.comparison import psi
from riskscore.schema import KEY
from riskscore.selection import nights
from riskscore.selection.estimate import HIT, hit_rates

DAYS = 365
"""Number of days that performance looks back."""

WEEKLY_DAYS = 84
"""A span of up to this many days is reported by week, a longer one by month."""

RECENT_DAYS = 28
"""The last days, whose hit rates are compared with those before; a single night has too few outcomes."""

ALL = "all"

_Z = float(ndtri(0.975))


@dataclass(frozen=True, slots=True)
class Performance:
    """What opened boxes contained, by the night of their slate. Intervals are 95%.

    rates   one row per period and share, and for all shares: period (its first day), share, opened, answered (boxes
            with an outcome), seizures, rate, low, high
    auc     one row per period: period, answered, seizures, auc, low, high (null if all or none are seizures)
    change  one row per share: share, answered, seizures, rate, low, high of the last RECENT_DAYS, the same with
            `_before` for the days before, the psi of the two, and `apart`: whether the intervals do not overlap
    """

    rates: pl.DataFrame
    auc: pl.DataFrame
    change: pl.DataFrame

    def record(self) -> dict[str, Any]:
        """Return all figures, for JSON."""
        return {name: getattr(self, name).to_dicts() for name in self.__slots__}


def performance(lake: Lake, last: date) -> Performance:
    """Compute the performance on slates of the year up to `last`, with the outcomes in force now.

    Raises LakeError if the lake cannot be read.
    """
    opened = _opened(lake, (last - timedelta(DAYS), last))
    answered = opened.filter(pl.col("finding").is_not_null())
    first = answered[NIGHT].min()
    if not isinstance(first, date):
        first = last
    width = "1w" if (last - first).days <= WEEKLY_DAYS else "1mo"
    dated = opened.filter(pl.col(NIGHT) >= first).with_columns(period=pl.col(NIGHT).dt.truncate(width))
    return Performance(_rates(dated, "period"), _auc(dated), _change(opened, last))


def _opened(lake: Lake, period: tuple[date, date]) -> pl.DataFrame:
    """Return opened boxes, each once: KEY, night, action, share, probability when drawn, finding (null: no outcome)."""
    events = lake.read("slates", nights=period).collect()
    by_night = [slates.apply_changes(part) for part in events.partition_by(NIGHT)]
    rows = pl.concat(by_night or [slates.apply_changes(events)])
    rows = nights.each_box(rows.sort(NIGHT, "probability", descending=[False, True], maintain_order=True))
    first = rows.unique(KEY, keep="first", maintain_order=True).select(*KEY, "probability")
    outcomes = corrections.of_boxes(lake.read("outcomes").collect())
    units = nights.consignments(rows).filter(pl.col("action") == "open")
    return units.join(first, on=KEY, how="left").join(outcomes.select(*KEY, "finding"), on=KEY, how="left")


def _rates(opened: pl.DataFrame, *by: str) -> pl.DataFrame:
    both = pl.concat([opened, opened.with_columns(share=pl.lit(ALL))])
    return hit_rates(both, *by).drop("irregular")


def _auc(opened: pl.DataFrame) -> pl.DataFrame:
    """Return the AUC of the probability among the boxes with an outcome, per period; ties count half."""
    answered = opened.filter(pl.col("finding").is_not_null()).with_columns(hit=pl.col("finding") == HIT)
    rank = pl.col("probability").rank("average").over("period")
    hits, others = pl.col("seizures"), pl.col("answered") - pl.col("seizures")
    area = (pl.col("ranks") - hits * (hits + 1) / 2) / (hits * others)
    auc = pl.col("auc")
    # the two probabilities in the variance by Hanley and McNeil (1982), each less auc squared
    of_hits, of_others = auc / (2 - auc) - auc**2, 2 * auc**2 / (1 + auc) - auc**2
    half = _Z * ((auc * (1 - auc) + (hits - 1) * of_hits + (others - 1) * of_others) / (hits * others)).sqrt()
    return (
        answered.with_columns(rank=rank)
        .group_by("period")
        .agg(
            answered=pl.len().cast(pl.Int64),
            seizures=pl.col("hit").sum().cast(pl.Int64),
            ranks=pl.col("rank").filter("hit").sum(),
        )
        .with_columns(auc=pl.when(hits > 0, others > 0).then(area))
        .select("period", "answered", "seizures", "auc", low=(auc - half).clip(0, 1), high=(auc + half).clip(0, 1))
        .sort("period")
    )


def _change(opened: pl.DataFrame, last: date) -> pl.DataFrame:
    """Compare the hit rates of the last days with outcomes with those before."""
    answered = opened.filter(pl.col("finding").is_not_null())
    until = answered[NIGHT].max() or last
    is_recent = pl.col(NIGHT) > until - timedelta(RECENT_DAYS)  # type: ignore[operator]
    recent, before = _rates(answered.filter(is_recent)), _rates(answered.filter(~is_recent))
    both = recent.join(before, on="share", suffix="_before")
    hits, others = pl.col("seizures"), pl.col("answered") - pl.col("seizures")
    before_hits = pl.col("seizures_before")
    before_others = pl.col("answered_before") - before_hits
    index = both.select(
        "share", now=pl.concat_list(hits, others), past=pl.concat_list(before_hits, before_others)
    ).explode("now", "past")
    index = index.group_by("share").agg(psi=psi(pl.col("now"), pl.col("past")))
    apart = (pl.col("low") > pl.col("high_before")) | (pl.col("high") < pl.col("low_before"))
    figures = ["answered", "seizures", "rate", "low", "high"]
    return (
        both.join(index, on="share")
        .with_columns(apart=apart)
        .select("share", *figures, *(f"{name}_before" for name in figures), "psi", "apart")
        .sort("share")
    )
