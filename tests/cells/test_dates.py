from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from riskscore.cells.moments.dates import parse
from riskscore.errors import ManifestError
from riskscore.manifest.read import read

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
    ("25-03-99", datetime(1999, 3, 25, tzinfo=UTC)),
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
    ("25-Mar-19 08.30.00 AM", DAY.replace(hour=8, minute=30)),
    ("25-MAR-19 08.30.00.000000000 PM", DAY.replace(hour=20, minute=30)),
    ("2019-03-24T24:00:00", DAY),
    ("25/03/2019 0830 hrs", DAY.replace(hour=8, minute=30)),
    ("25/03/2019 08h30", DAY.replace(hour=8, minute=30)),
    ("25.3.2019.", DAY),
    ("25\N{NON-BREAKING HYPHEN}03\N{EN DASH}2019", DAY),
    ("25 de marzo de 2019", DAY),
    ("lunes, 25 de marzo de 2019", DAY),
    ("25 mars 2019", DAY),
    ("1er avril 2019", datetime(2019, 4, 1, tzinfo=UTC)),
    ("25 tháng 3 năm 2019", DAY),
    ("25 tháng 03 năm 2019", DAY),
    ("25-Thg3-19", DAY),
    ("25-3月-19", DAY),
    ("25-03月 -2019", DAY),
    ("25-三月-19", DAY),
    ("25-3월-19", DAY),
    ("25 de marzo de 2019", DAY),
    ("25th March 2019", DAY),
    ("March 25th, 2019", DAY),
    ("25. März 2019", DAY),
    ("25 \u043c\u0430\u0440\u0442\u0430 2019 \u0433.", DAY),
    ("25 Ağustos 2019", DAY.replace(month=8)),
    ("25 maggio 2019", DAY.replace(month=5)),
    ("2019年3月25日 08时30分", DAY.replace(hour=8, minute=30)),
    ("2019년 3월 25일", DAY),
    ("٢٥/٠٣/٢٠١٩", DAY),
    ("2019-W13-1", DAY),
    ("25032019", DAY),
    ("2019-03-25 08:30 +0530", DAY.replace(hour=3)),
    ("2019-03-25 08:30 GMT+7", DAY.replace(hour=1, minute=30)),
    ("2019-03-25 08:30 ICT", DAY.replace(hour=1, minute=30)),
    ("Mon Mar 25 2019 08:30:00 GMT+0530 (India Standard Time)", DAY.replace(hour=3)),
]


@pytest.mark.parametrize(("text", "moment"), FORMS)
def test_each_usual_form_is_read_without_other_values(text: str, moment: datetime | None) -> None:
    read = parse(pl.Series([text]))
    assert read.row(0) == (moment, None if moment else "not_a_date")


BLANKS = ["", " ", "-", "N/A", "null", "00000000", "0000-00-00", "00/00/0000"]


@pytest.mark.parametrize("text", BLANKS)
def test_an_empty_date_is_not_a_fault(text: str) -> None:
    assert parse(pl.Series([text, "2019-03-25"])).rows() == [(None, None), (DAY, None)]


WRONG = [
    "31/02/2019",
    "2019-13-01",
    "2019-02-30",
    "soon",
    "25/25/2019",
    "2019-03-25 25:00",
    "=1+1",
    "123",
    "2019-W53-1",
    "2019-W13",
    "2019-03-25 08:30 CST",
    "113/03/14",
]


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


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


TWO_DIGITS = [
    (["24/03/04", "24/03/05"], [["24/03/28", "24/03/30"]], [_day(2024, 3, 4), _day(2024, 3, 5)]),
    (["24/03/04"], [["24/03/28"]], [_day(2024, 3, 4)]),
    (["240304", "240317"], [], [_day(2024, 3, 4), _day(2024, 3, 17)]),
    (["2403041030"], [["24/03/17"]], [datetime(2024, 3, 4, 10, 30, tzinfo=UTC)]),
    (["04/03/24", "17/03/24"], [], [_day(2024, 3, 4), _day(2024, 3, 17)]),
    (["24/03/14"], [["2024-03-20"]], [_day(2024, 3, 14)]),
    (["14/03/24"], [["20-MAR-24"]], [_day(2024, 3, 14)]),
    (["24/03/14"], [], [None]),
    (["24/03/14"], [["19/03/19"]], [None]),
    (["240314"], [], [None]),
    (["2403141030"], [], [None]),
    (["202403", "202404"], [], [None, None]),
    (["99/12/31"], [], [_day(1999, 12, 31)]),
]


@pytest.mark.parametrize(("column", "others", "moments"), TWO_DIGITS)
def test_years_of_two_digits_are_settled_by_what_hardly_changes_in_the_file_or_refused(
    column: list[str], others: list[list[str]], moments: list[datetime | None]
) -> None:
    read = parse(pl.Series(column), [pl.Series(other) for other in others])
    assert read["moment"].to_list() == moments
    assert read["fault"].to_list() == [None if moment else "ambiguous_date" for moment in moments]


POSSIBLE = [
    ("03/01/2024", "01/12/2023", _day(2024, 1, 3)),  # else 1 March 2024 beside 12 January 2023
    ("03/04/2024", "02/05/2024", None),
    ("03/04/2024", None, None),
]


@pytest.mark.parametrize(("text", "other", "moment"), POSSIBLE)
def test_the_order_counts_in_which_the_dates_of_a_row_are_near(text: str, other: str | None, moment: datetime | None):
    assert parse(pl.Series([text]), [pl.Series([other], dtype=pl.String)])["moment"].item() == moment


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


STAMPED = [
    ("2024-03-14Z", "2024-03-14 00:00"),
    ("14.03.2024\u0433.", "2024-03-14 00:00"),
    ("2024/3/14 \u4e0b\u5348 4:30", "2024-03-14 16:30"),
]


@pytest.mark.parametrize(("text", "moment"), STAMPED)
def test_zones_halves_of_the_day_and_letters_at_the_end_are_read(text: str, moment: str) -> None:
    assert f"{parse(pl.Series([text]))['moment'].item():%Y-%m-%d %H:%M}" == moment


FORMATS = [
    ("Filing date (DD/MM/YYYY)", "03/04/2024", "2024-04-03"),
    ("Filing date MM/DD/YYYY", "03/04/2024", "2024-03-04"),
    ("Filing date [yymmdd]", "240304", "2024-03-04"),
    ("Filing date (TT.MM.JJJJ)", "03.04.2024", None),
]


@pytest.mark.parametrize(("heading", "text", "day"), FORMATS)
def test_the_heading_says_the_order(tmp_path: Path, heading: str, text: str, day: str | None) -> None:
    row = {"B/L No": "B1", "Container": "MSKU1234565", heading: text, "POL": "CNSHA", "POD": "DEHAM", "Goods": "TILES"}
    pl.DataFrame([row]).write_csv(tmp_path / "m.csv")
    if day is None:
        with pytest.raises(ManifestError, match="no heading was recognised as filed_at"):
            read(tmp_path / "m.csv")
        return
    assert [f"{moment:%Y-%m-%d}" for moment in read(tmp_path / "m.csv").consignments["filed_at"]] == [day]


@pytest.mark.parametrize("text", ["14-十月-24", "14-10月-24", "14 tháng 10 năm 2024", "14-Thg10-24", "2024年10月14日"])
def test_a_month_of_two_digits_between_day_and_year_is_no_year(text: str) -> None:
    assert parse(pl.Series([text]))["moment"].to_list() == [datetime(2024, 10, 14, tzinfo=UTC)]
