"""`explain --sheet` and `slate sheets`: their files, and errors of one line."""

import json
import os
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader

from riskscore.cli import main
from riskscore.lake.open import create_lake, open_lake
from riskscore.language import ENGLISH, find
from riskscore.sheet import night as nights
from riskscore.simulation.write import simulate

ONE = ("--container", "TOYU0000004")


@pytest.mark.parametrize("code", ["en", "fr", "zh"])
def test_explain_writes_a_sheet_in_each_language(riskscore, manifest, model, *, past, tmp_path, code):
    folder, outcomes = past
    call = ("explain", manifest, *ONE, "--history", folder, "--outcomes", outcomes, "--model", model)
    out = tmp_path / "case.html"
    ran = riskscore(*call, "--sheet", out, "--lang", code)
    assert (ran.code, ran.err) == (0, "")
    assert "The case sheet is in" in ran.out
    text = out.read_text("utf-8")
    assert find(code).say("Case sheet") in text
    assert f'<html lang="{code}">' in text
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.endswith(".part")) == []


def test_a_sheet_with_the_ending_pdf_is_a_pdf(riskscore, manifest, model, tmp_path):
    out = tmp_path / "case.pdf"
    assert riskscore("explain", manifest, *ONE, "--model", model, "--sheet", out).code == 0
    assert 1 <= len(PdfReader(out).pages) <= 2


@pytest.mark.slow
def test_reasons_are_in_the_chosen_language(riskscore, manifest, model, monkeypatch):
    plain = json.loads(riskscore("explain", manifest, *ONE, "--model", model, "--json").out)
    french = json.loads(riskscore("explain", manifest, *ONE, "--model", model, "--json", "--lang", "fr").out)
    assert french["probability"] == plain["probability"]
    assert [reason["feature"] for reason in french["reasons"]] == [reason["feature"] for reason in plain["reasons"]]
    assert all(a["sentence"] != b["sentence"] for a, b in zip(french["reasons"], plain["reasons"], strict=True))
    monkeypatch.setenv("RISKSCORE_LANG", "fr")
    ranked = json.loads(riskscore("score", manifest, "--model", model, "--json").out)["ranked"]
    reasons = {row["container_number"]: row["reasons"] for row in ranked}
    if "TOYU0000004" in reasons:
        assert reasons["TOYU0000004"] == french["reasons"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--sheet", "case.doc"), "its name must end with one of .html, .pdf"),
        (("--sheet", "none/case.pdf"), "there is no folder"),
        (("--lang", "xx"), "there is no language 'xx'"),
        (("--sheet", "case.pdf", "--lake", "none"), "there is no lake"),
    ],
)
def test_errors_of_explain_are_one_line(riskscore, manifest, model, *, tmp_path, monkeypatch, words, expected):
    monkeypatch.chdir(tmp_path)
    ran = riskscore("explain", manifest, *ONE, "--model", model, *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
    assert not (tmp_path / "case.pdf").exists()


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Path:
    """A lake with two nights of a small world."""
    place = tmp_path_factory.mktemp("nights")
    world = simulate(place / "world", days=2, per_day=40, seed=8)
    (place / "inbox").mkdir()
    create_lake(place / "lake")
    (place / "ports.toml").write_text("[default]\nboxes = 1\nscans = 1\ndocuments = 1\n")
    for day in ("2024-01-01", "2024-01-02"):
        shutil.copy(world / "manifests" / f"{day}.parquet", place / "inbox" / f"{day}.parquet")
        os.utime(place / "inbox" / f"{day}.parquet", (1, 1))
        command = ["--lake", place / "lake", "--inbox", place / "inbox", "--capacity", place / "ports.toml"]
        with pytest.raises(SystemExit) as ended:
            main(["nightly", *map(str, command), "--date", day])
        assert ended.value.code == 0
    return place


@pytest.mark.slow
def test_the_sheets_of_a_slate_have_an_index_and_one_pdf(riskscore, night, tmp_path):
    out = tmp_path / "sheets"
    command = ("slate", "sheets", "--lake", night / "lake", "--date", "2024-01-02", "--lang", "fr")
    ran = riskscore(*command, "--top", 3, "--out", out, "--json")
    assert (ran.code, ran.err) == (0, "")
    record = json.loads(ran.out)["sheets"]
    assert len(record) == 3
    index = (out / "index.html").read_text("utf-8")
    files = sorted(path.name for path in (out / "sheets").iterdir())
    assert len(files) == 3
    assert all(f'href="sheets/{name}"' in index for name in files)
    assert len(PdfReader(out / "slate.pdf").pages) >= 3
    scores = open_lake(night / "lake").read("scores").filter(pl.col("night").cast(pl.String) == "2024-01-02").collect()
    wanted = scores.filter(container_number=record[0]["container_number"], bill_of_lading=record[0]["bill_of_lading"])
    sheet = (out / "sheets" / files[0]).read_text("utf-8")
    assert record[0]["container_number"] in sheet
    assert f"{wanted['probability'].item():.1%}".replace(".", ",").replace("%", "\u00a0%") in sheet


@pytest.mark.slow
def test_a_sheet_of_a_past_night_has_the_scores_of_that_night(riskscore, night, tmp_path):
    """A sheet that is made later has the scores and reasons that the night stored."""
    lake = open_lake(night / "lake")
    sheets = nights.sheets(lake, date(2024, 1, 1), language=ENGLISH)
    stored = lake.read("scores", nights=(date(2024, 1, 1), date(2024, 1, 1))).collect()
    assert sheets
    for sheet in sheets:
        key = {name: sheet.scored[name] for name in ("bill_of_lading", "container_number")}
        row = stored.filter(**key).row(0, named=True)
        for name in ("probability", "margin", "rank", "reasons", "mitigating", "not_assessed", "model", "catalogue"):
            assert sheet.scored[name] == row[name], name
        assert sheet.context.recent_rank.among == stored.height


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--date", "2024-02-01", "--out", "new"), "no slate is drawn"),
        (("--date", "2024-01-02", "--out", "none/new"), "there is no folder"),
        (("--date", "2024-01-02", "--out", "."), "not an empty folder"),
        (("--date", "2024-01-02", "--out", "new", "--port", "ZZZZZ"), "no consignment of 2024-01-02 goes to ZZZZZ"),
        (("--date", "2024-01-02", "--out", "new", "--lang", "de"), "there is no language"),
    ],
)
def test_errors_of_sheets_are_one_line_and_leave_no_files(riskscore, night, tmp_path, *, monkeypatch, words, expected):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").touch()
    ran = riskscore("slate", "sheets", "--lake", night / "lake", *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
    assert [path.name for path in tmp_path.iterdir() if "new" in path.name] == []
