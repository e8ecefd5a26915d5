"""Choose settings and the number of trees on the folds, and keep the folds' margins for the calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore import progress
from riskscore.features.catalogue import Catalogue
from riskscore.model.smoothing import FACTORS
from riskscore.training.dataset import Dataset
from riskscore.training.digest import digest
from riskscore.training.folds import Folds, Piece
from riskscore.training.plan import Tuning
from riskscore.training.trees import Choice, Rows, grow_folds
from riskscore.training.tune import tune
from riskscore.training.unseen import AS_GIVEN, Unseen

_KEPT = ("label", "selected_by", "inclusion")


Measured = Callable[[float], Sequence[Dataset]]
"""Returns the datasets with the declared strengths of all profiles multiplied by a factor."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen on the folds, and the `margins` of `rows` (label, selected_by, inclusion) from unseen folds.

    `folds` are measured with the chosen strengths; `search` is what the card says of the search, and `unseen` how the
    rows to learn from were prepared.
    """

    folds: Folds
    choice: Choice
    trees: int
    margins: NDArray[np.float64]
    rows: pl.DataFrame
    search: Mapping[str, Any] = field(default_factory=dict)
    unseen: Unseen = AS_GIVEN

    def with_part(self, judged: Dataset, margins: NDArray[np.float64]) -> Chosen:
        """Return this with the rows of one more part that the trees had not seen, and their margins."""
        all_margins = np.concatenate([self.margins, margins])
        return replace(self, margins=all_margins, rows=pl.concat([self.rows, _kept(judged)]))


def choose(
    folds: Folds,
    catalogue: Catalogue,
    *,
    seed: int,
    tuning: Tuning | None,
    measured: Measured | None,
    unseen: Unseen = AS_GIVEN,
) -> Chosen:
    """Choose settings (by a search if there is a `tuning`) and the number of trees that is best over all folds.

    `unseen` says how the rows to learn from are prepared. The search also tries other strengths of the profiles if
    `measured` can make their datasets.
    """
    choice, search = Choice(unseen.parameters), dict[str, Any]()
    if tuning is not None:
        by_factor = _Factors(folds, catalogue, measured, unseen, seed)
        choice, search = tune(by_factor, digest(folds.data), catalogue, tuning, seed)
        folds = by_factor.folds(choice.factor)
    pieces = folds.pieces()
    rows = _rows(pieces, catalogue, unseen, seed)
    progress.step(f"training trees on {len(rows)} folds")
    grown = grow_folds(rows, catalogue, choice, seed)
    margins = [part[: judge.rows.height] for part, (_, judge) in zip(grown.margins, pieces, strict=True)]
    judged = pl.concat([_kept(judge) for _, judge in pieces])
    return Chosen(folds, choice, grown.trees, np.concatenate(margins), judged, search, unseen)


class _Factors:
    """The folds for each factor of the strengths: each is measured once, and the rows of the last one are kept."""

    def __init__(
        self, folds: Folds, catalogue: Catalogue, measured: Measured | None, unseen: Unseen, seed: int
    ) -> None:
        self.factors: Sequence[float] = FACTORS if measured else (1.0,)
        self._catalogue = catalogue
        self._measured = measured
        self._unseen, self._seed = unseen, seed
        self._folds = {1.0: folds}
        self._last: tuple[float, list[tuple[Rows, Rows]]] | None = None

    def folds(self, factor: float) -> Folds:
        """Return the same days and labels, measured with that factor."""
        if factor not in self._folds and self._measured is not None:
            self._folds[factor] = replace(self._folds[1.0], data=self._measured(factor))
        return self._folds[factor]

    def rows(self, factor: float) -> list[tuple[Rows, Rows]]:
        """Return the rows to learn from and the rows to judge on, one pair per fold."""
        if self._last is None or self._last[0] != factor:
            self._last = (factor, _rows(self.folds(factor).pieces(), self._catalogue, self._unseen, self._seed))
        return self._last[1]


def _rows(pieces: Sequence[Piece], catalogue: Catalogue, unseen: Unseen, seed: int) -> list[tuple[Rows, Rows]]:
    return [(unseen.rows(learn, catalogue, seed), Rows.of(judge, catalogue)) for learn, judge in pieces]


def _kept(judged: Dataset) -> pl.DataFrame:
    return judged.rows.select(_KEPT)
