"""`riskscore nightly`: its output, its files and its exit codes."""

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


def test_a_night_is_reported_and_a_second_run_has_nothing_to_do(riskscore, place):
    command = ["nightly", "--lake", place / "lake", "--inbox", place / "inbox", "--date", "2024-01-01"]
    ran = riskscore(*command)
    assert (ran.code, ran.err) == (0, "")
    assert "accepted + 0 in quarantine" in " ".join(ran.out.split())
    assert "trained on simulated data" in ran.out
    page, counts = (place / "inbox" / "reports" / f"2024-01-01-run-1.{ending}" for ending in ("html", "json"))
    assert "Night of 2024-01-01" in page.read_text()
    assert json.loads(counts.read_text())["manifests"]["filings"] > 0
    again = riskscore(*command)
    assert (again.code, again.out) == (0, "Nothing new in the inbox.\n")


def test_an_unreadable_file_is_named_and_the_exit_code_is_1(riskscore, place):
    (place / "inbox" / "bad.csv").write_text("a;b\n1;2\n")
    os.utime(place / "inbox" / "bad.csv", (1, 1))
    ran = riskscore("nightly", "--lake", place / "lake", "--inbox", place / "inbox", "--force", "--json")
    assert ran.code == 1
    record = json.loads(ran.out)
    assert record["report"]["run"] == 1
    assert [file["name"] for file in record["left"]] == ["bad.csv"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--lake", "{place}/none", "--inbox", "{place}/inbox"], "lake init"),
        (["--lake", "{place}/lake", "--inbox", "{place}/none"], "inbox"),
        (["--lake", "{place}/lake", "--inbox", "{place}/inbox", "--capacity", "{place}/no.toml"], "no.toml"),
        (["--lake", "{place}/lake", "--inbox", "{place}/inbox", "--model", "none"], "no model folder"),
        (["--lake", "{place}/lake", "--inbox", "{place}/inbox", "--date", "yesterday"], "--date"),
    ],
)
def test_errors_are_one_line(riskscore, place, arguments, expected):
    ran = riskscore("nightly", *(argument.format(place=place) for argument in arguments))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
    assert (place / "inbox" / "night.parquet").exists()


@pytest.mark.slow
def test_the_next_run_writes_the_missing_report_of_a_killed_run(riskscore, place, monkeypatch):
    command = ["nightly", "--lake", place / "lake", "--inbox", place / "inbox", "--date", "2024-01-01"]

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(night_page, "write", killed)
        assert riskscore(*command).code == 130
    page, counts = (place / "inbox" / "reports" / f"2024-01-01-run-1.{ending}" for ending in ("html", "json"))
    assert not page.exists()
    again = riskscore(*command)
    assert again.code == 0
    assert "previous run had not written its report" in " ".join(again.out.split())
    assert "Nothing new in the inbox." in again.out
    assert "Night of 2024-01-01" in page.read_text()
    assert json.loads(counts.read_text())["manifests"]["filings"] > 0
    assert riskscore(*command).out == "Nothing new in the inbox.\n"


@pytest.mark.slow
def test_a_mistyped_date_is_refused_and_a_night_closed_by_it_is_reopened(riskscore, place):
    command = ["nightly", "--lake", place / "lake", "--inbox", place / "inbox", "--date", "2204-01-07"]
    ran = riskscore(*command)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "--force" in ran.err
    assert riskscore(*command, "--force").code == 0
    reopen = ["lake", "reopen", place / "lake", "--date", "2204-01-07", "--reason"]
    assert riskscore(*reopen, "").code == 2
    assert riskscore(*reopen, "the date was mistyped").out.startswith("The night of 2204-01-07 is open again")
    assert riskscore(*reopen, "again").code == 2
