"""Dates that a spreadsheet converted only in part are not trusted."""

from __future__ import annotations

import polars as pl
import pytest

from riskscore.cells.moments import dates, half_converted


def doubt(*cells: str | None) -> tuple[list[str | None], list[str | None], list[str]]:
    values = pl.Series("Filed", cells, dtype=pl.String)
    read, notes = half_converted.doubt(values, dates.parse(values))
    return read["moment"].dt.to_string("%F").to_list(), read["fault"].to_list(), notes


@pytest.mark.parametrize("text", ["13/04/2021", "25.4.2021", "30-04-21", "04/13/2021"])
def test_exchanged_dates_are_ambiguous(text: str) -> None:
    moments, faults, notes = doubt("2021-05-04 00:00:00", text, "2021-04-04 00:00:00", None)
    assert moments[0] is None
    assert moments[1] is not None
    assert moments[2:] == ["2021-04-04", None]
    assert faults == ["ambiguous_date", None, None, None]
    assert "1 ambiguous date" in notes[0]


def test_days_without_a_format_are_dates_of_a_spreadsheet_too() -> None:
    assert doubt("44320", "13/04/2021", "44290")[1] == ["ambiguous_date", None, None]  # 4 May and 4 April 2021


@pytest.mark.parametrize("cells", [("2021-05-14 00:00:00", "13/04/2021"), ("2021-05-04", "13/04/2021", "02/03/2021")])
def test_dates_that_no_exchange_explains_are_kept_with_a_note(cells: tuple[str, ...]) -> None:
    moments, faults, notes = doubt(*cells)
    assert (moments[0], faults[0]) == (cells[0][:10], None)
    assert "check that day and month were not exchanged" in notes[0]


@pytest.mark.parametrize("cells", [("2021-05-04", "2021-04-13"), ("13/04/2021", "04/05/2021"), ("4 May 2021", "44320")])
def test_columns_of_one_kind_are_left_alone(cells: tuple[str, ...]) -> None:
    assert doubt(*cells)[1:] == ([None, None], [])
