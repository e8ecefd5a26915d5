from datetime import date, timedelta
from itertools import pairwise

import pytest

from riskscore.errors import TrainingError
from riskscore.training.split import LAG_DAYS, WARM_UP_DAYS, split

FIRST = date(2024, 1, 1)


@pytest.mark.parametrize("days", [8, 9, 14, 30, 61, 120, 480, 2_000])
def test_parts_follow_each_other_and_end_with_the_period(days: int) -> None:
    last = FIRST + timedelta(days=days - 1)
    parts = list(split(FIRST, last).values())
    assert [part.name for part in parts] == ["train", "validation", "calibration", "test"]
    assert parts[0].first >= FIRST
    assert parts[-1].last == last
    for part, following in pairwise(parts):
        assert part.first <= part.last < following.first


def test_long_periods_keep_the_lag_of_outcomes_before_validation_and_test() -> None:
    parts = split(FIRST, FIRST + timedelta(days=479))
    assert (parts["train"].first - FIRST).days == WARM_UP_DAYS
    assert (parts["validation"].first - parts["train"].last).days == LAG_DAYS + 1
    assert (parts["calibration"].first - parts["validation"].last).days == 1
    assert (parts["test"].first - parts["calibration"].last).days == LAG_DAYS + 1


def test_a_few_days_are_refused() -> None:
    with pytest.raises(TrainingError, match="7 days"):
        split(FIRST, FIRST + timedelta(days=6))
