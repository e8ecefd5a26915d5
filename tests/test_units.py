"""Counts with their noun."""

import pytest

from riskscore.units import counted


@pytest.mark.parametrize(("number", "expected"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")])
def test_a_noun_agrees_with_its_number(number: int, expected: str) -> None:
    assert counted(number, "row") == expected


def test_an_irregular_plural_can_be_given() -> None:
    assert [counted(number, "box", "boxes") for number in (1, 2)] == ["1 box", "2 boxes"]
