"""`nightly` on the command line: what it prints, what it writes, and what it exits with."""

import json
import os
import shutil

import pytest

from riskscore.lake.open import create_lake
from riskscore.pages import night as night_page
from riskscore.simulation.write import simulate


@pytest.fixture
def place(tmp_path):
    world = simulate(tmp_path / "world", days=1, per_day=40, seed=8)
    (tmp_path / "inbox").mkdir()
    shutil.copy(world / "manifests" / "2024-01-01.parquet", tmp_path / "inbox" / "night.parquet")
    os.utime(tmp_path / "inbox" / "night.parquet", (1, 1))
    create_lake(tmp_path / "lake")
    return tmp_path


def test_a_night_is_told_and_written_and_the_next_call_finds_nothing_to_do(riskscore, place):
    asked = ["nightly", "--lake", place / "lake", "--inbox", place / "inbox", "--date", "2024-01-01"]
    ran = riskscore(*asked)
    assert (ran.code, ran.err) == (0, "")
    assert "accepted + 0 in quarantine" in " ".join(ran.out.split())
    assert "trained on simulated data" in ran.out
    page, counts = (place / "inbox" / "reports" / f"2024-01-01-run-1.{ending}" for ending in ("html", "json"))
    assert "Night of 2024-01-01" in page.read_text()
    assert json.loads(counts.read_text())["manifests"]["filings"] > 0
    again = riskscore(*asked)
    assert (again.code, again.out) == (0, "Nothing new in the inbox.\n")


def test_a_file_that_cannot_be_read_is_named_and_told_by_the_exit_code(riskscore, place):
    (place / "inbox" / "bad.csv").write_text("a;b\n1;2\n")
    os.utime(place / "inbox" / "bad.csv", (1, 1))
    ran = riskscore("nightly", "--lake", place / "lake", "--inbox", place / "inbox", "--json")
    assert ran.code == 1
    told = json.loads(ran.out)
    assert told["report"]["run"] == 1
    assert [file["name"] for file in told["left"]] == ["bad.csv"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--lake", "{place}/none", "--inbox", "{place}/inbox"], "lake init"),
        (["--lake", "{place}/lake", "--inbox", "{place}/none"], "inbox"),
        (["--lake", "{place}/lake", "--inbox", "{place}/inbox", "--capacity", "{place}/no.toml"], "no.toml"),
        (["--lake", "{place}/lake", "--inbox", "{place}/inbox", "--model", "none"], "no model folder"),
        (["--lake", "{place}/lake", "--inbox", "{place}/inbox", "--date", "yesterday"], "--date"),
    ],
)
def test_what_cannot_run_is_one_line(riskscore, place, arguments, told):
    ran = riskscore("nightly", *(argument.format(place=place) for argument in arguments))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert told in ran.err
    assert (place / "inbox" / "night.parquet").exists()


def test_a_run_that_was_killed_before_its_report_gets_it_from_the_next(riskscore, place, monkeypatch):
    asked = ["nightly", "--lake", place / "lake", "--inbox", place / "inbox", "--date", "2024-01-01"]

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(night_page, "write", killed)
        assert riskscore(*asked).code == 130
    page, counts = (place / "inbox" / "reports" / f"2024-01-01-run-1.{ending}" for ending in ("html", "json"))
    assert not page.exists()
    again = riskscore(*asked)
    assert again.code == 0
    assert "report of the run before was missing" in " ".join(again.out.split())
    assert "Nothing new in the inbox." in again.out
    assert "Night of 2024-01-01" in page.read_text()
    assert json.loads(counts.read_text())["manifests"]["filings"] > 0
    assert riskscore(*asked).out == "Nothing new in the inbox.\n"
