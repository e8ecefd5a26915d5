"""A feature that was declared after the model was trained: the model still scores, and lists the feature as missing."""

import shutil

import polars as pl
import pytest

import riskscore
from riskscore import folders
from riskscore.cli import main
from riskscore.explanation import checks
from riskscore.features import build, catalogue, goods

ENTRY = """
[goods_in_capitals]
indicator = 17
meaning = "the description is written in capitals"
unit = "yes/no"
direction = 0
needs = ["goods_description"]
reason = "The description is written in capitals."
relief = "The description is not written in capitals."
check = "Ask for the packing list."
source = "made up for a test"
settled_by = "packing_list"
clean = 0
"""


def goods_in_capitals() -> pl.Expr:
    """The description is written in capitals."""
    return pl.col("goods_description") == pl.col("goods_description").str.to_uppercase()


@pytest.fixture
def declared(tmp_path, monkeypatch):
    """The shipped catalogue with one more feature, which the shipped model does not have."""
    shutil.copytree(folders.features(), tmp_path / "features")
    with (tmp_path / "features" / "goods.toml").open("a", encoding="utf-8") as file:
        file.write(ENTRY)
    monkeypatch.setattr(folders, "features", lambda: tmp_path / "features")
    monkeypatch.setattr(goods_in_capitals, "__module__", goods.__name__)
    monkeypatch.setattr(goods, "goods_in_capitals", goods_in_capitals, raising=False)
    for cached in (catalogue.load, checks.load):
        cached.cache_clear()
    yield
    for cached in (catalogue.load, checks.load):
        cached.cache_clear()


@pytest.fixture
def before(ship, history, outcomes):
    """The scores of the shipped model with the shipped catalogue."""
    return riskscore.score(ship, riskscore.Past(history, outcomes), explained=30)


def test_the_shipped_model_scores_as_before(ship, history, outcomes, before, declared):
    assert "goods_in_capitals" in build.functions()
    past = riskscore.Past(history, outcomes)
    now = riskscore.score(ship, past, explained=30)
    same = ("margin", "probability", "rank", "reasons", "mitigating", "catalogue")
    assert now.select(same).equals(before.select(same))
    pending = "the description is written in capitals: not in this model yet"
    assert now["not_assessed"].list.contains(pending).all()
    explained = riskscore.explain(ship, now["container_number"][0], past)
    assert "goods_in_capitals" not in explained.contributions["feature"].to_list()
    assert explained.scored["margin"].item() == now["margin"][0]


def test_a_feature_that_the_model_uses_must_stay_what_it_was(ship, declared):
    path = folders.features() / "goods.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("number of distinct words of three or more letters", "number of letters"), "utf-8")
    catalogue.load.cache_clear()
    with pytest.raises(riskscore.ModelError, match="declared differently: description_words"):
        riskscore.score(ship)


@pytest.mark.parametrize("command", [["features"], ["models", "show", "default"]])
def test_commands_list_features_that_are_not_in_the_model(command, declared, capsys):
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "not in this model yet" in printed.lower()
    assert "goods_in_capitals" in printed
