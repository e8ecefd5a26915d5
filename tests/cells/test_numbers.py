from __future__ import annotations

import math

import polars as pl
import pytest

from riskscore.cells.numbers import parse, signs

PLAIN = [
    ("8250", 8250.0, None),
    ("8250.5", 8250.5, None),
    ("8,250.00", 8250.0, None),
    ("8.250,00", 8250.0, None),
    ("1.234.567", 1234567.0, None),
    ("1,234,567", 1234567.0, None),
    ("1,00,000", 100000.0, None),
    ("8 250", 8250.0, None),
    ("1 234 567", 1234567.0, None),
    ("8'250", 8250.0, None),
    ("8,250", 8250.0, None),
    ("8.250", 8.25, None),
    ("12,5", 12.5, None),
    ("0,125", 0.125, None),
    ("-5", -5.0, None),
    ("(120)", -120.0, None),
    ("1e3", 1000.0, None),
    ("8.25 t", 8.25, "T"),
    ("8250KGS", 8250.0, "KGS"),
    ("12,5 (MT)", 12.5, "MT"),
    ("33 m³", 33.0, "M3"),
    ("1.234,50 €", 1234.5, "€"),
    ("5,000/-", 5000.0, None),
    ("12.000,-", 12000.0, None),
    ("12 000,5 kg", 12000.5, "KG"),
    ("120-", -120.0, None),
    ("\N{MINUS SIGN}18,0", -18.0, None),
    ("１２", 12.0, None),  # noqa: RUF001 - full-width digits
]


@pytest.mark.parametrize(("text", "number", "unit"), PLAIN)
def test_a_number_is_read_with_its_unit(text: str, number: float, unit: str | None) -> None:
    assert _read(text) == (number, unit, None)


def _read(text: str) -> tuple[object, ...]:
    return parse(pl.Series([text])).select("number", "unit", "fault").row(0)


BEFORE = [
    ("USD 1,200.00", 1200.0, "USD"),
    ("$12.30", 12.3, "$"),
    ("-$12.30", -12.3, "$"),
    ("(USD 120)", -120.0, "USD"),
    ("Rs.5,000/-", 5000.0, "RS"),
    ("KG 12000", 12000.0, "KG"),
    ("minus 18", 18.0, "MINUS"),
    ("USD12500", 12500.0, "USD"),
]


@pytest.mark.parametrize(("text", "number", "before"), BEFORE)
def test_what_stands_before_a_number_is_told_apart(text: str, number: float, before: str) -> None:
    assert parse(pl.Series([text])).select("number", "before", "fault").row(0) == (number, before, None)


WRONG = ["abc", "1,2,3", "1.2.3", "--5", "=1+1", "1,234,56.7.8", "10 20", "2 to 8", "0-4", "12 kg/26 lb", "1234 567"]


@pytest.mark.parametrize("text", WRONG)
def test_a_text_that_is_not_a_number_is_a_fault(text: str) -> None:
    assert _read(text) == (None, None, "not_a_number")


@pytest.mark.parametrize("text", ["", " ", "-", "n/a", "NULL", "nil"])
def test_an_empty_number_is_not_a_fault(text: str) -> None:
    assert parse(pl.Series([text, "x1"]))["fault"].to_list()[0] is None


COLUMNS = [
    (["1,234", "12,5"], [1.234, 12.5]),
    (["1.234", "12,5"], [1234.0, 12.5]),
    (["1,234", "12.5"], [1234.0, 12.5]),
    (["1.234", "1.250,00"], [1234.0, 1250.0]),
    (["1,234", "5,678"], [1234.0, 5678.0]),
    (["1,234", "12,5", "12.5"], [None, 12.5, 12.5]),
]


@pytest.mark.parametrize(("column", "numbers"), COLUMNS)
def test_the_column_decides_the_decimal_sign(column: list[str], numbers: list[float | None]) -> None:
    read = parse(pl.Series(column))
    assert read["number"].to_list() == numbers
    faults = ["ambiguous_number" if number is None else None for number in numbers]
    assert read["fault"].to_list() == faults


COMMA, DOT = (True, False), (False, True)
FILES = [
    (["24.500", "8.250"], COMMA, [24500.0, 8250.0], False),
    (["24.500", "8.250"], DOT, [24.5, 8.25], False),
    (["24.500"], (False, False), [24.5], True),
    (["24.500"], (True, True), [None], False),
    (["24,500"], COMMA, [24.5], False),
    (["24,500"], (False, False), [24500.0], False),
    (["24,500", "7.5"], COMMA, [24500.0, 7.5], False),  # the column itself goes first
]


@pytest.mark.parametrize(("column", "elsewhere", "numbers", "doubtful"), FILES)
def test_other_columns_decide_where_the_column_does_not(
    column: list[str], elsewhere: tuple[bool, bool], numbers: list[float | None], doubtful: bool
) -> None:
    read = parse(pl.Series(column), elsewhere=elsewhere)
    assert read["number"].to_list() == numbers
    assert read["doubtful"].any() == doubtful


def test_a_count_has_no_fraction_so_its_dot_separates_thousands() -> None:
    assert parse(pl.Series(["1.200", "980"]), whole=True)["number"].to_list() == [1200.0, 980.0]
    assert signs(pl.Series(["1.200"]), whole=True) == COMMA
    assert signs(pl.Series(["1.200"])) == (False, False)


def test_typed_numbers_are_kept() -> None:
    assert parse(pl.Series([1, None, 3]))["number"].to_list() == [1.0, None, 3.0]
    assert math.isinf(parse(pl.Series([float("nan")]))["number"].item())
