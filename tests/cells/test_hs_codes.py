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
]


@pytest.mark.parametrize(("text", "codes"), CODES)
def test_codes_are_read_in_the_ways_that_people_write_them(text: str, codes: list[str]) -> None:
    assert read(pl.Series([text])).row(0) == (codes, False)


UNKNOWN = ["see packing list", "0000000000", "3.9E+05", "8,48E+05", "84.8", "9.0121", "84818", "20 PCS", "1006 KG"]


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_text_that_is_no_code_is_unknown_and_counted(text: str) -> None:
    codes, _ = read(pl.Series([text])).row(0)
    assert codes is None


def test_a_cell_is_doubtful_where_one_of_its_codes_cannot_be_read() -> None:
    assert read(pl.Series(["390120, 6.9E+05", "n/a", "8.48E+05"])).rows() == [
        (["390120"], True),
        (None, False),
        (None, True),
    ]
