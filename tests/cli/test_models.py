"""`riskscore models`: what each command prints and changes."""

import json
import shutil
from dataclasses import replace
from datetime import date

import pytest

from riskscore.features import catalogue
from riskscore.lake.open import create_lake
from riskscore.model.booster import Booster
from riskscore.simulation.write import simulate


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return simulate(tmp_path_factory.mktemp("w") / "world", days=8, per_day=60, seed=4, smuggling_rate=0.15)


@pytest.fixture
def models(tmp_path, model, other_model, monkeypatch):
    """A folder with two small models, one that cannot be loaded, and one with other features."""
    monkeypatch.setenv("RISKSCORE_MODELS", str(tmp_path / "models"))
    booster = Booster.load(model, catalogue.load())
    for name in ("one", "two"):
        card = replace(booster.card, name=f"small-{name}", learned_until=str(date(2024, 1, 3)))
        replace(booster, card=card).save(tmp_path / "models" / name)
    shutil.copytree(tmp_path / "models" / "one", tmp_path / "models" / "torn")
    (tmp_path / "models" / "torn" / "card.json").write_text("{")
    shutil.copytree(other_model, tmp_path / "models" / "other")
    return tmp_path / "models"


@pytest.fixture
def judged(world):
    """Arguments for rows that neither model learned from."""
    days = sorted((world / "manifests").iterdir())
    labels = ["--outcomes", world / "outcomes.parquet", "--truth", world / "truth.parquet"]
    return ["--manifests", *days[3:], *labels, "--history", *days[:3]]


def states(riskscore, *arguments):
    record = json.loads(riskscore("models", "list", *arguments, "--json").out)
    return {version["name"]: version["state"] for version in record["models"]}


def test_list_shows_all_models_and_why_one_is_unreadable(riskscore, models):
    assert states(riskscore) == {
        "default": "champion", "one": "challenger", "two": "challenger", "torn": "challenger", "other": "challenger",
    }  # fmt: skip
    printed = riskscore("models", "list").out
    assert "challenger, unreadable" in " ".join(printed.split())
    assert "torn: the model's card is not valid JSON" in " ".join(printed.split())
    record = json.loads(riskscore("models", "list", "--json").out)["models"]
    assert "other features" in next(version["unreadable"] for version in record if version["name"] == "other")
    shipped = next(version for version in record if version["name"] == "default")
    assert shipped["data"] == "simulated"
    assert shipped["recall"]["low"] <= shipped["recall"]["value"] <= shipped["recall"]["high"]


def test_a_refused_promotion_prints_the_checks_and_one_line_and_changes_nothing(riskscore, models, judged):
    ran = riskscore("models", "promote", "one", *judged)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "one was not promoted. Failed: better at capacity" in ran.err
    assert "better at capacity no it finds no more: with" in " ".join(ran.out.split())
    result = riskscore("models", "promote", "one", *judged, "--json")
    assert result.code == 2
    record = json.loads(result.out)
    assert record["promoted"] is False
    assert "the champion" in record["refusals"]["better at capacity"]
    assert states(riskscore)["default"] == "champion"
    assert not (models / "history").exists()


@pytest.mark.slow
def test_an_override_is_recorded_and_the_new_champion_scores_until_the_rollback(riskscore, models, judged, world):
    ran = riskscore("models", "promote", "one", *judged, "--override", "we try\nit")
    assert ran.code == 0, ran.err
    assert "one was promoted, in place of default. Reason: we try it. Checks that were overridden: better" in " ".join(
        ran.out.split()
    )
    command = ["score", sorted((world / "manifests").iterdir())[0], "--top", "1", "--json"]
    (first,) = json.loads(riskscore(*command).out)["ranked"]
    assert (first["model"], first["catalogue"]) == ("small-one", catalogue.load().hash)
    shown = json.loads(riskscore("models", "show", "one", "--json").out)
    assert (shown["state"], shown["card"]["name"]) == ("champion", "small-one")
    assert [change["reason"] for change in shown["history"]] == ["we try it"]
    assert shown["history"][0]["refusals"][0].startswith("better at capacity: it finds no more")
    assert "overridden: better at capacity" in " ".join(riskscore("models", "show", "one").out.split())
    back = riskscore("models", "rollback", "--reason", "no better", "--json")
    assert json.loads(back.out)["champion"] == "default"
    assert states(riskscore) == {
        "default": "champion", "one": "former", "two": "challenger", "torn": "challenger", "other": "challenger",
    }  # fmt: skip
    assert json.loads(riskscore(*command).out)["ranked"][0]["model"].startswith("simulated-truth")


def test_a_retired_model_is_listed_as_retired_and_cannot_be_promoted(riskscore, models, judged):
    assert "two was retired. Reason: old." in riskscore("models", "retire", "two", "--reason", "old").out
    assert states(riskscore)["two"] == "retired"
    ran = riskscore("models", "promote", "two", *judged, "--override", "still")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "two was retired" in ran.err


def test_a_comparison_is_printed_and_written_as_a_safe_page(riskscore, models, judged, tmp_path):
    evil = models / "<b>x"
    shutil.copytree(models / "one", evil)
    ran = riskscore("models", "compare", "default", "<b>x", *judged, "--out", tmp_path / "page.html")
    assert ran.code == 0, ran.err
    assert max(map(len, ran.out.splitlines())) <= 100
    page = (tmp_path / "page.html").read_text()
    assert "<b>x" not in page
    assert "&lt;b&gt;x compared with default" in page
    assert "simulation" in page
    assert "<script" not in page
    result = riskscore("models", "compare", "default", "one", *judged, "--out", tmp_path / "page.json", "--json")
    record = json.loads(result.out)
    assert record == json.loads((tmp_path / "page.json").read_text())
    assert [model["name"] for model in record["models"]] == ["default", "one"]
    assert record["left_out"] is None


def test_a_lake_has_its_own_registry(riskscore, models, judged, tmp_path):
    lake = tmp_path / "lake"
    create_lake(lake)
    assert riskscore("models", "retire", "two", "--lake", lake).code == 0
    assert states(riskscore, "--lake", lake)["two"] == "retired"
    assert states(riskscore)["two"] == "challenger"
    ran = riskscore("models", "promote", "one", "--lake", lake)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "is named in the outcomes" in ran.err or "none of 0 consignments" in ran.err


WRONG = {
    "no rows": (["compare", "one", "two"], "give --lake, or --manifests with --outcomes"),
    "rows of two places": (["promote", "one", "--lake", "{tmp}", "--manifests", "{world}/manifests"], "give --lake"),
    "days of files": (["compare", "one", "two", "--manifests", "{world}/manifests", "--outcomes",
                       "{world}/outcomes.parquet", "--from", "2024-01-05"], "--from and --to need --lake"),
    "no such model": (["show", "four"], "no model folder"),
    "an unreadable one": (["show", "torn"], "card"),
    "no lake": (["list", "--lake", "{tmp}/none"], "lake init"),
    "nothing before": (["rollback"], "no champion before default"),
    "the champion retired": (["retire", "default"], "is the champion"),
    "another page": (["compare", "one", "two", "--manifests", "{world}/manifests", "--outcomes",
                      "{world}/outcomes.parquet", "--out", "{tmp}/x.pdf"], "must end with one of .html, .json"),
    "promoting what is torn": (["promote", "torn", "--manifests", "{world}/manifests", "--outcomes",
                                "{world}/outcomes.parquet", "--override", "x"], "card"),
    "promoting one of other features": (["promote", "other", "--manifests", "{world}/manifests", "--outcomes",
                                         "{world}/outcomes.parquet", "--override", "x"], "other features"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_errors_are_one_line_and_change_nothing(riskscore, models, world, tmp_path, case):
    arguments, expected = WRONG[case]
    ran = riskscore("models", *(argument.format(world=world, tmp=tmp_path) for argument in arguments))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
    assert not (models / "history").exists()
