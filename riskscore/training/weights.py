"""Weights: how much each row counts, because inspected consignments are not a random sample of what is filed.

    opened with a known chance ─▶ 1 / chance, at most HEAVIEST ─┐
    opened for other reasons   ─▶ 1                             ├─▶ trees
    never opened               ─▶ clean, with a small weight ───┘
    opened with a known chance ─▶ 1 / chance, no limit          ──▶ calibration

A box that was certain to be opened represents only itself; one that was drawn represents those that were not drawn too.
For trees the weight is limited, because one find with a chance of 1 in 200 would dominate them. For the level of
probabilities it must not be limited. From inspected rows alone a model learns how officers choose; the other rows,
nearly all clean, show what honest traffic looks like.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.schema import KEY
from riskscore.training.platt import effective

HEAVIEST = 5.0
"""Largest weight of an opened row in the trees."""

BESIDE = 10
"""Most unopened rows per opened row; their total weight is at most that of the opened rows."""

ALL_OPENED = 0.95
"""Share of filed consignments from which the opened rows count as all of them."""

Floats = NDArray[np.float64]


def with_chances(rows: pl.DataFrame, filed: int, recorded: pl.DataFrame | None) -> pl.DataFrame:
    """Add `inclusion` to labelled `rows` (KEY, selected_by): the chance of having been opened, null if unknown.

    `recorded` has KEY and `inclusion` as recorded with slates. For other boxes opened at random, the chance is the
    share of such boxes among the `filed` ones that were not opened for another reason.
    """
    chances = rows.select(KEY).with_columns(inclusion=pl.lit(None, pl.Float64))
    if recorded is not None:
        latest = recorded.select(*KEY, "inclusion").unique(KEY, keep="last", maintain_order=True)
        chances = rows.select(KEY).join(latest, on=KEY, how="left", maintain_order="left")
    at_random = (pl.col("selected_by") == "random").fill_null(False)
    drawn = int(rows.select(at_random.sum()).item())
    share = min(1.0, drawn / max(1, filed - rows.height + drawn))
    return rows.with_columns(inclusion=pl.coalesce(chances["inclusion"], pl.when(at_random).then(share)))


def inverse(rows: pl.DataFrame) -> Floats:
    """Return 1 / chance of each of `rows`; 1 if the chance is not known."""
    return np.asarray(1.0 / rows["inclusion"].fill_null(1.0).to_numpy(), dtype=np.float64)


def of_trees(opened: pl.DataFrame, closed: int) -> Floats:
    """Return the weight of each of the rows `opened`, and then of `closed` unopened rows: 1 on average."""
    of_opened = np.minimum(inverse(opened), HEAVIEST)
    of_opened /= of_opened.mean()
    of_closed = np.full(closed, min(1.0, len(of_opened) / closed) if closed else 0.0)
    weights = np.concatenate([of_opened, of_closed])
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def selection(rows: pl.DataFrame, labels: str, filed: int, closed: int) -> dict[str, Any]:
    """Return how the labelled `rows` were chosen and weighted, for the card."""
    if labels == "truth":
        return {"labelled": rows.height, "filed": filed, "selected_by": {"all": rows.height}}
    counts = rows["selected_by"].fill_null("not known").value_counts(sort=True).sort("count", "selected_by")[::-1]
    weights = of_trees(rows, 0)
    return {
        "labelled": rows.height,
        "filed": filed,
        "selected_by": dict(counts.iter_rows()),
        "chance_known": int(rows["inclusion"].is_not_null().sum()),
        "heaviest": HEAVIEST,
        "effective": round(effective(weights), 1),
        "never_opened": closed,
    }
