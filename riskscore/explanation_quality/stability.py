"""Stability: whether the reasons stay where the manifest is changed in a way that means nothing.

words      the words of the description in another order
spelling   names of the parties in small letters without points and commas, as another clerk would type them
day        every date a day later
weight     1% more gross weight

Each change is made to the flagged consignments, and everything is measured, scored and explained anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from riskscore.engine.assessment import Assessment
from riskscore.explanation_quality.flags import explained, flags, topics
from riskscore.features.catalogue import Catalogue
from riskscore.history.past import Past
from riskscore.schema import KEY
from riskscore.training.intervals import share_of

MOST = 300
"""Flagged consignments that are changed."""

ENOUGH = 4
"""Reasons of five that have to stay; of fewer, all but one."""

_NAMES = ("shipper_name", "consignee_name", "notify_name", "forwarder_name")
_DATES = ("filed_at", "loaded_at", "arrives_at")

CHANGES: Mapping[str, list[pl.Expr]] = {
    "words": [pl.col("goods_description").str.split(" ").list.reverse().list.join(" ")],
    "spelling": [pl.col(name).str.to_lowercase().str.replace_all(r"[.,]", "") for name in _NAMES],
    "day": [pl.col(name).dt.offset_by("1d") for name in _DATES],
    "weight": [pl.col("gross_weight_kg") * 1.01],
}


def stability(assessed: Assessment, past: Past, catalogue: Catalogue) -> dict[str, Any]:
    """The share of trials in which at least ENOUGH reasons stay, over all changes and for each of them."""
    chosen = flags(assessed).head(MOST)
    before = _topics(assessed, chosen)
    parts: dict[str, tuple[int, int]] = {}
    is_chosen = assessed.rows.select(KEY).with_row_index("row").join(chosen, on=KEY, how="semi")["row"]
    which = pl.int_range(pl.len()).is_in(is_chosen.implode())
    for name, changes in CHANGES.items():
        changed = assessed.rows.with_columns(
            pl.when(which)
            .then(change)
            .otherwise(pl.col(change.meta.root_names()[0]))
            .alias(change.meta.root_names()[0])
            for change in changes
        )
        after = _topics(Assessment.of(changed, past, assessed.booster, catalogue), chosen)
        kept = [len(before[key] & after[key]) >= min(ENOUGH, len(before[key]) - 1) for key in before]
        parts[name] = (sum(kept), len(kept))
    stayed, trials = (sum(part[at] for part in parts.values()) for at in (0, 1))
    return {
        "trials": trials,
        "stayed": share_of(stayed, trials),
        "by_change": {name: kept / count if count else None for name, (kept, count) in parts.items()},
    }


def _topics(assessed: Assessment, chosen: pl.DataFrame) -> dict[tuple[Any, ...], set[str]]:
    """What the reasons of each of the `chosen` speak of."""
    reasons, _, _ = explained(assessed, chosen)
    return {
        tuple(key): set(topics(assessed.catalogue, [one["feature"] for one in given]))
        for *key, given in reasons.select(*KEY, "reasons").iter_rows()
    }
