"""Package of a case for another service."""

import hashlib
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import stix2

from riskscore.alerts import tlp
from riskscore.casework import watch_lists
from riskscore.errors import SettingsError
from riskscore.lake.protocol import Lake
from riskscore.runs import log
from riskscore.sheet import package

NIGHT = date(2024, 3, 1)
NOW = datetime(2024, 2, 1, tzinfo=UTC)


@pytest.fixture
def named(lake: Lake, tmp_path: Path) -> tuple[Lake, str, str]:
    """A lake in which two alerts with different handling name a box; its bill and container number."""
    row = lake.read("consignments").filter(pl.col("run") == 1).head(1).collect().row(0, named=True)
    path = tmp_path / "alerts.csv"
    path.write_text(
        "id,provider,container_number,handling,reliability,reason\n"
        f"1,Customs A,{row['container_number']},green,A1,<b>ivory</b>\n"
        f"2,Customs B,{row['container_number']},red,A1,secret source\n"
    )
    watch_lists.import_alerts(lake, [path], now=NOW)
    watch_lists.match_night(lake, log.Run(1, NIGHT, NOW + timedelta(1), {}))
    return lake, row["bill_of_lading"], row["container_number"]


def _bundle(folder: Path) -> dict[str, list[dict[str, object]]]:
    """The objects of a bundle by their type."""
    objects: dict[str, list[dict[str, object]]] = {}
    for entry in json.loads((folder / package.BUNDLE).read_text("utf-8"))["objects"]:
        objects.setdefault(entry["type"], []).append(entry)
    return objects


def test_a_package_is_valid_stix_with_markings_and_without_alerts_that_may_not_be_shared(
    named: tuple[Lake, str, str], tmp_path: Path
) -> None:
    lake, bill, container = named
    done = package.write(lake, tmp_path / "case", bill=bill, container=container, handling="amber", reason="see scan 4")
    text = (tmp_path / "case" / package.BUNDLE).read_text("utf-8")
    stix2.parse(text, allow_custom=True, version="2.1")
    objects = _bundle(tmp_path / "case")
    assert done.left_out == 1
    assert "secret source" not in text
    assert "Customs B" not in text
    assert {"report", "observed-data", "indicator", "note", "identity", "marking-definition"} <= set(objects)
    assert objects["report"][0]["object_marking_refs"] == [tlp.MARKINGS["amber"]]
    assert objects["indicator"][0]["object_marking_refs"] == [tlp.MARKINGS["green"]]
    assert "see scan 4" in [note["content"] for note in objects["note"]]
    ids = {entry["id"] for entries in objects.values() for entry in entries}
    linked = (*objects["report"], *objects["note"], *objects["observed-data"])
    refs = {str(ref) for entry in linked for ref in entry["object_refs"]}  # type: ignore[attr-defined]
    assert refs <= ids


def test_the_manifest_has_the_checksum_of_every_file(named: tuple[Lake, str, str], tmp_path: Path) -> None:
    lake, bill, container = named
    out = tmp_path / "case"
    sheet = b"%PDF-1.7 made elsewhere"
    package.write(lake, out, bill=bill, container=container, pdf=lambda path: path.write_bytes(sheet) and None)
    manifest = json.loads((out / package.MANIFEST).read_text())
    assert {entry["file"] for entry in manifest["files"]} == {package.BUNDLE, package.SHEET}
    for entry in manifest["files"]:
        content = (out / entry["file"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["bytes"] == len(content)
    assert manifest["alerts_left_out"] == 1
    assert {path.name for path in out.iterdir()} == {package.BUNDLE, package.SHEET, package.MANIFEST}


def test_the_same_case_gives_the_same_zip(named: tuple[Lake, str, str], tmp_path: Path) -> None:
    lake, bill, container = named
    for name in ("one.zip", "two.zip"):
        package.write(lake, tmp_path / name, bill=bill, container=container)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == [package.BUNDLE, package.MANIFEST]


def test_a_package_that_cannot_be_written_leaves_no_files(named: tuple[Lake, str, str], tmp_path: Path) -> None:
    lake, bill, container = named
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(SettingsError, match="no container"):
        package.write(lake, tmp_path / "case", bill="NONE", container=container)
    with pytest.raises(SettingsError, match="one of clear"):
        package.write(lake, tmp_path / "case", bill=bill, container=container, handling="white")
    with pytest.raises(SettingsError, match="already exists"):
        package.write(lake, tmp_path, bill=bill, container=container)

    def fail(path: Path) -> None:
        raise SettingsError("no sheet")

    with pytest.raises(SettingsError, match="no sheet"):
        package.write(lake, tmp_path / "case", bill=bill, container=container, pdf=fail)
    assert {path.name for path in tmp_path.iterdir()} == before
