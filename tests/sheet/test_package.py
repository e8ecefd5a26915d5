"""A case as a package for another service."""

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
    """A lake in which alerts of two handlings name a box; its bill and number."""
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
    told: dict[str, list[dict[str, object]]] = {}
    for one in json.loads((folder / package.BUNDLE).read_text("utf-8"))["objects"]:
        told.setdefault(one["type"], []).append(one)
    return told


def test_a_package_is_valid_stix_marked_and_without_what_may_not_leave(
    named: tuple[Lake, str, str], tmp_path: Path
) -> None:
    lake, bill, container = named
    done = package.write(lake, tmp_path / "case", bill=bill, container=container, handling="amber", reason="see scan 4")
    text = (tmp_path / "case" / package.BUNDLE).read_text("utf-8")
    stix2.parse(text, allow_custom=True, version="2.1")
    told = _bundle(tmp_path / "case")
    assert done.left_out == 1
    assert "secret source" not in text
    assert "Customs B" not in text
    assert {"report", "observed-data", "indicator", "note", "identity", "marking-definition"} <= set(told)
    assert told["report"][0]["object_marking_refs"] == [tlp.MARKINGS["amber"]]
    assert told["indicator"][0]["object_marking_refs"] == [tlp.MARKINGS["green"]]
    assert "see scan 4" in [note["content"] for note in told["note"]]
    ids = {one["id"] for objects in told.values() for one in objects}
    refs = {str(ref) for one in (*told["report"], *told["note"], *told["observed-data"]) for ref in one["object_refs"]}  # type: ignore[attr-defined]
    assert refs <= ids


def test_the_manifest_holds_the_checksum_of_every_file(named: tuple[Lake, str, str], tmp_path: Path) -> None:
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


def test_the_same_case_is_the_same_zip(named: tuple[Lake, str, str], tmp_path: Path) -> None:
    lake, bill, container = named
    for name in ("one.zip", "two.zip"):
        package.write(lake, tmp_path / name, bill=bill, container=container)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == [package.BUNDLE, package.MANIFEST]


def test_what_cannot_be_packed_leaves_nothing_behind(named: tuple[Lake, str, str], tmp_path: Path) -> None:
    lake, bill, container = named
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(SettingsError, match="no container"):
        package.write(lake, tmp_path / "case", bill="NONE", container=container)
    with pytest.raises(SettingsError, match="one of clear"):
        package.write(lake, tmp_path / "case", bill=bill, container=container, handling="white")
    with pytest.raises(SettingsError, match="it is there"):
        package.write(lake, tmp_path, bill=bill, container=container)

    def fail(path: Path) -> None:
        raise SettingsError("no sheet")

    with pytest.raises(SettingsError, match="no sheet"):
        package.write(lake, tmp_path / "case", bill=bill, container=container, pdf=fail)
    assert {path.name for path in tmp_path.iterdir()} == before
