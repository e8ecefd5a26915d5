"""Numbers and what they count go together."""

import pytest

from riskscore.units import counted


@pytest.mark.parametrize(("number", "told"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")])
def test_a_thing_that_is_counted_agrees_with_its_number(number: int, told: str) -> None:
    assert counted(number, "row") == told
