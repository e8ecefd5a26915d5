"""Contributions: how much each feature moved each margin, and their sums by group of features.

    margin = base value + contributions of all features        (log-odds, exact)

Features that measure the same red flag are one piece of evidence to an inspector, so they form one group, under their
first indicator in the catalogue. If a product of features is a feature too (cover load x source country), exact
contributions divide one piece of evidence among the factors and the product. The catalogue then names a group for them,
which takes precedence over the indicator. A feature with neither forms its own group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster
from riskscore.schema import KEY
from riskscore.scoring.score import features


@dataclass(frozen=True, slots=True)
class Contributions:
    """Contributions of n rows, in log-odds.

    `keys` has KEY, `names` are the features, `values` is float64[n, features], `base` is the base value of all rows.
    """

    keys: pl.DataFrame
    names: tuple[str, ...]
    values: NDArray[np.float64]
    base: float

    @property
    def margins(self) -> NDArray[np.float64]:
        """The margins, float64[n] in log-odds: base value plus contributions."""
        return np.asarray(self.base + self.values.sum(axis=1))

    def row(self, at: int) -> Contributions:
        """Return the contributions of the row at position `at`."""
        return Contributions(self.keys[at], self.names, self.values[at : at + 1], self.base)


@dataclass(frozen=True, slots=True)
class Group:
    """Features that are explained together: the first one's first indicator (None if there is none), their columns."""

    indicator: int | None
    columns: tuple[int, ...]


def contributions(matrix: pl.DataFrame, booster: Booster) -> Contributions:
    """Compute the exact TreeSHAP contributions of n rows of `matrix` (KEY and one column per feature), in its order.

    Raises ModelError if the matrix lacks a feature of the model.
    """
    values = booster.contributions(features(matrix, booster))
    base = float(values[0, -1]) if len(values) else 0.0
    return Contributions(matrix.select(KEY), tuple(booster.features), values[:, :-1], base)


def groups(names: Sequence[str], catalogue: Catalogue) -> list[Group]:
    """Group the features `names` by their declared group, else by first indicator, in the order of first occurrence."""
    members: dict[int | str, list[int]] = {}
    features = [catalogue.features[name] for name in names]
    for column, feature in enumerate(features):
        first = feature.indicators[0] if feature.indicators else feature.name
        members.setdefault(feature.group or first, []).append(column)
    indicators = [next(iter(features[columns[0]].indicators), None) for columns in members.values()]
    return [Group(number, tuple(columns)) for number, columns in zip(indicators, members.values(), strict=True)]


def sums(values: NDArray[np.float64], by: Sequence[Group]) -> NDArray[np.float64]:
    """Sum contributions float64[n, features] by group: float64[n, groups], in log-odds."""
    return np.column_stack([values[:, list(group.columns)].sum(axis=1) for group in by])
