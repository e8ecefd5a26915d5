"""Folds: the rows of one dataset or several, cut by the days of each, and what of them teaches and judges.

A row teaches a fold only with what was known before the fold is judged.
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
"""Rows that teach, and later rows that judge."""


@dataclass(frozen=True, slots=True)
class Folds:
    """`data`, the folds of each (of which the last is its test), and the places of the folds that can choose."""

    data: Sequence[Dataset]
    cuts: Sequence[Sequence[Fold]]
    usable: Sequence[int]

    @classmethod
    def of(cls, data: Sequence[Dataset]) -> Folds:
        """Cut `data`, with a gap as long as outcomes take in all of it.

        A fold that lacks a positive row to learn from or to judge by is left out. Raises TrainingError where none is
        left, where the test lacks one, and where there are too few days.
        """
        gap = outcome_days([one.rows["known_at"] - one.rows["filed_at"] for one in data])
        cuts = [split(one.rows["day"], gap=gap) for one in data]
        light = cls(data, cuts, ()).light()
        lacking = [light._lacking(place) for place in range(len(cuts[0]))]
        usable = [place for place, lack in enumerate(lacking[:-1]) if not lack]
        if lacking[-1] or not usable:
            raise TrainingError(lacking[-1] or lacking[-2])
        return cls(data, cuts, usable)

    def light(self) -> Folds:
        """The same without features and without the rows that nobody opened: enough to count."""
        return replace(self, data=[replace(one, matrix=one.rows.select(KEY), closed=None) for one in self.data])

    def pieces(self) -> list[Piece]:
        """The rows of each usable fold."""
        return [self._piece(place) for place in self.usable]

    @property
    def test(self) -> Piece:
        """All rows before the test, and its own."""
        return self._piece(-1)

    @property
    def whole(self) -> Dataset:
        """All rows behind the warm-up."""
        first = [cut[0].learn.first for cut in self.cuts]
        return stack([one.where(pl.col("day") >= day) for one, day in zip(self.data, first, strict=True)])

    @property
    def gap(self) -> int:
        """Days between what is learned and what is judged, in the longest dataset."""
        return max((cut[-1].judge.first - cut[-1].learn.last).days - 1 for cut in self.cuts)

    def parts(self, place: int) -> tuple[Part, Part]:
        """The days of a fold over all datasets."""
        return spanning([cut[place].learn for cut in self.cuts]), spanning([cut[place].judge for cut in self.cuts])

    def _piece(self, place: int) -> Piece:
        folds = [(one, cut[place]) for one, cut in zip(self.data, self.cuts, strict=True)]
        return stack([_taught(one, fold) for one, fold in folds]), stack([one.part(fold.judge) for one, fold in folds])

    def _lacking(self, place: int) -> str:
        """Why a fold cannot be used; empty where it can."""
        for part, piece in zip(self.parts(place), self._piece(place), strict=True):
            if not 0 < piece.positives < piece.rows.height:
                return (
                    f"the part '{part.name}' ({part.first} to {part.last}) has {piece.positives} positive of "
                    f"{piece.rows.height} labelled consignments; give a longer period"
                )
        return ""


def _taught(data: Dataset, fold: Fold) -> Dataset:
    """The rows that a fold learns from: those of its days whose labels were known before it is judged."""
    rows = data.part(fold.learn)
    if data.labels == "truth":
        return rows
    known = pl.col("known_at").dt.date() < fold.judge.first
    return rows.where(known | pl.col("known_at").is_null())
