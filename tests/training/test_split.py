from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from riskscore.errors import TrainingError
from riskscore.training.split import FOLDS, WARM_UP_DAYS, outcome_days, split

FIRST = date(2024, 1, 1)


def every_day(days: int) -> pl.Series:
    return pl.date_range(FIRST, FIRST + timedelta(days=days - 1), eager=True)


@pytest.mark.parametrize("gap", [1, 21, 90])
@pytest.mark.parametrize("days", [8, 9, 14, 30, 61, 120, 480, 2_000])
def test_folds_follow_each_other_and_the_test_ends_with_the_period(days: int, gap: int) -> None:
    folds = split(every_day(days), gap=gap)
    assert [fold.judge.name for fold in folds] == ["fold 1", "fold 2", "fold 3", "test"]
    assert len(folds) == FOLDS + 1
    assert folds[-1].judge.last == FIRST + timedelta(days=days - 1)
    for fold in folds:
        assert FIRST < fold.learn.first <= fold.learn.last < fold.judge.first <= fold.judge.last
        assert (fold.judge.first - fold.learn.last).days - 1 == min(gap, days // 8)
    for fold, following in pairwise(folds):
        assert following.judge.first == fold.judge.last + timedelta(days=1)
        assert following.learn.first == fold.learn.first  # each learns from all that came before


def test_long_periods_keep_their_warm_up() -> None:
    folds = split(every_day(480), gap=21)
    assert (folds[0].learn.first - FIRST).days == WARM_UP_DAYS


def test_the_test_part_has_its_share_of_rows_even_if_few_recent_outcomes_are_known() -> None:
    days = pl.concat([every_day(60)] * 30 + [every_day(120)])
    test = split(days, gap=10)[-1].judge
    assert 0.1 < days.is_between(test.first, test.last).mean() < 0.25
    assert test.last == FIRST + timedelta(days=119)


def test_a_few_days_are_refused() -> None:
    with pytest.raises(TrainingError, match="7 days"):
        split(every_day(7), gap=1)


@pytest.mark.parametrize(
    ("hours", "days"),
    [([24] * 9, 1), ([3] * 9, 1), ([24 * 30] * 94 + [24 * 90] * 6, 90), ([24 * 30] * 97 + [24 * 90] * 3, 30), ([], 1)],
)  # fmt: skip
def test_a_gap_waits_for_nearly_all_outcomes_and_at_least_a_day(hours: list[int], days: int) -> None:
    delays = pl.Series([timedelta(hours=each) for each in hours], dtype=pl.Duration("us"))
    assert outcome_days([delays, pl.Series([None], dtype=pl.Duration("us"))]) == days
