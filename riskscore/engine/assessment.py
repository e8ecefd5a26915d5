"""An assessment: consignments measured and scored, with what it takes to explain some of them.

rows, past ─▶ facts ─▶ matrix ─▶ scores ─▶ ranked
                                    └────▶ contributions and reasons of the rows that are asked for
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from riskscore import progress, schema
from riskscore.explanation.contributions import Contributions, contributions
from riskscore.explanation.reasons import reasons
from riskscore.features import build
from riskscore.features.catalogue import Catalogue
from riskscore.features.evidence import evidence
from riskscore.history.past import Past
from riskscore.language import ENGLISH, Language
from riskscore.model import fit
from riskscore.model.booster import Booster
from riskscore.schema import KEY
from riskscore.scoring.score import score


@dataclass(frozen=True, slots=True)
class Assessment:
    """Every consignment scored; `facts`, `matrix` and `scores` have one row each, in the order of `rows`.

    `catalogue` declares the features as this model measures them.
    """

    booster: Booster
    catalogue: Catalogue
    rows: pl.DataFrame
    facts: pl.DataFrame
    matrix: pl.DataFrame
    scores: pl.DataFrame

    @classmethod
    def of(cls, rows: pl.DataFrame, past: Past, booster: Booster, catalogue: Catalogue) -> Assessment:
        """Measure and score `rows` (canonical columns, and `started` where the past is balances)."""
        measured = fit.measured(booster.card, catalogue)
        progress.step(f"measuring {rows.height:,}")
        facts = build.facts(rows, past, measured)
        matrix = build.matrix(facts, measured)
        progress.step(f"scoring {rows.height:,}")
        return cls(booster, measured, rows, facts, matrix, score(matrix, booster))

    def ranked(self, keep: Sequence[str] = ()) -> pl.DataFrame:
        """Every row with its score, riskiest first; `keep` names features that stand at the end, null where unknown."""
        return (
            self.rows.select(*KEY, "filed_at", "port_of_loading", "port_of_discharge")
            .with_columns(
                self.scores.select("probability", "margin", "rank"),
                model=pl.lit(self.booster.name),
                catalogue=pl.lit(self.catalogue.hash),
                scored_at=pl.lit(datetime.now(UTC), schema.UTC),
            )
            .with_columns(
                self.matrix[name] if name in self.matrix.columns else pl.lit(None, pl.Float32).alias(name)
                for name in keep
            )
            .sort("rank")
        )

    def positions(self, keys: pl.DataFrame) -> pl.Series:
        """Numbers of the rows that `keys` (KEY) name, ascending."""
        numbered = self.rows.select(KEY).with_row_index("row")
        return numbered.join(keys, on=KEY, how="semi").sort("row")["row"]

    def explain(self, chosen: pl.Series, language: Language = ENGLISH) -> tuple[pl.DataFrame, Contributions]:
        """Reasons (KEY, reasons, mitigating, not_assessed) and contributions of the rows numbered `chosen`."""
        matrix = self.matrix[chosen]
        moved = contributions(matrix, self.booster)
        facts = evidence(self.facts[chosen], language)
        return reasons(facts, matrix, moved, self.catalogue, language), moved


def with_reasons(ranked: pl.DataFrame, explained: pl.DataFrame) -> pl.DataFrame:
    """`ranked` with the reasons of some rows behind the rank of each; null where there are none."""
    joined = ranked.join(explained, on=KEY, how="left", maintain_order="left")
    added = [name for name in explained.columns if name not in KEY]
    before = ranked.columns[: ranked.columns.index("rank") + 1]
    return joined.select(*before, *added, *(name for name in ranked.columns if name not in before))
