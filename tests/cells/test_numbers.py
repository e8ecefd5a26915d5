from __future__ import annotations

import math

import polars as pl
import pytest

from riskscore.cells.numbers import parse

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
    ("USD 1,200.00", 1200.0, None),
    ("$12.30", 12.3, None),
    ("１２", 12.0, None),  # noqa: RUF001 - full-width digits
]


@pytest.mark.parametrize(("text", "number", "unit"), PLAIN)
def test_a_number_is_read_with_its_unit(text: str, number: float, unit: str | None) -> None:
    assert parse(pl.Series([text])).row(0) == (number, unit, None)


WRONG = ["abc", "1,2,3", "1.2.3", "--5", "=1+1", "1,234,56.7.8"]


@pytest.mark.parametrize("text", WRONG)
def test_a_text_that_is_not_a_number_is_a_fault(text: str) -> None:
    assert parse(pl.Series([text])).row(0) == (None, None, "not_a_number")


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


def test_typed_numbers_are_kept() -> None:
    assert parse(pl.Series([1, None, 3]))["number"].to_list() == [1.0, None, 3.0]
    assert math.isinf(parse(pl.Series([float("nan")]))["number"].item())
