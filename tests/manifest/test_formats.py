"""The same rows give the same consignments in every format."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal
from pyarrow import parquet

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.formats.workbook import pack
from riskscore.manifest.read import read

Row = Callable[..., list[str]]
Records = Callable[..., list[dict[str, str]]]
Save = Callable[..., Path]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_any_usual_delimiter_is_found(delimiter: str, as_csv: Save, row: Row) -> None:
    goods = 'RESIN, "PE"; 3|4 TYPES'
    manifest = read(as_csv(row(goods=goods), delimiter=delimiter))
    assert manifest.understood.delimiter == delimiter
    assert manifest.understood.format == ("TSV" if delimiter == "\t" else "CSV")
    assert manifest.consignments["goods_description"].item() == goods


def test_every_format_gives_the_same_consignments(
    as_csv: Save, row: Row, records: Records, workbook: Callable[..., bytes], tmp_path: Path
) -> None:
    rows = [row(), row(bill="B2", goods="BEANS, 50 kg bags"), row(bill="B3", weight="", hs="")]
    expected = read(as_csv(*rows)).consignments
    headings = list(records(row())[0])
    made = {
        "m.json": json.dumps(records(*rows)),
        "object.json": json.dumps({"vessel": {"consignments": records(*rows)}}, indent=1),
        "m.jsonl": "\n".join(map(json.dumps, records(*rows))) + "\n\n",
    }
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "m.xlsx").write_bytes(workbook(Manifest=[headings, *rows]))
    pl.DataFrame(rows, schema=headings, orient="row").write_parquet(tmp_path / "m.parquet")
    formats = {
        "m.json": "JSON",
        "object.json": "JSON",
        "m.jsonl": "JSON Lines",
        "m.xlsx": "XLSX",
        "m.parquet": "Parquet",
    }
    for name, kind in formats.items():
        manifest = read(tmp_path / name)
        assert manifest.understood.format == kind
        assert_frame_equal(manifest.consignments, expected)


def test_line_numbers_count_the_line_breaks_in_quotes(tmp_path: Path, as_csv: Save, row: Row) -> None:
    rows = [row(goods="one\ntwo\nthree"), row(bill="B2", filed="x"), [""] * 11, row(bill="B3", filed="y")]
    assert read(as_csv(*rows)).quarantine["line"].to_list() == [5, 7]


def test_a_title_and_a_sep_line_before_the_headings_are_skipped(tmp_path: Path, as_csv: Save, row: Row) -> None:
    text = as_csv(row(), row(bill="B2", filed="x"), delimiter=";").read_text()
    path = tmp_path / "titled.csv"
    path.write_text("sep=;\nManifest of the week;;\n\n" + text)
    manifest = read(path)
    assert manifest.consignments.height == 1
    assert manifest.quarantine["line"].to_list() == [6]


RAGGED = [
    ("short", ["ABCD1", "MSCU1", "2019-03-25", "NGAPP", "VNHPH", "RESIN"], []),
    ("trailing", [*["ABCD1", "MSCU1", "2019-03-25", "NGAPP", "VNHPH", "RESIN"], *[""] * 9], []),
    ("long", [*["ABCD1", "MSCU1", "2019-03-25", "NGAPP", "VNHPH", "RESIN"], *["1"] * 9], ["too_many_fields"]),
]


@pytest.mark.parametrize(("_name", "cells", "rules"), RAGGED)
def test_short_lines_are_filled_and_long_lines_are_refused(
    _name: str, cells: list[str], rules: list[str], as_csv: Save, row: Row
) -> None:
    manifest = read(as_csv(row(), cells, row(bill="B3")))
    assert manifest.quarantine["rule"].to_list() == rules
    assert manifest.quarantine["line"].to_list() == [3] * len(rules)
    assert manifest.balance == 0


QUOTES = [
    '12" PIPE',
    '"unclosed',
    'two "quoted" words',
]


@pytest.mark.parametrize("goods", QUOTES)
def test_quotes_that_do_not_pair_up_lose_no_row(goods: str, tmp_path: Path, as_csv: Save, row: Row) -> None:
    path = as_csv(row(), row(bill="B2", goods="GOODS"), row(bill="B3"), row(bill="B4", goods="GOODS"))
    path.write_text(path.read_text().replace("GOODS", goods, 1))
    manifest = read(path)
    assert manifest.rows_in == 4
    assert manifest.consignments.height == 4
    assert goods.strip('"') in manifest.consignments["goods_description"][1]


def test_old_and_windows_line_endings_are_read(as_csv: Save, row: Row) -> None:
    path = as_csv(row(), row(bill="B2"))
    for ending in ("\r\n", "\r"):
        path.write_bytes(
            path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", ending.encode())
        )
        assert read(path).consignments.height == 2


def test_headings_alone_are_an_empty_manifest(
    as_csv: Save, as_json: Save, workbook: Callable[..., bytes], tmp_path: Path
) -> None:
    headings = as_csv().read_text().strip().split(",")
    (tmp_path / "m.xlsx").write_bytes(workbook(Sheet=[headings]))
    pl.DataFrame(schema=dict.fromkeys(headings, pl.String)).write_parquet(tmp_path / "m.parquet")
    for path in (as_csv(), as_json([]), tmp_path / "m.xlsx", tmp_path / "m.parquet"):
        manifest = read(path)
        assert (manifest.rows_in, manifest.consignments.height, manifest.quarantine.height) == (0, 0, 0)


def test_json_keeps_lists_digits_and_values_next_to_the_array(as_json: Save, row: Row, records: Records) -> None:
    record: dict[str, object] = dict(records(row())[0])
    record |= {"HS Code": ["080131", 390120], "Seals": ["s1", "s2"], "Gross Weight (kg)": 24000.50, "Packages": 960}
    consignment = read(as_json({"vessel": "SEA STAR", "rows": [record]})).consignments
    assert consignment["vessel_name"].item() == "SEA STAR"
    assert consignment["hs_codes"].item().to_list() == ["080131", "390120"]
    assert consignment["seal_numbers"].item().to_list() == ["S1", "S2"]
    assert consignment["gross_weight_kg"].item() == 24000.5


def test_a_malformed_record_is_refused_alone(tmp_path: Path, row: Row, records: Records, as_json: Save) -> None:
    good = list(map(json.dumps, records(row(), row(bill="B2"))))
    path = tmp_path / "m.jsonl"
    path.write_text("\n".join([good[0], '{"Bill of Lading": "B', "", good[1], "17"]))
    manifest = read(path)
    assert manifest.quarantine.select("line", "rule").rows() == [(2, "malformed_record"), (5, "malformed_record")]
    assert manifest.consignments.height == 2
    assert manifest.balance == 0
    mixed = read(as_json([*records(row()), "text"]))
    assert (mixed.consignments.height, mixed.quarantine["line"].to_list()) == (1, [2])


def test_the_sheet_and_row_with_the_headings_are_found(
    workbook: Callable[..., bytes], tmp_path: Path, row: Row, records: Records
) -> None:
    headings = list(records(row())[0])
    path = tmp_path / "m.xlsx"
    path.write_bytes(
        workbook(Notes=[["read me"]], Cargo=[["Manifest"], [], headings, row(), [], row(bill="B2", filed="x")])
    )
    manifest = read(path)
    assert manifest.understood.sheet == "Cargo"
    assert manifest.consignments.height == 1
    assert manifest.quarantine["line"].to_list() == [6]


def test_cells_of_a_workbook_keep_their_dates_and_digits(tmp_path: Path, row: Row, records: Records) -> None:
    import xlsxwriter  # noqa: PLC0415

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(records(row())[0]))
        sheet.write_row(1, 0, row())
        sheet.write_datetime(1, 2, datetime(2019, 3, 25), book.add_format({"num_format": "dd/mm/yy"}))
        sheet.write_number(1, 6, 24000.5)
        sheet.write_number(1, 8, 80131)
        sheet.write_row(2, 0, row(bill="B2"))
        sheet.write_number(2, 2, 43549)
    (tmp_path / "m.xlsx").write_bytes(out.getvalue())
    consignments = read(tmp_path / "m.xlsx").consignments
    assert consignments["filed_at"].dt.date().cast(pl.String).to_list() == ["2019-03-25"] * 2
    assert consignments["gross_weight_kg"].to_list() == [24000.5, 24000.0]
    assert consignments["hs_codes"].to_list()[0] == ["080131"]


def test_a_sheet_with_cells_in_far_corners_is_refused(workbook: Callable[..., bytes], tmp_path: Path) -> None:
    rows: list[list[object]] = [["Bill of Lading"]]
    path = tmp_path / "m.xlsx"
    data = workbook(Sheet=rows)
    parts = archives.parts("m", data)
    name = next(part for part in parts if part.startswith("xl/worksheets/"))
    parts[name] = parts[name].replace(b"</row>", b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    path.write_bytes(pack(parts))
    with pytest.raises(ManifestError, match="cells are read"):
        read(path)


def test_a_parquet_file_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    codes = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 2**20]))
    path = tmp_path / "bomb.parquet"
    parquet.write_table(pa.table({"marks": codes}), path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 10_000
    with pytest.raises(ManifestError, match="unpacks to more than"):
        read(path)


NESTED = {
    "consignments": [
        {
            "billOfLading": "B1",
            "containerNumber": "MSCU1234566",
            "filedAt": "2019-03-25",
            "portOfLoading": {"code": "NGAPP", "name": "Apapa"},
            "portOfDischarge": "VNHPH",
            "goodsDescription": "RESIN",
            "shipper": {"name": "NORTHERN RESINS LTD", "address": "1 QUAY ROAD", "country": "NG"},
            "consignee": None,
        }
    ],
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "content", [NESTED, {"voyage": "V1", "manifest": NESTED}, {"a": {"b": NESTED}}, NESTED["consignments"]]
)
def test_objects_within_a_record_become_separate_columns(content: object, indent: int | None, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(content, indent=indent))
    row = read(path).consignments.row(0, named=True)
    assert (row["shipper_name"], row["shipper_address"], row["shipper_country"]) == (
        "NORTHERN RESINS LTD", "1 QUAY ROAD", "NG",
    )  # fmt: skip
    assert (row["port_of_loading"], row["consignee_name"]) == ("NGAPP", None)


def test_records_on_lines_and_structs_in_parquet_are_read_like_objects(tmp_path: Path) -> None:
    record = {**NESTED["consignments"][0], "consignee": {"name": "HARBOUR TRADING CO"}}
    (tmp_path / "m.jsonl").write_text(json.dumps(record) + "\n")
    pl.DataFrame([record]).write_parquet(tmp_path / "m.parquet")
    lines, structs = (read(tmp_path / name).consignments for name in ("m.jsonl", "m.parquet"))
    assert_frame_equal(lines, structs)
    assert lines["consignee_name"].item() == "HARBOUR TRADING CO"


def test_an_object_whose_fields_would_clash_stays_one_column(as_json: Save, records: Records, row: Row) -> None:
    record = {**records(row(filed="x"))[0], "Marks": {"No": "1"}, "Marks No": "2"}
    kept = json.loads(read(as_json([record])).quarantine["row"].item())
    assert (kept["Marks"], kept["Marks No"]) == ('{"No": "1"}', "2")


def test_every_sheet_with_the_same_headings_is_read(
    workbook: Callable[..., bytes], records: Records, row: Row, tmp_path: Path
) -> None:
    headings = list(records(row())[0])
    sheets = {
        "Cover": [["Vessel", "BLUE HERON"]],
        "North": [headings, row()],
        "South": [["Manifest of the week"], headings, row(bill="B2"), row(bill="B3", filed="x")],
        "Pivot": [headings[:3], row()[:3]],
    }
    (tmp_path / "m.xlsx").write_bytes(workbook(**sheets))
    manifest = read(tmp_path / "m.xlsx")
    assert manifest.consignments["bill_of_lading"].to_list() == ["ABCD0000001", "B2"]
    assert manifest.understood.sheet == "North, South"
    assert "sheets that were read: 'North', 'South' (2 of 4)" in manifest.understood.notes[0]
    file, line = manifest.quarantine.select("file", "line").row(0)
    assert (Path(file).name, line) == ("South", 4)


def test_types_that_no_column_has_are_read_as_text(records: Records, row: Row, tmp_path: Path) -> None:
    odd = {"Vessel": b"\xff\xfe", "Voyage": b"12E", "Marks": timedelta(days=1)}
    pl.DataFrame([records(row())[0] | odd]).write_parquet(tmp_path / "m.parquet")
    read_as = read(tmp_path / "m.parquet").consignments.select("vessel_name", "voyage", "marks").row(0)
    assert read_as == ("fffe", "12E", "P1D")
