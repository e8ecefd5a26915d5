"""Numbers in messages: one reading where there is one, and none where there are two."""

from __future__ import annotations

import pytest

from riskscore.manifest.formats.messages.numbers import number

READ = [
    ("12", 12.0),
    ("-12.50", -12.5),
    (".5", 0.5),
    ("1.2E3", 1200.0),
    ("12.345", 12.345),
    ("12,5", 12.5),
    ("12345,678", 12345.678),
    ("1,234.5", 1234.5),
    ("1.234,5", 1234.5),
    ("1,234,567", 1234567.0),
    ("1 234,5", 1234.5),
    ("1\u202f234\u202f567", 1234567.0),
    ("1'234.50", 1234.5),
]
NONE = ["12,345", "12A", "1,23,4", "1 23", "", "--1", "9" * 400, "1e999", "NaN", "inf", "\u0661\u0662 kg"]


@pytest.mark.parametrize(("text", "value"), READ)
def test_a_number_is_read(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_or_could_be_two_is_none(text: str) -> None:
    assert number(text) is None


def test_the_declared_mark_settles_what_three_digits_mean() -> None:
    assert (number("12,345", ","), number("12.345", ","), number("12.34", ",")) == (12.345, None, 12.34)
