"""Structure: check a model's text before LightGBM reads it, because LightGBM itself checks next to nothing.

    header     exactly the lines that LightGBM writes; features as on the card; one class
    trees      sizes as declared; children point forward, each node and leaf has one parent, so there are no loops;
               features in range, numbers finite, counts of rows that add up
    tail       importances and parameters, one per line

A child that points back makes LightGBM loop forever, and a feature or leaf out of range makes it read memory that is
not its own. All trees are checked at once, as arrays: the shipped model takes about .02 s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NoReturn

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import ModelError

MOST_TREES = 10_000
"""Training stops at 500."""

MOST_LEAVES = 4_096
"""Of one tree. Training stops at 127."""

DEEPEST = 16
"""Tests between the root and a leaf. Training stops at 8."""

MOST_PATTERNS = 1 << 28
"""Numbers in the tables of `shapley`, which has 2^depth x depth for each leaf: 2 GiB of memory."""

_HEAD = ("version", "num_class", "num_tree_per_iteration", "label_index", "max_feature_idx", "objective")
_NODES = ("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child")
_MORE_NODES = ("internal_value", "internal_weight", "internal_count")
_LEAVES = ("leaf_value", "leaf_weight", "leaf_count")
_LINES = ("num_leaves", "num_cat", *_NODES, *_LEAVES, *_MORE_NODES, "is_linear", "shrinkage")
_LINES_OF_TREE = 1 + len(_LINES) + 2
"""With the heading of a tree and the two blank lines below it."""

_WHOLE = {"split_feature", "decision_type", "left_child", "right_child", "leaf_count", "internal_count"}

_DECISIONS = (0, 2, 4, 6, 8, 10)
"""Numerical splits: bit 1 is the side of missing values, bits 2 and 3 what counts as missing. Bit 0 is a category."""

_MOST_ROWS = 2**31 - 1
_RANGE = re.compile(r"none|\[[-+.0-9a-z]{1,40}:[-+.0-9a-z]{1,40}\]")
_IMPORTANCE = re.compile(r"\S{1,200}=\d{1,12}")
_PARAMETER = re.compile(r"\[[a-z_0-9]{1,60}: [^\"\\\x00-\x1f\x7f]*\]")
_WRITTEN_LAST = ("end of trees", "", "feature_importances:")

LARGEST = 1e6
"""Log-odds of a leaf. Far above every chance that can be learned, and far below what makes a sum infinite."""

Numbers = NDArray[Any]
"""Whole or other numbers, as `_WHOLE` says."""


@lru_cache(maxsize=2)
def check(text: str, features: tuple[str, ...]) -> None:
    """Check the text of a LightGBM model with these `features`, in order.

    Raises ModelError, in one line, if it is not exactly what training writes. A text that was good is remembered.
    """
    head, found, rest = text.partition("\ntree_sizes=")
    sizes, _, trees = rest.partition("\n")
    if not found or not trees.startswith("\n"):
        _refuse("it does not begin as one")
    _check_head(head.split("\n"), features)
    length = [int(size) for size in sizes.split(" ") if re.fullmatch(r"[1-9]\d{1,9}", size)]
    if not 0 < len(length) <= MOST_TREES or len(length) != sizes.count(" ") + 1:
        _refuse(f"tree_sizes has not the sizes of 1 to {MOST_TREES:,} trees")
    end = 1 + sum(length)
    _check_trees(trees[1:end], length, len(features))
    _check_tail(trees[end:].split("\n"))


def _refuse(why: str) -> NoReturn:
    raise ModelError(f"the text of the model is not what training writes: {why}; train the model again")


def _check_head(lines: list[str], features: tuple[str, ...]) -> None:
    given = dict(line.partition("=")[::2] for line in lines[1:])
    names = [*_HEAD, "feature_names", *(["monotone_constraints"] if "monotone_constraints" in given else [])]
    if lines[0] != "tree" or [*given] != [*names, "feature_infos"] or len(given) != len(lines) - 1:
        _refuse(f"its header needs the lines tree, {', '.join(names)}, feature_infos, and no others")
    if given["feature_names"].split(" ") != list(features):
        _refuse("it lists other features than the card")
    wanted = ("v4", "1", "1", "0", str(len(features) - 1), "binary sigmoid:1")
    for name, value in zip(_HEAD, wanted, strict=True):
        if given[name] != value:
            _refuse(f"{name} is {given[name][:40]!r}, not {value}")
    directions = given.get("monotone_constraints", "0").split(" ")
    if not set(directions) <= {"-1", "0", "1"} or len(directions) not in (1, len(features)):
        _refuse("monotone_constraints is not -1, 0 or 1 for each feature")
    ranges = given["feature_infos"].split(" ")
    if len(ranges) != len(features) or not all(map(_RANGE.fullmatch, ranges)):
        _refuse("feature_infos has no range for each feature")


def _check_tail(lines: list[str]) -> None:
    if tuple(lines[: len(_WRITTEN_LAST)]) != _WRITTEN_LAST:
        _refuse("tree_sizes are not the sizes of its trees")
    importances, parameters = _until("", lines[len(_WRITTEN_LAST) :])
    if not all(map(_IMPORTANCE.fullmatch, importances)):
        _refuse("its importances are not whole numbers")
    given, last = _until("", parameters[1:])
    if parameters[:1] != ["parameters:"] or not all(map(_PARAMETER.fullmatch, given)):
        _refuse("a parameter is not written as [name: value]")
    if "[linear_tree: 0]" not in given or len({line.partition(":")[0] for line in given}) != len(given):
        _refuse("its parameters are doubled, or those of linear trees")
    if last != ["end of parameters", "", "pandas_categorical:null", ""]:
        _refuse("it does not end as one")


def _until(line: str, lines: list[str]) -> tuple[list[str], list[str]]:
    """Split `lines` at the first `line`, which is left out."""
    place = lines.index(line) if line in lines else len(lines)
    return lines[:place], lines[place + 1 :]


def _check_trees(text: str, length: list[int], features: int) -> None:
    """Check the text of all trees; `length` has the declared characters of each."""
    lines = text.split("\n")
    if not text.isascii() or len(lines) != 1 + _LINES_OF_TREE * len(length):
        _refuse("tree_sizes are not the sizes of its trees, or a tree lacks lines or has others")
    sizes = np.add.reduceat(np.array([len(line) + 1 for line in lines[:-1]]), np.arange(len(length)) * _LINES_OF_TREE)
    if lines[0::_LINES_OF_TREE][:-1] != [f"Tree={number}" for number in range(len(length))] or (sizes != length).any():
        _refuse("tree_sizes are not the sizes of its trees")
    if any("".join(lines[blank::_LINES_OF_TREE]) for blank in (_LINES_OF_TREE - 2, _LINES_OF_TREE - 1)):
        _refuse("there is no blank line between two trees")
    texts = {name: _values(name, lines[place::_LINES_OF_TREE]) for place, name in enumerate(_LINES, 1)}
    leaves = _numbers("num_leaves", texts["num_leaves"], whole=True)
    if (leaves < 1).any() or (leaves > MOST_LEAVES).any():
        _refuse(f"num_leaves is not from 1 to {MOST_LEAVES:,}")
    if set(texts["num_cat"]) != {"0"} or set(texts["is_linear"]) != {"0"}:
        _refuse("num_cat or is_linear is not 0, and riskscore trains no splits by category and no linear leaves")
    _numbers("shrinkage", texts["shrinkage"])
    only_leaf = leaves == 1
    widths = dict.fromkeys((*_NODES, *_MORE_NODES), leaves - 1) | dict.fromkeys(_LEAVES, leaves)
    widths["leaf_weight"] = np.where(only_leaf, 0, leaves)  # LightGBM leaves it out where nothing was split
    columns = {}
    for name, width in widths.items():
        given = np.array([value.count(" ") + 1 if value else 0 for value in texts[name]])
        if (given != width).any():
            _refuse(f"a tree has not as many numbers in {name} as its num_leaves says")
        columns[name] = _numbers(name, texts[name], whole=name in _WHOLE)
    if (columns["split_feature"] >= features).any() or (columns["split_feature"] < 0).any():
        _refuse(f"split_feature is not from 0 to {features - 1}")
    if not np.isin(columns["decision_type"], _DECISIONS).all():
        _refuse("decision_type is not that of a numerical split")
    if (np.abs(columns["leaf_value"]) > LARGEST).any():
        _refuse(f"leaf_value is not within {LARGEST:,.0f} on either side of 0")
    _check_shape(leaves, columns)


def _values(name: str, lines: Iterable[str]) -> list[str]:
    begin = f"{name}="
    if not all(line.startswith(begin) for line in lines):
        _refuse(f"a tree lacks the line {name}, or has it in another place")
    return [line[len(begin) :] for line in lines]


def _numbers(name: str, texts: list[str], *, whole: bool = False) -> Numbers:
    """Return all numbers of one line of all trees. Raises ModelError if one is not finite, or not whole."""
    joined = " ".join(filter(None, texts))
    strange = joined.encode().translate(None, b"0123456789- " if whole else b"0123456789-+.e inf")
    read = pl.Series(joined.split(" ") if joined else [], dtype=pl.String)
    values = read.cast(pl.Int64 if whole else pl.Float64, strict=False)
    # LightGBM writes inf where a split only tells missing values from the others.
    endless = joined.count("inf") if name == "threshold" else 0
    if strange or values.null_count() or np.isfinite(values.to_numpy()).sum() != len(values) - endless:
        _refuse(f"{name} has something that is not a {'whole' if whole else 'finite'} number")
    return values.to_numpy()


def _check_shape(leaves: Numbers, columns: dict[str, Numbers]) -> None:
    """Check that the nodes and leaves of each tree are one tree, that rows add up, and that it is not too deep."""
    nodes = leaves - 1
    first_node, first_leaf = np.cumsum(nodes) - nodes, np.cumsum(leaves) - leaves
    tree = np.repeat(np.arange(len(leaves)), nodes)
    own = np.arange(len(tree)) - first_node[tree]
    sides = np.stack([columns["left_child"], columns["right_child"]]).astype(np.int64)
    is_leaf = sides < 0
    if np.where(is_leaf, ~sides >= leaves[tree], (sides <= own) | (sides >= nodes[tree])).any():
        _refuse("a child is out of range or points back")
    child = np.where(is_leaf, ~sides + first_leaf[tree], sides + first_node[tree])
    parents_of_leaves = np.bincount(child[is_leaf], minlength=leaves.sum())
    parents_of_nodes = np.bincount(child[~is_leaf], minlength=len(tree))
    roots = first_node[nodes > 0]
    parents_of_nodes[roots] += 1
    parents_of_leaves[first_leaf[nodes == 0]] += 1
    if (parents_of_leaves != 1).any() or (parents_of_nodes != 1).any():
        _refuse("a node or a leaf has no parent or several")
    rows_of_leaf, rows_of_node = columns["leaf_count"], columns["internal_count"]
    if any((rows < 1).any() or (rows > _MOST_ROWS).any() for rows in (rows_of_leaf, rows_of_node)):
        _refuse(f"a leaf or a node has not 1 to {_MOST_ROWS:,} rows")
    rows = np.where(is_leaf, rows_of_leaf[np.where(is_leaf, child, 0)], 0)
    rows += np.where(is_leaf, 0, rows_of_node[np.where(is_leaf, 0, child)]) if len(tree) else 0
    if (rows.sum(axis=0) != rows_of_node).any():
        _refuse("the rows of two children are not those of their parent")
    _check_depth(roots, child, is_leaf)


def _check_depth(roots: Numbers, child: Numbers, is_leaf: NDArray[np.bool_]) -> None:
    """Walk down from all `roots` at once, level by level."""
    at, patterns = roots, 0
    for depth in range(1, DEEPEST + 1):
        below, ends = child[:, at].ravel(), is_leaf[:, at].ravel()
        patterns += int(ends.sum()) * depth << depth
        at = below[~ends]
        if not len(at):
            break
    else:
        _refuse(f"a tree is deeper than {DEEPEST}")
    if patterns > MOST_PATTERNS:
        _refuse("its trees are too many and too deep to be explained")
