"""Minimal checks: the fewest checks that would take a consignment below its limit if they came back clean.

    row ─▶ clean values that do not raise it ─▶ sets of 1, 2, 3 ... checks ─▶ scored ─▶ the first set below the limit

Each set is scored exactly, as a changed row of the matrix, because the effect of several checks is not the sum of their
single effects. All sets of up to EXHAUSTIVE checks are tried, so no answer of that size has a smaller alternative.
Larger sets are all tried if they are few. Otherwise only extensions of the best smaller sets are tried.
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
"""All sets of up to this many checks are tried, however many sets there are."""

FEW = 1_001
"""Larger sets are all tried if at most this many have the same size: 1,001 sets of four of fourteen checks."""

GROWN = 64
"""Otherwise, this many of the best sets of one size are extended by one check."""

BATCH = 1 << 15
"""Changed rows that are scored at a time."""

Set = tuple[int, ...]
"""Positions of checks in checks.toml, ascending."""


@dataclass(frozen=True, slots=True)
class _Flagged:
    """Flagged consignments, and what each check may change in their features.

    filed    float32[n, features], the values as filed
    clean    float32[features], the clean value of each feature; NaN for no value
    owner    int[features], the position of the check that answers it; -1 for none
    changes  bool[n, features], where the clean value replaces the filed one if its check is made
    """

    filed: Matrix
    clean: NDArray[np.float32]
    owner: NDArray[np.int64]
    changes: NDArray[np.bool_]

    def active(self, row: int) -> list[int]:
        """Checks that would change a feature of the consignment."""
        return [int(place) for place in np.unique(self.owner[self.changes[row]])]

    def after(self, row: int, sets: Sequence[Set]) -> Matrix:
        """The consignment after each of `sets` of checks, float32[sets, features]."""
        is_checked = np.array([np.isin(self.owner, chosen) for chosen in sets])
        return np.where(is_checked & self.changes[row], self.clean, self.filed[row])


@dataclass(slots=True)
class _Answer:
    """The best set for a consignment so far.

    `tried` says whether all sets up to the last size were tried. `level` has the sets of that size, the best first.
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
    """Find, for each of n rows of `matrix`, the fewest checks that take it below its limit.

    Args:
        matrix: the flagged consignments: KEY and one column per feature.
        booster: the model that scores each set of clean checks.
        limit: the margin (log-odds) below which a consignment is cleared, one for all or one per row.
        catalogue: the catalogue of the model, for the red flags that its features measure.
        usual: the result of `checks.usual`.

    Returns n rows with KEY and CLEARING, in the order of `matrix`:

        checks             the checks, those of least effort first; none if it is below its limit as filed
        margin_after       the margin if all of them come back clean
        probability_after  the probability then, 0 to 1
        enough             whether that is below the limit; if not, the checks are the fewest for the lowest margin
        proven             whether every smaller set was tried or, if no set is enough, every set

    Among sets of one size that are enough, the one of least effort is chosen (its hardest check, then the sum), and
    among these the one with the lowest margin. A feature without a value raised no doubt and stays without a value.
    Raises ModelError if the matrix lacks a feature of the model.
    """
    checks = declared.load().checks
    filed = features(matrix, booster)
    flagged = _flagged(filed, booster, checks, usual)
    limits = np.broadcast_to(np.asarray(limit, np.float64), len(filed))
    margins = booster.margin(filed)
    answers = [_Answer((), float(margin), bool(margin < end)) for margin, end in zip(margins, limits, strict=True)]
    active = [flagged.active(row) for row in range(len(filed))]
    for size in range(1, len(checks) + 1):
        pending = [row for row, answer in enumerate(answers) if not answer.enough and len(active[row]) >= size]
        sets = {row: _sets(active[row], size, answers[row]) for row in pending}
        for row, after in _scored(flagged, booster, sets):
            _update(answers[row], sets[row], after, limits[row], checks)
            is_complete = len(sets[row]) == comb(len(active[row]), size)
            answers[row].proven = answers[row].tried and (is_complete or answers[row].enough)
            answers[row].tried &= is_complete
    return _frame(matrix, flagged, booster, answers, catalogue)


def _flagged(filed: Matrix, booster: Booster, checks: Sequence[declared.Check], usual: Mapping[str, float]) -> _Flagged:
    """What the checks may change: values that exist and whose clean value alone does not raise the margin."""
    places = {name: column for column, name in enumerate(booster.features)}
    clean = np.full(len(places), np.nan, dtype=np.float32)
    owner = np.full(len(places), -1, dtype=np.int64)
    for place, check in enumerate(checks):
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
    return _Flagged(filed, clean, owner, changes)


def _sets(active: Sequence[int], size: int, answer: _Answer) -> list[Set]:
    """The sets of `size` checks to try: all of them, or the extensions of the best sets that are one check smaller."""
    if size <= EXHAUSTIVE or comb(len(active), size) <= FEW:
        return list(combinations(active, size))
    grown = {
        tuple(sorted((*chosen, place))) for chosen in answer.level[:GROWN] for place in active if place not in chosen
    }
    return sorted(grown)


def _scored(
    flagged: _Flagged, booster: Booster, sets: Mapping[int, Sequence[Set]]
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """The margins of each row's sets. Many rows are scored at a time."""
    for rows in _batches(sets):
        margins = booster.margin(np.concatenate([flagged.after(row, sets[row]) for row in rows]))
        ends = np.cumsum([len(sets[row]) for row in rows])
        yield from zip(rows, np.split(margins, ends[:-1]), strict=True)


def _batches(sets: Mapping[int, Sequence[Set]]) -> Iterator[list[int]]:
    """Rows in batches of about BATCH sets."""
    batch: list[int] = []
    count = 0
    for row, row_sets in sets.items():
        batch.append(row)
        count += len(row_sets)
        if count >= BATCH:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _update(
    answer: _Answer, sets: Sequence[Set], margins: NDArray[np.float64], limit: float, checks: Sequence[declared.Check]
) -> None:
    """Put the best of `sets` into the answer if it is enough, or better than the answer so far."""
    order = np.argsort(margins, kind="stable")
    answer.level = [sets[place] for place in order]
    enough = [int(place) for place in order if margins[place] < limit]
    if enough:
        best = min(enough, key=lambda place: (*_effort(sets[place], checks), margins[place]))
        answer.enough = True
    else:
        best = int(order[0])
    if answer.enough or margins[best] < answer.margin:
        answer.chosen, answer.margin = sets[best], float(margins[best])


def _effort(chosen: Iterable[int], checks: Sequence[declared.Check]) -> tuple[int, int]:
    """The effort of the hardest check of a set, and the sum of all."""
    costs = [checks[place].cost for place in chosen]
    return max(costs), sum(costs)


def _frame(
    matrix: pl.DataFrame, flagged: _Flagged, booster: Booster, answers: Sequence[_Answer], catalogue: Catalogue
) -> pl.DataFrame:
    """The answers as a frame of KEY and CLEARING."""
    checks, names = declared.load().checks, np.array(booster.features)

    def record(row: int, place: int) -> dict[str, object]:
        check = checks[place]
        cleared = [str(name) for name in names[flagged.changes[row] & (flagged.owner == place)]]
        numbers = dict.fromkeys(number for name in cleared for number in catalogue.features[name].indicators[:1])
        texts = [catalogue.flags[number] for number in numbers]
        return {"id": check.id, "text": check.text, "effort": check.effort, "features": cleared, "flags": texts}

    margins = np.array([answer.margin for answer in answers])
    return matrix.select(KEY).with_columns(
        pl.Series(
            "checks",
            [
                [record(row, place) for place in sorted(answer.chosen, key=lambda place: (checks[place].cost, place))]
                for row, answer in enumerate(answers)
            ],
            dtype=CLEARING["checks"],
        ),
        pl.Series("margin_after", margins, dtype=pl.Float64),
        pl.Series("probability_after", booster.calibration.apply(margins), dtype=pl.Float64),
        pl.Series("enough", [answer.enough for answer in answers], dtype=pl.Boolean),
        pl.Series("proven", [answer.proven for answer in answers], dtype=pl.Boolean),
    )
