"""Faithfulness: whether the score falls more without the evidence that the reasons name than without other evidence.

Evidence is removed by setting its features to their median among the judged consignments. The topics that the reasons
name are compared with as many other topics of the same consignment, drawn at random.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from riskscore.engine.assessment import Assessment
from riskscore.explanation_quality.flags import explained, flags, topics
from riskscore.judging.intervals import share_of
from riskscore.schema import KEY
from riskscore.scoring.score import features

MOST = 1_000
"""Most flagged consignments that are examined."""


def faithfulness(assessed: Assessment, seed: int = 0) -> dict[str, Any]:
    """Measure how far margins fall without the named evidence, and without other evidence.

    Returns the number of `flags`, `more` (share with interval of those whose margin falls more without the named
    evidence), and the mean falls `fall_without_named` and `fall_without_other` in log-odds (None without flags).
    """
    chosen = flags(assessed).head(MOST)
    reasons, matrix, contributions = explained(assessed, chosen.select(KEY))
    values = np.array(features(matrix, assessed.booster), dtype=np.float32)
    usual = np.nanmedian(np.array(features(assessed.matrix, assessed.booster), dtype=np.float32), axis=0)
    topic_of = np.array(topics(assessed.catalogue, contributions.names))
    rng = np.random.default_rng(seed)
    named, other = values.copy(), values.copy()
    for row, row_reasons in enumerate(reasons["reasons"]):
        names = set(topics(assessed.catalogue, [reason["feature"] for reason in row_reasons]))
        rest = sorted(set(topic_of) - names)
        drawn = rng.choice(rest, size=min(len(names), len(rest)), replace=False)
        for changed, removed in ((named, list(names)), (other, list(drawn))):
            columns = np.isin(topic_of, removed)
            changed[row, columns] = usual[columns]
    before = assessed.booster.margin(values)
    without_named, without_other = (before - assessed.booster.margin(changed) for changed in (named, other))
    more = without_named > without_other
    return {
        "flags": len(more),
        "more": share_of(int(more.sum()), len(more)),
        "fall_without_named": float(without_named.mean()) if len(more) else None,
        "fall_without_other": float(without_other.mean()) if len(more) else None,
    }
