"""Train for what no past has shown: smugglers behind other parties than those that the trees learn from.

    rows of a world ─▶ all smuggled rows + one honest row in N, which counts N times: the first lesson
                    ─▶ copies of the smuggled rows with the parties of honest ones ─┐
                    ─▶ a share of all rows without parties ─────────────────────────┴─ the second lesson

A simulated world has few smugglers and long histories. Trees would rank its parties rather than goods and routes, and
miss the next smuggler, who uses an established importer. So most trees learn rows in which parties say little. The
first trees learn the rows as they are: without them, the model forgets what a party's past does tell. One honest row in
N shows the same traffic in less time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore.features.catalogue import Catalogue
from riskscore.training.dataset import Dataset
from riskscore.training.trees import Rows

PARTIES = "parties"
"""Family of the features that say who ships and who receives."""

OF_PARTIES = frozenset({"weight_against_consignee"})
"""Features of other families that compare with the past of a party."""


FEWEST = 20_000
"""Honest rows that are kept at least, if there are so many."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """How rows to learn from are prepared. The rows to judge on stay as they are.

    One in `honest` honest rows is kept. Each smuggled row is followed by `borrowed` copies that have the parties of
    honest rows. A share `hidden` of the rows has no value in the features of the parties.
    """

    honest: int = 1
    borrowed: int = 0
    hidden: float = 0.0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """LightGBM parameters that suit such rows, in place of those of trees.SETTINGS."""

    def entry(self) -> dict[str, float]:
        """Return what the card says of it; nothing where all rows are learned from as they are."""
        names = ("one honest row in", "copies with honest parties", "share without parties")
        values = (self.honest, self.borrowed, self.hidden)
        return {} if self == AS_GIVEN else dict(zip(names, values, strict=True))

    def rows(self, data: Dataset, catalogue: Catalogue, seed: int) -> Rows:
        """Return the rows of `data` to learn from, in their order. The same seed gives the same rows."""
        rows = Rows.of(data, catalogue)
        rng = np.random.default_rng([seed, len(rows.target)])
        if self == AS_GIVEN:
            return rows
        one_in = min(self.honest, int((rows.target == 0).sum()) // FEWEST)
        if one_in > 1:
            rows = _thinned(rows, one_in, rng)
        first, columns = rows, _of_parties(catalogue)
        hidden = np.flatnonzero(rng.random(len(rows.target)) < self.hidden)
        rows = _with_copies(rows, columns, self.borrowed, rng)
        rows.matrix[np.ix_(hidden, columns)] = np.nan
        return replace(rows, first=first)


AS_GIVEN = Unseen()
"""Learn from every row as it is."""

# With one honest row in 25, a leaf of this size expects two to three smuggled consignments of all rows.
OF_WORLDS = Unseen(honest=25, borrowed=2, hidden=0.25, parameters={"min_sum_hessian_in_leaf": 0.1})
"""For simulated worlds, whose truth is known for every row."""


def of(labels: str) -> Unseen:
    """Return how to prepare rows with these `labels`: truth, or outcomes of inspections."""
    return OF_WORLDS if labels == "truth" else AS_GIVEN


def _thinned(rows: Rows, one_in: int, rng: np.random.Generator) -> Rows:
    honest = rows.target == 0
    kept = ~honest | (rng.random(len(rows.target)) < 1 / one_in)
    weights = (rows.weights * np.where(honest, one_in, 1.0))[kept]
    opened = int(kept[: rows.opened].sum())
    return Rows(rows.matrix[kept], rows.target[kept], weights / weights.mean(), opened)


def _of_parties(catalogue: Catalogue) -> NDArray[np.int64]:
    """The places of the features that say something of the parties."""
    features = enumerate(catalogue.features.values())
    places = [place for place, of in features if of.family == PARTIES or of.name in OF_PARTIES]
    return np.array(places, dtype=np.int64)


def _with_copies(rows: Rows, columns: NDArray[np.int64], copies: int, rng: np.random.Generator) -> Rows:
    """Labelled `rows`, and `copies` of each smuggled one with the parties of honest rows that are drawn for them.

    They share the weight of their row, so that smuggling is no more frequent.
    """
    smuggled, honest = np.repeat(np.flatnonzero(rows.target), copies), np.flatnonzero(rows.target == 0)
    lent = rows.matrix[smuggled]
    lent[:, columns] = rows.matrix[np.ix_(rng.choice(honest, len(smuggled)), columns)]
    weights = np.where(rows.target == 1, rows.weights / (1 + copies), rows.weights)
    weights = np.concatenate([weights, weights[smuggled]])
    target = np.concatenate([rows.target, rows.target[smuggled]])
    return Rows(np.concatenate([rows.matrix, lent]), target, weights / weights.mean(), rows.opened + len(smuggled))
