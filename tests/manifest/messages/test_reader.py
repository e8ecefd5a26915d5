"""Values of messages are read, or left empty with one note for each kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from riskscore.manifest.formats.messages.reader import BEIJING, Reader
from riskscore.manifest.formats.messages.units import KG, KG_X12, M3, M3_X12


def test_what_cannot_be_read_is_empty_and_counted_with_examples() -> None:
    reader = Reader()
    assert [reader.number("gross_weight_kg", text) for text in ("12A", "7\x00B", "5", None, "N/A", "")] == [
        *(None, None, 5.0),
        *(None, None, None),
    ]
    assert reader.notes() == ["gross_weight_kg: 2 values left empty, because not understood, such as 12A, 7?B"]


def test_counts_are_whole_and_not_negative() -> None:
    reader = Reader()
    assert [reader.count("package_count", text) for text in ("12.0", "12.5", "-1", "1e99")] == [12, None, None, None]
    assert "3 values" in reader.notes()[0]


@pytest.mark.parametrize(
    ("value", "unit", "units", "base"),
    [
        ("2", "LBR", KG, 0.907185),
        ("2", "Kgs.", KG, 2.0),
        ("2", "L", KG_X12, 0.907185),
        ("2", "S", KG_X12, 1814.36948),
        ("2", "FTQ", M3, 0.056634),
        ("2", "E", M3_X12, 0.056634),
        ("2", "L", KG, None),
        ("2", None, KG, None),
    ],
)
def test_measures_are_read_by_their_unit(value: str, unit: str | None, units: dict[str, float], base: float) -> None:
    reader = Reader()
    assert reader.measure("gross_weight_kg", value, unit, units) == base
    assert bool(reader.notes()) is (base is None)


def test_temperatures_are_celsius() -> None:
    reader = Reader()
    assert [reader.celsius("temperature_c", *told) for told in (("-18", "CEL"), ("-0.4", "FAH"), ("5", "KEL"))] == [
        *(-18.0, -18.0),
        None,
    ]
    assert reader.celsius("temperature_c", None, "") is None
    assert reader.notes() == ["temperature_c: 1 value left empty, because not understood, such as 5 KEL"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-03-09", datetime(2027, 3, 9, tzinfo=UTC)),
        ("2027-03-09T14:00:05.25+02:00", datetime(2027, 3, 9, 12, 0, 5, tzinfo=UTC)),
        ("20270309", datetime(2027, 3, 9, tzinfo=UTC)),
        ("20270309T", datetime(2027, 3, 9, tzinfo=UTC)),
        ("20270309T14:00", datetime(2027, 3, 9, 14, tzinfo=UTC)),
        ("20270309140005", datetime(2027, 3, 9, 14, 0, 5, tzinfo=UTC)),
        ("20271309", None),
        ("270309", None),
        ("0001-01-01T00:00+23:00", None),
        ("soon", None),
    ],
)
def test_moments_are_in_utc(text: str, moment: datetime | None) -> None:
    reader = Reader()
    assert reader.moment("arrives_at", text) == moment
    assert bool(reader.notes()) is (moment is None)


def test_a_day_without_a_time_has_no_zone() -> None:
    reader = Reader()
    assert reader.moment("filed_at", "20270309", BEIJING) == datetime(2027, 3, 9, tzinfo=UTC)
    assert reader.moment("filed_at", "202703090800", BEIJING) == datetime(2027, 3, 9, tzinfo=UTC)


def test_decisions_are_told_with_their_count_where_the_sentence_has_it() -> None:
    reader = Reader()
    for example in ("A", "B"):
        reader.tell("message", "{} without an end", example)
        reader.tell("bill", "the sums differ")
    assert reader.notes() == ["2 messages without an end (such as A, B)", "the sums differ: 2 bills"]
