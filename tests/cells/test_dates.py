from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from riskscore.cells.dates import parse

DAY = datetime(2019, 3, 25, tzinfo=UTC)
FORMS = [
    ("2019-03-25", DAY),
    ("2019/3/25", DAY),
    ("2019.03.25", DAY),
    ("2019-03-25T08:30Z", DAY.replace(hour=8, minute=30)),
    ("2019-03-25T08:30:15.250Z", DAY.replace(hour=8, minute=30, second=15, microsecond=250_000)),
    ("2019-03-25 08:30:00+07:00", DAY.replace(hour=1, minute=30)),
    ("2019-03-25 08:30:00-0500", DAY.replace(hour=13, minute=30)),
    ("25.03.2019", DAY),
    ("25.03.2019 08:30", DAY.replace(hour=8, minute=30)),
    ("25/03/2019", DAY),
    ("03/25/2019", DAY),
    ("25-03-19", DAY),
    ("25-MAR-2019", DAY),
    ("25 March 2019", DAY),
    ("25MAR19", DAY),
    ("25th Mar 2019", DAY),
    ("Mar 25, 2019", DAY),
    ("Mon, 25 Mar 2019 10:00 PM", DAY.replace(hour=22)),
    ("25 março 2019", DAY),
    ("25-ABR-2019", DAY.replace(month=4)),
    ("2019-MAR-25", DAY),
    ("20190325", DAY),
    ("201903250830", DAY.replace(hour=8, minute=30)),
    ("20190325083015", DAY.replace(hour=8, minute=30, second=15)),
    ("20190325T083015Z", DAY.replace(hour=8, minute=30, second=15)),
    ("43549", DAY),
    ("43549.5", DAY.replace(hour=12)),
    ("1553472000", DAY),
    ("1553472000000", DAY),
    ("2019年3月25日", DAY),
    ("25/12/95", datetime(1995, 12, 25, tzinfo=UTC)),
    ("29/02/2020", datetime(2020, 2, 29, tzinfo=UTC)),
    ("12:00 AM", None),
]


@pytest.mark.parametrize(("text", "moment"), FORMS)
def test_each_usual_form_is_read_without_other_values(text: str, moment: datetime | None) -> None:
    read = parse(pl.Series([text]))
    assert read.row(0) == (moment, None if moment else "not_a_date")


BLANKS = ["", " ", "-", "N/A", "null", "00000000", "0000-00-00", "00/00/0000"]


@pytest.mark.parametrize("text", BLANKS)
def test_an_empty_date_is_not_a_fault(text: str) -> None:
    assert parse(pl.Series([text, "2019-03-25"])).rows() == [(None, None), (DAY, None)]


WRONG = ["31/02/2019", "2019-13-01", "2019-02-30", "soon", "25/25/2019", "2019-03-25 25:00", "=1+1", "123"]


@pytest.mark.parametrize("text", WRONG)
def test_a_text_that_is_not_a_date_is_a_fault(text: str) -> None:
    assert parse(pl.Series([text])).row(0) == (None, "not_a_date")


APRIL, MARCH = datetime(2019, 4, 3, tzinfo=UTC), datetime(2019, 3, 4, tzinfo=UTC)
ORDERS = [
    (["03/04/2019"], None),
    (["03/04/2019", "05/05/2019"], None),
    (["03/04/2019", "2019-03-25"], None),
    (["03/04/2019", "25/03/2019"], APRIL),
    (["03/04/2019", "03/25/2019"], MARCH),
    (["03/04/2019", "25/03/2019", "03/25/2019"], None),
    (["03.04.2019"], APRIL),
    (["03.04.2019", "03.25.2019"], MARCH),
]


@pytest.mark.parametrize(("column", "moment"), ORDERS)
def test_the_column_decides_the_order_of_day_and_month_or_the_date_is_refused(
    column: list[str], moment: datetime | None
) -> None:
    read = parse(pl.Series(column))
    assert read.row(0) == (moment, None if moment else "ambiguous_date")
    assert read["fault"].drop_nulls().to_list() in ([], ["ambiguous_date"])


def test_typed_moments_are_converted_to_utc() -> None:
    naive = pl.Series([datetime(2019, 3, 25, 8)])
    hanoi = pl.Series([datetime(2019, 3, 25, 8, tzinfo=UTC)]).dt.replace_time_zone("Asia/Ho_Chi_Minh")
    assert parse(pl.Series([date(2019, 3, 25)])).row(0) == (DAY, None)
    assert parse(naive).row(0) == (DAY.replace(hour=8), None)
    assert parse(hanoi).row(0) == (DAY.replace(hour=1), None)
    assert parse(pl.Series([43549.0])).row(0) == (DAY, None)
    assert parse(pl.Series([20190325])).row(0) == (DAY, None)


@pytest.mark.parametrize(
    ("others", "moment"),
    [
        (["28/03/2024", "30/03/2024"], datetime(2024, 3, 4, 2, 10, tzinfo=UTC)),
        (["03/28/2024"], datetime(2024, 4, 3, 2, 10, tzinfo=UTC)),
        (["03/28/2024", "28/03/2024"], None),
        (["05/06/2024", None, "soon"], None),
    ],
)
def test_other_columns_of_dates_decide_the_order_where_the_column_does_not(others, moment):
    read = parse(pl.Series(["04/03/2024 02:10", None]), [pl.Series(others, dtype=pl.String)])
    assert read.row(0) == (moment, None if moment else "ambiguous_date")
    assert read.row(1) == (None, None)
