"""Score: one margin, one probability and one rank for every row of a matrix."""

from __future__ import annotations

import numpy as np
import polars as pl

from riskscore.errors import ModelError
from riskscore.model.booster import CHUNK, Booster, Matrix
from riskscore.schema import KEY


def score(matrix: pl.DataFrame, booster: Booster) -> pl.DataFrame:
    """Score n rows of `matrix` (KEY, `filed_at`, one column per feature); rows keep their order.

    Returns n rows with KEY, `filed_at`, `margin` (log-odds), `probability` (calibrated, 0 to 1) and `rank` (1 =
    riskiest, equal margins in the order of their keys). Raises ModelError if the matrix lacks a feature of the model.
    """
    margins = np.concatenate(
        [booster.margin(features(part, booster)) for part in matrix.iter_slices(CHUNK)] or [np.zeros(0)]
    )
    return matrix.select(
        *KEY,
        "filed_at",
        pl.Series("margin", margins),
        pl.Series("probability", booster.calibration.apply(margins)),
    ).with_columns(rank=_rank(matrix, margins))


def features(matrix: pl.DataFrame, booster: Booster) -> Matrix:
    """Return the model's features from n rows of `matrix`: float32[n, features], NaN where a value is missing.

    Raises ModelError if the matrix lacks a feature of the model.
    """
    missing = [name for name in booster.features if name not in matrix.columns]
    if missing:
        raise ModelError(f"the matrix lacks {len(missing)} features of model {booster.name}: {', '.join(missing[:8])}")
    columns = matrix.select(pl.col(name).cast(pl.Float32) for name in booster.features)
    return np.ascontiguousarray(columns.to_numpy(order="c"))


def _rank(matrix: pl.DataFrame, margins: np.ndarray[tuple[int], np.dtype[np.float64]]) -> pl.Series:
    """Ranks by falling margin. Only rows with equal margins are sorted by key, because sorting text is slow."""
    frame = matrix.select(KEY).with_columns(margin=pl.Series(margins)).with_row_index("row")
    order = frame.select("row", "margin").sort("margin", descending=True, maintain_order=True)
    order = order.with_row_index("place", offset=1)
    tied = order.filter(pl.col("margin").is_duplicated())
    if tied.height:
        keyed = tied.join(frame.select("row", *KEY), on="row").sort(
            ["margin", *KEY, "row"], descending=[True, False, False, False]
        )
        ranked = pl.DataFrame({"row": keyed["row"], "place": tied["place"].sort()})
        order = pl.concat([order.filter(~pl.col("margin").is_duplicated()).select("row", "place"), ranked])
    return order.sort("row")["place"].cast(pl.Int64).alias("rank")
