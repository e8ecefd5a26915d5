"""ODS, XLSB and XLS give what XLSX gives; locked, foreign and hostile ones are refused in one line."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import workbooks

from riskscore.errors import ManifestError
from riskscore.manifest.formats.workbook import Area
from riskscore.manifest.read import read

HEADINGS = ["Bill of Lading", "Container No", "Filing Date", "POL", "POD", "Description of Goods", "Gross Weight (kg)"]
ROWS = [
    ["Northern lines"],
    [],
    HEADINGS,
    ["HB100", "MSCU1234566", "2021-05-06", "NGAPP", "VNHPH", "RESIN", 900],
    [None, "MSCU1234571", "2021-05-06", "NGAPP", "VNHPH", "RESIN", 800.5],
    ["HB200", "MSCU1234587", "2021-05-06", "NGAPP", "VNHPH", "RESIN & <PE>", "x"],
]
MERGED = Area(3, 0, 4, 0)


def _ods() -> bytes:
    rows = [list(cells) for cells in ROWS]
    rows[3][0] = ("HB100", ' table:number-rows-spanned="2" table:number-columns-spanned="1"')
    blank = '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    return workbooks.ods(rows, '<table:table-row table:number-rows-repeated="1048000">' + blank)


BOOKS = {"ODS": _ods, "XLSB": lambda: workbooks.xlsb(ROWS, [MERGED]), "XLS": lambda: workbooks.xls(ROWS, [MERGED])}


@pytest.mark.parametrize("kind", BOOKS)
def test_every_workbook_gives_the_same_rows(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"m.{kind.lower()}"
    path.write_bytes(BOOKS[kind]())
    manifest = read(path)
    assert manifest.understood.format == kind
    assert manifest.understood.sheet == "Cargo"
    assert manifest.consignments.select("bill_of_lading", "container_number", "gross_weight_kg").rows()[:2] == [
        ("HB100", "MSCU1234566", 900.0), ("HB100", "MSCU1234571", 800.5),
    ]  # fmt: skip
    assert manifest.balance == 0
    assert [line for line in manifest.quarantine["line"].to_list() if line != 6] == []


HUGE = {
    "ODS": lambda: workbooks.ods(
        ROWS,
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row><table:table-row>'
        '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"/>'
        "</table:table-row>",
    ),
    "XLSB": lambda: workbooks.xlsb([*ROWS, [1]], row_numbers=[*range(len(ROWS)), 99_999_999]),
    "XLS": lambda: workbooks.xls(ROWS, extra=struct.pack("<2H3Hd", 0x203, 14, 65_535, 65_535, 0, 1.0)),
}


@pytest.mark.parametrize("kind", HUGE)
def test_a_cell_in_a_far_corner_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(HUGE[kind]())
    with pytest.raises(ManifestError, match="cells are read"):
        read(path)


def _circle() -> bytes:
    data = bytearray(workbooks.xls(ROWS))
    data[512 + 4 : 512 + 8] = struct.pack("<I", 1)  # the directory goes on with itself
    return bytes(data)


LOCK = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
REFUSED = {
    "locked.ods": (lambda: workbooks.ods(ROWS, manifest=LOCK), "is protected by a password"),
    "letter.odt": (lambda: workbooks.ods(ROWS, kind="text"), "no spreadsheet"),
    "locked.xlsx": (lambda: workbooks.compound({"EncryptedPackage": bytes(4096)}), "is protected by a password"),
    "letter.doc": (lambda: workbooks.compound({"WordDocument": bytes(4096)}), "no Excel workbook"),
    "table.dbf": (lambda: b"\x03\x7b\x05\x06" + struct.pack("<IHH", 1, 65, 11) + bytes(20) + b"BILL", "damaged DBF"),
    "circle.xls": (_circle, "is a damaged XLS file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_manifest_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    make, message = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises(ManifestError, match=message) as error:
        read(path)
    assert str(error.value).isprintable()


@pytest.mark.parametrize("kind", BOOKS)
def test_a_workbook_that_is_cut_off_gives_one_line(kind: str, tmp_path: Path) -> None:
    data = BOOKS[kind]()
    path = tmp_path / "m"
    for size in range(8, len(data), max(1, len(data) // 25)):
        path.write_bytes(data[:size])
        try:
            assert read(path).balance == 0
        except ManifestError as error:
            assert str(error).isprintable()
