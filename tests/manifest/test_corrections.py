"""Of what was said of one inspection the last word counts, in whatever order it was said and however often."""

from datetime import UTC, datetime

import polars as pl
import pytest

from riskscore import schema
from riskscore.manifest import corrections

SCHEMA = {**schema.OUTCOME, "recorded_at": schema.UTC}


def day(number: int | None) -> datetime | None:
    return None if number is None else datetime(2024, 3, number, tzinfo=UTC)


def rows(*told: tuple[int | None, int, str, int]) -> pl.DataFrame:
    """Outcomes of one box: (inspected, known, finding, recorded), days of March."""
    return pl.DataFrame(
        [
            {
                "bill_of_lading": "B",
                "container_number": "C",
                "inspected_at": day(inspected),
                "known_at": day(known),
                "finding": finding,
                "recorded_at": day(recorded),
            }
            for inspected, known, finding, recorded in told
        ],
        schema=SCHEMA,
    )


CASES = {
    "one": ([(1, 2, "clean", 2)], None, ["clean"]),
    "a correction": ([(1, 2, "clean", 2), (1, 5, "seizure", 5)], None, ["seizure"]),
    "before the correction": ([(1, 2, "clean", 2), (1, 5, "seizure", 5)], 4, ["clean"]),
    "on its moment": ([(1, 2, "clean", 2), (1, 5, "seizure", 5)], 5, ["seizure"]),
    "before anything": ([(1, 2, "clean", 2)], 1, []),
    "a late, older message": ([(1, 5, "seizure", 5), (1, 2, "clean", 9)], None, ["seizure"]),
    "the same twice": ([(1, 2, "clean", 2), (1, 2, "clean", 3)], None, ["clean"]),
    "two at one moment": ([(1, 2, "seizure", 3), (1, 2, "clean", 4)], None, ["clean"]),
    "two inspections": ([(1, 2, "clean", 2), (4, 5, "seizure", 5)], None, ["clean", "seizure"]),
    "no day of inspection": ([(None, 2, "clean", 2), (None, 5, "irregular", 5)], None, ["irregular"]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_last_word_counts_in_any_order(case):
    told, as_of, expected = CASES[case]
    for order in (told, told[::-1]):
        assert corrections.in_force(rows(*order), day(as_of))["finding"].to_list() == expected


def test_of_rows_that_differ_in_nothing_else_all_see_the_same():
    told = [(1, 2, finding, 2) for finding in ("seizure", "clean", "irregular")]
    seen = {corrections.in_force(rows(*told[at:], *told[:at]))["finding"].item() for at in range(3)}
    assert len(seen) == 1


def test_of_a_consignment_the_gravest_finding_in_force_counts():
    found = rows((1, 2, "seizure", 2), (1, 3, "clean", 3), (5, 6, "irregular", 6), (7, 8, "clean", 8))
    assert corrections.of_consignments(found)["finding"].to_list() == ["irregular"]
    assert corrections.of_consignments(found, day(2))["finding"].to_list() == ["seizure"]
