"""Declared checks: every feature has exactly one check or fact, readable texts, and clean values that make sense."""

import shutil

import polars as pl
import pytest

from riskscore import folders
from riskscore.errors import CatalogueError
from riskscore.explanation import checks
from riskscore.features import catalogue

DECLARED = checks.load()


def test_every_feature_has_exactly_one_check_or_fact():
    named = [*DECLARED.answerable, *(name for fact in DECLARED.facts for name in fact.features)]
    assert sorted(named) == sorted(catalogue.load().names)


@pytest.mark.parametrize("word", ["source", "market", "seizure_rate", "lane_", "_before", "_km", "origin_advantage"])
def test_no_check_answers_places_or_history(word):
    products = {"cover_from_source", "new_origin_for_old_consignee"}  # a check answers the other part of these
    assert not {name for name in DECLARED.answerable if word in name} - products


@pytest.mark.parametrize("check", DECLARED.checks, ids=lambda check: check.id)
def test_a_check_is_written_in_complete_sentences(check):
    assert check.text[0].isupper() and check.text[-1] in ".?"
    assert "{" not in check.text
    assert check.clean and check.effort in checks.EFFORTS


def test_yes_no_flags_come_back_as_no():
    features = catalogue.load().features
    answers = {name: value for check in DECLARED.checks for name, value in check.clean.items()}
    assert {answers[name] for name in answers if features[name].unit == "yes/no"} == {0}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("cargo", 'settled_by = "weigh"\nclean = 0\n', "", "needs either settled_by"),
        ("cargo", 'fact = "load"', 'fact = "load"\nsettled_by = "weigh"\nclean = 0', "needs either settled_by"),
        ("cargo", 'settled_by = "weigh"', 'settled_by = "wiegh"', "no 'wiegh' in checks.toml; did you mean weigh?"),
        ("cargo", 'fact = "load"', 'fact = "zz"', "no 'zz' in checks.toml; choose from history"),
        ("goods", 'clean = "absent"', 'clean = "gone"', "clean is 'gone'; give its number"),
        ("checks", 'effort = "yard"', 'effort = "soon"', "effort is 'soon'; use one of desk, yard"),
        ("checks", "why = ", "because = ", "lacks 'why'"),
        ("checks", "[check.complete]", "[check.complete", "not valid TOML"),
    ],
)
def test_wrong_declarations_are_named(tmp_path, monkeypatch, file, old, new, message):
    shutil.copytree(folders.features(), tmp_path / "features")
    path = tmp_path / "features" / f"{file}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    monkeypatch.setattr(folders, "features", lambda: tmp_path / "features")
    monkeypatch.setattr(catalogue, "load", catalogue.load.__wrapped__)
    with pytest.raises(CatalogueError, match=message):
        checks.load.__wrapped__()


def test_usual_comes_from_the_card_else_from_the_rows():
    rows = pl.DataFrame({"hs_text_agreement": [0.2, 0.4, None, 0.9], "freight_to_value": [None] * 4}).cast(pl.Float32)
    described = {"edges": [0.1, 0.7, 0.9], "shares": [0.3, 0.3, 0.2, 0.2], "missing": 0.0}
    usual = checks.usual({"features": {"hs_text_agreement": described}}, rows)
    assert usual == {"hs_text_agreement": 0.7}
    high = described | {"shares": [0.1, 0.1, 0.1, 0.7]}  # the median is above the last edge
    assert checks.usual({"features": {"hs_text_agreement": high}}, rows)["hs_text_agreement"] == pytest.approx(0.4)
    assert checks.usual({}, rows.clear()) == {}


def test_a_feature_with_an_unknown_usual_value_is_left_out():
    scan = next(check for check in DECLARED.checks if check.id == "scan")
    assert scan.values({})["cover_kind_code"] is None
    assert "density_deviation" not in scan.values({})
    assert scan.values({"density_deviation": 0.5})["density_deviation"] == 0.5


def test_facts_are_summed_by_reason():
    contributions = pl.DataFrame(
        {
            "feature": ["consignee_before", "shipper_before", "wildlife_source", "direct_km", "cover_load"],
            "contribution": [0.5, -0.1, 0.2, -0.3, 2.0],
        }
    )
    facts = checks.unsettled(contributions)
    assert facts["id"].to_list() == ["history"]
    assert facts["contribution"].item() == pytest.approx(0.4)
