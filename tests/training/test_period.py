from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from riskscore.errors import TrainingError
from riskscore.training.period import Period, hold_back_days, latest

START = datetime(2024, 1, 1, 9, tzinfo=UTC)


@pytest.fixture
def filings() -> pl.DataFrame:
    """Ten bills, one a day; the first is filed again on the last day."""
    bills = [*range(10), 0]
    return pl.DataFrame(
        {
            "bill_of_lading": [f"B{bill}" for bill in bills],
            "container_number": ["C"] * 11,
            "version": [1] * 10 + [2],
            "filed_at": [START + timedelta(days=day) for day in [*range(10), 9]],
        }
    )


def test_the_last_days_are_held_back(filings: pl.DataFrame) -> None:
    period = hold_back_days(filings, hold_back=3)
    assert period == Period(date(2024, 1, 7), 3)
    assert period.keep(filings)["filed_at"].max() == START + timedelta(days=6)
    assert "after 2024-01-07" in period.describe()
    assert hold_back_days(filings, date(2024, 1, 5)) == Period(date(2024, 1, 5), 5)
    assert hold_back_days(filings, date(2030, 1, 1)).days == 0
    assert hold_back_days(filings) == Period()


def test_a_version_filed_later_leaves_the_one_before_as_the_latest(filings: pl.DataFrame) -> None:
    newest, earlier = latest(filings)
    assert newest.filter(bill_of_lading="B0")["version"].to_list() == [2]
    assert earlier["version"].to_list() == [1]
    then, before = hold_back_days(filings, hold_back=3).filings(newest, earlier)
    assert then["bill_of_lading"].to_list() == [f"B{bill}" for bill in range(7)]
    assert then["version"].to_list() == [1] * 7
    assert before is not None
    assert before.is_empty()


def test_holding_back_everything_is_refused(filings: pl.DataFrame) -> None:
    with pytest.raises(TrainingError, match="nothing is left"):
        hold_back_days(filings, hold_back=10)
