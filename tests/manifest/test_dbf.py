"""Tables of dBase are read with their dates, code pages and deleted records, or refused in one line."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from riskscore.errors import ManifestError
from riskscore.manifest.formats.registry import FORMATS
from riskscore.manifest.hints import Hints
from riskscore.manifest.read import SUFFIXES, Manifest, read

FIELDS = {
    "BL_NO": ("C", 10),
    "CONTAINER": ("C", 12),
    "FILED_AT": ("D", 8),
    "POL": ("C", 5),
    "POD": ("C", 5),
    "GOODS_DESC": ("C", 20),
    "GROSS_WT": ("N", 8),
    "PKGS": ("I", 4),
    "NOTES": ("M", 10),
}
ROWS = (
    (b" ", b"HB100", b"MSCU1234566", b"20210506", b"NGAPP", b"VNHPH", b"R\x82SINE", b"  900.50", 40),
    (b"*", b"HB150", b"TCLU3093643", b"20210506", b"NGAPP", b"VNHPH", b"RESIN", b"     100", 1),
    (b" ", b"HB200", b"MSCU1234571", b"20210507", b"NGAPP", b"VNHPH", b"PE & PP", b"********", 7),
    (b" ", b"HB300", b"MSCU1234587", b"2021XX07", b"NGAPP", b"VNHPH", b"RESIN", b"       1", 7),
)


def dbf(page: int = 0x02) -> bytes:
    """A table of FIELDS and ROWS that names the code page `page`."""
    fields = b"".join(
        struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), size, 0) for name, (kind, size) in FIELDS.items()
    )
    layout = "1s" + "".join(f"{size}s" for _, size in FIELDS.values())
    body = b""
    for *texts, count in ROWS:
        sizes = (1, *(size for _, size in FIELDS.values()))
        padded = [text.ljust(size) for text, size in zip(texts, sizes, strict=False)]
        body += struct.pack(layout, *padded, struct.pack("<i", count), b"         0")
    head = struct.pack("<4BIHH17xBxx", 3, 121, 5, 6, len(ROWS), 32 + len(fields) + 1, struct.calcsize(layout), page)
    return head + fields + b"\r" + body + b"\x1a"


def parsed(folder: Path, data: bytes, hints: Hints | None = None) -> Manifest:
    path = folder / "export.dbf"
    path.write_bytes(data)
    return read(path, hints=hints or Hints())


def test_a_table_is_read_without_its_deleted_records(tmp_path: Path) -> None:
    manifest = parsed(tmp_path, dbf())
    assert manifest.understood.format == "DBF"
    assert manifest.consignments.select("bill_of_lading", "goods_description", "gross_weight_kg").rows() == [
        ("HB100", "RéSINE", 900.5),
        ("HB200", "PE & PP", None),
    ]
    assert manifest.consignments["package_count"].to_list() == [40, 7]
    assert manifest.consignments["filed_at"][0] == datetime(2021, 5, 6, tzinfo=UTC)
    assert manifest.quarantine.select("line", "column").rows() == [(3, "filed_at")]
    assert manifest.balance == 0
    notes = " ".join(manifest.understood.notes)
    assert "1 deleted record left aside" in notes
    assert "NOTES" in notes


def test_an_encoding_that_the_user_names_counts_before_that_of_the_header(tmp_path: Path) -> None:
    manifest = parsed(tmp_path, dbf(page=0x57), Hints(encoding="cp866"))
    assert manifest.consignments["goods_description"][0] == "R\u0412SINE"


@pytest.mark.parametrize("size", [33, 150, 340, 400])
def test_a_table_that_is_cut_off_is_refused_or_read_as_far_as_it_goes(size: int, tmp_path: Path) -> None:
    try:
        assert parsed(tmp_path, dbf()[:size]).balance == 0
    except ManifestError as error:
        assert str(error).isprintable()


def test_a_table_of_an_unknown_kind_of_field_is_refused_in_one_line(tmp_path: Path) -> None:
    data = dbf().replace(struct.pack("<11sc", b"POL", b"C"), struct.pack("<11sc", b"POL", b"?"))
    with pytest.raises(ManifestError, match=r"damaged DBF file \(Unknown field type"):
        parsed(tmp_path, data)


def test_every_ending_that_a_format_has_of_its_own_is_read_from_a_folder() -> None:
    assert {ending for form in FORMATS for ending in form.endings} <= set(SUFFIXES)
