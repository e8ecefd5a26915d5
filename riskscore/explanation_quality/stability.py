"""Stability: whether the reasons stay the same when the manifest changes in a way that has no meaning.

words      the words of the description in reverse order
spelling   names of the parties in lower case without full stops and commas, as another clerk would type them
day        every date one day later
weight     1% more gross weight

Each change is made to the flagged consignments, and all features, scores and reasons are computed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from riskscore.engine.assessment import Assessment
from riskscore.explanation_quality.flags import explained, flags, topics
from riskscore.features.catalogue import Catalogue
from riskscore.history.past import Past
from riskscore.judging.intervals import share_of
from riskscore.schema import KEY

MOST = 300
"""Most flagged consignments that are changed."""

ENOUGH = 4
"""Reasons of five that have to stay. Of fewer than five, all but one have to."""

_NAMES = ("shipper_name", "consignee_name", "notify_name", "forwarder_name")
_DATES = ("filed_at", "loaded_at", "arrives_at")

CHANGES: Mapping[str, list[pl.Expr]] = {
    "words": [pl.col("goods_description").str.split(" ").list.reverse().list.join(" ")],
    "spelling": [pl.col(name).str.to_lowercase().str.replace_all(r"[.,]", "") for name in _NAMES],
    "day": [pl.col(name).dt.offset_by("1d") for name in _DATES],
    "weight": [pl.col("gross_weight_kg") * 1.01],
}
"""Change -> expressions, each of which replaces the column that it reads."""


def stability(assessed: Assessment, past: Past, catalogue: Catalogue) -> dict[str, Any]:
    """Measure in how many trials at least ENOUGH reasons stay: overall and per change.

    Returns `trials` (flagged consignments x changes), `stayed` (share with interval) and `by_change` (shares, 0 to 1;
    None without flagged consignments).
    """
    chosen = flags(assessed).head(MOST)
    before = _topics(assessed, chosen)
    counts: dict[str, tuple[int, int]] = {}
    is_chosen = assessed.rows.select(KEY).with_row_index("row").join(chosen, on=KEY, how="semi")["row"]
    is_row = pl.int_range(pl.len()).is_in(is_chosen.implode())
    for name, changes in CHANGES.items():
        changed = assessed.rows.with_columns(
            pl.when(is_row)
            .then(change)
            .otherwise(pl.col(change.meta.root_names()[0]))
            .alias(change.meta.root_names()[0])
            for change in changes
        )
        after = _topics(Assessment.of(changed, past, assessed.booster, catalogue), chosen)
        stays = [len(before[key] & after[key]) >= min(ENOUGH, len(before[key]) - 1) for key in before]
        counts[name] = (sum(stays), len(stays))
    stayed, trials = (sum(count[at] for count in counts.values()) for at in (0, 1))
    return {
        "trials": trials,
        "stayed": share_of(stayed, trials),
        "by_change": {name: stays / count if count else None for name, (stays, count) in counts.items()},
    }


def _topics(assessed: Assessment, chosen: pl.DataFrame) -> dict[tuple[Any, ...], set[str]]:
    """The topics of the reasons of each of the `chosen`."""
    reasons, _, _ = explained(assessed, chosen)
    return {
        tuple(key): set(topics(assessed.catalogue, [reason["feature"] for reason in row_reasons]))
        for *key, row_reasons in reasons.select(*KEY, "reasons").iter_rows()
    }
