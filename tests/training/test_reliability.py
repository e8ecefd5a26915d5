import numpy as np
import pytest

from riskscore.training import metrics, reliability


def test_calibrated_probabilities_have_a_small_error_and_shifted_ones_theirs() -> None:
    rng = np.random.default_rng(2)
    probabilities = rng.uniform(0, 0.5, 50_000)
    labels = (rng.random(50_000) < probabilities).astype(np.int8)
    assert metrics.judge(probabilities, labels, probabilities)["calibration_error"] < 0.01
    assert metrics.judge(probabilities, labels, probabilities + 0.3)["calibration_error"] == pytest.approx(
        0.3, abs=0.01
    )
    steps = reliability.reliability(probabilities, labels)
    assert sum(step["rows"] for step in steps) == 50_000
    assert all(abs(step["expected"] - step["observed"]) < 0.1 for step in steps if step["rows"] > 400)


def test_the_error_of_perfect_probabilities_is_that_of_chance_and_of_shifted_ones_is_not() -> None:
    rng = np.random.default_rng(1)
    agreed = 0
    for _ in range(20):
        probabilities = rng.uniform(0, 0.1, 3_000)
        labels = (rng.random(3_000) < probabilities).astype(np.int8)
        found = reliability.check(probabilities, labels)
        agreed += found["agrees"]
        assert found["by_chance"]["low"] < found["by_chance"]["value"] < found["by_chance"]["high"]
    assert agreed >= 16
    shifted = reliability.check(probabilities + 0.03, labels)
    assert not shifted["agrees"]
    assert shifted["error"] > shifted["by_chance"]["high"]
    assert shifted["expected"] > shifted["observed"]["high"]


def test_a_handful_of_rows_without_a_find_can_be_checked_and_says_little() -> None:
    found = reliability.check(np.full(5, 0.1), np.zeros(5, np.int8))
    assert (found["rows"], found["positives"], found["observed"]["value"]) == (5, 0, 0)
    assert found["observed"]["high"] > 0.4
    assert found["agrees"]


def test_the_bins_of_the_plot_hold_every_row_and_their_own_interval() -> None:
    rng = np.random.default_rng(2)
    probabilities = rng.uniform(0, 0.5, 1_010)
    labels = (rng.random(1_010) < probabilities).astype(np.int8)
    found = reliability.bins(probabilities, labels)
    assert [one["rows"] for one in found] == [51] * 10 + [50] * 10
    assert [one["expected"] for one in found] == sorted(one["expected"] for one in found)
    assert sum(one["observed"]["value"] * one["rows"] for one in found) == pytest.approx(labels.sum(), abs=0.1)
    assert all(one["observed"]["low"] <= one["observed"]["value"] <= one["observed"]["high"] for one in found)
    assert len(reliability.bins(probabilities[:7], labels[:7])) == 7
