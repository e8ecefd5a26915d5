"""Workbooks as people make them: merged cells, ditto marks, two rows of headings, letterheads, hidden sheets."""

from __future__ import annotations

import io
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats.workbook import Sheet, measure, pack
from riskscore.manifest.read import Manifest, read

HEADINGS = ["Bill of Lading", "Container No", "Filing Date", "POL", "POD", "Description of Goods", "Gross Weight (kg)"]
Cells = Sequence[Sequence[object]]


def row(bill: str = "HB100", box: str = "MSCU1234566", weight: object = 900, **other: str) -> list[object]:
    named = {"filed": "2021-05-06", "pol": "NGAPP", "pod": "VNHPH", "goods": "RESIN"} | other
    return [bill, box, named["filed"], named["pol"], named["pod"], named["goods"], weight]


def save(path: Path, rows: Cells, merged: Sequence[tuple[str, object]] = (), at: tuple[int, int] = (0, 0)) -> Path:
    """Write one sheet whose first cell is `at`; `merged` are ranges with their values."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Cargo")
        for place, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write(at[0] + place, at[1] + column, value)
        for area, value in merged:
            sheet.merge_range(area, "")
            sheet.write(area.split(":")[0], value)
    path.write_bytes(out.getvalue())
    return path


def boxes(manifest: Manifest, *columns: str) -> list[tuple[object, ...]]:
    assert manifest.balance == 0
    return manifest.consignments.sort("container_number").select("container_number", *columns).rows()


def notes(manifest: Manifest) -> str:
    return "\n".join(manifest.understood.notes)


def test_the_value_of_a_merged_cell_stands_in_all_its_rows(tmp_path: Path) -> None:
    blank = [None, "MSCU1234571", None, "NGAPP", "VNHPH", "RESIN", 800]
    rows = [["PORT AGENCY OF THE NORTH"], HEADINGS, row(), blank, row("HB200", "MSCU1234587")]
    merged = [("A1:G1", "PORT AGENCY OF THE NORTH"), ("A3:A4", "HB100"), ("C3:C4", "2021-05-06")]
    manifest = read(save(tmp_path / "m.xlsx", rows, merged))
    assert boxes(manifest, "bill_of_lading", "gross_weight_kg") == [
        ("MSCU1234566", "HB100", 900), ("MSCU1234571", "HB100", 800), ("MSCU1234587", "HB200", 900),
    ]  # fmt: skip
    assert "merged cells: the values of 2 cells stand in all of their rows" in notes(manifest)


def test_merged_cells_are_found_where_the_table_begins_further_right(tmp_path: Path) -> None:
    rows = [HEADINGS, row(), [None, "MSCU1234571", *row()[2:]]]
    manifest = read(save(tmp_path / "m.xlsx", rows, [("C5:C6", "HB100")], at=(3, 2)))
    assert boxes(manifest, "bill_of_lading") == [("MSCU1234566", "HB100"), ("MSCU1234571", "HB100")]


def test_a_cell_that_is_merged_over_columns_fills_no_other_column(tmp_path: Path) -> None:
    rows = [HEADINGS, row(), ["SAID TO CONTAIN", *[None] * 6], row("HB200", "MSCU1234571")]
    manifest = read(save(tmp_path / "m.xlsx", rows, [("A3:G3", "SAID TO CONTAIN")]))
    assert len(boxes(manifest)) == 2
    assert manifest.quarantine.select("line", "rule", "column").row(0) == (3, "required", "container_number")


@pytest.mark.parametrize("mark", ['"', "''", '-"-', "ditto", "-do-", "do.", "Idem", "同上", "\u3003", "id.", "-//-"])
def test_a_ditto_mark_takes_the_value_above(mark: str, tmp_path: Path) -> None:
    second = [mark, "MSCU1234571", mark, mark, mark, mark, 800]
    third = [mark, "MSCU1234587", mark, mark, mark, "BEANS", 700]
    manifest = read(save(tmp_path / "m.xlsx", [HEADINGS, row(), second, [], third]))
    assert boxes(manifest, "bill_of_lading", "port_of_loading") == [
        (box, "HB100", "NGAPP") for box in ("MSCU1234566", "MSCU1234571", "MSCU1234587")
    ]
    assert "ditto marks: 9 cells took the value of the row above" in notes(manifest)


def test_codes_of_countries_are_no_ditto_marks(tmp_path: Path) -> None:
    rows = [[*HEADINGS, "Origin Country"], [*row(), "CN"], [*row("HB200", "MSCU1234571"), "DO"]]
    manifest = read(save(tmp_path / "m.xlsx", [*rows, [*row("HB300", "MSCU1234587"), "ID"]]))
    assert [country for _, country in boxes(manifest, "origin_country")] == ["CN", "DO", "ID"]


@pytest.mark.parametrize("is_merged", [False, True])
def test_two_rows_of_headings_are_read_together(is_merged: bool, tmp_path: Path) -> None:
    upper = ["B/L No", "Container", None, "Filing Date", "Port", None, "Goods", None]
    lower = [None, "No", "Type", None, "Loading", "Discharge", "Description", "Gross Weight (kg)"]
    cells = ["HB100", "MSCU1234566", "45G1", "2021-05-06", "NGAPP", "VNHPH", "RESIN", 900]
    merged = [("B2:C2", "Container"), ("E2:F2", "Port"), ("G2:H2", "Goods"), ("A2:A3", "B/L No")] if is_merged else []
    manifest = read(save(tmp_path / "m.xlsx", [["Cargo list"], upper, lower, cells, ["", *cells[1:]]], merged))
    assert boxes(manifest, "port_of_loading", "port_of_discharge", "container_type", "gross_weight_kg") == [
        ("MSCU1234566", "NGAPP", "VNHPH", "45G1", 900.0)
    ]
    assert "Port Discharge" in [heading.source for heading in manifest.understood.headings]
    assert manifest.quarantine["line"].to_list() == [5]


def test_a_row_of_data_is_no_second_row_of_headings(tmp_path: Path) -> None:
    rows = [HEADINGS, ["HB", "BOX", "", "A", "B", "RESIN", ""], row()]
    manifest = read(save(tmp_path / "m.xlsx", rows))
    assert (manifest.rows_in, manifest.quarantine["line"].to_list()) == (2, [2])


def test_totals_footers_and_headings_once_more_are_left_aside(tmp_path: Path) -> None:
    rows = [*[[f"Letterhead {line}"] for line in range(20)], [], HEADINGS, row(), ["TOTAL", *[None] * 5, 900]]
    rows += [HEADINGS, row("HB200", "MSCU1234571", "x"), row("HB300", "MSCU1234587"), [], ["Page 2 of 2"]]
    manifest = read(save(tmp_path / "m.xlsx", rows))
    assert len(boxes(manifest)) == 3
    assert "totals" in notes(manifest)
    assert "repeated headings" in notes(manifest)


@pytest.mark.parametrize("blank", [0, 4])
def test_lines_are_the_rows_that_the_sheet_shows(blank: int, tmp_path: Path) -> None:
    rows = [["Title"], [], HEADINGS, [], row(), [], row("HB200", filed="x")]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_blank(0, 0, None, book.add_format({"bold": True}))
        for place, cells in enumerate(rows, start=blank):
            sheet.write_row(place, 1, cells)
    path = tmp_path / "m.xlsx"
    path.write_bytes(out.getvalue())
    assert read(path).quarantine["line"].to_list() == [blank + 7]


def test_hidden_sheets_and_other_sheets_are_left_aside_and_said(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in {
            "How to fill in": [["Fill in one row for each container"]],
            "Old": [HEADINGS, row("HB900", "MSCU1234592")],
            "Cargo": [HEADINGS, row()],
            "More": [list(reversed(HEADINGS)), list(reversed(row("HB200", "MSCU1234571")))],
        }.items():
            sheet = book.add_worksheet(name)
            for place, cells in enumerate(rows):
                sheet.write_row(place, 0, cells)
            if name == "Old":
                sheet.hide()
    path = tmp_path / "m.xlsx"
    path.write_bytes(out.getvalue())
    manifest = read(path)
    assert boxes(manifest, "bill_of_lading") == [("MSCU1234566", "HB100"), ("MSCU1234571", "HB200")]
    assert "sheets that were read: 'Cargo', 'More' (2 of 4)" in notes(manifest)
    assert "sheets with other headings were left aside: 'How to fill in' (1 row)" in notes(manifest)
    assert "hidden sheets were left aside: 'Old'" in notes(manifest)


def test_a_sheet_of_very_many_columns_is_left_aside(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in {"Wide": [["x"] * 16_000], "Cargo": [HEADINGS, row()]}.items():
            sheet = book.add_worksheet(name)
            for place, cells in enumerate(rows):
                sheet.write_row(place, 0, cells)
    path = tmp_path / "m.xlsx"
    path.write_bytes(out.getvalue())
    assert "more than 2,000 columns were left aside: 'Wide'" in notes(read(path))
    save(path, [["x"] * 2_001, row()])
    with pytest.raises(ManifestError, match="2,001 columns; at most 2,000 are read"):
        read(path)


def test_days_of_both_epochs_are_the_days_that_the_sheet_shows(tmp_path: Path) -> None:
    for epoch in (False, True):
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"date_1904": epoch}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADINGS)
            sheet.write_row(1, 0, row())
            sheet.write_datetime(1, 2, datetime(2021, 5, 6, 7, 30), book.add_format({"num_format": "d/m/yy hh:mm"}))
        (tmp_path / "m.xlsx").write_bytes(out.getvalue())
        filed = read(tmp_path / "m.xlsx").consignments["filed_at"].dt.to_string("%F %R")
        assert filed.to_list() == ["2021-05-06 07:30"]


def _with_xml(path: Path, change: Callable[[bytes], bytes]) -> Path:
    parts = archives.parts("m", path.read_bytes())
    name = next(part for part in parts if part.startswith("xl/worksheets/"))
    parts[name] = change(parts[name])
    path.write_bytes(pack(parts))
    return path


FAR = [
    b'<row r="99999999"><c r="A99999999"><v>1</v></c></row>',
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    b'<row r="1048576"><c><v>1</v></c><c r="AAAA3"><v>1</v></c></row>',
    b'<x:row xmlns:x="u" r="9000000"><x:c s="/>" r=\'B9000000\'><v>1</v></x:c></x:row>',
]


@pytest.mark.parametrize("far", FAR)
def test_a_cell_in_a_far_corner_is_refused_before_it_fills_the_memory(far: bytes, tmp_path: Path) -> None:
    path = save(tmp_path / "m.xlsx", [HEADINGS, row()])
    _with_xml(path, lambda xml: xml.replace(b"</sheetData>", far + b"</sheetData>"))
    tracemalloc.start()
    with pytest.raises(ManifestError, match="cells are read"):
        read(path)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


UNCLEAR = [
    b'<row r="3"><c r="A3" r="A99999999"><v>1</v></c></row>',
    b'<row r="3"><c r="3" r="XFD1048576"><v>1</v></c></row>',
    b'<row r="3"><c bad r="A99999999"><v>1</v></c></row>',
    b"<row r='3' r='99999999'><c><v>1</v></c></row>",
    b"<row/>" * 600_000 + b'<row><c r="A99999999"><v>1</v></c></row>',
]
"""Cells that say twice, badly, or only sometimes where they are, so that a library may place them elsewhere."""


@pytest.mark.parametrize("unclear", UNCLEAR, ids=range(len(UNCLEAR)))
def test_a_cell_that_is_not_clearly_anywhere_is_refused(unclear: bytes, tmp_path: Path) -> None:
    path = save(tmp_path / "m.xlsx", [HEADINGS, row()])
    _with_xml(path, lambda xml: xml.replace(b"</sheetData>", unclear + b"</sheetData>"))
    start = time.process_time()
    with pytest.raises(ManifestError, match=r"where they are|cells are read"):
        read(path)
    assert time.process_time() - start < 5


def test_many_rows_that_do_not_say_where_they_are_are_measured_at_once(tmp_path: Path) -> None:
    content = b"<sheetData>" + b"<row><c><v>1</v></c><c/></row>" * 500_000 + b"<row/>" * 9 + b"</sheetData>"
    start = time.process_time()
    assert measure(content) == Sheet(0, 1, 499_999)
    assert time.process_time() - start < 5


def test_blank_cells_with_a_format_and_cells_without_a_reference_do_no_harm(tmp_path: Path) -> None:
    path = save(tmp_path / "m.xlsx", [HEADINGS, row()])
    blank = b'<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row></sheetData>'
    assert len(boxes(read(_with_xml(path, lambda xml: xml.replace(b"</sheetData>", blank))))) == 1

    def bare(xml: bytes) -> bytes:
        text = pl.Series([xml.decode()]).str.replace_all(r'<(row|c) r="[A-Z]*\d+"', "<$1")
        return str(text.item()).encode()

    assert len(boxes(read(_with_xml(save(path, [HEADINGS, row()]), bare)))) == 1


def test_a_long_text_that_many_cells_share_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "m.xlsx", [HEADINGS, row(goods="x" * 30_000)])
    cells = b"".join(b'<row><c t="s"><v>%d</v></c></row>' % (len(HEADINGS) + 5) for _ in range(40_000))
    _with_xml(path, lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>"))
    with pytest.raises(ManifestError, match="repeats long texts"):
        read(path)


def test_what_a_spreadsheet_did_to_codes_is_told(tmp_path: Path) -> None:
    headings = [*HEADINGS, "Seal No", "HS Code"]
    rows = [
        [*row(45102000000), "S1", 4011.1],
        [*row(1.23456789012345678e18, "MSCU1234571"), "S2", 80390.0],
        [*row("HB300", "5-Feb"), "S3", 690721],
        [*row("########", "MSCU1234587"), "S4", 690721],
        [*row("HB400", "MSCU1234592", "#VALUE!"), "#REF!", "#N/A"],
    ]
    manifest = read(save(tmp_path / "m.xlsx", [headings, *rows]))
    assert boxes(manifest, "bill_of_lading", "gross_weight_kg") == [
        ("MSCU1234566", "45102000000", 900.0), ("MSCU1234592", "HB400", None),
    ]  # fmt: skip
    assert manifest.consignments["hs_codes"].to_list() == [["401110"], None]
    assert manifest.consignments["seal_numbers"].to_list() == [["S1"], None]
    assert manifest.quarantine.select("line", "rule").rows() == [
        (3, "digits_lost"), (4, "became_a_date"), (5, "required"),
    ]  # fmt: skip


def test_a_bill_that_became_a_date_refuses_its_row(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "d-mmm"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, row())
        sheet.write_row(2, 0, row("x", "MSCU1234571"))
        sheet.write_datetime(2, 0, datetime(2021, 3, 1))
    (tmp_path / "m.xlsx").write_bytes(out.getvalue())
    refused = read(tmp_path / "m.xlsx").quarantine.select("line", "rule", "column").rows()
    assert refused == [(3, "became_a_date", "bill_of_lading")]


def test_a_column_of_dates_that_is_converted_by_half_is_not_misread(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "m/d/yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, row(filed="13/04/2021"))
        sheet.write_row(2, 0, row("HB200", "MSCU1234571"))
        sheet.write_datetime(2, 2, datetime(2021, 3, 4))
    (tmp_path / "m.xlsx").write_bytes(out.getvalue())
    manifest = read(tmp_path / "m.xlsx")
    assert manifest.quarantine.select("line", "rule").rows() == [(3, "ambiguous_date")]
    assert "converted only some of them" in notes(manifest)
