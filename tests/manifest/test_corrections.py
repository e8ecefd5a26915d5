"""Of several records of one inspection the latest counts, in any order and however often it is repeated."""

from datetime import UTC, datetime

import polars as pl
import pytest

from riskscore import schema
from riskscore.manifest import corrections

SCHEMA = {**schema.OUTCOME, "recorded_at": schema.UTC}


def day(number: int | None) -> datetime | None:
    return None if number is None else datetime(2024, 3, number, tzinfo=UTC)


def rows(*records: tuple[int | None, int, str, int]) -> pl.DataFrame:
    """Outcomes of one box from (inspected, known, finding, recorded), as days of March."""
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
            for inspected, known, finding, recorded in records
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
def test_the_latest_record_counts_in_any_order(case):
    records, as_of, expected = CASES[case]
    for order in (records, records[::-1]):
        assert corrections.in_force(rows(*order), day(as_of))["finding"].to_list() == expected


def test_the_order_of_records_of_one_moment_does_not_matter():
    records = [(1, 2, finding, 2) for finding in ("seizure", "clean", "irregular")]
    chosen = {corrections.in_force(rows(*records[at:], *records[:at]))["finding"].item() for at in range(3)}
    assert len(chosen) == 1


def test_the_gravest_finding_in_force_counts_for_a_consignment():
    records = rows((1, 2, "seizure", 2), (1, 3, "clean", 3), (5, 6, "irregular", 6), (7, 8, "clean", 8))
    assert corrections.of_consignments(records)["finding"].to_list() == ["irregular"]
    assert corrections.of_consignments(records, day(2))["finding"].to_list() == ["seizure"]
