"""By feature: the value of each feature of one consignment, and how far it moved the score.

contributions of one row ─▶ one row per feature, strongest first
"""

from __future__ import annotations

import polars as pl

from riskscore.explanation import waterfall
from riskscore.explanation.contributions import Contributions
from riskscore.features.catalogue import Catalogue


def by_feature(moved: Contributions, matrix: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Return the contributions (log-odds) of the only row of `matrix`: one row per feature, strongest first.

    Columns: feature, family, indicators, meaning, unit, value, contribution, label.
    """
    features = [catalogue.features[name] for name in moved.names]
    labelled = waterfall.labelled(moved, 0, matrix, catalogue)
    return (
        pl.DataFrame(
            {
                "feature": moved.names,
                "family": [feature.family for feature in features],
                "indicators": pl.Series([list(feature.indicators) for feature in features], dtype=pl.List(pl.Int64)),
                "meaning": [feature.meaning for feature in features],
                "unit": [feature.unit for feature in features],
                "value": pl.Series(matrix.select(moved.names).row(0), dtype=pl.Float64),
                "contribution": moved.values[0],
            }
        )
        .sort(pl.col("contribution").abs(), descending=True, maintain_order=True)
        .with_columns(label=pl.Series([label for label, _ in labelled]))
    )
