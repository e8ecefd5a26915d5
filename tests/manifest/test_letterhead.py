from __future__ import annotations

from pathlib import Path

import pytest

from riskscore.manifest.read import Manifest, read

HEAD = "B/L No,Container No,Filing date,Goods"
ROWS = "B1,MSKU1234565,2024-03-14,TILES\nB2,TCLU3093643,2024-03-14,TAPS\n"


def _read(path: Path, above: str, head: str = HEAD, rows: str = ROWS) -> Manifest:
    (path / "m.csv").write_text(f"{above}\n{head}\n{rows}", "utf-8")
    return read(path / "m.csv")


ABOVE = [
    "Vessel: OMEGA STAR   Voyage: 12W\nPOL: CNSHA POD: BRSSZ",
    "MV,\nVessel:,OMEGA STAR,Voyage:,12W\nPort of loading:,SHANGHAI,Port of discharge:,SANTOS",
    "Vessel,OMEGA STAR\nVoyage,12W\nPOL,CNSHA\nPOD,BRSSZ\n",
    "Vessel : OMEGA STAR|Voyage : 12W\nPOL:CNSHA;POD:BRSSZ",
]


@pytest.mark.parametrize("above", ABOVE)
def test_what_stands_above_the_headings_holds_for_all_rows(tmp_path: Path, above: str) -> None:
    manifest = _read(tmp_path, above)
    columns = ("vessel_name", "voyage", "port_of_loading", "port_of_discharge")
    assert manifest.consignments.select(columns).rows() == [("OMEGA STAR", "12W", "CNSHA", "BRSSZ")] * 2
    assert any(note.startswith("read from above the headings, for all rows: ") for note in manifest.understood.notes)


def test_the_columns_of_the_table_count_and_two_values_are_none(tmp_path: Path) -> None:
    above = "Vessel: OMEGA STAR   POL: CNNGB\nVessel: OMEGA MOON\nGross weight: 25000   Printed: 16:30"
    rows = "B1,MSKU1234565,2024-03-14,TILES,CNSHA,BRSSZ\n"
    row = _read(tmp_path, above, f"{HEAD},POL,POD", rows).consignments.row(0, named=True)
    assert (row["vessel_name"], row["port_of_loading"], row["gross_weight_kg"]) == (None, "CNSHA", None)


def test_words_before_a_name_that_is_not_known_are_not_part_of_a_value(tmp_path: Path) -> None:
    above = "Vessel: OMEGA STAR Master: A. NOBODY\nPOL: CNSHA   POD: BRSSZ"
    assert _read(tmp_path, above).consignments["vessel_name"].to_list() == [None, None]


@pytest.mark.parametrize(
    "above",
    [
        "Containers,120\nBills: 5",
        "Container: 3 x 40HC   House bills,2",
        "Shipper: ALL   Consignee: various\nVessel: TBA   Voyage: ____",
        "Consignee: as per attached list\nShipper: see below",
        "Key: Vessel: name of vessel; Consignee: Consignee name",
    ],
)
def test_what_names_nothing_above_the_headings_is_not_read(tmp_path: Path, above: str) -> None:
    rows = "B1,MSKU1234565,2024-03-14,TILES,CNSHA,BRSSZ\nB2,TCLU3093643,2024-03-14,TAPS,CNSHA,BRSSZ\n"
    manifest = _read(tmp_path, above, "B/L No,Ref. 2,Filing date,Goods,POL,POD", rows)
    assert manifest.consignments["container_number"].to_list() == ["MSKU1234565", "TCLU3093643"]
    assert not any(note.startswith("read from above") for note in manifest.understood.notes)


def test_the_number_of_a_page_is_no_part_of_a_value(tmp_path: Path) -> None:
    found = _read(tmp_path, "Vessel: OMEGA STAR Page 1 of 3\nPOL: CNSHA   POD: BRSSZ   Page 1")
    assert found.consignments.select("vessel_name", "port_of_discharge").row(0) == ("OMEGA STAR", "BRSSZ")


@pytest.mark.parametrize(("unit", "kilograms"), [("(MT)", 12_500.0), ("LBS", 12.5 * 0.45359237), ("kg", 12.5)])
def test_a_row_of_units_below_the_headings_belongs_to_them(tmp_path: Path, unit: str, kilograms: float) -> None:
    rows = f",,,,,,{unit}\nB1,MSKU1234565,2024-03-14,TILES,CNSHA,BRSSZ,12.5\n"
    manifest = _read(tmp_path, "CARGO", f"{HEAD},POL,POD,Gross weight", rows)
    assert manifest.consignments["gross_weight_kg"].to_list() == pytest.approx([kilograms])
    assert manifest.rows_in == 1
