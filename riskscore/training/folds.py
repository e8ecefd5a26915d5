"""Folds: the rows of one or several datasets, cut by the days of each into rows to learn from and rows to judge on.

A fold learns only from labels that were known before its first judged day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from riskscore.errors import TrainingError
from riskscore.schema import KEY
from riskscore.training.dataset import Dataset, stack
from riskscore.training.split import Fold, Part, outcome_days, spanning, split

Piece = tuple[Dataset, Dataset]
"""Rows to learn from, and later rows to judge on."""


@dataclass(frozen=True, slots=True)
class Folds:
    """`data`, the folds of each dataset (the last one is its test), and the numbers of the `usable` folds."""

    data: Sequence[Dataset]
    cuts: Sequence[Sequence[Fold]]
    usable: Sequence[int]

    @classmethod
    def of(cls, data: Sequence[Dataset]) -> Folds:
        """Cut `data`, with a gap as long as outcomes take over all of it.

        A fold without positive rows to learn from or to judge on is left out. Raises TrainingError if none is left, if
        the test has none, or if there are too few days.
        """
        gap = outcome_days([dataset.rows["known_at"] - dataset.rows["filed_at"] for dataset in data])
        cuts = [split(dataset.rows["day"], gap=gap) for dataset in data]
        light = cls(data, cuts, ()).light()
        problems = [light._problem(place) for place in range(len(cuts[0]))]
        usable = [place for place, problem in enumerate(problems[:-1]) if not problem]
        if problems[-1] or not usable:
            raise TrainingError(problems[-1] or problems[-2])
        return cls(data, cuts, usable)

    def light(self) -> Folds:
        """Return the folds without features and without unopened rows: enough to count rows."""
        return replace(self, data=[replace(each, matrix=each.rows.select(KEY), closed=None) for each in self.data])

    def pieces(self) -> list[Piece]:
        """Return the rows of each usable fold."""
        return [self._piece(place) for place in self.usable]

    @property
    def test(self) -> Piece:
        """All rows before the test, and the rows of the test."""
        return self._piece(-1)

    @property
    def all_rows(self) -> Dataset:
        """All rows after the warm-up."""
        first = [cut[0].learn.first for cut in self.cuts]
        return stack([each.where(pl.col("day") >= day) for each, day in zip(self.data, first, strict=True)])

    @property
    def gap(self) -> int:
        """Days between the learned and the judged days of the test, in the longest dataset."""
        return max((cut[-1].judge.first - cut[-1].learn.last).days - 1 for cut in self.cuts)

    def parts(self, place: int) -> tuple[Part, Part]:
        """Return the days of a fold over all datasets: to learn from, and to judge on."""
        return spanning([cut[place].learn for cut in self.cuts]), spanning([cut[place].judge for cut in self.cuts])

    def _piece(self, place: int) -> Piece:
        folds = [(each, cut[place]) for each, cut in zip(self.data, self.cuts, strict=True)]
        learned = [_learned(each, fold) for each, fold in folds]
        return stack(learned), stack([each.part(fold.judge) for each, fold in folds])

    def _problem(self, place: int) -> str:
        """Return why a fold cannot be used; empty if it can."""
        for part, piece in zip(self.parts(place), self._piece(place), strict=True):
            if not 0 < piece.positives < piece.rows.height:
                return (
                    f"the part '{part.name}' ({part.first} to {part.last}) has {piece.positives} positive of "
                    f"{piece.rows.height} labelled consignments; give a longer period"
                )
        return ""


def _learned(data: Dataset, fold: Fold) -> Dataset:
    """Return the rows that a fold learns from: those of its days whose labels were known before its judged days."""
    rows = data.part(fold.learn)
    if data.labels == "truth":
        return rows
    known = pl.col("known_at").dt.date() < fold.judge.first
    return rows.where(known | pl.col("known_at").is_null())
