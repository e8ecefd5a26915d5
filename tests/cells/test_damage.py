"""What a spreadsheet did to codes is found, and neither guessed nor passed on."""

from __future__ import annotations

import polars as pl
import pytest

from riskscore.cells import damage
from riskscore.cells.headings import Heading


def mend(column: str, *cells: str | None) -> tuple[list[str | None], list[tuple[object, ...]], list[str]]:
    frame, faults, notes = damage.mend(pl.DataFrame({"x": cells}, schema={"x": pl.String}), [Heading("x", column)])
    return frame["x"].to_list(), [row for fault in faults for row in fault.rows()], notes


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("4.51020E+11", "digits_lost"), ("4,5E+11", "digits_lost"), ("7E+15", "digits_lost"), ("1.5E-5", "digits_lost"),
        ("4-Mar", "became_a_date"), ("Sep-21", "became_a_date"), ("12-May-2021", "became_a_date"),
        ("2021-03-04 00:00:00", "became_a_date"),
    ],
)  # fmt: skip
def test_a_damaged_key_refuses_its_row(cell: str, rule: str) -> None:
    for column in ("bill_of_lading", "container_number"):
        left, faults, notes = mend(column, "HB100", cell)
        assert left == ["HB100", None]
        assert faults == [(1, rule, column, cell)]
        assert cell in notes[0]


@pytest.mark.parametrize("cell", ["HB100", "5E12345", "7E10", "MAR-2021", "MAR21", "2021-03-04", "E+10"])
def test_codes_that_only_look_alike_are_kept(cell: str) -> None:
    assert mend("bill_of_lading", cell) == ([cell], [], [])


def test_other_damaged_cells_are_empty_with_a_note() -> None:
    left, faults, notes = mend("seal_numbers", "8.1E+07", "2-Jan", "S1")
    assert (left, faults, len(notes)) == ([None, None, "S1"], [], 2)
    assert mend("consignee_name", "8.1E+07", "2-Jan")[0] == [None, "2-Jan"]
    assert mend("goods_description", "8.1E+07") == (["8.1E+07"], [], [])


def test_the_point_and_zero_of_a_number_are_taken_off_codes() -> None:
    left, faults, notes = mend("bill_of_lading", "4510200.0", "HB1.0", "12.0", None)
    assert (left, faults) == (["4510200", "HB1.0", "12.0", None], [])
    assert notes == ["bill_of_lading: '.0' was taken off 1 number"]
