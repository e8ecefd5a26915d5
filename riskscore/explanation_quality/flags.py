"""Flags: the riskiest consignments of an assessment, their reasons, and what these speak of."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from riskscore.engine.assessment import Assessment
from riskscore.explanation.contributions import Contributions
from riskscore.features.catalogue import Catalogue
from riskscore.schema import KEY

SHARES = (0.01, 0.05)
"""Shares of the consignments that count as flagged: those that have reasons by default, and what a scanner can do."""


def flags(assessed: Assessment, share: float = SHARES[0]) -> pl.DataFrame:
    """KEY of the riskiest `share` of the consignments, riskiest first."""
    most = math.ceil(share * assessed.rows.height)
    return assessed.rows.select(KEY).with_columns(assessed.scores["rank"]).sort("rank").head(most).drop("rank")


def explained(assessed: Assessment, wanted: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, Contributions]:
    """Reasons, matrix and contributions of the consignments `wanted` (KEY), in the order of the assessed rows."""
    chosen = assessed.positions(wanted)
    reasons, moved = assessed.explain(chosen)
    return reasons, assessed.matrix[chosen], moved


def topics(catalogue: Catalogue, names: Sequence[str]) -> list[str]:
    """What each of the features `names` speaks of: its group, or its first flag; one reason is told of each."""
    features = [catalogue.features[name] for name in names]
    return [one.group or (str(one.indicators[0]) if one.indicators else one.name) for one in features]
