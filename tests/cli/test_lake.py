"""`riskscore lake`: creates, shows, compacts and exports; an error is one line and exit code 2."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskscore.lake import store
from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import TABLES

NIGHTS = (date(2024, 3, 1), date(2024, 3, 2))


@pytest.fixture
def filled(tmp_path: Path) -> Lake:
    lake = create_lake(tmp_path / "lake")
    for run, night in enumerate(NIGHTS, start=1):
        for part in (1, 2):
            frame = pl.DataFrame({"port": ["VNHPH"], "bill_of_lading": ["=B1"], "probability": [0.5 * part]})
            lake.append("scores", frame, run=run, night=night, step=f"part {part}")
    return lake


def test_init_creates_all_tables_and_describes_them(riskscore, tmp_path):
    for _ in range(2):
        ran = riskscore("lake", "init", tmp_path / "lake")
        assert (ran.code, ran.err) == (0, "")
        assert all(name in ran.out for name in TABLES)
    created = json.loads(riskscore("lake", "init", tmp_path / "lake", "--json").out)
    assert created["lake"] == str(tmp_path / "lake")
    assert list(created["tables"]) == list(TABLES)


def test_info_shows_every_table(riskscore, filled):
    ran = riskscore("lake", "info", filled.store.uri)
    assert ran.code == 0
    assert all(name in ran.out for name in TABLES)
    assert "2024-03-02" in ran.out
    tables = {
        table["table"]: table
        for table in json.loads(riskscore("lake", "info", filled.store.uri, "--json").out)["tables"]
    }
    assert (tables["scores"]["rows"], tables["scores"]["files"], tables["scores"]["last_run"]) == (4, 4, 2)
    assert tables["scores"]["last_night"] == "2024-03-02"


def test_info_distinguishes_orphans_with_missing_rows(riskscore, filled):
    folder = Path(filled.store.table("scores")) / "night=2024-03-02"
    pl.DataFrame({"port": ["VNHPH"], "run": [1]}).write_parquet(folder / "part-1.parquet")
    filled.append("scores", pl.DataFrame(), run=1, night=NIGHTS[1])
    assert "The tables have all rows of the orphans" in riskscore("lake", "info", filled.store.uri).out
    pl.DataFrame({"port": ["VNHPH"], "run": [7]}).write_parquet(folder / "part-7.parquet")
    assert "Orphans with rows that their table lacks: 1 of scores" in riskscore("lake", "info", filled.store.uri).out


def test_compact_reports_merged_files(riskscore, filled):
    ran = json.loads(riskscore("lake", "compact", filled.store.uri, "--keep-days", "400", "--json").out)
    assert {table["table"]: table["merged"] for table in ran["tables"]}["scores"] == 4
    assert filled.read("scores").collect().height == 4
    shown = riskscore("lake", "compact", filled.store.uri)
    assert shown.code == 0
    assert "scores" in shown.out


@pytest.mark.parametrize(
    ("options", "count"),
    [([], 4), (["--night", "2024-03-02"], 2), (["--as-of", "2024-03-01"], 2), (["--as-of", "2024-02-01"], 0)],
)
def test_export_writes_the_chosen_nights(options, count, riskscore, filled, tmp_path):
    out = tmp_path / "scores.csv"
    ran = riskscore("lake", "export", filled.store.uri, "scores", out, *options)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{count} rows of scores")
    written = pl.read_csv(out)
    assert written.height == count
    assert set(written["bill_of_lading"]) <= {"'=B1"}
    record = json.loads(riskscore("lake", "export", filled.store.uri, "scores", out, *options, "--json").out)
    assert record == {"table": "scores", "rows": count, "file": str(out)}


REFUSED: dict[str, tuple[list[str], str]] = {
    "info where no lake is": (["info", "{tmp}/nowhere"], "no lake at"),
    "compact where no lake is": (["compact", "{tmp}/nowhere"], "riskscore lake init"),
    "export where no lake is": (["export", "{tmp}/nowhere", "scores", "{tmp}/o.csv"], "no lake at"),
    "info of a folder of other files": (["info", "{tmp}/other"], "no lake at"),
    "init of a folder of other files": (["init", "{tmp}/other"], "mine.csv is there"),
    "init of a file": (["init", "{tmp}/other/mine.csv"], "mine.csv"),
    "init below a file": (["init", "{tmp}/other/mine.csv/lake"], "mine.csv"),
    "a password in the address": (["init", "s3://user:pass@bucket/lake"], "must not contain"),
    "a table that is none": (["export", "{lake}", "score", "{tmp}/o.csv"], "no table 'score'"),
    "an ending that is none": (["export", "{lake}", "scores", "{tmp}/o.pdf"], ".parquet, .csv, .jsonl"),
    "a folder that is not there": (["export", "{lake}", "scores", "{tmp}/no/o.csv"], "no folder"),
    "a day that is none": (["export", "{lake}", "scores", "{tmp}/o.csv", "--night", "Monday"], "--night"),
    "both kinds of day": (
        ["export", "{lake}", "scores", "{tmp}/o.csv", "--night", "2024-03-01", "--as-of", "2024-03-01"],
        "give only one",
    ),
    "nothing to keep": (["compact", "{lake}", "--keep-days", "0"], "--keep-days"),
    "a command that is none": (["drop", "{lake}"], "drop"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_errors_are_one_line_and_change_nothing(case, riskscore, filled, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.csv").write_text("mine")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    words, expected = REFUSED[case]
    ran = riskscore("lake", *(word.format(tmp=tmp_path, lake=filled.store.uri) for word in words))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert ran.err.startswith("error: ")
    assert expected in ran.err
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_lake_without_permission_is_one_line(riskscore, filled, monkeypatch):
    """Root may read any folder, so the answer of the system is replaced."""
    monkeypatch.setattr(store.os, "access", lambda *_: False)
    for command in ("info", "init", "compact"):
        ran = riskscore("lake", command, filled.store.uri)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert "no permission" in ran.err


@pytest.mark.parametrize(
    "words", [["lake", "--help"], *(["lake", name, "--help"] for name in ("init", "info", "compact", "export"))]
)
def test_help_has_examples(words, riskscore):
    ran = riskscore(*words)
    assert ran.code == 0
    assert "riskscore lake" in ran.out or "RISKSCORE_STORAGE" in ran.out
    assert len(words) == 2 or "Examples:" in ran.out


def test_damage_is_found_and_mended_from_a_backup(riskscore, filled, tmp_path):
    lake, saved = filled.store.uri, tmp_path / "backup"
    assert riskscore("lake", "check", lake).code == 1  # scores of runs that never began
    assert riskscore("lake", "repair", lake).code == 0
    sound = riskscore("lake", "check", lake)
    assert (sound.code, sound.err) == (0, "")
    assert "No damage" in sound.out
    ran = riskscore("lake", "backup", lake, saved)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(riskscore("lake", "backup", lake, saved, "--json").out)["copied"] == 0
    path = next(Path(lake, "scores").glob("night=*/*.parquet"))
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    ran = riskscore("lake", "check", lake, "--quick")
    assert ran.code == 1
    assert "has another size" in " ".join(ran.out.split())
    found = json.loads(riskscore("lake", "check", lake, "--json").out)["findings"]
    assert [(finding["kind"], finding["table"]) for finding in found] == [("data", "scores")]
    ran = riskscore("lake", "repair", lake, "--from", saved)
    assert (ran.code, ran.err) == (0, "")
    assert "put back from the backup" in " ".join(ran.out.split())
    assert path.read_bytes() == content
    ran = riskscore("lake", "restore", saved, tmp_path / "again")
    assert (ran.code, ran.err) == (0, "")
    assert riskscore("lake", "check", tmp_path / "again").code == 0
    path.unlink()
    lost = riskscore("lake", "repair", lake, "--json")
    assert lost.code == 1
    assert [each["lost"] for each in json.loads(lost.out)["mended"]] == [1]
    assert riskscore("lake", "check", lake).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("check", "{tmp}/none"),
        ("check", "/dev/null"),
        ("repair", "{tmp}/lake", "--from", "{tmp}"),
        ("backup", "{tmp}/lake", "{tmp}/lake/backup"),
        ("backup", "{tmp}/lake", "{tmp}"),
        ("restore", "{tmp}", "{tmp}/again"),
        ("check", "s3://nobody@customs/lake"),
        ("repair", "s3://customs/lake"),
        ("repair", "{tmp}/lake", "--from", "s3://customs/backup"),
        ("backup", "s3://customs/lake", "{tmp}/backup"),
        ("backup", "{tmp}/lake", "s3://customs/backup"),
        ("restore", "s3://customs/backup", "{tmp}/again"),
        ("restore", "{tmp}/backup", "s3://customs/lake"),
    ],
)
def test_what_cannot_be_checked_or_saved_is_one_line(words, riskscore, filled, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = riskscore("lake", *(word.format(tmp=tmp_path) for word in words))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    if "s3://customs" in str(words):
        assert "is an address" in ran.err
    assert not (tmp_path / "s3:").exists()
