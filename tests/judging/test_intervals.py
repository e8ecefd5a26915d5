import numpy as np
import pytest
from scipy.stats import binomtest

from riskscore.judging import intervals


@pytest.mark.parametrize(("hits", "trials"), [(0, 10), (3, 10), (10, 10), (57, 1_000)])
def test_a_share_has_the_interval_of_wilson(hits: int, trials: int) -> None:
    expected = binomtest(hits, trials).proportion_ci(method="wilson")
    estimate = intervals.share_of(hits, trials)
    assert estimate is not None
    assert (estimate["low"], estimate["high"]) == pytest.approx((expected.low, expected.high), abs=2e-5)


def test_without_trials_there_is_no_share() -> None:
    assert intervals.share_of(0, 0) is None
    assert intervals.estimate(np.nan, 0, 1) is None


def test_resamples_without_a_figure_are_left_out() -> None:
    drawn = np.column_stack([np.append(np.arange(1_001.0), np.nan), np.full(1_002, np.nan)])
    ends = intervals.percentiles(drawn)
    assert ends[0] == pytest.approx([25, 975])
    assert np.isnan(ends[1]).all()


def test_a_difference_combines_both_intervals_and_the_widest_contains_each() -> None:
    a, b = np.array([[0.4, 0.3, 0.5]]), np.array([[0.7, 0.5, 0.8]])
    assert intervals.of_difference(a, b)[0] == pytest.approx([0.3 - np.hypot(0.2, 0.1), 0.3 + np.hypot(0.1, 0.1)])
    assert intervals.widest(np.array([[1.0, 3.0]]), np.array([[2.0, np.nan]])).tolist() == [[1, 3]]
