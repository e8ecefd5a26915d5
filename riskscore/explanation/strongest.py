"""Strongest: the groups of features that explain each row, each with the feature that represents it.

    a feature with a value     ─▶ its group in the catalogue               ─┐
    a feature without a value  ─▶ all features that are missing alike      ─┴─▶ sums ─▶ the strongest groups

"No earlier consignment of the consignee is on record" is one piece of information to an inspector, although a dozen
features of five red flags have no value because of it. It is stated once, with the sum of their contributions, and all
sums still add up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riskscore.explanation.contributions import Contributions, Group, groups, sums
from riskscore.features.catalogue import Catalogue

LEAST = 0.02
"""Groups of at most this many log-odds get no sentence: they move the odds by about 2% or less."""

Choice = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""The chosen reasons, as four equally long arrays: row, place (0 = strongest), feature column, group contribution."""


def strongest(
    contributions: Contributions, unknown: NDArray[np.bool_], catalogue: Catalogue, most: int, *, raises: bool
) -> Choice:
    """Choose the `most` strongest groups of each of n rows that raise its score, or that lower it.

    `unknown` marks the features without a value, bool[n, features]. Contributions in the result are in log-odds and
    positive in both cases.
    """
    values = contributions.values if raises else -contributions.values
    split = np.hstack([np.where(unknown, 0.0, values), np.where(unknown, values, 0.0)])
    reason_groups = groups_by_value(contributions.names, catalogue)
    totals = sums(split, reason_groups)
    best = np.column_stack(
        [np.asarray(group.columns)[split[:, list(group.columns)].argmax(axis=1)] for group in reason_groups]
    )
    order = np.argsort(-totals, axis=1, kind="stable")[:, :most]
    rows, places = np.nonzero(np.take_along_axis(totals, order, axis=1) > LEAST)
    chosen = order[rows, places]
    return rows, places, best[rows, chosen] % len(contributions.names), totals[rows, chosen]


def groups_by_value(names: Sequence[str], catalogue: Catalogue) -> list[Group]:
    """Group 2 x features columns: first each feature where it has a value, then each feature where it has none.

    Missing features with the same `absent` sentence form one group. A missing feature without such a sentence stays in
    the group that it has in the catalogue.
    """
    declared = groups(names, catalogue)
    group_of = {column: place for place, group in enumerate(declared) for column in group.columns}
    members: dict[int | str, list[int]] = {place: list(group.columns) for place, group in enumerate(declared)}
    for column, name in enumerate(names):
        members.setdefault(catalogue.features[name].absent or group_of[column], []).append(len(names) + column)
    return [Group(None, tuple(columns)) for columns in members.values()]
