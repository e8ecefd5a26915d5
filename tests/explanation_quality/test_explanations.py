"""Judging explanations: planted flags are looked for, and deliberate errors are found."""

import re
from datetime import date

import numpy as np
import polars as pl
import pytest

from riskscore import folders
from riskscore.engine.assessment import Assessment
from riskscore.engine.read import read_card
from riskscore.errors import TrainingError
from riskscore.explanation_quality import faithfulness, stability
from riskscore.explanation_quality.flags import explained, flags, topics
from riskscore.explanation_quality.judge import judge
from riskscore.explanation_quality.planted import planted
from riskscore.explanation_quality.readable import faults, readable
from riskscore.explanation_quality.recompute import Checker
from riskscore.features import catalogue
from riskscore.history.past import Past
from riskscore.manifest.log import read_log
from riskscore.model.booster import Booster, update_card
from riskscore.simulation.write import simulate

DAYS, FIRST = 40, date(2024, 2, 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The last days of a small world with much smuggling, and the history of these days."""
    folder = simulate(tmp_path_factory.mktemp("w") / "w", days=DAYS, per_day=150, seed=5, smuggling_rate=0.02)
    log = read_log([folder / "manifests"])
    past, now = (log.filter((pl.col("filed_at").dt.date() < FIRST) == is_past) for is_past in (True, False))
    last = now.sort("filed_at", "version").unique(
        ["bill_of_lading", "container_number"], keep="last", maintain_order=True
    )
    earlier = now.join(last, on=now.columns, how="anti", nulls_equal=True)
    return {
        "rows": last,
        "past": Past(past, pl.read_parquet(folder / "outcomes.parquet"), earlier),
        "truth": pl.read_parquet(folder / "truth.parquet"),
    }


@pytest.fixture(scope="module")
def booster():
    return Booster.load(folders.default_model(), catalogue.load())


@pytest.fixture(scope="module")
def assessed(world, booster):
    return Assessment.of(world["rows"], world["past"], booster, catalogue.load())


@pytest.fixture(scope="module")
def checked(assessed, world):
    reasons, _, _ = explained(assessed, flags(assessed, 0.05).head(60))
    return reasons, Checker(world["rows"], assessed.catalogue, world["past"])


@pytest.mark.slow
def test_all_four_measures_are_judged(world, booster):
    judged = judge(booster, world["rows"], world["truth"], world["past"], catalogue=catalogue.load())
    assert [part["share"] for part in judged["planted"]] == [0.01, 0.05]
    assert judged["planted"][1]["caught"] > 5
    assert judged["stability"]["trials"] == len(stability.CHANGES) * max(1, -(-world["rows"].height // 100))
    assert judged["faithfulness"]["more"]["value"] > 0.9
    assert judged["faithfulness"]["fall_without_named"] > judged["faithfulness"]["fall_without_other"]
    assert (judged["readable"]["wrong"], judged["readable"]["faults"]) == (0, [])
    assert judged["readable"]["values"] > 500


@pytest.mark.slow
def test_reasons_name_planted_flags_and_not_others(assessed, world):
    result = planted(assessed, world["truth"], 0.05)
    assert result["named"]["value"] > result["first"]["value"] > 0
    other_flags = world["truth"].with_columns(pl.when("smuggled").then(pl.lit([57, 60])).alias("indicators"))
    assert planted(assessed, other_flags, 0.05)["named"]["value"] < result["named"]["value"] / 2


def test_every_changed_value_in_a_sentence_is_found(checked):
    """Each digit of each sentence is changed, one at a time."""
    reasons, checker = checked
    unchanged = list(checker.check(reasons))
    assert [sentence for sentence in unchanged if sentence.fault] == []
    tried = missed = 0
    for row in reasons.iter_slices(1):
        for place, reason in enumerate(row["reasons"].item()):
            for number in re.finditer(r"\d", reason["sentence"]):
                digit = str((int(number.group()) + 3) % 10)
                sentence = reason["sentence"][: number.start()] + digit + reason["sentence"][number.end() :]
                edited = [
                    dict(other, sentence=sentence) if at == place else other
                    for at, other in enumerate(row["reasons"].item())
                ]
                changed = row.with_columns(reasons=pl.Series([edited], dtype=row.schema["reasons"]))
                tried += 1
                missed += not any(result.fault for result in checker.check(changed))
    assert tried > 200
    assert missed == 0


def test_a_sentence_that_is_not_the_features_is_found(checked):
    reasons, checker = checked
    row = reasons.head(1)
    for sentence in ("The box is very suspicious.", "The bill was filed {filed_to_arrival}."):
        first = [dict(row["reasons"].item()[0], sentence=sentence)]
        changed = row.with_columns(reasons=pl.Series([first], dtype=row.schema["reasons"]))
        assert readable(changed, checker)["wrong"] >= 1


@pytest.mark.parametrize(
    "sentence",
    ["It weighs nan kg.", "It has {value:.0f} boxes.", "no capital.", "It has no stop", "Of 1 boxes none was opened.",
     "(not stated) and (not stated) differ.", "It  has two blanks.", "It has 3 box(es)."],
)  # fmt: skip
def test_unreadable_sentences_are_found(sentence):
    assert faults(sentence)


@pytest.mark.parametrize("sentence", ["The bill was filed 1 day before arrival.", '"X" is (not stated).', "Who is it?"])
def test_readable_sentences_have_no_faults(sentence):
    assert faults(sentence) == []


@pytest.mark.slow
def test_a_meaningful_change_changes_the_reasons(assessed, world, monkeypatch):
    steady = stability.stability(assessed, world["past"], catalogue.load())["stayed"]["value"]
    changes = [
        pl.col("goods_description").str.replace_all(".+", "USED CLOTHES"),
        pl.col("port_of_loading").str.replace_all(".+", "CNSHA"),
        pl.col("origin_country").str.replace_all(".+", "CN"),
    ]
    monkeypatch.setattr(stability, "CHANGES", {"other goods from elsewhere": changes})
    moved = stability.stability(assessed, world["past"], catalogue.load())["stayed"]["value"]
    assert steady > 0.9 > moved


def test_faithfulness_falls_if_the_reasons_name_irrelevant_evidence(assessed, monkeypatch):
    """If the reasons name what moved the score least, removing it matters no more than removing other evidence."""

    def weakest(assessed, wanted):
        reasons, matrix, contributions = explained(assessed, wanted)
        topic_of = np.array(topics(assessed.catalogue, contributions.names))
        names = list(dict.fromkeys(topic_of))
        totals = np.column_stack([np.abs(contributions.values[:, topic_of == name].sum(axis=1)) for name in names])
        least = np.argsort(totals, axis=1)[:, :5]
        lists = [[{"feature": contributions.names[list(topic_of).index(names[at])]} for at in row] for row in least]
        return reasons.with_columns(reasons=pl.Series(lists)), matrix, contributions

    monkeypatch.setattr(faithfulness, "explained", weakest)
    assert faithfulness.faithfulness(assessed)["more"]["value"] < 0.5


def test_without_a_truth_nothing_is_judged(world, booster):
    with pytest.raises(TrainingError, match="--truth"):
        judge(booster, world["rows"], None, catalogue=catalogue.load())


def test_figures_are_written_into_the_card_and_nothing_else_changes(tmp_path, booster):
    folder = tmp_path / "m"
    booster.save(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    faithful = {"flags": 0, "more": None, "fall_without_named": None, "fall_without_other": None}
    figures = {"planted": [], "stability": {"trials": 0, "by_change": {}, "stayed": None}, "faithfulness": faithful}
    update_card(folder, explanations=figures)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"card.json", "card.md"}
    assert Booster.load(folder, catalogue.load()).card.explanations == figures
    assert "How good the reasons are" in (folder / "card.md").read_text()
    assert read_card(folder).explanations == figures
