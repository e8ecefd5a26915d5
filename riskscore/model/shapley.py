"""TreeSHAP for many rows at once, in float64.

LightGBM walks every tree again for each row. Here each leaf is visited once: a bit pattern says which conditions on
its path a row meets, and a small table has the contributions for every possible pattern.

    leaf with conditions on k features ─▶ table[2^k patterns, k] ─▶ look up each row's pattern, and add

For a leaf of value v the game of its path is a product: a feature in the coalition lets the row through (1 or 0),
one outside it lets through the share r of training rows that met its conditions. The Shapley values equal LightGBM's
`pred_contrib` (tree_path_dependent); a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore.model.trees import lightgbm

CHUNK = 16_384
"""Rows at once: enough for NumPy to work in bulk, few enough for the processor's cache.

One thread is used: the steps are so short that several threads would mostly wait for each other.
"""

AT_ONCE = 128
"""Leaves whose tables are computed at once."""

_ZERO = 1e-35
"""LightGBM treats smaller absolute values as zero."""


@dataclass(frozen=True, slots=True)
class _Node:
    feature: int
    threshold: float
    default_left: bool
    missing: str


_Condition = tuple[tuple[int, bool], ...]
"""(node, goes left) pairs on one feature; a row must meet all of them."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The conditions on the path to a leaf: `conditions[j]` on feature `features[j]`.

    `shares[j]` is the share of training rows that met it, among those that reached it.
    """

    value: float
    features: list[int]
    conditions: list[_Condition]
    shares: list[float]


@dataclass(frozen=True, slots=True)
class _Tree:
    """A tree: its leaves with their tables, and its distinct conditions.

    `bits[leaf][j]` is the condition of bit j in the leaf's pattern. `width` is the integer type of a pattern: the
    narrowest is the fastest.
    """

    nodes: list[_Node]
    leaves: list[_Leaf]
    tables: list[NDArray[np.float64]]
    conditions: list[_Condition]
    bits: list[list[int]]
    width: np.dtype[Any]

    @classmethod
    def of(cls, nodes: list[_Node], leaves: list[_Leaf], tables: list[NDArray[np.float64]]) -> _Tree:
        conditions = dict.fromkeys(condition for leaf in leaves for condition in leaf.conditions)
        places = {condition: place for place, condition in enumerate(conditions)}
        bits = [[places[condition] for condition in leaf.conditions] for leaf in leaves]
        width = np.min_scalar_type(2 ** max(map(len, bits)) - 1)
        return cls(nodes, leaves, tables, list(conditions), bits, width)


class BulkShapley:
    """Contributions of a LightGBM model with numerical splits, from tables made once for every leaf."""

    def __init__(self, trees: lightgbm.Booster) -> None:
        self._width = trees.num_feature()
        read = [_read(tree["tree_structure"]) for tree in trees.dump_model()["tree_info"]]
        self._base = sum(base for _, _, base in read)
        tables = iter(_tables([leaf for _, leaves, _ in read for leaf in leaves]))
        self._trees = [_Tree.of(nodes, leaves, [next(tables) for _ in leaves]) for nodes, leaves, _ in read if leaves]

    def contributions(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return contributions of matrix[n, features] in log-odds: float64[n, features + 1], the base value last."""
        values = np.empty((len(matrix), self._width + 1))
        for start in range(0, len(matrix), CHUNK):
            part = np.ascontiguousarray(matrix[start : start + CHUNK].T)
            values[start : start + CHUNK, : self._width] = self._part(part).T
        values[:, self._width] = self._base
        return values

    def _part(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        total = np.zeros(columns.shape)
        values = columns.astype(np.float64)
        missing = np.isnan(values)
        filled = np.where(missing, 0.0, values)
        for tree in self._trees:
            lefts = [_goes_left(node, filled[node.feature], missing[node.feature]) for node in tree.nodes]
            met = np.array([_meets(condition, lefts) for condition in tree.conditions]).astype(tree.width)
            for leaf, table, bits in zip(tree.leaves, tree.tables, tree.bits, strict=True):
                pattern = reduce(np.bitwise_or, (met[place] << bit for bit, place in enumerate(bits)))
                looked_up = table.take(pattern.astype(np.intp), axis=1, mode="clip")  # every pattern is in the table
                for feature, contribution in zip(leaf.features, looked_up, strict=True):
                    total[feature] += contribution
        return total


def _meets(condition: _Condition, lefts: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return which rows meet all tests of `condition`; `lefts` has the rows that go left at each node."""
    return reduce(np.logical_and, (lefts[node] if is_left else ~lefts[node] for node, is_left in condition))


def _goes_left(node: _Node, filled: NDArray[np.float64], missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Decide as LightGBM does; `filled` is zero for a missing value, as in LightGBM for missing type None."""
    left = filled <= node.threshold
    if node.missing == "NaN":
        return np.where(missing, node.default_left, left)
    if node.missing == "Zero":
        return np.where(np.abs(filled) <= _ZERO, node.default_left, left)
    return left


def _read(root: dict[str, Any]) -> tuple[list[_Node], list[_Leaf], float]:
    """Return nodes, leaves and expected value of one dumped tree."""
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
    return _Leaf(value, list(tests), [tuple(pairs) for pairs in tests.values()], list(shares.values()))


def _tables(leaves: list[_Leaf]) -> list[NDArray[np.float64]]:
    """Return for each leaf the contributions of its k features for each pattern: float64[k, 2^k]."""
    by_leaf: dict[int, NDArray[np.float64]] = {}
    for k in {len(leaf.features) for leaf in leaves}:
        of_size = [number for number, leaf in enumerate(leaves) if len(leaf.features) == k]
        for start in range(0, len(of_size), AT_ONCE):
            numbers = of_size[start : start + AT_ONCE]
            values = np.array([leaves[number].value for number in numbers])
            shares = np.array([leaves[number].shares for number in numbers])
            by_leaf.update(zip(numbers, values[:, None, None] * shapley(shares), strict=True))
    return [by_leaf[number] for number in range(len(leaves))]


def shapley(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Shapley values of the product games of shares[m, k], for each pattern: float64[m, k, 2^k].

    A feature's value is the integral over t from 0 to 1 of (bit - share) times the product over the others of
    share + (bit - share) * t: a polynomial of degree k - 1, which Gauss-Legendre points integrate exactly.
    """
    m, k = shares.shape
    gains = ((np.arange(2**k) >> np.arange(k)[:, None]) & 1) - shares[:, :, None]
    integral = np.zeros((m, k, 2**k))
    points, weights = np.polynomial.legendre.leggauss((k + 1) // 2)
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        factors = shares[:, :, None] + gains * point
        integral += weight * factors.prod(axis=1, keepdims=True) / factors
    return integral * gains
