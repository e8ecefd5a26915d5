"""Choose: settings and the number of trees, by folds alone; and what came out of them, for the calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.features.catalogue import Catalogue
from riskscore.training.dataset import Dataset
from riskscore.training.digest import digest
from riskscore.training.folds import Folds
from riskscore.training.trees import Choice, Rows, grow_folds
from riskscore.training.tune import Tuning, tune

_KEPT = ("label", "selected_by", "inclusion")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the folds chose, with the margins of `rows` (label, selected_by, inclusion) whose trees had not seen them.

    `loss` is the mean logarithmic loss over the folds at the best number of `trees`; `search` says how it was sought.
    """

    choice: Choice
    trees: int
    loss: float
    margins: NDArray[np.float64]
    rows: pl.DataFrame
    search: Mapping[str, Any] = field(default_factory=dict)

    def beside(self, judged: Dataset, margins: NDArray[np.float64]) -> Chosen:
        """With the rows of one more part that trees had not seen, and their margins."""
        both = np.concatenate([self.margins, margins])
        return replace(self, margins=both, rows=pl.concat([self.rows, _kept(judged)]))


def choose(
    folds: Folds, catalogue: Catalogue, *, seed: int, tuning: Tuning | None, progress: Callable[[str], None]
) -> Chosen:
    """Choose settings, by a search if `tuning` asks for one, and the number of trees that all folds do best with."""
    pieces = folds.pieces()
    rows = [(Rows.of(learn, catalogue), Rows.of(judge, catalogue)) for learn, judge in pieces]
    choice, search = Choice(), dict[str, Any]()
    if tuning is not None:
        choice, search = tune(rows, digest(folds.data), catalogue, tuning, seed, progress)
    progress(f"growing trees over {len(rows)} folds")
    grown = grow_folds(rows, catalogue, choice, seed, progress)
    margins = [part[: judge.rows.height] for part, (_, judge) in zip(grown.margins, pieces, strict=True)]
    known = pl.concat([_kept(judge) for _, judge in pieces])
    return Chosen(choice, grown.trees, grown.loss, np.concatenate(margins), known, search)


def _kept(judged: Dataset) -> pl.DataFrame:
    return judged.rows.select(_KEPT)
