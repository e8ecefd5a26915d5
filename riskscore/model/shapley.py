"""TreeSHAP for many rows at once, in float64.

LightGBM walks every tree anew for each row. Here a leaf is looked at once: which rows meet which of the conditions
on its path is a bit pattern, and the contributions of every possible pattern stand in a small table.

    leaf with conditions on k features ─▶ table[2^k patterns, k] ─▶ rows look their pattern up, and add

For a leaf of value v the game of its path is a product: a feature in the coalition lets the row through (1 or 0),
one outside it lets through the share r of training rows that met its conditions. Its Shapley values are those of
LightGBM's `pred_contrib` (tree_path_dependent), and a test holds both together.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import polars as pl
from numpy.typing import NDArray

CHUNK = 2_048
"""Rows at once: the working arrays of a tree then stay in the processor's cache."""

AT_ONCE = 128
"""Leaves whose tables are made at once."""

_ZERO = 1e-35
"""LightGBM takes smaller absolute values for zero."""


@dataclass(frozen=True, slots=True)
class _Node:
    feature: int
    threshold: float
    default_left: bool
    missing: str


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The conditions on the way to a leaf: `tests[j]` are the (node, went left) pairs on feature `features[j]`.

    `shares[j]` is the share of training rows that met them, of those that came to them.
    """

    value: float
    features: list[int]
    tests: list[list[tuple[int, bool]]]
    shares: list[float]


class BulkShapley:
    """Contributions of a LightGBM model with numerical splits; ready-made tables for every leaf."""

    def __init__(self, trees: lightgbm.Booster) -> None:
        self._width = trees.num_feature()
        read = [_read(tree["tree_structure"]) for tree in trees.dump_model()["tree_info"]]
        self._base = sum(base for _, _, base in read)
        tables = iter(_tables([leaf for _, leaves, _ in read for leaf in leaves]))
        self._trees = [(nodes, [(leaf, next(tables)) for leaf in leaves]) for nodes, leaves, _ in read]

    def contributions(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Contributions of matrix[n, features] in log-odds: float64[n, features + 1], the base value last."""
        found = np.empty((len(matrix), self._width + 1))

        def explain(start: int) -> None:
            part = matrix[start : start + CHUNK]
            found[start : start + CHUNK, : self._width] = self._part(np.ascontiguousarray(part.T)).T

        with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
            list(pool.map(explain, range(0, len(matrix), CHUNK)))
        found[:, self._width] = self._base
        return found

    def _part(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        total = np.zeros(columns.shape)
        values = columns.astype(np.float64)
        missing = np.isnan(values)
        filled = np.where(missing, 0.0, values)
        for nodes, leaves in self._trees:
            left = [_goes_left(node, filled[node.feature], missing[node.feature]) for node in nodes]
            right = [~way for way in left]
            for leaf, table in leaves:
                pattern = np.zeros(columns.shape[1], dtype=np.intp)
                for bit, tests in enumerate(leaf.tests):
                    met = left[tests[0][0]] if tests[0][1] else right[tests[0][0]]
                    for node, is_left in tests[1:]:
                        met = met & (left[node] if is_left else right[node])
                    pattern |= met.astype(np.intp) << bit
                for bit, feature in enumerate(leaf.features):
                    total[feature] += table[bit].take(pattern)
        return total


def _goes_left(node: _Node, filled: NDArray[np.float64], missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """LightGBM's decision; `filled` has zero where a value is missing, as LightGBM has for missing type None."""
    way = filled <= node.threshold
    if node.missing == "NaN":
        return np.where(missing, node.default_left, way)
    if node.missing == "Zero":
        return np.where(np.abs(filled) <= _ZERO, node.default_left, way)
    return way


def _read(root: dict[str, Any]) -> tuple[list[_Node], list[_Leaf], float]:
    """Nodes, leaves and expected value of one dumped tree."""
    if "leaf_value" in root:
        return [], [], float(root["leaf_value"])
    nodes: list[_Node] = []
    leaves: list[_Leaf] = []
    base = 0.0
    todo: list[tuple[dict[str, Any], list[tuple[int, bool, float]]]] = [(root, [])]
    while todo:
        tree, path = todo.pop()
        if "leaf_value" in tree:
            base += tree["leaf_value"] * tree["leaf_count"] / root["internal_count"]
            leaves.append(_leaf(tree["leaf_value"], path, nodes))
            continue
        number = len(nodes)
        nodes.append(_Node(tree["split_feature"], float(tree["threshold"]), tree["default_left"], tree["missing_type"]))
        for side, is_left in (("left_child", True), ("right_child", False)):
            share = _count(tree[side]) / tree["internal_count"]
            todo.append((tree[side], [*path, (number, is_left, share)]))
    return nodes, leaves, base


def _count(tree: dict[str, Any]) -> float:
    return float(tree["leaf_count"] if "leaf_value" in tree else tree["internal_count"])


def _leaf(value: float, path: list[tuple[int, bool, float]], nodes: list[_Node]) -> _Leaf:
    tests: dict[int, list[tuple[int, bool]]] = {}
    shares: dict[int, float] = {}
    for number, is_left, share in path:
        feature = nodes[number].feature
        tests.setdefault(feature, []).append((number, is_left))
        shares[feature] = shares.get(feature, 1.0) * share
    return _Leaf(value, list(tests), list(tests.values()), list(shares.values()))


def _tables(leaves: list[_Leaf]) -> list[NDArray[np.float64]]:
    """For each leaf the contributions of its k features for each pattern: float64[k, 2^k]."""
    found: dict[int, NDArray[np.float64]] = {}
    for k in {len(leaf.features) for leaf in leaves}:
        alike = [number for number, leaf in enumerate(leaves) if len(leaf.features) == k]
        for start in range(0, len(alike), AT_ONCE):
            numbers = alike[start : start + AT_ONCE]
            values = np.array([leaves[number].value for number in numbers])
            shares = np.array([leaves[number].shares for number in numbers])
            found.update(zip(numbers, values[:, None, None] * shapley(shares), strict=True))
    return [found[number] for number in range(len(leaves))]


def shapley(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shapley values of the product games of shares[m, k], for each pattern: float64[m, k, 2^k].

    A feature's value is the integral over t from 0 to 1 of (bit - share) times the product over the others of
    share + (bit - share) * t: a polynomial of degree k - 1, which Gauss-Legendre points integrate exactly.
    """
    m, k = shares.shape
    gains = ((np.arange(2**k) >> np.arange(k)[:, None]) & 1) - shares[:, :, None]
    found = np.zeros((m, k, 2**k))
    points, weights = np.polynomial.legendre.leggauss((k + 1) // 2)
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        factors = shares[:, :, None] + gains * point
        found += weight * factors.prod(axis=1, keepdims=True) / factors
    return found * gains
