from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from riskscore.cells.box_texts import read as read_texts
from riskscore.errors import ManifestError
from riskscore.manifest.outcomes import read_outcomes
from riskscore.manifest.read import Manifest, read

ROW = {
    "Bill of Lading": "B1",
    "Container": "HLCU1234560",
    "Filed": "2019-03-25",
    "POL": "NGAPP",
    "POD": "VNHPH",
    "Goods": "RESIN",
    "Weight": "41000",
    "Packages": "820",
    "CBM": "50",
    "Value": "9000",
}
A, B, C = "HLCU1234560", "OOLU7654321", "TGHU5550001"


def _read(path: Path, *rows: dict[str, str]) -> Manifest:
    pl.DataFrame([{**ROW, **row} for row in rows]).write_csv(path / "m.csv")
    manifest = read(path / "m.csv")
    assert manifest.balance == 0
    return manifest


ONE = [
    "HLCU 123456-0",
    "HLCU-1234560",
    "hlcu 123 456 0",
    "HLCU123456(0)",
    "HLCU123456/0",
    "(HLCU1234560)",
    '["HLCU1234560"]',
    "HLCU1234560 (40HC)",
    "1X40HC HLCU1234560",
    "HLCU1234560/20'/S99887",
    "HLCU1234560-45G1",
    "CONTAINER HLCU1234560",
    "HLCU1234560, HLCU 123456-0",
    "TBA / HLCU1234560",
]


@pytest.mark.parametrize("text", ONE)
def test_one_number_is_told_apart_from_what_stands_beside_it(text: str) -> None:
    assert read_texts(pl.Series([text]))["boxes"].to_list() == [[A]]


SEVERAL = [
    (f"{A},{B}", [A, B]),
    (f"{A}/{B}", [A, B]),
    (f"{A} {B}", [A, B]),
    (f"{A} - {B}", [A, B]),
    (f"{A}-{B}", [A, B]),
    (f"{A} & {B}", [A, B]),
    (f"{A} and {B}", [A, B]),
    (f"{A}; {B}; {C}", [A, B, C]),
    (f"{A}|{B}|{C}", [A, B, C]),
    (f"{A}{B}", [A, B]),
    (f'["{A}", "{B}"]', [A, B]),
    (f"{A} (20GP), {B} (40HC)", [A, B]),
    ("HLCU 123456-0, OOLU 765432-1", [A, B]),
    ("HLCU 123 456 0 & OOLU 765 432 1", [A, B]),
    ("\N{CYRILLIC CAPITAL LETTER EN}LCU1234560, OOLU7654321", ["\N{CYRILLIC CAPITAL LETTER EN}LCU1234560", B]),
    ("HLCUI234560 OOLU7654321", ["HLCUI234560", B]),
    ("DRUM4411, DRUM4412", ["DRUM4411", "DRUM4412"]),
]


@pytest.mark.parametrize(("text", "boxes"), SEVERAL)
def test_several_numbers_in_a_cell_are_several_boxes(text: str, boxes: list[str]) -> None:
    assert read_texts(pl.Series([text]))["boxes"].to_list() == [boxes]


NONE = [
    *(
        "0",
        "1",
        "12",
        "2.0",
        "Y",
        "No",
        "TRUE",
        "LCL",
        "FCL/LCL",
        "BREAKBULK",
        "break-bulk",
        "BULK CARGO",
        "RO-RO",
        "GRANEL",
    ),
    *(
        "2 CNTRS",
        "2CNTRS",
        "3 x 40'HC",
        "1X20GP/2X40HC",
        "40HC",
        "22G1",
        "2 CONTAINERS",
        "4 TEU",
        "1 FCL",
        "SEE ATTACHED LIST",
    ),
    *("CARGA SUELTA", "VRAC", "散货", "NON CONTAINERISED", "VARIOUS"),
]


@pytest.mark.parametrize("text", NONE)
def test_flags_and_counts_are_no_container_numbers(text: str, tmp_path: Path) -> None:
    refused = _read(tmp_path, {"Container": text}).quarantine.select("line", "rule", "column", "value").row(0)
    assert refused == (2, "not_a_container_number", "container_number", text)


@pytest.mark.parametrize("text", ["HLCU1234567", "HLCUI234560", "HLCU123456", "HLCU12345678", "ABCD1234567", "DRUM 7"])
def test_a_number_with_a_fault_stays_as_filed(text: str, tmp_path: Path) -> None:
    assert _read(tmp_path, {"Container": text}).consignments["container_number"].to_list() == [text.replace(" ", "")]


def test_texts_unlike_a_number_and_headings_without_any_are_told(tmp_path: Path) -> None:
    notes = _read(tmp_path, {"Container": "DRUM 7"}, {"Container": f"{A}/X1"}).understood.notes
    assert "container_number: 1 text kept as filed, because unlike a container number: DRUM 7" in notes
    assert "container_number: 1 text ignored beside a container number: X1" in notes
    notes = _read(tmp_path, {"Container": "0"}, {"Container": "1"}).understood.notes
    assert notes == ("container_number: no value under 'Container' looks like a container number",)


def test_the_figures_of_several_boxes_are_the_bills(tmp_path: Path) -> None:
    manifest = _read(tmp_path, {"Container": f"{A}, {B}"}, {"Bill of Lading": "B2", "Container": C})
    figures = ["gross_weight_kg", "package_count", "volume_m3", "declared_value"]
    assert manifest.consignments.select("bill_of_lading", "container_number", *figures).rows() == [
        ("B1", A, None, None, None, None),
        ("B1", B, None, None, None, None),
        ("B2", C, 41000.0, 820, 50.0, 9000.0),
    ]
    assert (manifest.rows_in, manifest.accepted) == (3, 3)
    assert manifest.understood.notes == (
        "several containers in a cell: 1 row became 2 consignments",
        "several containers in a cell: figures of the whole bill were left empty (package_count, gross_weight_kg, "
        "volume_m3, declared_value)",
    )


def test_goods_items_of_several_boxes_keep_their_words_without_figures(tmp_path: Path) -> None:
    items = '[{"goods_description":"RESIN","gross_weight_kg":"9"},{"goods_description":"FILM","package_count":"3"}]'
    manifest = _read(tmp_path, {"Container": f"{A}/{B}", "goods_items": items})
    assert (manifest.rows_in, manifest.accepted) == (4, 4)
    for lines in manifest.consignments["goods_items"].to_list():
        assert [line["goods_description"] for line in lines] == ["RESIN", "FILM"]
        assert {line["gross_weight_kg"] for line in lines} | {line["package_count"] for line in lines} == {None}


BESIDE = [
    ({"Seal": "S1001, S1002", "Container Type": "22G1/45G1"}, [["S1001"], ["S1002"]], ["22G1", "45G1"]),
    ({"Seal": "S1001 S1002", "Container Type": "2X20GP"}, [["S1001"], ["S1002"]], ["20GP", "20GP"]),
    ({"Seal": "S1001 & S1002", "Container Type": "40HC"}, [["S1001"], ["S1002"]], ["40HC", "40HC"]),
    ({"Seal": "S1001", "Container Type": "20GP/40HC/40HC"}, [["S1001"], ["S1001"]], [None, None]),
    ({"Seal": "", "Container Type": ""}, [None, None], [None, None]),
]


@pytest.mark.parametrize(("cells", "seals", "types"), BESIDE)
def test_seals_and_types_go_by_the_order_of_the_boxes(
    cells: dict[str, str], seals: list[list[str] | None], types: list[str | None], tmp_path: Path
) -> None:
    rows = _read(tmp_path, {"Container": f"{A}, {B}", **cells}).consignments
    assert rows["seal_numbers"].to_list() == seals
    assert rows["container_type"].to_list() == types


def test_a_size_and_a_seal_beside_the_number_fill_empty_columns(tmp_path: Path) -> None:
    cell = f"{A} / 40HC / SEAL NO. KL5566"
    row = _read(tmp_path, {"Container": cell, "Seal": "", "Container Type": ""}).consignments.row(0, named=True)
    assert (row["container_number"], row["container_type"], row["seal_numbers"]) == (A, "40HC", ["KL5566"])
    row = _read(tmp_path, {"Container": cell, "Seal": "ZZ1", "Container Type": "22G1"}).consignments.row(0, named=True)
    assert (row["container_type"], row["seal_numbers"]) == ("22G1", ["ZZ1"])


@pytest.mark.parametrize(
    ("cell", "seals"), [("ML 1234567", ["ML 1234567"]), ("A1 - A2", ["A1", "A2"]), ("A1+B2", ["A1", "B2"])]
)
def test_seals_in_one_cell_are_told_apart(cell: str, seals: list[str], tmp_path: Path) -> None:
    assert _read(tmp_path, {"Seal": cell}).consignments["seal_numbers"].to_list() == [seals]


def test_a_second_heading_fills_what_the_first_one_lacks(tmp_path: Path) -> None:
    rows = [
        {"Container Number": A, "Container": "1"},
        {"Container Number": "", "Container": f"{B}, {C}"},
        {"Container Number": "2", "Container": C, "Bill of Lading": "B2"},
        {"Container Number": "", "Container": "LCL"},
    ]
    manifest = _read(tmp_path, *rows)
    assert manifest.consignments["container_number"].to_list() == [A, B, C, C]
    assert manifest.quarantine["value"].to_list() == ["LCL"]


def test_a_refused_row_with_several_boxes_is_listed_for_each_of_them(tmp_path: Path) -> None:
    manifest = _read(tmp_path, {"Container": f"{A}, {B}", "Filed": ""}, {"Container": C, "Bill of Lading": "B2"})
    assert manifest.quarantine.select("line", "rule", "column").rows() == [(2, "required", "filed_at")] * 2
    assert (manifest.rows_in, manifest.accepted) == (3, 1)


def test_a_repeated_row_with_several_boxes_is_a_copy(tmp_path: Path) -> None:
    manifest = _read(tmp_path, {"Container": f"{A}, {B}"}, {"Container": f"{A}, {B}"})
    assert manifest.consignments["container_number"].to_list() == [A, B]
    assert manifest.quarantine.select("line", "rule").rows() == [(3, "duplicate_row")] * 2


def test_lines_of_several_boxes_and_of_one_box_gather(tmp_path: Path) -> None:
    manifest = _read(tmp_path, {"Container": f"{A}, {B}"}, {"Container": A, "Goods": "FILM", "Weight": "500"})
    assert manifest.consignments.select("container_number", "goods_description", "gross_weight_kg").rows() == [
        (A, "RESIN | FILM", 500.0),
        (B, "RESIN", None),
    ]


def test_lists_in_parquet_are_several_boxes(tmp_path: Path) -> None:
    frame = pl.DataFrame([ROW]).with_columns(pl.Series("Container", [[A, B]]))
    frame.write_parquet(tmp_path / "m.parquet")
    assert read(tmp_path / "m.parquet").consignments["container_number"].to_list() == [A, B]


def test_an_outcome_of_several_boxes_is_refused(tmp_path: Path) -> None:
    pl.DataFrame(
        {"Bill of Lading": ["B1"], "Container": [f"{A}, {B}"], "Known At": ["2019-04-01"], "Finding": ["seizure"]}
    ).write_csv(tmp_path / "o.csv")
    with pytest.raises(ManifestError, match="several_containers"):
        read_outcomes(tmp_path / "o.csv")
