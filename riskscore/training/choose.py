"""Choose: settings and the number of trees, by folds alone; and what came out of them, for the calibration."""

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

_KEPT = ("label", "selected_by", "inclusion")


Measured = Callable[[float], Sequence[Dataset]]
"""The datasets with the declared strengths of all profiles multiplied by a factor."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the folds chose, with the margins of `rows` (label, selected_by, inclusion) whose trees had not seen them.

    `folds` are measured with the chosen strengths; `search` says how settings were sought.
    """

    folds: Folds
    choice: Choice
    trees: int
    margins: NDArray[np.float64]
    rows: pl.DataFrame
    search: Mapping[str, Any] = field(default_factory=dict)

    def beside(self, judged: Dataset, margins: NDArray[np.float64]) -> Chosen:
        """With the rows of one more part that trees had not seen, and their margins."""
        both = np.concatenate([self.margins, margins])
        return replace(self, margins=both, rows=pl.concat([self.rows, _kept(judged)]))


def choose(
    folds: Folds,
    catalogue: Catalogue,
    *,
    seed: int,
    tuning: Tuning | None,
    measured: Measured | None,
) -> Chosen:
    """Choose settings, by a search if `tuning` asks for one, and the number of trees that all folds do best with.

    The search also tries other strengths of the profiles where `measured` makes the datasets that go with them.
    """
    choice, search = Choice(), dict[str, Any]()
    if tuning is not None:
        at = _Factors(folds, catalogue, measured)
        choice, search = tune(at, digest(folds.data), catalogue, tuning, seed)
        folds = at.folds(choice.factor)
    pieces = folds.pieces()
    rows = _rows(pieces, catalogue)
    progress.step(f"growing trees over {len(rows)} folds")
    grown = grow_folds(rows, catalogue, choice, seed)
    margins = [part[: judge.rows.height] for part, (_, judge) in zip(grown.margins, pieces, strict=True)]
    known = pl.concat([_kept(judge) for _, judge in pieces])
    return Chosen(folds, choice, grown.trees, np.concatenate(margins), known, search)


class _Factors:
    """The folds by the factor of the strengths: each is measured once, and the rows of the last one are kept."""

    def __init__(self, folds: Folds, catalogue: Catalogue, measured: Measured | None) -> None:
        self.factors: Sequence[float] = FACTORS if measured else (1.0,)
        self._catalogue = catalogue
        self._measured = measured
        self._folds = {1.0: folds}
        self._last: tuple[float, list[tuple[Rows, Rows]]] | None = None

    def folds(self, factor: float) -> Folds:
        """The same days and labels, measured with that factor."""
        if factor not in self._folds and self._measured is not None:
            self._folds[factor] = replace(self._folds[1.0], data=self._measured(factor))
        return self._folds[factor]

    def rows(self, factor: float) -> list[tuple[Rows, Rows]]:
        """What trees learn from and are watched on, a pair a fold."""
        if self._last is None or self._last[0] != factor:
            self._last = (factor, _rows(self.folds(factor).pieces(), self._catalogue))
        return self._last[1]


def _rows(pieces: Sequence[Piece], catalogue: Catalogue) -> list[tuple[Rows, Rows]]:
    return [(Rows.of(learn, catalogue), Rows.of(judge, catalogue)) for learn, judge in pieces]


def _kept(judged: Dataset) -> pl.DataFrame:
    return judged.rows.select(_KEPT)
