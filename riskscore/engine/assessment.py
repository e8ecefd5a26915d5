"""An assessment: consignments measured and scored, with what is needed to explain some of them.

rows, past ─▶ facts ─▶ matrix ─▶ scores ─▶ ranked
                                    └────▶ contributions and reasons of chosen rows
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
    """Consignments that were measured and scored together, ready to be ranked and explained.

    All frames have one row per consignment, in the order of `rows`.

    Attributes:
        booster: the model that scored them.
        catalogue: the features that this model uses, as it measures them.
        rows: the consignments in canonical columns.
        facts: what the features are computed from.
        matrix: bill, container, `filed_at` and one Float32 column per feature; null where a value is missing.
        scores: `probability` (0 to 1), `margin` (log-odds) and `rank` (1 = riskiest).

    Example::

        import riskscore
        from riskscore.engine.assessment import Assessment
        from riskscore.engine.read import load_model
        from riskscore.features.catalogue import load

        manifest = riskscore.read("sample_manifests/haiphong-2019.csv")
        past = riskscore.Past(earlier=manifest.earlier)
        assessed = Assessment.of(manifest.consignments, past, load_model(), load())
        assessed.ranked(keep=["consignee_before"])
    """

    booster: Booster
    catalogue: Catalogue
    rows: pl.DataFrame
    facts: pl.DataFrame
    matrix: pl.DataFrame
    scores: pl.DataFrame

    @classmethod
    def of(cls, rows: pl.DataFrame, past: Past, booster: Booster, catalogue: Catalogue) -> Assessment:
        """Measure and score consignments.

        Args:
            rows: canonical columns, one row per consignment; also `started` where `past` has balances.
            past: history, outcomes and earlier versions, as Polars frames.
            booster: the model.
            catalogue: the features as they are declared now.
        """
        measured = fit.catalogue_for(booster.card, catalogue)
        progress.step(f"measuring {rows.height:,}")
        facts = build.facts(rows, past, measured)
        matrix = build.matrix(facts, measured)
        progress.step(f"scoring {rows.height:,}")
        return cls(booster, measured, rows, facts, matrix, score(matrix, booster))

    def ranked(self, keep: Sequence[str] = ()) -> pl.DataFrame:
        """Return every row with its score, riskiest first.

        Args:
            keep: features to add as last columns; null where the model does not use the feature.
        """
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
        """Return the row numbers of the consignments in `keys` (KEY), ascending."""
        numbered = self.rows.select(KEY).with_row_index("row")
        return numbered.join(keys, on=KEY, how="semi").sort("row")["row"]

    def explain(self, chosen: pl.Series, language: Language = ENGLISH) -> tuple[pl.DataFrame, Contributions]:
        """Return reasons and contributions of some rows.

        Args:
            chosen: row numbers.
            language: the language of the sentences.

        Returns:
            A frame with KEY, `reasons`, `mitigating` and `not_assessed`, and the contributions in log-odds.
        """
        matrix = self.matrix[chosen]
        moved = contributions(matrix, self.booster)
        facts = evidence(self.facts[chosen], language)
        return reasons(facts, matrix, moved, self.catalogue, language), moved


def with_reasons(ranked: pl.DataFrame, explained: pl.DataFrame) -> pl.DataFrame:
    """Join the reasons of some rows to `ranked`, as columns after `rank`; null for the other rows."""
    joined = ranked.join(explained, on=KEY, how="left", maintain_order="left")
    added = [name for name in explained.columns if name not in KEY]
    before = ranked.columns[: ranked.columns.index("rank") + 1]
    return joined.select(*before, *added, *(name for name in ranked.columns if name not in before))
