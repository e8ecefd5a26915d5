"""Told: consignments scored, and some of them explained, as the engine does it.

filings, past ─▶ facts ─▶ matrix ─▶ scores ─▶ reasons of the rows that are asked for
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from riskscore.explain.contributions import Contributions, contributions
from riskscore.explain.reasons import reasons
from riskscore.features import build
from riskscore.features.catalogue import Catalogue
from riskscore.features.evidence import evidence
from riskscore.manifest.schema import KEY
from riskscore.model import strengths
from riskscore.model.booster import Booster
from riskscore.scoring.score import score

SHARES = (0.01, 0.05)
"""Shares of the consignments that count as flagged: those that have reasons by default, and what a scanner can do."""


@dataclass(frozen=True, slots=True)
class Told:
    """Consignments with what the engine makes of them; all frames in the order of `rows`."""

    booster: Booster
    catalogue: Catalogue
    rows: pl.DataFrame
    facts: pl.DataFrame
    matrix: pl.DataFrame
    scored: pl.DataFrame

    @classmethod
    def of(cls, booster: Booster, rows: pl.DataFrame, catalogue: Catalogue, past: Mapping[str, Any]) -> Told:
        """Measure and score `rows`; `past` as in `build.facts`."""
        known = strengths.of(booster.card, catalogue)
        facts = build.facts(rows, **past, catalogue=known)
        matrix = build.matrix(facts, known)
        return cls(booster, known, rows, facts, matrix, score(matrix, booster))

    def flags(self, share: float = SHARES[0]) -> pl.DataFrame:
        """KEY of the riskiest `share` of the consignments, riskiest first."""
        most = math.ceil(share * self.rows.height)
        return self.rows.select(KEY).with_columns(self.scored["rank"]).sort("rank").head(most).drop("rank")

    def explain(self, wanted: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, Contributions]:
        """Reasons, matrix and contributions of the consignments `wanted` (KEY), in the order of the rows."""
        which = self.rows.select(KEY).with_row_index("row").join(wanted, on=KEY, how="semi").sort("row")["row"]
        matrix = self.matrix[which]
        moved = contributions(matrix, self.booster)
        told = reasons(evidence(self.facts[which]), matrix, moved, self.catalogue)
        return told, matrix, moved

    def groups_of(self, names: Sequence[str]) -> list[str]:
        """What each of the features `names` speaks of: its group, or its first flag; one reason is told of each."""
        features = [self.catalogue.features[name] for name in names]
        return [one.group or (str(one.indicators[0]) if one.indicators else one.name) for one in features]
