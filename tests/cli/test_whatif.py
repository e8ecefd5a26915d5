"""`whatif` from the command line, on a night that really ran: with its own model, and with another."""

import json
import os
import shutil
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "sample_manifests"


@pytest.fixture
def lake(riskscore, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbox").mkdir()
    shutil.copy(SAMPLES / "haiphong-2019.csv", tmp_path / "inbox")
    os.utime(tmp_path / "inbox" / "haiphong-2019.csv", (1, 1))
    riskscore("lake", "init", "lake")
    assert riskscore("nightly", "--lake", "lake", "--inbox", "inbox", "--date", "2019-06-01").code == 0
    return "lake"


def test_policies_are_compared_and_written(riskscore, lake, tmp_path):
    ran = riskscore(
        "whatif", "--lake", lake, "--boxes", 5, "--boxes", 8, "--threshold", 0.1, "--out", "w.html", "--json"
    )
    told = json.loads(ran.out)
    assert [one["policy"] for one in told["results"]] == [
        "as it was",
        "5 boxes, threshold 0.1",
        "8 boxes, threshold 0.1",
    ]
    assert told["results"][0]["opened"] == 10
    assert (tmp_path / "w.html").read_text().startswith("<!DOCTYPE html>")
    again = riskscore("whatif", "--lake", lake, "--model", SAMPLES.parent / "models" / "default", "--json")
    same = json.loads(again.out)["results"]
    assert same[1]["opened"] == same[0]["opened"]
    assert "5 boxes" in riskscore("whatif", "--lake", lake, "--boxes", 5).out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "nothing to try"),
        (["--shares", 0.5, 0.1, 0.1], "they add up to 0.7"),
        (["--threshold", 2], "2.0 is no probability"),
        (["--model", "nowhere"], "no model folder nowhere"),
        (["--boxes", 3, "--from", "2030-01-01"], "no slate is drawn from 2030-01-01"),
        (["--boxes", 3, "--out", "w.txt"], "must end with one of .html, .json"),
    ],
)
def test_what_cannot_be_tried_is_one_line(riskscore, lake, words, told):
    ran = riskscore("whatif", "--lake", lake, *words)
    assert ran.code == 2
    assert told in ran.err
    assert ran.err.count("\n") == 1


def test_a_lake_that_is_not_there_is_one_line(riskscore, tmp_path):
    ran = riskscore("whatif", "--lake", tmp_path / "none", "--boxes", 3)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
