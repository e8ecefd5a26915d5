"""Faithfulness: whether the score falls more without what the reasons name than without other evidence.

Evidence is taken away by giving its features what they usually are, the median of what is judged. Beside the groups
that the reasons tell stand equally many others of the same consignment, drawn at random.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from riskscore.engine.assessment import Assessment
from riskscore.explanation_quality.flags import explained, flags, topics
from riskscore.schema import KEY
from riskscore.scoring.score import features
from riskscore.training.intervals import share_of

MOST = 1_000
"""Flagged consignments that are looked at."""


def faithfulness(assessed: Assessment, seed: int = 0) -> dict[str, Any]:
    """How far margins fall without the named evidence and without other evidence, and how often the former is more."""
    chosen = flags(assessed).head(MOST)
    reasons, matrix, moved = explained(assessed, chosen.select(KEY))
    values = np.array(features(matrix, assessed.booster), dtype=np.float32)
    usual = np.nanmedian(np.array(features(assessed.matrix, assessed.booster), dtype=np.float32), axis=0)
    named_by = np.array(topics(assessed.catalogue, moved.names))
    rng = np.random.default_rng(seed)
    named, other = values.copy(), values.copy()
    for row, given in enumerate(reasons["reasons"]):
        names = set(topics(assessed.catalogue, [one["feature"] for one in given]))
        rest = sorted(set(named_by) - names)
        drawn = rng.choice(rest, size=min(len(names), len(rest)), replace=False)
        for part, taken in ((named, list(names)), (other, list(drawn))):
            at = np.isin(named_by, taken)
            part[row, at] = usual[at]
    before = assessed.booster.margin(values)
    without_named, without_other = (before - assessed.booster.margin(part) for part in (named, other))
    more = without_named > without_other
    return {
        "flags": len(more),
        "more": share_of(int(more.sum()), len(more)),
        "fall_without_named": float(without_named.mean()) if len(more) else None,
        "fall_without_other": float(without_other.mean()) if len(more) else None,
    }
