from __future__ import annotations

import polars as pl
import pytest

from riskscore.cells import measures, numbers


def _weight(text: str, *, heading: str | None = None, beside: str | None = None, column: str = "gross_weight_kg"):
    values = pl.Series([text])
    notes: list[str] = []
    unit = pl.Series([beside], dtype=pl.String) if beside is not None else None
    read = measures.scaled(column, values, numbers.parse(values), heading, unit, notes)
    return *read.select("number", "fault").row(0), notes


WEIGHTS = [
    ("8,250 KGS", 8250.0),
    ("KG 8250", 8250.0),
    ("8.25 MT", 8250.0),
    ("8250 Kilogram(s)", 8250.0),
    ("8250 kg.", 8250.0),
    ("8 250 кг", 8250.0),
    ("8,25 т", 8250.0),
    ("8250 KG GROSS", 8250.0),
    ("8250 quilos", 8250.0),
    ("8.25公吨", 8250.0),
    ("8250KGS/18188LBS", 8250.0),
    ("8,250.00 KGS (18,188.00 LBS)", 8250.0),
    ("8250 kg / 8.25 t", 8250.0),
    ("8250 kg / 9.25 t", None),  # the two differ, so nobody knows
    ("8250 KG NET", None),
    ("8250 stones", None),
    ("heavy", None),
    ("A8250", None),
]


@pytest.mark.parametrize(("text", "kilograms"), WEIGHTS)
def test_the_unit_in_the_cell_is_read_or_the_weight_is_unknown(text: str, kilograms: float | None) -> None:
    number, fault, _ = _weight(text)
    assert number == (kilograms if kilograms is None else pytest.approx(kilograms))
    assert (fault is None) == (kilograms is not None)


def test_a_pound_in_the_american_files_is_a_litre_among_finds() -> None:
    assert _weight("10 L")[0] == pytest.approx(4.5359237)
    number, _, notes = _weight("10 L", column="quantity_kg")
    assert number is None
    assert notes == ["quantity_kg: 1 value in units other than weight, such as l; left empty"]


def test_a_unit_beside_another_of_the_heading_is_noted() -> None:
    assert _weight("10", heading="lb", beside="kg")[0] == 10.0
    assert "the column of units says otherwise in 1 row" in _weight("10", heading="lb", beside="kg")[2][0]
    assert _weight("10", heading="kg", beside="KGS")[2] == []


DEGREES = [
    ("-18C", -18.0),
    ("-18 °C", -18.0),
    ("+5°C", 5.0),
    ("minus 18", -18.0),
    ("MINUS 18 DEG C", -18.0),
    ("-0.4 F", -18.0),
    ("5 degrees celsius", 5.0),
    ("5 hours", None),
    ("N18", None),
    ("2 to 8 C", None),
    ("-18/-20", None),
]


@pytest.mark.parametrize(("text", "celsius"), DEGREES)
def test_temperatures_become_celsius_and_ranges_are_unknown(text: str, celsius: float | None) -> None:
    number, fault = measures.celsius(numbers.parse(pl.Series([text])), None).row(0)
    assert number == (celsius if celsius is None else pytest.approx(celsius))
    assert (fault is None) == (celsius is not None)


def test_the_scale_of_the_heading_counts_where_the_cell_has_none() -> None:
    assert measures.celsius(numbers.parse(pl.Series(["32"])), "f")["number"].item() == 0.0
    assert measures.celsius(numbers.parse(pl.Series(["5 C"])), "f")["number"].item() == 5.0


def test_packages_are_not_measured() -> None:
    units = pl.Series(["KGS", "sqf", "m2", "LITRES", "CTNS", "PCS", "bags", None, "zzz"])
    assert measures.is_measure(units).to_list() == [True, True, True, True, False, False, False, False, False]


TOO_MUCH = [
    (["12,500 MT"], "gross_weight_kg", [12_500.0]),
    (["1,250 T"], "gross_weight_kg", [1_250.0]),
    (["33,200 CBM"], "volume_m3", [33.2]),
    (["12,500 MT", "12.75 MT"], "gross_weight_kg", [None, 12_750.0]),
    (["12,500 KGS"], "gross_weight_kg", [12_500.0]),
]


@pytest.mark.parametrize(("cells", "column", "figures"), TOO_MUCH)
def test_no_container_weighs_a_thousand_tonnes_so_the_comma_is_decimal(
    cells: list[str], column: str, figures: list[float | None]
) -> None:
    values = pl.Series(cells)
    notes: list[str] = []
    told = measures.scaled(column, values, numbers.parse(values), None, None, notes)
    assert told["number"].to_list() == figures
    assert bool(notes) == (len(cells) == 1 and "KGS" not in cells[0])
    assert told["fault"].to_list() == [None if figure else "ambiguous_number" for figure in figures]
