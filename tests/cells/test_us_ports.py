"""Numbers of US Schedule D and K: read where a message or the whole column says what they are, and nowhere else."""

from __future__ import annotations

import polars as pl
import pytest

from riskscore import reference
from riskscore.cells.places import are_ports, ports
from riskscore.cells.places.us_ports import place, places

COLUMNS = [
    (["2704", "5301", None], ["USLAX", "USHOU", None]),
    (["57035", "58023"], ["CNSHA", "KRPUS"]),
    (["2704", "0401"], ["USLAX", "USBOS"]),
    (["2704", "401"], ["USLAX", "USBOS"]),  # a spreadsheet dropped the zero
    (["57035", "1822"], ["CNSHA", "CAMTR"]),
    (["5203", "Savannah, GA", "USMIA"], ["USPEF", "USSAV", "USMIA"]),
    (["0401"], ["0401"]),  # Boston, or an office of Canada's customs
    (["401"], ["401"]),
    (["2704", "9999"], ["2704", "9999"]),
    (["2704", "57035"], ["2704", "57035"]),
    (["156"], ["CN"]),  # ISO 3166
    (["Schedule D 0401", "US Schedule K: 57035"], ["USBOS", "CNSHA"]),
    (["Schedule D 401", "12"], ["USBOS", "12"]),
    (["Schedule K 99999"], ["SCHEDULE K 99999"]),
]


@pytest.mark.parametrize(("texts", "expected"), COLUMNS)
def test_numbers_count_where_all_of_a_column_are_codes_of_one_schedule(
    texts: list[str | None], expected: list[str | None]
) -> None:
    assert ports(pl.Series(texts, dtype=pl.String)).to_list() == expected


def test_a_column_that_was_read_says_nothing_about_the_next_one() -> None:
    for texts, expected in (*COLUMNS, *COLUMNS[::-1]):
        assert ports(pl.Series(texts, dtype=pl.String)).to_list() == expected


@pytest.mark.parametrize(("lands", "expected"), [(["CN"], "5301"), (["US"], "USHOU"), (["PR"], "USHOU"), ([], "USHOU")])
def test_a_number_of_schedule_d_is_not_read_where_only_other_countries_stand_beside_it(
    lands: list[str], expected: str
) -> None:
    near = pl.Series([lands, ["VN"]], dtype=pl.List(pl.String))
    assert ports(pl.Series(["5301", "Haiphong"]), lambda: near).to_list() == [expected, "VNHPH"]


@pytest.mark.parametrize(
    ("texts", "note"),
    [
        (["2704", "2704"], "port: 2 numbers read as codes of US Schedule D, such as 2704 as USLAX"),
        (
            ["0401"],
            "port: 1 number not read as ports, such as 0401; a code of US Schedule D is written 'Schedule D 0401'",
        ),
        (
            ["98765"],
            "port: 1 number not read as ports, such as 98765; a code of US Schedule K is written 'Schedule K 98765'",
        ),
        (["Schedule D 2704"], None),
        (["USLAX"], None),
    ],
)
def test_a_note_says_what_numbers_were_taken_for(texts: list[str], note: str | None) -> None:
    notes: list[str] = []
    ports(pl.Series("port", texts), notes=notes)
    assert notes == ([note] if note else [])


def test_a_message_says_which_schedule_it_means() -> None:
    assert [place(number, "K") for number in ("57035", "2704", "Shanghai", None)] == ["CNSHA", "2704", "Shanghai", None]
    assert [place(number, "D") for number in ("2704", "0401", "401", "9999")] == ["USLAX", "USBOS", "401", "9999"]
    frame = pl.DataFrame({"to": ["401", "Miami", None], "from": ["1822", "57035", "Callao"]})
    assert places(frame, {"to": "D", "from": "K"}).to_dict(as_series=False) == {
        "to": ["USBOS", "Miami", None],
        "from": ["CAMTR", "CNSHA", "Callao"],
    }


def test_every_code_has_the_digits_of_its_schedule_and_a_known_place_there() -> None:
    table = reference.us_ports()
    assert are_ports(table["place"]).all()
    assert table.filter(schedule="D")["code"].str.len_chars().unique().to_list() == [4]
    assert table.filter(schedule="K")["code"].str.len_chars().unique().to_list() == [5]
    assert set(table.filter(schedule="D")["place"].str.head(2)) == {"US", "PR", "VI"}
    assert table.filter(schedule="K", place="USLAX").is_empty()
    # The first three digits of Schedule K are a country; 462 was the Soviet Union, and 479 Yugoslavia.
    abroad = table.filter(schedule="K").select(pl.col("place").str.head(2), head=pl.col("code").str.head(3))
    several = abroad.group_by("head").agg(pl.col("place").n_unique()).filter(pl.col("place") > 1)
    assert set(several["head"]) == {"462", "479"}
