"""Performance: how often opened boxes had a find, and how well scores ordered them, month by month or week by week.

    slates in force, opened boxes ─┬─▶ hit rate by share and period, with Wilson's intervals
    outcomes in force ─────────────┘   AUC among the opened boxes of a period, with Hanley and McNeil's
                                       hit rates of the last nights beside those before: their PSI

Opened boxes are a chosen part: their AUC says whether scores still order them, not how good the model is on all. The
random share alone is a sample.
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
"""How far back performance is looked at."""

WEEKLY_DAYS = 84
"""Up to so many days are told week by week, more of them month by month."""

RECENT_DAYS = 28
"""The last days, whose hit rates are set beside those before: a night alone has too few answers."""

ALL = "all"

_Z = float(ndtri(0.975))


@dataclass(frozen=True, slots=True)
class Performance:
    """What opened boxes held, by the night of their slate. Intervals are of 95%.

    rates   a row a period and share, and for all: period (its first day), share, opened, answered, seizures, rate, low,
            high
    auc     a row a period: period, answered, seizures, auc, low, high (null without a find, or with nothing else)
    change  a row a share: share, answered, rate, low, high of the last RECENT_DAYS, the same with `_before` of the days
            before, psi of the two, and `apart`, whether the intervals are
    """

    rates: pl.DataFrame
    auc: pl.DataFrame
    change: pl.DataFrame

    def record(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {name: getattr(self, name).to_dicts() for name in self.__slots__}


def performance(lake: Lake, last: date) -> Performance:
    """Of the boxes on slates of the year up to `last`, with the outcomes in force now. Raises LakeError as it reads."""
    opened = _opened(lake, (last - timedelta(DAYS), last))
    answered = opened.filter(pl.col("finding").is_not_null())
    first = answered[NIGHT].min()
    if not isinstance(first, date):
        first = last
    width = "1w" if (last - first).days <= WEEKLY_DAYS else "1mo"
    told = opened.filter(pl.col(NIGHT) >= first).with_columns(period=pl.col(NIGHT).dt.truncate(width))
    return Performance(_rates(told, "period"), _auc(told), _change(opened, last))


def _opened(lake: Lake, period: tuple[date, date]) -> pl.DataFrame:
    """Opened boxes, each once: KEY, night, action, share, probability when drawn, and finding (null: none yet)."""
    events = lake.read("slates", nights=period).collect()
    standing = [slates.standing(part) for part in events.partition_by(NIGHT)]
    rows = pl.concat(standing or [slates.standing(events)])
    first = rows.sort(NIGHT).unique(KEY, keep="first").select(*KEY, "probability")
    found = corrections.of_consignments(lake.read("outcomes").collect())
    units = nights.consignments(rows).filter(pl.col("action") == "open")
    return units.join(first, on=KEY, how="left").join(found.select(*KEY, "finding"), on=KEY, how="left")


def _rates(opened: pl.DataFrame, *by: str) -> pl.DataFrame:
    both = pl.concat([opened, opened.with_columns(share=pl.lit(ALL))])
    return hit_rates(both, *by).drop("irregular")


def _auc(opened: pl.DataFrame) -> pl.DataFrame:
    """AUC of the probability among the answered boxes of each period, ties counting half."""
    answered = opened.filter(pl.col("finding").is_not_null()).with_columns(hit=pl.col("finding") == HIT)
    rank = pl.col("probability").rank("average").over("period")
    hits, others = pl.col("seizures"), pl.col("answered") - pl.col("seizures")
    area = (pl.col("ranks") - hits * (hits + 1) / 2) / (hits * others)
    auc = pl.col("auc")
    # how alike two finds, and two boxes without one, are ordered (Hanley and McNeil 1982)
    finds, nones = auc / (2 - auc) - auc**2, 2 * auc**2 / (1 + auc) - auc**2
    half = _Z * ((auc * (1 - auc) + (hits - 1) * finds + (others - 1) * nones) / (hits * others)).sqrt()
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
    """Hit rates of the last days that have answers, beside those before."""
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
