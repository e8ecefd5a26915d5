"""`explain --sheet` and `slate sheets`: what is written where, and what is refused."""

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
def test_explain_writes_a_sheet_in_the_language_asked_for(riskscore, manifest, model, *, past, tmp_path, code):
    folder, outcomes = past
    given = ("explain", manifest, *ONE, "--history", folder, "--outcomes", outcomes, "--model", model)
    out = tmp_path / "case.html"
    ran = riskscore(*given, "--sheet", out, "--lang", code)
    assert (ran.code, ran.err) == (0, "")
    assert "Its case sheet is in" in ran.out
    text = out.read_text("utf-8")
    assert find(code).say("Case sheet") in text
    assert f'<html lang="{code}">' in text
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.endswith(".part")) == []


def test_a_sheet_is_a_pdf_where_its_name_says_so(riskscore, manifest, model, tmp_path):
    out = tmp_path / "case.pdf"
    assert riskscore("explain", manifest, *ONE, "--model", model, "--sheet", out).code == 0
    assert 1 <= len(PdfReader(out).pages) <= 2


def test_reasons_are_told_in_the_language_asked_for(riskscore, manifest, model, monkeypatch):
    plain = json.loads(riskscore("explain", manifest, *ONE, "--model", model, "--json").out)
    french = json.loads(riskscore("explain", manifest, *ONE, "--model", model, "--json", "--lang", "fr").out)
    assert french["probability"] == plain["probability"]
    assert [one["feature"] for one in french["reasons"]] == [one["feature"] for one in plain["reasons"]]
    assert all(a["sentence"] != b["sentence"] for a, b in zip(french["reasons"], plain["reasons"], strict=True))
    monkeypatch.setenv("RISKSCORE_LANG", "fr")
    ranked = json.loads(riskscore("score", manifest, "--model", model, "--json").out)["ranked"]
    told = {one["container_number"]: one["reasons"] for one in ranked}
    if "TOYU0000004" in told:
        assert told["TOYU0000004"] == french["reasons"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--sheet", "case.doc"), "its name must end with one of .html, .pdf"),
        (("--sheet", "none/case.pdf"), "there is no folder"),
        (("--lang", "xx"), "there is no language 'xx'"),
        (("--sheet", "case.pdf", "--lake", "none"), "there is no lake"),
    ],
)
def test_what_cannot_be_written_is_one_line(riskscore, manifest, model, *, tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    ran = riskscore("explain", manifest, *ONE, "--model", model, *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert told in ran.err
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
        asked = ["--lake", place / "lake", "--inbox", place / "inbox", "--capacity", place / "ports.toml"]
        with pytest.raises(SystemExit) as ended:
            main(["nightly", *map(str, asked), "--date", day])
        assert ended.value.code == 0
    return place


def test_a_slate_becomes_a_folder_of_sheets_with_an_index_and_one_pdf(riskscore, night, tmp_path):
    out = tmp_path / "sheets"
    asked = ("slate", "sheets", "--lake", night / "lake", "--date", "2024-01-02", "--lang", "fr")
    ran = riskscore(*asked, "--top", 3, "--out", out, "--json")
    assert (ran.code, ran.err) == (0, "")
    told = json.loads(ran.out)["sheets"]
    assert len(told) == 3
    index = (out / "index.html").read_text("utf-8")
    files = sorted(one.name for one in (out / "sheets").iterdir())
    assert len(files) == 3
    assert all(f'href="sheets/{name}"' in index for name in files)
    assert len(PdfReader(out / "slate.pdf").pages) >= 3
    scores = open_lake(night / "lake").read("scores").filter(pl.col("night").cast(pl.String) == "2024-01-02").collect()
    wanted = scores.filter(container_number=told[0]["container_number"], bill_of_lading=told[0]["bill_of_lading"])
    sheet = (out / "sheets" / files[0]).read_text("utf-8")
    assert told[0]["container_number"] in sheet
    assert f"{wanted['probability'].item():.1%}".replace(".", ",").replace("%", "\u00a0%") in sheet


def test_a_sheet_of_a_past_night_says_what_that_night_said(riskscore, night, tmp_path):
    """Explained once more, later, it has the scores and reasons that the night stored."""
    lake = open_lake(night / "lake")
    made = nights.sheets(lake, date(2024, 1, 1), language=ENGLISH)
    stored = lake.read("scores", nights=(date(2024, 1, 1), date(2024, 1, 1))).collect()
    assert made
    for one in made:
        key = {name: one.scored[name] for name in ("bill_of_lading", "container_number")}
        row = stored.filter(**key).row(0, named=True)
        for name in ("probability", "margin", "rank", "reasons", "mitigating", "not_assessed", "model", "catalogue"):
            assert one.scored[name] == row[name], name
        assert one.context.recent_rank.among == stored.height


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--date", "2024-02-01", "--out", "new"), "no slate is drawn"),
        (("--date", "2024-01-02", "--out", "none/new"), "there is no folder"),
        (("--date", "2024-01-02", "--out", "."), "not an empty folder"),
        (("--date", "2024-01-02", "--out", "new", "--port", "ZZZZZ"), "no consignment of 2024-01-02 goes to ZZZZZ"),
        (("--date", "2024-01-02", "--out", "new", "--lang", "de"), "there is no language"),
    ],
)
def test_sheets_that_cannot_be_made_are_one_line_and_leave_nothing(
    riskscore, night, tmp_path, *, monkeypatch, words, told
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").touch()
    ran = riskscore("slate", "sheets", "--lake", night / "lake", *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert told in ran.err
    assert [one.name for one in tmp_path.iterdir() if "new" in one.name] == []
