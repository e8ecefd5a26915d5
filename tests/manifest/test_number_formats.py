"""Units that only the number formats of an Excel sheet show are read, or named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter

from riskscore.manifest.formats import number_formats
from riskscore.manifest.read import Manifest, read

HEAD = ("B/L No", "Container No", "Filed", "POL", "POD", "Goods")
ROW = ("CSQU3054383", "2024-03-14", "DEHAM", "KRPUS", "PUMPS")


def manifest(
    folder: Path, figures: Mapping[str, list[tuple[object, str]]], *, left: int = 0, above: tuple[str, ...] = ()
) -> Manifest:
    """Read a sheet with columns of `figures`: by heading, a value and a format for each row."""
    path = folder / "m.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for place, text in enumerate(above):
            sheet.write(place, left, text)
        sheet.write_row(len(above), left, [*HEAD, *figures])
        for row in range(len(next(iter(figures.values())))):
            sheet.write_row(len(above) + row + 1, left, [f"B{row}", *ROW])
            for column, cells in enumerate(figures.values()):
                value, code = cells[row]
                form = book.add_format({"num_format": code}) if code else None
                sheet.write(len(above) + row + 1, left + len(HEAD) + column, value, form)
    found = read(path)
    assert found.balance == 0
    return found


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ('0.0 "lbs"', "lbs"),
        ('#,##0" t"', "t"),
        ('#,##0" t";[Red]-#,##0" kg"', "t"),
        ("[$EUR] 0.00", "EUR"),
        ("[$€-407] #,##0.00", "EUR"),
        ("#,##0.00\\ [$kr-41D]", "kr"),
        ("0\\k\\g", "kg"),
        ('General" KGS"', "KGS"),
        ('_-* #,##0.00 "EUR"_-', "EUR"),
        ('0.0 "m³"', "m³"),
        ("#,##0.00", ""),
        ("[$$-409]#,##0.00", ""),
        ('yyyy"年"m"月"d"日"', ""),
        ('dd" of "mmmm', ""),
        ('0"%"', ""),
        ("@", ""),
        ('"LBS"', ""),
        ("0" * 10_000, ""),
        ('"' * 501, ""),
    ],
)
def test_the_unit_of_a_format_is_what_stands_beside_the_number(code: str, unit: str) -> None:
    assert number_formats.unit_of(code) == unit


@pytest.mark.parametrize("left", [0, 2])
@pytest.mark.parametrize("above", [(), ("ACME LINE", "", "Manifest 7")])
def test_a_column_with_one_format_has_its_unit(left: int, above: tuple[str, ...], tmp_path: Path) -> None:
    found = manifest(
        tmp_path,
        {
            "Gross Weight": [(1000, '0.0 "lbs"'), (2000.5, '0.0 "lbs"'), ("", "")],
            "Invoice value": [(10, "[$EUR] 0.00"), (20, "[$EUR] 0.00"), (30, "[$EUR] 0.00")],
            "Measurement": [(1, ""), (2, ""), (3, "0.00")],
        },
        left=left,
        above=above,
    )
    rows = found.consignments.sort("bill_of_lading")
    assert rows["gross_weight_kg"].round(2).to_list() == [453.59, 907.41, None]
    assert rows["currency"].to_list() == ["EUR"] * 3
    assert rows["declared_value"].to_list() == [10, 20, 30]
    notes = found.understood.notes
    assert "'Gross Weight': the number format of 2 cells shows lbs, so this is the unit" in notes
    assert not any("Measurement" in note for note in notes)


def test_several_units_or_an_unknown_one_are_named_by_column_and_count(tmp_path: Path) -> None:
    found = manifest(
        tmp_path,
        {
            "Gross Weight": [(1000, '0.0 "lbs"'), (2000, '0.0 "kg"'), (3000, '0.0 "lbs"')],
            "Packages": [(1, '0 "zorks"'), (2, '0 "zorks"'), (3, '0 "zorks"')],
            "Net": [(1, '0 "zorks"'), (2, ""), (3, "")],
        },
    )
    shown = [note for note in found.understood.notes if "number format" in note]
    assert "'Gross Weight': the number formats of its cells show lbs (2), kg (1), which was not read as a unit" in shown
    assert any("'Packages'" in note and "zorks (3)" in note for note in shown)
    assert found.consignments.sort("bill_of_lading")["gross_weight_kg"].to_list() == [1000, 2000, 3000]


def test_a_unit_in_the_heading_counts_and_another_in_the_format_is_named(tmp_path: Path) -> None:
    same = manifest(tmp_path, {"Gross Weight (KGS)": [(1000, '0.0 "kg"')]})
    assert same.consignments["gross_weight_kg"].to_list() == [1000]
    assert not any("number format" in note for note in same.understood.notes)
    other = manifest(tmp_path, {"Gross Weight (KGS)": [(1000, '0.0 "lbs"')]})
    assert other.consignments["gross_weight_kg"].to_list() == [1000]
    assert any("show lbs (1)" in note for note in other.understood.notes)


def test_a_formula_has_its_unit_and_a_text_has_none() -> None:
    cells = (
        b'<c r="A2" s="1"><f>B2*2</f><v>4</v></c><c r="A3" s="1" t="s"><v>0</v></c><c r="A4" t="n" s="1"><v>3</v></c>'
        b'<c r="A5" s="1"/><x:c s="1" r="B2"><x:v>1</x:v></x:c><c r="B3" s="0"><v>1</v></c><c r="C2"><v>1</v></c>'
    )
    cut = cells.index(b"<x:c")
    found = number_formats.of_cells([cells[:cut], cells[cut:]], {b"1": "lbs"})
    assert found == {b"A": {"lbs": 2}, b"B": {"lbs": 1, "": 1}}
    assert number_formats.of_cells([cells], {b"7": "lbs"}) == number_formats.of_cells([cells], {}) == {}
