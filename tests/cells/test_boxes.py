from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from riskscore import schema
from riskscore.cells.containers.box_texts import read as read_texts
from riskscore.cells.containers.boxes import MOST
from riskscore.cells.headings import Heading
from riskscore.cells.values import Converter
from riskscore.errors import ManifestError
from riskscore.manifest.outcomes import read_outcomes
from riskscore.manifest.read import Manifest, read
from riskscore.manifest.several import FIGURES, apart

from .conftest import BASE

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
    assert "container_number: 1 text kept as filed, although unlike a container number: DRUM 7" in notes
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
        "several containers in a cell: figures of the whole bill are kept as the bill's (package_count, "
        "gross_weight_kg, volume_m3, declared_value)",
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


LABELLED = [
    (f"{A} SEAL {B}", B),
    (f"{A} / SEAL: EMCJ123456", "EMCJ123456"),
    (f"{A} CUSTOMS SEAL NO. ML 1234567", "ML 1234567"),
    (f"{A} PRECINTO N\N{DEGREE SIGN} {B}", B),
    (f"{A} SELLO {B}", B),
    (f"{A} LACRE: {B}", B),
    (f"{A} SCELL\N{LATIN CAPITAL LETTER E WITH ACUTE} {B}", B),
    (f"{A} \u5c01\u53f7 {B}", B),
    (f"SEAL {B} / {A}", B),
    (f"{A} {B} (SEAL)", B),
    (f"CONTAINER/SEAL NO.: {A}/{B}", B),
    (f"{A} BOOKING {B}", None),
    (f"B/L {B} {A}", None),
    (f"BL: {B}/{A}", None),
    (f"{A} RESERVA {B}", None),
    (f"{A} CONNAISSEMENT {B}", None),
    (f"{A} \u63d0\u5355\u53f7 {B}", None),
    (f"{A} REF. {B}", None),
    (f"{A} TARE 2200 KG", None),
]


@pytest.mark.parametrize(("cell", "seal"), LABELLED)
def test_a_labelled_seal_or_reference_is_no_box(cell: str, seal: str | None, tmp_path: Path) -> None:
    row = _read(tmp_path, {"Container": cell, "Seal": ""}).consignments.row(0, named=True)
    assert (row["container_number"], row["seal_numbers"]) == (A, None if seal is None else [seal])
    assert row["gross_weight_kg"] == 41000.0


@pytest.mark.parametrize(
    ("cell", "seals"),
    [
        (f"{A} SEAL Q1, {B} SEAL Q2", [["Q1"], ["Q2"]]),
        (f"{A}, {B} SEALS Q1, Q2", [["Q1"], ["Q2"]]),
        (f"{A}, {B} SEALS Q1, Q2, Q3", [["Q1", "Q2", "Q3"]] * 2),
        (f"{A} SEAL Q1, {B}", [["Q1"], None]),
        (f"CNTR NO./SEAL NO.: {A}/Q1, {B}/Q2", [["Q1"], ["Q2"]]),
    ],
)
def test_labelled_seals_go_to_the_box_before_them(cell: str, seals: list[list[str] | None], tmp_path: Path) -> None:
    rows = _read(tmp_path, {"Container": cell, "Seal": ""}).consignments
    assert (rows["container_number"].to_list(), rows["seal_numbers"].to_list()) == ([A, B], seals)


NEXT, WRONG = "1234573", "1234574"
SHORT = [
    (f"{A}, {NEXT}", [A, f"HLCU{NEXT}"], None),
    (f"{A}/{NEXT} & {B}", [A, f"HLCU{NEXT}", B], None),
    (f"{A}, {WRONG}", [A], None),
    (f"{A}/76", [A], None),
    (f"{A} + 2 MORE", [A], None),
    (f"{A} Y OTROS", [A], None),
    (f"3X40HC {A}", [A], None),
    (f"{A} + 2 CNTRS", [A], None),
    (f"{A}/40", [A], 41000.0),
    (f"{A}/S4410", [A], 41000.0),
    (f"{A} 820 BAGS", [A], 41000.0),
]


@pytest.mark.parametrize(("cell", "boxes", "weight"), SHORT)
def test_a_cell_that_means_more_boxes_than_it_names_gives_none_a_weight(
    cell: str, boxes: list[str], weight: float | None, tmp_path: Path
) -> None:
    manifest = _read(tmp_path, {"Container": cell})
    assert manifest.consignments["container_number"].to_list() == boxes
    assert set(manifest.consignments["gross_weight_kg"]) == {weight}
    is_told = any("fewer numbers than containers" in note for note in manifest.understood.notes)
    assert is_told == (weight is None and len(boxes) == 1)
    if NEXT in cell:
        wording = f"container_number: 1 text completed with the letters of the number before it: HLCU{NEXT}"
        assert wording in manifest.understood.notes


NO_BOX = [
    *("LOOSE CARGO 5 PCS", "BULK 5000 MT", "LCL 5 CBM", "ONE CONTAINER", "TWO (2) CONTAINERS", "1 CONT", "PLAIN WORDS"),
    *("2019-03-25", "25/03/2019", "25-MAR-2019", "20190325", "0000", "JN1AB2CD3EF456789", "GH 12 KL 3456", "LMN-4421"),
    *("VIN JN1AB2CD3EF456789", "SEAL HLCU1234560", '[{"remark":"see file 7"}]'),
]


@pytest.mark.parametrize("text", NO_BOX)
def test_words_measures_dates_and_vehicles_are_no_boxes(text: str, tmp_path: Path) -> None:
    refused = _read(tmp_path, {"Container": text}).quarantine.select("rule", "value").row(0)
    assert refused == ("not_a_container_number", text)


def test_several_container_columns_are_several_boxes(tmp_path: Path) -> None:
    names = ("Container No 1", "Container No 2", "Container No 3", "Seal No 1", "Seal No 2", "Seal No 3")
    rows = [(A, B, "", "Q1", "", ""), (A, "", C, "Q1", "Q2", "Q3"), (A, "HLCU 123456-0", "", "Q1", "", "")]
    filed = [{**ROW, "Bill of Lading": f"B{n}", **dict(zip(names, row, strict=True))} for n, row in enumerate(rows)]
    pl.DataFrame(filed).drop("Container").write_csv(tmp_path / "m.csv")
    found = read(tmp_path / "m.csv").consignments
    assert found.select("bill_of_lading", "container_number", "seal_numbers", "gross_weight_kg").rows() == [
        ("B0", A, ["Q1"], None),
        ("B0", B, None, None),
        ("B1", A, ["Q1"], None),
        ("B1", C, ["Q3"], None),
        ("B2", A, ["Q1"], 41000.0),
    ]


@pytest.mark.parametrize(
    ("cell", "seals"),
    [
        ("Q1, N/A", [["Q1"], None]),
        ("N/A / Q2", [None, ["Q2"]]),
        ("-, Q2", [None, ["Q2"]]),
        ("Q1,", [["Q1"], None]),
        ("N/A,N/A", [None, None]),
        ("N/M", [None, None]),
        ("Q1/R1, Q2/R2", [["Q1", "R1"], ["Q2", "R2"]]),
        ("Q1, Q2, Q3", [["Q1", "Q2", "Q3"]] * 2),
        ("Q1\nQ2", [["Q1"], ["Q2"]]),
    ],
)
def test_seals_keep_their_places(cell: str, seals: list[list[str] | None], tmp_path: Path) -> None:
    assert _read(tmp_path, {"Container": f"{A}, {B}", "Seal": cell}).consignments["seal_numbers"].to_list() == seals


@pytest.mark.parametrize(
    ("cell", "types"),
    [
        ("1X20GP+2X40HC", ["20GP", "40HC", "40HC"]),
        ("20GP,,40HC", ["20GP", None, "40HC"]),
        ("20GP x 2", ["20GP"] * 3),
        ("20GP/40HC", [None] * 3),
        ("STANDARD", ["STANDARD"] * 3),
    ],
)
def test_types_are_counted_out(cell: str, types: list[str | None], tmp_path: Path) -> None:
    manifest = _read(tmp_path, {"Container": f"{A}, {B}, {C}", "Container Type": cell})
    assert manifest.consignments["container_type"].to_list() == types
    assert any(note.startswith("container_type: 1 row with types") for note in manifest.understood.notes) == (
        types == [None] * 3
    )


@pytest.mark.parametrize(
    ("cell", "type_"), [("1X40HC", "40HC"), ("40/HC", "40HC"), ("22G1/20GP", "22G1"), ("20GP+40HC", "20GP+40HC")]
)
def test_one_box_has_one_type(cell: str, type_: str, tmp_path: Path) -> None:
    assert _read(tmp_path, {"Container Type": cell}).consignments["container_type"].to_list() == [type_]


def test_a_list_of_objects_gives_each_box_its_own_figures(tmp_path: Path) -> None:
    cell = f'[{{"CNTRNO":"{A}","GROSSWEIGHT":"9100","SEALNO":"Q1"}},{{"CNTRNO":"{B}","GROSSWEIGHT":"8.5 MT"}}]'
    names = ("container_number", "gross_weight_kg", "package_count", "seal_numbers")
    rows = _read(tmp_path, {"Container": cell, "Seal": ""}).consignments.select(names).rows()
    assert rows == [(A, 9100.0, None, ["Q1"]), (B, 8500.0, None, None)]
    one = f"[{{'number': '{A}', 'weight': 9100, 'type': '22G1'}}]"
    rows = _read(tmp_path, {"Container": one, "Weight": ""}).consignments.select(*names[:2], "container_type").rows()
    assert rows == [(A, 9100.0, "22G1")]


def test_figures_of_the_bill_are_kept_where_a_table_has_columns_for_them() -> None:
    lines = pl.DataFrame({"row": [0], **{name: [1.0] for name in FIGURES}, "bill_gross_weight_kg": [None]})
    lines = schema.conform(lines, {"row": pl.Int64, **schema.COLUMNS, "bill_gross_weight_kg": pl.Float64})
    converter = Converter(pl.DataFrame({"Box": [f"{A}, {B}"]}), [Heading("Box", "container_number")])
    converter.read("container_number")
    split, _ = apart(lines, converter)
    assert split.select("container_number", "gross_weight_kg", "bill_gross_weight_kg").rows() == [
        (A, None, 1.0),
        (B, None, 1.0),
    ]


def test_an_absurd_number_of_boxes_refuses_the_row(tmp_path: Path) -> None:
    cell = ",".join(f"HLCU{number:07d}" for number in range(MOST + 1))
    manifest = _read(tmp_path, {"Container": cell}, {"Container": C})
    assert manifest.quarantine.select("line", "rule").rows() == [(2, "too_many_containers")]
    assert manifest.consignments["container_number"].to_list() == [C]


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


IN_ONE_CELL = [
    "MSKU1234565 / EMC12345",
    "MSKU1234565\nEMC12345",
    "MSKU1234565 (EMC12345)",
    "MSKU1234565/22G1/EMC12345",
]


@pytest.mark.parametrize("heading", ["Container/Seal No.", "Container No. / Seal No.", "CNTR NO / SEAL NO / SIZE"])
@pytest.mark.parametrize("cell", IN_ONE_CELL)
def test_what_stands_behind_a_number_is_its_seal_where_the_heading_says_so(
    tmp_path: Path, heading: str, cell: str
) -> None:
    named = {heading if name == "Container" else name: text for name, text in (BASE | {"Container": cell}).items()}
    pl.DataFrame([named]).write_csv(tmp_path / "m.csv")
    row = read(tmp_path / "m.csv").consignments.row(0, named=True)
    assert (row["container_number"], row["seal_numbers"]) == ("MSKU1234565", ["EMC12345"])
