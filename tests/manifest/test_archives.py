from __future__ import annotations

import gzip
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from riskscore.errors import ManifestError
from riskscore.manifest import archives
from riskscore.manifest.read import read


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def save(tmp_path: Path) -> Callable[[bytes, str], Path]:
    def write(data: bytes, name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_gzip_of_several_parts_is_read_to_the_end(
    as_csv: Callable[..., Path], row: Callable[..., list[str]], save: Callable[[bytes, str], Path]
) -> None:
    data = as_csv(row(), row(bill="B2")).read_bytes()
    halves = gzip.compress(data[:50]) + gzip.compress(data[50:]) + b"\0" * 512
    assert read(save(halves, "m.csv.gz")).consignments.height == 2


def test_members_of_a_zip_are_one_manifest_that_names_its_files(
    as_csv: Callable[..., Path], row: Callable[..., list[str]], save: Callable[[bytes, str], Path]
) -> None:
    first, second = as_csv(row()).read_bytes(), as_csv(row(bill="B2"), row(bill="B3", filed="never")).read_bytes()
    path = save(_zip({"a.csv": first, "sub/b.csv": second, "__MACOSX/a.csv": b"junk"}), "m.zip")
    manifest = read(path)
    assert manifest.consignments["bill_of_lading"].to_list() == ["ABCD0000001", "B2"]
    assert manifest.quarantine.select("file", "line").row(0) == (f"{path}/sub/b.csv", 3)
    assert manifest.balance == 0


def _encrypted() -> bytes:
    data = bytearray(_zip({"a.csv": b"x,y\n1,2\n" * 9}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


GOOD = b"Bill of Lading,Container No\nA,B\n" * 9
BROKEN = [
    ("empty.csv", b"", "is empty"),
    ("blank.csv", b" \n\n \n", "is empty"),
    ("empty.csv.gz", gzip.compress(b""), "contains an empty file"),
    ("cut.csv.gz", gzip.compress(GOOD)[:-12], "damaged gzip"),
    ("flipped.csv.gz", gzip.compress(GOOD)[:12] + b"\xff\xff" + gzip.compress(GOOD)[14:], "damaged gzip"),
    ("tail.csv.gz", gzip.compress(GOOD) + b"tail", "damaged gzip"),
    ("nested.csv.gz", gzip.compress(gzip.compress(GOOD)), "archive within an archive"),
    ("nested.zip", _zip({"a.csv": gzip.compress(GOOD)}), "contains another archive"),
    ("none.zip", b"PK\x05\x06" + b"\0" * 18, "without files"),
    ("cut.zip", _zip({"a.csv": GOOD})[:-30], "damaged zip"),
    ("hollow.zip", _zip({"a.csv": b""}), "contains only empty files"),
    ("locked.zip", _encrypted(), "password"),
    ("mixed.zip", _zip({"a.csv": GOOD, "b.json": b'[{"a":"b"}]'}), "different formats"),
    ("m.xlsx", b"not a workbook", "is not in XLSX format"),
    ("m.parquet", b"a,b\n1,2\n", "is not in Parquet format"),
    ("cut.parquet", b"PAR1" + b"\0" * 100, "damaged Parquet"),
    ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "is a damaged XLS file"),
    ("m.pdf", b"%PDF-1.7\n", "is a PDF"),
    ("m.7z", b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    ("m.xml", b"<?xml version='1.0'?><a/>", "XML"),
    ("m.json", b'[{"a": 1}, ', "damaged JSON"),
    ("m.json", b'{"a":\n {"b": 1}}', "no array of objects"),
    ("m.json", b'{"a": [{"x": 1}],\n "b": [{"x": 1}]}', "2 arrays"),
]


@pytest.mark.parametrize(("name", "data", "message"), BROKEN, ids=[f"{name}-{message}" for name, _, message in BROKEN])
def test_a_file_that_cannot_be_read_is_one_clear_line(
    name: str, data: bytes, message: str, save: Callable[[bytes, str], Path]
) -> None:
    with pytest.raises(ManifestError, match=message) as caught:
        read(save(data, name))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(ManifestError, match="no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(ManifestError, match="is a device"):
        read("/dev/zero")


def test_a_file_without_permission_is_named(
    as_csv: Callable[..., Path], row: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_csv(row())

    def deny(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("riskscore.door.os.open", deny)
    with pytest.raises(ManifestError, match="no permission"):
        read(path)


def test_unpacking_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch, save: Callable[[bytes, str], Path]) -> None:
    monkeypatch.setattr(archives, "SMALL_BYTES", 2**20)
    data = b"A,B\n" * 2**20
    for path in (save(gzip.compress(data), "b.csv.gz"), save(_zip({"a.csv": data}), "b.zip")):
        with pytest.raises(ManifestError, match="unpacks to more than"):
            read(path)


def test_an_archive_of_too_many_files_is_refused(
    save: Callable[[bytes, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    path = save(_zip({f"{n}.csv": b"a" for n in range(4)}), "m.zip")
    with pytest.raises(ManifestError, match="contains more than 3 files"):
        read(path)


def test_many_empty_gzip_members_are_refused_at_once(save: Callable[[bytes, str], Path]) -> None:
    with pytest.raises(ManifestError, match="more than 50,000 gzip files in one"):
        read(save(gzip.compress(b"") * 50_001, "m.gz"))


def test_many_tiny_files_are_refused_before_they_are_unpacked(save: Callable[[bytes, str], Path]) -> None:
    path = save(_zip({f"{n}.csv": GOOD for n in range(2_000)}), "m.zip")
    start = time.process_time()
    with pytest.raises(ManifestError, match=r"contains more than \d+ files, the most for an archive of its size"):
        read(path)
    assert time.process_time() - start < 1
