from __future__ import annotations

import polars as pl
import pytest

from riskscore.cells.hs_codes import read

CODES = [
    ("8481.8", ["848180"]),  # a spreadsheet dropped the last zero
    ("4402.9", ["440290"]),
    ("8481,8", ["848180"]),
    ("901.21", ["090121"]),  # and here the first one
    ("602.9", ["060290"]),  # and here both
    ("302", ["0302"]),
    ("80131", ["080131"]),
    ("2071400", ["02071400"]),
    ("303110000", ["0303110000"]),
    ("901210", ["901210"]),
    ("851762000", ["851762000"]),  # nine digits, as in Japan
    ("690721.0", ["690721"]),
    ("'0306170000", ["0306170000"]),
    ('="030617"', ["030617"]),
    ("3901.20, 6907.21", ["390120", "690721"]),
    ("3901.20.00/6907.21.00", ["39012000", "69072100"]),
    ("HS CODE: 390120; 690721", ["390120", "690721"]),
    ("390120 and 6907.2", ["390120", "690720"]),
    ("HS3901 6907", ["3901", "6907"]),
    ("390120 690721", ["390120", "690721"]),
    ("3901 20 00 10", ["3901200010"]),
    ("39.01.20", ["390120"]),
    ("39 01 20", ["390120"]),
    ("3901-20-00", ["39012000"]),
    ("HTS 8471.30.0100", ["8471300100"]),
    ("H.S. CODE NO. 3901.20", ["390120"]),
    ("HS 2022: 3901.20", ["390120"]),
    ("HS 2007", ["2007"]),
    ("39012000 (RESIN)", ["39012000"]),
    ("3901.20.00; QTY 40", ["39012000"]),
    ("RESIN 390120 2000 KG", ["390120"]),
    ('["390120","690721"]', ["390120", "690721"]),
    ("999999", ["999999"]),
    ("2,402", ["2402"]),
    ("610,910", ["610910"]),
    ("390,120", ["390120"]),
    ("1,006,301,000", ["1006301000"]),
    ("39 012 000", ["39012000"]),
    ("610 910", ["610910"]),
    ("302,303", ["0302", "0303"]),  # 3023 is no heading, so these are two
    ("2402 2000", ["24022000"]),
    ("2402-2000", ["24022000"]),
    ("6907 2100", ["69072100"]),
    ("8481 6907, 390120", ["8481", "6907", "390120"]),
    ("390120 (2017)", ["390120"]),
    ("3901.20 (2007)", ["390120"]),
    ("390120;2022", ["390120"]),
    ("HS 2017: 690721", ["690721"]),
    ("HS 2012 690721", ["690721"]),
    ("80390", ["080390"]),
    ("803900000", ["0803900000"]),
]


@pytest.mark.parametrize(("text", "codes"), CODES)
def test_codes_are_read_in_the_ways_that_people_write_them(text: str, codes: list[str]) -> None:
    assert read(pl.Series([text])).row(0) == (codes, False)


UNKNOWN = [
    "see packing list",
    "0000000000",
    "3.9E+05",
    "8,48E+05",
    "84.8",
    "9.0121",
    "84818",
    "6,907,210",
    "6.907.210",
    "8703 2403",
    "2022",
    "6.90721E+09",
    "6.907",
    "8.481.80",
    "3 926.90",
    "901210000",
    "20 PCS",
    "1006 KG",
    "8418.1O",
    "39O120",
]


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_text_that_is_no_code_is_unknown_and_counted(text: str) -> None:
    codes, _ = read(pl.Series([text])).row(0)
    assert codes is None


def test_a_nine_digit_code_is_settled_by_the_others_of_the_column() -> None:
    assert read(pl.Series(["901210000", "6907210000"]))["codes"].to_list() == [["0901210000"], ["6907210000"]]
    assert read(pl.Series(["901210000", "851762000"]))["codes"].to_list() == [["901210000"], ["851762000"]]


def test_of_a_code_and_what_may_be_a_heading_only_the_code_is_certain() -> None:
    assert read(pl.Series(["240220 8703", "690721; 2007"])).rows() == [(["240220"], True), (["690721"], True)]


def test_a_cell_is_doubtful_where_one_of_its_codes_cannot_be_read() -> None:
    assert read(pl.Series(["390120, 6.9E+05", "8481.80 20.3.2024", "n/a", "8.48E+05"])).rows() == [
        (["390120"], True),
        (["848180"], True),
        (None, False),
        (None, True),
    ]


DAMAGED = [
    ("4.02", ["0402"]),
    ("\uff16\uff19\uff10\uff17\uff12\uff11", ["690721"]),
    ("2024-03-14", None),
    ("12/2024", None),
]


@pytest.mark.parametrize(("text", "codes"), DAMAGED)
def test_a_short_heading_is_read_and_a_date_is_no_code(text: str, codes: list[str] | None) -> None:
    assert read(pl.Series([text]))["codes"].to_list() == [codes]
