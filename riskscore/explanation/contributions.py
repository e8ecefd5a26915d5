"""Contributions: how much each feature moved each margin, and their sums by indicator.

    margin = base value + contributions of all features        (log-odds, exact)

Features that measure one red flag say one thing to an inspector, so they are summed into one group, under the
first indicator that the catalogue names. Where products of features are features too (cover load x source country),
exact contributions share one piece of evidence out among the factors and the products: the catalogue names a group for
them, and it goes before the indicator. A feature with neither is alone.
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
    """Contributions of n rows: `keys` (KEY), `names` of the features, `values` float64[n, features], `base`."""

    keys: pl.DataFrame
    names: tuple[str, ...]
    values: NDArray[np.float64]
    base: float

    @property
    def margins(self) -> NDArray[np.float64]:
        """Base value plus contributions: the margins, float64[n]."""
        return np.asarray(self.base + self.values.sum(axis=1))

    def row(self, at: int) -> Contributions:
        """Those of one row."""
        return Contributions(self.keys[at], self.names, self.values[at : at + 1], self.base)


@dataclass(frozen=True, slots=True)
class Group:
    """Features told as one: the first one's first indicator (None where it has none), and their column numbers."""

    indicator: int | None
    columns: tuple[int, ...]


def contributions(matrix: pl.DataFrame, booster: Booster) -> Contributions:
    """Explain every row of `matrix` (KEY and one column a feature), in its order."""
    found = booster.contributions(features(matrix, booster))
    base = float(found[0, -1]) if len(found) else 0.0
    return Contributions(matrix.select(KEY), tuple(booster.features), found[:, :-1], base)


def groups(names: Sequence[str], catalogue: Catalogue) -> list[Group]:
    """Group features `names` by their group, else their first indicator, in the order in which these first occur."""
    members: dict[int | str, list[int]] = {}
    features = [catalogue.features[name] for name in names]
    for column, feature in enumerate(features):
        first = feature.indicators[0] if feature.indicators else feature.name
        members.setdefault(feature.group or first, []).append(column)
    indicators = [next(iter(features[columns[0]].indicators), None) for columns in members.values()]
    return [Group(number, tuple(columns)) for number, columns in zip(indicators, members.values(), strict=True)]


def sums(values: NDArray[np.float64], by: Sequence[Group]) -> NDArray[np.float64]:
    """Contributions float64[n, features] summed by group: float64[n, groups]."""
    return np.column_stack([values[:, list(group.columns)].sum(axis=1) for group in by])
