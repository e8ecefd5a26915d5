"""Weights: what a row counts for, because what was chosen for inspection is no sample of what is filed.

    opened with a known chance ─▶ 1 / chance, at most HEAVIEST ─┐
    opened for other reasons   ─▶ 1                             ├─▶ trees
    never opened               ─▶ clean, at a small weight ─────┘
    opened with a known chance ─▶ 1 / chance, uncut            ───▶ calibration

A box that was certain to be opened speaks for itself alone; one that was drawn speaks for those that were not. Trees
take the chance cut, because one find with a chance of 1 in 200 would rule them; a probability's level must not be cut.
Inspected rows alone teach how officers choose. The others, nearly all clean, say what honest traffic looks like.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.schema import KEY
from riskscore.training.platt import effective

HEAVIEST = 5.0
"""What an opened row weighs in the trees, at most."""

BESIDE = 10
"""Rows that were never opened beside each one that was, at most; together they weigh no more than the opened ones."""

ALL_OPENED = 0.95
"""Share of what was filed from which on the opened rows are taken for all of it."""

Floats = NDArray[np.float64]


def with_chances(rows: pl.DataFrame, filed: int, given: pl.DataFrame | None) -> pl.DataFrame:
    """Add `inclusion` to labelled `rows` (KEY, selected_by): the chance of having been opened, null where unknown.

    `given` holds KEY and `inclusion` as slates recorded them. Where it is silent, a box opened at random had the share
    of such boxes among all `filed` ones that were not opened for another reason.
    """
    recorded = rows.select(KEY).with_columns(inclusion=pl.lit(None, pl.Float64))
    if given is not None:
        known = given.select(*KEY, "inclusion").unique(KEY, keep="last", maintain_order=True)
        recorded = rows.select(KEY).join(known, on=KEY, how="left", maintain_order="left")
    at_random = (pl.col("selected_by") == "random").fill_null(False)
    drawn = int(rows.select(at_random.sum()).item())
    share = min(1.0, drawn / max(1, filed - rows.height + drawn))
    return rows.with_columns(inclusion=pl.coalesce(recorded["inclusion"], pl.when(at_random).then(share)))


def inverse(rows: pl.DataFrame) -> Floats:
    """1 / chance of each of `rows`; 1 where the chance is not known."""
    return np.asarray(1.0 / rows["inclusion"].fill_null(1.0).to_numpy(), dtype=np.float64)


def of_trees(opened: pl.DataFrame, closed: int) -> Floats:
    """What each of the rows `opened`, and then each of `closed` rows that were not, weighs: 1 on average."""
    own = np.minimum(inverse(opened), HEAVIEST)
    own /= own.mean()
    other = np.full(closed, min(1.0, len(own) / closed) if closed else 0.0)
    weights = np.concatenate([own, other])
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def described(rows: pl.DataFrame, labels: str, filed: int, closed: int) -> dict[str, Any]:
    """How the labelled `rows` were chosen and what they weigh, for the card."""
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
