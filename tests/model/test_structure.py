"""Edited model texts whose checksum fits their card: refused in one line, or finite scores; never a crash or a hang."""

import os
import subprocess
import sys
from collections import Counter

import hostile_models
import pytest

from riskscore import folders
from riskscore.errors import ModelError
from riskscore.model import archive, structure
from riskscore.model.booster import CARD, MODEL
from riskscore.model.card import Card

EDITS = int(os.environ.get("RISKSCORE_HOSTILE") or 260)


@pytest.fixture(scope="module")
def features() -> tuple[str, ...]:
    return tuple(Card.from_json(archive.read(folders.default_model())[CARD]).features)


@pytest.mark.slow
def test_an_edited_text_with_a_fitting_checksum_is_refused_or_scores_finitely() -> None:
    ran = subprocess.run(
        [sys.executable, hostile_models.__file__, "0", str(EDITS)],
        capture_output=True, text=True, timeout=60 + EDITS, check=False,
    )  # fmt: skip
    lines = ran.stdout.splitlines()
    assert ran.returncode == 0, f"died of {ran.returncode} in edit {lines[-1:]}: {ran.stderr[-800:]}"
    ended = Counter(line.split(" ", 2)[2] for line in lines)
    assert set(ended) <= {"refused", "finite"}, ended
    assert ended["refused"] > EDITS / 2 and ended["finite"] > 0


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("left_child", "0"),  # a loop
        ("left_child", "99999999"),
        ("right_child", "-99999999"),
        ("split_feature", "99999999"),
        ("threshold", "nan"),
        ("leaf_value", "inf"),
        ("leaf_count", "0"),
        ("internal_count", "1"),
        ("num_leaves", "3"),
        ("num_cat", "1"),
        ("decision_type", "1"),
    ],
)
def test_a_tree_that_is_none_is_refused_and_the_line_is_named(features: tuple[str, ...], field: str, new: str) -> None:
    head, trees, tail = hostile_models.cut()
    place = next(place for place, line in enumerate(trees[2]) if line.startswith(f"{field}="))
    trees[2][place] = f"{field}=" + " ".join([new, *trees[2][place].split(" ")[1:]])
    named = {"left_child": "child", "right_child": "child", "leaf_count": "rows", "internal_count": "rows"}
    with pytest.raises(ModelError, match=named.get(field, field)) as refused:
        structure.check(hostile_models.write(head, trees, tail), features)
    assert "\n" not in str(refused.value)


def test_the_shipped_text_is_accepted_and_remembered(features: tuple[str, ...]) -> None:
    text = archive.read(folders.default_model())[MODEL]
    structure.check.cache_clear()
    structure.check(text, features)
    structure.check("".join(text), features)
    assert structure.check.cache_info().hits == 1


def chain(leaves: int) -> list[str]:
    """A tree in which each test has a leaf on its left, so that it is as deep as it can be."""
    nodes = range(leaves - 1)
    columns = {
        "num_leaves": [leaves], "num_cat": [0], "split_feature": [0 for _ in nodes], "split_gain": [1 for _ in nodes],
        "threshold": [0.5 for _ in nodes], "decision_type": [2 for _ in nodes], "left_child": [~node for node in nodes],
        "right_child": [node + 1 for node in nodes[:-1]] + [~(leaves - 1)],
        "leaf_value": [0.1] * leaves, "leaf_weight": [1] * leaves, "leaf_count": [1] * leaves,
        "internal_value": [0 for _ in nodes], "internal_weight": [1 for _ in nodes],
        "internal_count": [leaves - node for node in nodes], "is_linear": [0], "shrinkage": [1],
    }  # fmt: skip
    return ["Tree=0", *(f"{name}={' '.join(map(str, numbers))}" for name, numbers in columns.items()), "", "", ""]


def test_a_tree_may_be_deep_but_not_too_deep_to_be_explained(features: tuple[str, ...]) -> None:
    head, _, tail = hostile_models.cut()
    structure.check(hostile_models.write(head, [chain(structure.DEEPEST + 1)], tail), features)
    with pytest.raises(ModelError, match="deeper than"):
        structure.check(hostile_models.write(head, [chain(structure.DEEPEST + 2)], tail), features)
