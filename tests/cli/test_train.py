"""`riskscore simulate`, `train` and `evaluate`: from simulated data to a model that scores."""

import json
from pathlib import Path

import polars as pl
import pytest

from riskscore import cli
from riskscore.lake.open import create_lake
from riskscore.lifecycle import retrain, tracking


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world") / "world"
    with pytest.raises(SystemExit) as ended:
        cli.main(["simulate", str(out), "--days", "80", "--per-day", "60", "--smuggling-rate", "0.05", "--seed", "3"])
    assert ended.value.code == 0
    (out / "found.json").write_text("[]")
    return out


def test_a_world_has_a_file_per_day_outcomes_and_truth(world):
    assert len(list((world / "manifests").glob("20??-??-??.parquet"))) == 80
    assert set(pl.read_parquet(world / "outcomes.parquet")["finding"]) >= {"clean", "seizure"}
    assert pl.read_parquet(world / "truth.parquet")["smuggled"].sum() > 100


@pytest.mark.slow
def test_a_model_is_trained_evaluated_and_used(riskscore, world, tmp_path):
    labels = ["--outcomes", world / "outcomes.parquet", "--truth", world / "truth.parquet"]
    trained = riskscore("train", "--manifests", world / "manifests", *labels, "--out", tmp_path / "mine")
    assert trained.code == 0, trained.err
    assert str(tmp_path / "mine") in trained.out.replace("\n", "")
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == [
        "calibration.json", "card.json", "card.md", "model.txt",
    ]  # fmt: skip

    last = sorted((world / "manifests").iterdir())[-20:]
    past = sorted((world / "manifests").iterdir())[:-20]
    command = ["evaluate", "--model", tmp_path / "mine", "--manifests", *last, "--history", *past, *labels]
    record = json.loads(riskscore(*command, "--json").out)
    assert [at["share"] for at in record["overall"]["at"]] == [0.01, 0.02, 0.05, 0.1]
    assert record["overall"]["roc_auc"]["value"] > 0.5
    printed = riskscore(*command).out
    assert "Ranking and calibration" in printed
    assert max(map(len, printed.splitlines())) <= 100

    (tmp_path / "ports.toml").write_text("[default]\nboxes = 0\n[port.VNHPH]\nboxes = 1\n")
    page, figures = tmp_path / "page.html", tmp_path / "figures.json"
    assert str(page) in riskscore(*command, "--out", page).out.replace("\n", "")
    assert "Tested on simulated traffic" in page.read_text()
    riskscore(*command, "--out", figures, "--capacity", tmp_path / "ports.toml")
    written = json.loads(figures.read_text())
    assert written["capacity"]["used"] <= 20 < record["capacity"]["used"]
    assert written["overall"]["at"] == record["overall"]["at"]
    assert {"curve", "by_port", "by_lane", "cold_start", "calibration"} <= written.keys()
    assert sum(entry["rows"] for entry in record["by_port"]) == record["overall"]["rows"]
    assert record["overall"]["quantity_kg"] > 0

    listed = json.loads(riskscore("score", last[-1], "--history", *past, "--model", tmp_path / "mine", "--json").out)
    assert listed["ranked"][0]["model"] == record["model"]


@pytest.mark.slow
def test_a_world_alone_is_enough_to_train(riskscore, world, tmp_path):
    trained = riskscore("train", "--world", world, "--out", tmp_path / "mine")
    assert trained.code == 0, trained.err
    card = json.loads((tmp_path / "mine" / "card.json").read_text())
    assert (card["labels"], card["data"]) == ("truth", "simulated")
    assert card["command"] == f"riskscore train --world {world} --seed 0 --out MODEL"
    labels = ["--outcomes", world / "outcomes.parquet", "--truth", world / "truth.parquet"]
    same = riskscore("train", "--manifests", world / "manifests", *labels, "--out", tmp_path / "same")
    assert same.code == 0, same.err
    assert (tmp_path / "same" / "model.txt").read_text() == (tmp_path / "mine" / "model.txt").read_text()


@pytest.mark.slow
def test_training_on_outcomes_is_repeatable_and_warns_of_unsure_probabilities(riskscore, world, tmp_path):
    call = ["train", "--manifests", world / "manifests", "--outcomes", world / "outcomes.parquet", "--hold-back", "7"]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        trained = riskscore(*call, "--trials", "2", "--study", tmp_path / "study", "--out", tmp_path / name / "m")
        assert trained.code == 0, trained.err
        assert trained.err.startswith("warning: The probabilities are uncertain")
        assert trained.err.count("\n") == 1
        assert "7 later day(s) were held back" in " ".join(trained.out.split())
    for file in ("model.txt", "calibration.json", "card.json", "card.md"):
        assert (tmp_path / "one" / "m" / file).read_bytes() == (tmp_path / "two" / "m" / file).read_bytes()
    card = json.loads((tmp_path / "one" / "m" / "card.json").read_text())
    assert "--hold-back 7 --trials 2 --study" in card["command"]
    assert card["learned_until"] <= "2024-03-13"
    assert card["selection"]["never_opened"] > 0


def test_a_model_is_trained_on_a_lake_and_logged_to_mlflow(riskscore, world, tmp_path, monkeypatch):
    record = []
    monkeypatch.setattr(tracking, "mlflow", lambda: None)
    monkeypatch.setattr(tracking, "log", lambda card, uri: record.append((card.name, uri)))
    monkeypatch.setattr(retrain, "HOLD_BACK_DAYS", 7)
    lake = create_lake(tmp_path / "lake")
    filed = pl.concat([pl.read_parquet(path) for path in sorted((world / "manifests").iterdir())])
    lake.append("consignments", filed.with_columns(night=pl.col("filed_at").dt.date()), run=1)
    outcomes = pl.read_parquet(world / "outcomes.parquet")
    lake.append("outcomes", outcomes.with_columns(recorded_at=pl.col("known_at"), night=pl.col("known_at").dt.date()))
    trained = riskscore("train", "--lake", tmp_path / "lake", "--out", tmp_path / "m", "--mlflow", "somewhere")
    assert trained.code == 0, trained.err
    assert "7 later day(s)" in " ".join(trained.out.split())
    assert record == [(json.loads((tmp_path / "m" / "card.json").read_text())["name"], "somewhere")]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["simulate", "{world}"], "not an empty folder"),
        (["simulate", "{tmp}/w", "--smuggling-rate", "7"], "smuggling_rate"),
        (["simulate", "{tmp}/w", "--start", "tomorrow"], "--start"),
        (["simulate", "{tmp}/no/w"], "no folder"),
        (["train", "--manifests", "{world}/manifests/2024-01-01.parquet", "--outcomes", "{world}/outcomes.parquet",
          "--out", "{tmp}/m"], ""),
        (["train", "--manifests", "{tmp}", "--outcomes", "{world}/outcomes.parquet", "--out", "{tmp}/m"],
         "no manifest"),
        (["train", "--manifests", "{world}/manifests", "--outcomes", "{world}/outcomes.parquet", "--truth", "{tmp}/no",
          "--out", "{tmp}/m"], "no such file"),
        (["train", "--world", "{world}", "--outcomes", "{world}/outcomes.parquet", "--out", "{tmp}/m"], "in one way"),
        (["train", "--manifests", "{world}/manifests", "--out", "{tmp}/m"], "in one way"),
        (["train", "--out", "{tmp}/m"], "in one way"),
        (["train", "--lake", "{tmp}", "--world", "{world}", "--out", "{tmp}/m"], "in one way"),
        (["train", "--lake", "{tmp}/no", "--out", "{tmp}/m"], "no lake"),
        (["train", "--world", "{world}", "--until", "2024-02-01", "--hold-back", "3", "--out", "{tmp}/m"], "one of"),
        pytest.param(["train", "--world", "{world}", "--hold-back", "90", "--out", "{tmp}/m"], "nothing is left",
                     marks=pytest.mark.slow),
        (["train", "--world", "{world}", "--study", "{tmp}/s", "--out", "{tmp}/m"], "--tune or --trials"),
        (["train", "--world", "{world}", "--tune", "1", "--trials", "1", "--out", "{tmp}/m"], "needs one limit"),
        (["train", "--world", "{world}", "--tune", "-1", "--out", "{tmp}/m"], "must be above 0"),
        (["train", "--world", "{world}", "--mlflow", "x", "--out", "{tmp}/m"], "riskscore[mlflow]"),
        (["train", "--world", "{tmp}", "--out", "{tmp}/m"], "manifests"),
        (["evaluate", "--manifests", "{world}/manifests", "--outcomes", "{tmp}/no.parquet"], "no.parquet"),
        (["evaluate", "--manifests", "{world}/manifests", "--outcomes", "{world}/outcomes.parquet", "--out",
          "{tmp}/page.pdf"], ".html, .json"),
        (["evaluate", "--manifests", "{world}/manifests", "--outcomes", "{world}/outcomes.parquet", "--out",
          "{tmp}/no/page.html"], "no folder"),
        (["evaluate", "--manifests", "{world}/manifests", "--outcomes", "{world}/found.json", "--out",
          "{world}/found.json"], "being read"),
        (["evaluate", "--manifests", "{world}/manifests", "--outcomes", "{world}/outcomes.parquet", "--capacity",
          "{tmp}/no.toml"], "cannot read the capacities"),
    ],
)  # fmt: skip
def test_errors_of_training_are_one_line_and_leave_no_files(riskscore, world, tmp_path, arguments, expected):
    ran = riskscore(*(argument.format(world=world, tmp=tmp_path) for argument in arguments))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda rows: rows.clear(), "is in the outcomes"),
        (lambda rows: rows.with_columns(pl.lit("ELSEWHERE").alias("bill_of_lading")), "is in the outcomes"),
        (lambda rows: rows.with_columns(pl.lit("clean").alias("finding")), "are positive"),
    ],
    ids=["no outcomes", "outcomes of others", "all clean"],
)
def test_errors_of_evaluate_are_one_line(riskscore, world, tmp_path, change, expected):
    outcomes = tmp_path / "outcomes.parquet"
    change(pl.read_parquet(world / "outcomes.parquet")).write_parquet(outcomes)
    day = sorted((world / "manifests").iterdir())[40]
    ran = riskscore("evaluate", "--manifests", day, "--outcomes", outcomes, "--out", tmp_path / "page.html")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
    assert not (tmp_path / "page.html").exists()


def test_a_manifest_without_rows_is_one_line(riskscore, world, tmp_path):
    empty = tmp_path / "empty.parquet"
    pl.read_parquet(sorted((world / "manifests").iterdir())[40]).clear().write_parquet(empty)
    ran = riskscore("evaluate", "--manifests", empty, "--outcomes", world / "outcomes.parquet")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert "0 consignments" in ran.err
