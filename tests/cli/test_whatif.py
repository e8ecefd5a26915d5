"""`riskscore whatif`: other policies on two nights of a lake. Only the page is written."""

import json
import os
import shutil

import polars as pl
import pytest

from riskscore import cli
from riskscore.errors import LakeError
from riskscore.folders import default_model
from riskscore.lake.open import create_lake, open_lake
from riskscore.runs import ledger
from riskscore.simulation.write import simulate

DAYS = ("2024-01-01", "2024-01-02")
CAPACITY = "[default]\nboxes = 3\nscans = 1\ndocuments = 1\nshares = { score = 0.34, explore = 0.33, random = 0.33 }\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A lake with two nights, with an outcome for every opened box."""
    folder = tmp_path_factory.mktemp("whatif")
    world = simulate(folder / "world", days=2, per_day=120, seed=8, smuggling_rate=0.1)
    (folder / "inbox").mkdir()
    (folder / "ports.toml").write_text(CAPACITY)
    create_lake(folder / "lake")
    words = ["--lake", folder / "lake", "--inbox", folder / "inbox", "--capacity", folder / "ports.toml"]
    for day in DAYS:
        shutil.copy(world / "manifests" / f"{day}.parquet", folder / "inbox")
        os.utime(folder / "inbox" / f"{day}.parquet", (1, 1))
        with pytest.raises(SystemExit) as ended:
            cli.main([str(word) for word in ("nightly", *words, "--date", day)])
        assert not ended.value.code
    key = ["bill_of_lading", "container_number"]
    opened = open_lake(folder / "lake").read("slates").filter(pl.col("action") == "open").select(key).unique().collect()
    outcomes = opened.join(pl.read_parquet(world / "truth.parquet"), on=key).select(
        *key,
        finding=pl.when("smuggled").then(pl.lit("seizure")).otherwise(pl.lit("clean")),
        known_at=pl.lit("2024-01-05T00:00:00Z"),
    )
    outcomes.write_csv(folder / "found.csv")
    with pytest.raises(SystemExit) as ended:
        cli.main(["record", "--lake", str(folder / "lake"), str(folder / "found.csv")])
    assert not ended.value.code
    return folder


@pytest.mark.slow
def test_policies_are_compared_in_tables_and_on_a_page(riskscore, place, tmp_path):
    ran = riskscore("whatif", "--lake", place / "lake", "--boxes", 2, 3, "--threshold", "0", "0.5")
    assert (ran.code, ran.err) == (0, "")
    assert "2024-01-01 to 2024-01-02" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100
    for name in ("2 boxes per port, threshold 0", "3 boxes per port, threshold 0.5", "actual"):
        assert name in " ".join(ran.out.split())
    assert "trained on" in ran.out or "simulated traffic" in ran.out
    ran = riskscore("whatif", "--lake", place / "lake", "--shares", "0.5", "0", "0.5", "--out", tmp_path / "page.html")
    assert (ran.code, ran.err) == (0, "")
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "<svg" in text
    assert "shares 0.5/0/0.5" in text
    command = ("whatif", "--lake", place / "lake", "--boxes", 4, "--out")
    assert riskscore(*command, tmp_path / "record.json").code == 0
    assert json.loads((tmp_path / "record.json").read_text())["policies"][0]["policy"] == "4 boxes per port"


def test_the_same_capacity_or_model_changes_nothing(riskscore, place):
    before = sorted(place.rglob("*"))
    file = ("--capacity", place / "ports.toml")
    record = [
        json.loads(riskscore("whatif", "--lake", place / "lake", *file, *more, "--json").out)
        for more in ((), ("--model", default_model()))
    ]
    plain, rescored = (result["policies"][0] for result in record)
    assert plain["seizures"] == plain["kept"] > 0
    assert plain["change"] == {"value": 0, "low": 0, "high": 0}
    names = ("still", "other", "kept", "lost", "gained", "found", "change", "ports", "a_night")
    assert {name: plain[name] for name in names} == {name: rescored[name] for name in names}
    assert any("learned up to" in note or "up to which day it learned" in note for note in record[1]["notes"])
    assert sorted(place.rglob("*")) == before


def test_without_the_past_ledger_the_log_gives_the_same_result(riskscore, place, monkeypatch):
    command = ("whatif", "--lake", place / "lake", "--model", default_model(), "--json")
    with_ledger = riskscore(*command).out

    def cleared(*_: object) -> None:
        raise LakeError("its files were cleared away")

    monkeypatch.setattr(ledger, "balances_of", cleared)
    assert riskscore(*command).out == with_ledger


def test_another_model_opens_other_boxes(riskscore, place, model):
    command = ("whatif", "--lake", place / "lake", "--model", model, "--from", DAYS[1], "--json")
    record = json.loads(riskscore(*command).out)
    (tried,) = record["policies"]
    assert (record["nights"], record["first"]) == (1, DAYS[1])
    assert tried["a_night"]["boxes"] == pytest.approx(record["a_night"]["boxes"])
    assert tried["still"] < tried["opened"]
    assert tried["other"] > 0
    assert record["models"]["small"] == "simulated"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lake", "{tmp}/none", "--boxes", "3"], "no lake"),
        (["--lake", "{empty}", "--boxes", "3"], "no slate"),
        (["--lake", "{lake}", "--boxes", "3", "--from", "2025-01-01"], "from 2025-01-01"),
        (["--lake", "{lake}", "--boxes", "3", "--from", "2024-02-01", "--to", "2024-01-01"], "is after"),
        (["--lake", "{lake}"], "nothing to try"),
        (["--lake", "{lake}", "--boxes", "-1"], "boxes -1"),
        (["--lake", "{lake}", "--boxes", "many"], "--boxes"),
        (["--lake", "{lake}", "--shares", "0.5", "0.1", "0.1"], "add up to 1"),
        (["--lake", "{lake}", "--threshold", "1.2"], "threshold 1.2"),
        (["--lake", "{lake}", "--threshold", "0.1", "nan"], "a number, not nan"),
        (["--lake", "{lake}", "--model", "none"], "no model folder"),
        (["--lake", "{lake}", "--capacity", "{tmp}/none.toml"], "none.toml"),
        (["--lake", "{lake}", "--boxes", "3", "--out", "page.pdf"], ".html"),
        (["--lake", "{lake}", "--boxes", "3", "--out", "{tmp}/none/page.html"], "no folder"),
    ],
)
def test_errors_in_set_and_limit_are_one_line(riskscore, place, tmp_path, arguments, message):
    create_lake(tmp_path / "empty")
    named = {"lake": place / "lake", "tmp": tmp_path, "empty": tmp_path / "empty"}
    ran = riskscore("whatif", *(argument.format(**named) for argument in arguments))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert message in ran.err
