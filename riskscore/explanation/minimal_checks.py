"""What would change it: the fewest checks that, if they came back clean, take a flag below its limit.

    flag ─▶ clean values that do not raise it ─▶ sets of 1, 2, 3 ... checks ─▶ scored ─▶ the first below the limit

Each set is scored exactly, as a changed row of the matrix: what checks do together is not the sum of what each does.
Sets of up to EXHAUSTIVE checks are all tried, so that an answer of that size has no smaller one; so are larger ones
while they are few, else the best sets are grown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.explanation import checks as declared
from riskscore.explanation.clearing import CLEARING
from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster, Matrix
from riskscore.schema import KEY
from riskscore.scoring.score import features

EXHAUSTIVE = 4
"""Checks up to which every set is tried, however many there are."""

FEW = 1_001
"""Sets of one size that are all tried beyond that: fourteen checks taken four at a time."""

GROWN = 64
"""Best sets of a size that are grown where there are more."""

BATCH = 1 << 15
"""Changed rows that are scored at once."""

Set = tuple[int, ...]
"""Places of checks in checks.toml, ascending."""


@dataclass(frozen=True, slots=True)
class _Flags:
    """Flags, and what each check may change of them.

    filed    float32[n, features], as they were filed
    clean    float32[features], the clean value of each feature; NaN for no value
    owner    int[features], the place of the check that settles it; -1 for none
    changes  bool[n, features], where the clean value stands in for the filed one if its check is made
    """

    filed: Matrix
    clean: NDArray[np.float32]
    owner: NDArray[np.int64]
    changes: NDArray[np.bool_]

    def active(self, row: int) -> list[int]:
        """Checks that change anything of a flag."""
        return [int(place) for place in np.unique(self.owner[self.changes[row]])]

    def after(self, row: int, sets: Sequence[Set]) -> Matrix:
        """A flag after each of `sets` of checks, float32[sets, features]."""
        made = np.array([np.isin(self.owner, chosen) for chosen in sets])
        return np.where(made & self.changes[row], self.clean, self.filed[row])


@dataclass(slots=True)
class _Answer:
    """The best set of a flag so far.

    `tried` says whether every set up to the size tried last was; `level` holds those of that size, the best first.
    """

    chosen: Set
    margin: float
    enough: bool
    proven: bool = True
    tried: bool = True
    level: Sequence[Set] = ((),)


def what_would_clear(
    matrix: pl.DataFrame,
    booster: Booster,
    limit: float | Sequence[float],
    catalogue: Catalogue,
    *,
    usual: Mapping[str, float],
) -> pl.DataFrame:
    """Find for every row of `matrix` (KEY and a column a feature) the fewest checks that take it below its limit.

    Args:
        matrix: the flags, n rows.
        booster: scores each set of clean checks.
        limit: the margin that a flag has to be below, one for all or one a row.
        catalogue: of the model; says which red flags its features measure.
        usual: what `checks.usual` found in honest traffic.

    Returns KEY and CLEARING, in the order of `matrix`: `checks`, those of least effort first, with the `margin_after`
    and `probability_after` if all come back clean. `enough` says whether that is below the limit; where it is not, they
    are the fewest that reach the lowest margin. Of sets of one size that are enough the one of least effort is given
    (its hardest act first, then their sum), and of these the one that leaves the least risk. `proven` says that every
    smaller set was tried; where none is enough, every set. A flag that is below its limit as it was filed needs none. A
    feature without a value raised no doubt, and stays without one.
    """
    known = declared.load().checks
    filed = features(matrix, booster)
    flags = _flags(filed, booster, known, usual)
    limits = np.broadcast_to(np.asarray(limit, np.float64), len(filed))
    margins = booster.margin(filed)
    answers = [_Answer((), float(margin), bool(margin < end)) for margin, end in zip(margins, limits, strict=True)]
    active = [flags.active(row) for row in range(len(filed))]
    for size in range(1, len(known) + 1):
        asked = [row for row, answer in enumerate(answers) if not answer.enough and len(active[row]) >= size]
        sets = {row: _sets(active[row], size, answers[row]) for row in asked}
        for row, after in _scored(flags, booster, sets):
            _take(answers[row], sets[row], after, limits[row], known)
            whole = len(sets[row]) == comb(len(active[row]), size)
            answers[row].proven = answers[row].tried and (whole or answers[row].enough)
            answers[row].tried &= whole
    return _told(matrix, flags, booster, answers, catalogue)


def _flags(filed: Matrix, booster: Booster, known: Sequence[declared.Check], usual: Mapping[str, float]) -> _Flags:
    """What the checks may change: values that are there, and whose clean value alone does not raise the margin."""
    places = {name: column for column, name in enumerate(booster.features)}
    clean = np.full(len(places), np.nan, dtype=np.float32)
    owner = np.full(len(places), -1, dtype=np.int64)
    for place, check in enumerate(known):
        for name, value in check.values(usual).items():
            if name in places:
                owner[places[name]] = place
                clean[places[name]] = np.nan if value is None else value
    changes = (owner >= 0) & ~np.isnan(filed) & (filed != clean)
    rows, columns = np.nonzero(changes)
    alone = filed[rows]
    alone[np.arange(len(rows)), columns] = clean[columns]
    raised = booster.margin(alone) > booster.margin(filed)[rows]
    changes[rows[raised], columns[raised]] = False
    return _Flags(filed, clean, owner, changes)


def _sets(active: Sequence[int], size: int, answer: _Answer) -> list[Set]:
    """The sets of `size` checks to try: all, or those that grow out of the best of the size before."""
    if size <= EXHAUSTIVE or comb(len(active), size) <= FEW:
        return list(combinations(active, size))
    grown = {
        tuple(sorted((*chosen, place))) for chosen in answer.level[:GROWN] for place in active if place not in chosen
    }
    return sorted(grown)


def _scored(
    flags: _Flags, booster: Booster, sets: Mapping[int, Sequence[Set]]
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Margins of each row's sets, with many rows scored at once."""
    for rows in _batches(sets):
        margins = booster.margin(np.concatenate([flags.after(row, sets[row]) for row in rows]))
        ends = np.cumsum([len(sets[row]) for row in rows])
        yield from zip(rows, np.split(margins, ends[:-1]), strict=True)


def _batches(sets: Mapping[int, Sequence[Set]]) -> Iterator[list[int]]:
    """Rows in batches of about BATCH sets."""
    batch: list[int] = []
    held = 0
    for row, some in sets.items():
        batch.append(row)
        held += len(some)
        if held >= BATCH:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _take(
    answer: _Answer, sets: Sequence[Set], margins: NDArray[np.float64], limit: float, known: Sequence[declared.Check]
) -> None:
    """Take the best of `sets` into the answer, where one is enough or better than what was found before."""
    order = np.argsort(margins, kind="stable")
    answer.level = [sets[place] for place in order]
    enough = [int(place) for place in order if margins[place] < limit]
    if enough:
        best = min(enough, key=lambda place: (*_effort(sets[place], known), margins[place]))
        answer.enough = True
    else:
        best = int(order[0])
    if answer.enough or margins[best] < answer.margin:
        answer.chosen, answer.margin = sets[best], float(margins[best])


def _effort(chosen: Iterable[int], known: Sequence[declared.Check]) -> tuple[int, int]:
    """The hardest act of a set, and their sum."""
    costs = [known[place].cost for place in chosen]
    return max(costs), sum(costs)


def _told(
    matrix: pl.DataFrame, flags: _Flags, booster: Booster, answers: Sequence[_Answer], catalogue: Catalogue
) -> pl.DataFrame:
    known, names = declared.load().checks, np.array(booster.features)

    def told(row: int, place: int) -> dict[str, object]:
        check = known[place]
        settled = [str(name) for name in names[flags.changes[row] & (flags.owner == place)]]
        numbers = dict.fromkeys(number for name in settled for number in catalogue.features[name].indicators[:1])
        texts = [catalogue.flags[number] for number in numbers]
        return {"id": check.id, "text": check.text, "effort": check.effort, "features": settled, "flags": texts}

    margins = np.array([answer.margin for answer in answers])
    return matrix.select(KEY).with_columns(
        pl.Series(
            "checks",
            [
                [told(row, place) for place in sorted(answer.chosen, key=lambda place: (known[place].cost, place))]
                for row, answer in enumerate(answers)
            ],
            dtype=CLEARING["checks"],
        ),
        pl.Series("margin_after", margins, dtype=pl.Float64),
        pl.Series("probability_after", booster.calibration.apply(margins), dtype=pl.Float64),
        pl.Series("enough", [answer.enough for answer in answers], dtype=pl.Boolean),
        pl.Series("proven", [answer.proven for answer in answers], dtype=pl.Boolean),
    )
