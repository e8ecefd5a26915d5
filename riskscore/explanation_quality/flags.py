"""Flags: the riskiest consignments of an assessment (the flagged ones), their reasons, and the topics of these."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from riskscore.engine.assessment import Assessment
from riskscore.explanation.contributions import Contributions
from riskscore.features.catalogue import Catalogue
from riskscore.schema import KEY

SHARES = (0.01, 0.05)
"""Shares of consignments that count as flagged: those with reasons by default, and those that scanners can handle."""


def flags(assessed: Assessment, share: float = SHARES[0]) -> pl.DataFrame:
    """Return the KEY of the riskiest `share` (0 to 1) of the consignments, rounded up, riskiest first."""
    most = math.ceil(share * assessed.rows.height)
    return assessed.rows.select(KEY).with_columns(assessed.scores["rank"]).sort("rank").head(most).drop("rank")


def explained(assessed: Assessment, wanted: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, Contributions]:
    """Return reasons, matrix and contributions of the consignments `wanted` (KEY), in the order of `assessed`."""
    chosen = assessed.positions(wanted)
    reasons, contributions = assessed.explain(chosen)
    return reasons, assessed.matrix[chosen], contributions


def topics(catalogue: Catalogue, names: Sequence[str]) -> list[str]:
    """Return the topic of each of the features `names`: its group, else its first red flag, else its name."""
    features = [catalogue.features[name] for name in names]
    return [
        feature.group or (str(feature.indicators[0]) if feature.indicators else feature.name) for feature in features
    ]
