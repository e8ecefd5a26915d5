"""Strongest: which groups of features are told of each row, and by which of their features.

    a feature with a value     ─▶ its group of the catalogue ─┐
    a feature without a value  ─▶ all that lack it alike     ─┴─▶ sums ─▶ the strongest, each with its strongest feature

"No earlier consignment of the consignee is on record" is one thing to an inspector, though a dozen features of five red
flags lack their value for it. It is said once, with what all of them contribute, and the sums still add up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riskscore.explanation.contributions import Contributions, Group, groups, sums
from riskscore.features.catalogue import Catalogue

LEAST = 0.02
"""Log-odds below which a group is not worth a sentence: it moves the odds by less than 2%."""

Choice = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Rows, places (0 = strongest), feature columns and group contributions of the reasons chosen, all of one length."""


def strongest(
    contributions: Contributions, unknown: NDArray[np.bool_], catalogue: Catalogue, most: int, *, raises: bool
) -> Choice:
    """The `most` strongest groups of each row that raise its score, or lower it; their contributions are positive.

    `unknown` says which features have no value, bool[n, features].
    """
    values = contributions.values if raises else -contributions.values
    apart = np.hstack([np.where(unknown, 0.0, values), np.where(unknown, values, 0.0)])
    by = told_together(contributions.names, catalogue)
    totals = sums(apart, by)
    best = np.column_stack([np.asarray(group.columns)[apart[:, list(group.columns)].argmax(axis=1)] for group in by])
    order = np.argsort(-totals, axis=1, kind="stable")[:, :most]
    rows, places = np.nonzero(np.take_along_axis(totals, order, axis=1) > LEAST)
    chosen = order[rows, places]
    return rows, places, best[rows, chosen] % len(contributions.names), totals[rows, chosen]


def told_together(names: Sequence[str], catalogue: Catalogue) -> list[Group]:
    """Groups of 2 x features columns: each feature where it has a value, and behind them each where it has none.

    Features whose absence is told in the same words are one group there; one without such words stays with its own.
    """
    known = groups(names, catalogue)
    home = {column: place for place, group in enumerate(known) for column in group.columns}
    members: dict[int | str, list[int]] = {place: list(group.columns) for place, group in enumerate(known)}
    for column, name in enumerate(names):
        members.setdefault(catalogue.features[name].absent or home[column], []).append(len(names) + column)
    return [Group(None, tuple(columns)) for columns in members.values()]
