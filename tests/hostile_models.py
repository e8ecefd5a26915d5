"""Score with edited model texts whose checksum fits their card: `python hostile_models.py FIRST LAST`.

Prints the number of each edit before it is tried, and then what came of it, so that a death names its edit. The tests
call it in a process of its own, because LightGBM may crash or loop forever.
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace

import numpy as np

from riskscore import folders
from riskscore.errors import ModelError
from riskscore.features import catalogue
from riskscore.model import archive
from riskscore.model.booster import BULK, CALIBRATION, CARD, MODEL, Booster, digest
from riskscore.model.card import Card

FIELDS = (
    *("left_child", "right_child", "split_feature", "threshold", "leaf_value", "leaf_count", "internal_count"),
    *("num_leaves", "num_cat", "cat_boundaries", "cat_threshold", "decision_type", "is_linear", "tree_sizes"),
    *("max_feature_idx", "num_class", "num_tree_per_iteration", "feature_infos", "feature_names", "objective"),
    *("version", "linear_tree", "num_iterations", "num_leaves]", "Tree", "line"),
)
"""Each edit is of one of these, in turn."""

TREES = 6
VALUES = (
    *("0", "-1", "1", "2", "3", "-2", "7", "30", "31", "32", "-31", "-32", "99999999", "-99999999", "2147483647"),
    *("-2147483648", "4294967297", "9" * 400, "nan", "inf", "-inf", "1e308", "-1e308", "1e999", "1e-320", "0.5"),
    *("", " ", "x", "--1", "+1", "1 1", "0x10", "\u0663", "\x00", "1" + " 1" * 50),
)


def cut() -> tuple[list[str], list[list[str]], list[str]]:
    """Header, trees and tail of the shipped model, with its first trees only, as lines."""
    head, _, trees = archive.read(folders.default_model())[MODEL].partition("\n\nTree=0")
    trees, _, tail = trees.partition("end of trees")
    blocks = [("Tree=" + block).split("\n") for block in ("0" + trees).split("Tree=")[:TREES] if block]
    return head.split("\n"), blocks, ("end of trees" + tail).split("\n")


def write(head: list[str], trees: list[list[str]], tail: list[str], sizes: str | None = None) -> str:
    """The text again, with sizes that are right unless they are given."""
    blocks = ["\n".join(tree) for tree in trees]
    right = " ".join(str(len(block.encode())) for block in blocks)
    lines = [f"tree_sizes={right if sizes is None else sizes}" if "tree_sizes" in line else line for line in head]
    return "\n".join(lines) + "\n\n" + "".join(blocks) + "\n".join(tail)


def edited(seed: int) -> tuple[str, str]:
    """Edit number `seed`: what it edits, and the text."""
    draw = random.Random(seed)  # noqa: S311  (no secret)
    field = FIELDS[seed % len(FIELDS)]
    head, trees, tail = cut()
    tree, value = draw.choice(trees), draw.choice(VALUES)
    if field == "tree_sizes":
        sizes = [str(len("\n".join(each))) for each in trees]
        return field, write(head, trees, tail, _changed(sizes, value, draw))
    if field.startswith("cat_"):
        tree[tree.index("num_cat=0")] = f"num_cat={draw.choice((0, 1, 2, 10**6))}"
        tree[-4:-4] = [f"cat_boundaries=0 {draw.choice((1, 2, 10**7))}", f"cat_threshold={value}"]
        decisions = next(place for place, line in enumerate(tree) if line.startswith("decision_type="))
        tree[decisions] = "decision_type=" + _changed(tree[decisions].split("=")[1].split(" "), "1", draw)
    elif field == "Tree":
        draw.choice((trees.reverse, lambda: trees.append(tree), lambda: trees.remove(tree), trees.clear))()
    elif field == "line":
        place = draw.randrange(len(tree))
        tree[place : place + 1] = draw.choice(([], [tree[place]] * 2, [value], [tree[place][: len(tree[place]) // 2]]))
    else:
        for part in (head, tree, tail):
            for place, line in enumerate(part):
                name, sign, rest = line.partition("=")
                if name == field and sign:
                    part[place] = f"{name}={_changed(rest.split(' '), value, draw)}"
                elif line.startswith(f"[{field.rstrip(']')}: "):
                    part[place] = f"[{field.rstrip(']')}: {value}]"
    return field, write(head, trees, tail)


def _changed(numbers: list[str], value: str, draw: random.Random) -> str:
    place = draw.randrange(len(numbers))
    how = draw.randrange(5)
    if how == 0:
        del numbers[place]
    elif how == 1:
        draw.shuffle(numbers)
    elif how == 2:
        numbers.insert(place, value)
    else:
        numbers[place] = value
    return " ".join(numbers)


def tried(text: str) -> str:
    """Score and explain with the text: "finite", "refused", or what is wrong."""
    files = archive.read(folders.default_model())
    card = replace(Card.from_json(files[CARD]), model_sha256=digest(text))
    try:
        booster = Booster.of({CARD: card.to_json(), MODEL: text, CALIBRATION: files[CALIBRATION]}, CATALOGUE, "it")
    except ModelError as refused:
        return "refused" if "\n" not in str(refused) and len(str(refused)) < 400 else f"long: {refused}"
    matrix = np.random.default_rng(1).normal(0.5, 2.0, (BULK, len(card.features))).astype(np.float32)
    matrix[::7, ::3] = np.nan
    margins = booster.margin(matrix)
    found = [margins, booster.calibration.apply(margins), booster.contributions(matrix)]
    found.append(booster.contributions(matrix[:5]))
    return "finite" if all(np.isfinite(each).all() for each in found) else "not finite"


if __name__ == "__main__":
    CATALOGUE = catalogue.load()
    assert tried(write(*cut())) == "finite"
    for seed in range(int(sys.argv[1]), int(sys.argv[2])):
        field, text = edited(seed)
        print(seed, field, end=" ", flush=True)
        print(tried(text), flush=True)
