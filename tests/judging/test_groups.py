import numpy as np
import polars as pl
import pytest

from riskscore.judging.groups import MOST, Groups


def ranked(size: int, positives: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Scores that fall from row to row, and labels that are 1 at `positives`."""
    labels = np.zeros(size, np.int8)
    labels[positives] = 1
    return -np.arange(size, dtype=np.float64), labels


def test_each_kind_has_its_own_recall_under_the_common_threshold() -> None:
    scores, labels = ranked(1_000, [0, 1, 60, 900])
    names = [None] * 1_000
    names[0], names[1], names[60], names[900], names[3] = "ivory", "ivory", "timber", "ivory", "negative"
    entries = Groups.of(scores, labels).kinds(pl.Series(names))
    assert [(entry["name"], entry["positives"]) for entry in entries] == [("ivory", 3), ("timber", 1)]
    assert [at["recall"]["value"] for at in entries[0]["at"]] == pytest.approx([2 / 3] * 4, abs=1e-5)
    assert [at["recall"]["value"] for at in entries[1]["at"]] == [0, 0, 0, 1]
    assert entries[1]["at"][3]["recall"]["low"] == pytest.approx(0.2065, abs=1e-3)
    assert entries[1]["roc_auc"]["value"] == pytest.approx(1 - 58 / 996, abs=1e-4)


def test_a_part_is_judged_by_its_own_rows_under_the_common_threshold() -> None:
    scores, labels = ranked(1_000, [0, 2, 501])
    names = pl.Series(["A", "B"] * 500)
    opened = np.arange(1_000) < 2
    entries = Groups.of(scores, labels, opened).parts(names)
    assert [(entry["name"], entry["rows"], entry["positives"]) for entry in entries] == [("A", 500, 2), ("B", 500, 1)]
    assert [at["recall"]["value"] for at in entries[0]["at"]] == [1, 1, 1, 1]
    assert [at["recall"]["value"] for at in entries[1]["at"]] == [0, 0, 0, 0]
    assert entries[0]["roc_auc"]["value"] == 1
    assert entries[1]["roc_auc"]["value"] == pytest.approx(249 / 499, abs=1e-5)
    assert [(entry["capacity"]["inspected"], entry["capacity"]["found"]) for entry in entries] == [(1, 1), (1, 0)]


def test_the_largest_groups_are_shown_and_the_others_combined() -> None:
    scores, labels = ranked(1_000, list(range(60)))
    names = pl.Series([f"P{min(row % 50, 29):02}" for row in range(999)] + [None])
    entries = Groups.of(scores, labels).parts(names)
    assert len(entries) == MOST + 1
    assert (entries[-1]["name"], entries[-1]["groups"]) == ("10 others", 10)
    assert sum(entry["rows"] for entry in entries) == 999
    assert sum(entry["positives"] for entry in entries) == 60
    counts = [entry["positives"] for entry in entries[:-1]]
    assert counts == sorted(counts, reverse=True)
    assert entries[0]["name"] == "P29"


def test_a_single_remaining_group_keeps_its_name_and_groups_without_finds_are_left_out() -> None:
    scores, labels = ranked(42, list(range(21)))
    names = pl.Series([f"P{row % 21:02}" for row in range(42)])
    assert Groups.of(scores, labels).parts(names)[-1]["name"] == "P20"
    assert Groups.of(scores, labels).kinds(pl.Series([None] * 42)) == []


def test_a_small_group_has_a_wide_interval_and_a_large_one_that_of_a_bootstrap() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random(4_000) < 0.05).astype(np.int8)
    scores = rng.normal(size=4_000) + labels
    area = Groups.of(scores, labels).part("all", np.ones(4_000, np.bool_))["roc_auc"]
    own, others = scores[labels == 1], scores[labels == 0]
    drawn = [
        np.mean(rng.choice(own, 2_000)[:, None] > rng.choice(others, (2_000, 1)))
        for own, others in ((rng.choice(own, len(own)), rng.choice(others, len(others))) for _ in range(300))
    ]
    assert area["high"] - area["low"] == pytest.approx(2 * 1.96 * np.std(drawn), rel=0.25)
    two = np.zeros(4_000, np.bool_)
    two[[*np.flatnonzero(labels)[np.argsort(-own)[:2]], *np.flatnonzero(labels == 0)[:500]]] = True
    few = Groups.of(scores, labels).part("few", two)["roc_auc"]
    assert few["value"] > 0.95
    assert few["low"] < 0.4


def test_a_part_with_one_label_has_no_figures() -> None:
    scores, labels = ranked(100, [0, 1])
    clean = Groups.of(scores, labels).part("clean", np.arange(100) > 50)
    assert (clean["positives"], clean["roc_auc"], clean["at"][0]["recall"]) == (0, None, None)
    full = Groups.of(scores, labels).part("full", np.arange(100) < 2)
    assert (full["roc_auc"], full["at"][3]["recall"]["value"]) == (None, 1)
