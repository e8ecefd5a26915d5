import numpy as np
import pytest

from riskscore.judging import metrics, reliability


def test_calibrated_probabilities_have_a_small_error_and_shifted_ones_the_shift() -> None:
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


def test_perfect_probabilities_agree_within_chance_and_shifted_ones_do_not() -> None:
    rng = np.random.default_rng(1)
    agreed = 0
    for _ in range(20):
        probabilities = rng.uniform(0, 0.1, 3_000)
        labels = (rng.random(3_000) < probabilities).astype(np.int8)
        check = reliability.check(probabilities, labels)
        agreed += check["agrees"]
        assert check["by_chance"]["low"] < check["by_chance"]["value"] < check["by_chance"]["high"]
    assert agreed >= 16
    shifted = reliability.check(probabilities + 0.03, labels)
    assert not shifted["agrees"]
    assert shifted["error"] > shifted["by_chance"]["high"]
    assert shifted["expected"] > shifted["observed"]["high"]


def test_a_few_rows_without_a_find_can_be_checked_with_a_wide_interval() -> None:
    check = reliability.check(np.full(5, 0.1), np.zeros(5, np.int8))
    assert (check["rows"], check["positives"], check["observed"]["value"]) == (5, 0, 0)
    assert check["observed"]["high"] > 0.4
    assert check["agrees"]


def test_the_bins_of_the_plot_have_every_row_and_an_interval() -> None:
    rng = np.random.default_rng(2)
    probabilities = rng.uniform(0, 0.5, 1_010)
    labels = (rng.random(1_010) < probabilities).astype(np.int8)
    bins = reliability.bins(probabilities, labels)
    assert [one["rows"] for one in bins] == [51] * 10 + [50] * 10
    assert [one["expected"] for one in bins] == sorted(one["expected"] for one in bins)
    assert sum(one["observed"]["value"] * one["rows"] for one in bins) == pytest.approx(labels.sum(), abs=0.1)
    assert all(one["observed"]["low"] <= one["observed"]["value"] <= one["observed"]["high"] for one in bins)
    assert len(reliability.bins(probabilities[:7], labels[:7])) == 7
