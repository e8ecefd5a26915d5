import json

import pytest

from riskscore.errors import ModelError
from riskscore.model.booster import Booster
from riskscore.model.card import Card
from riskscore.model.tables import tables


def test_a_card_survives_being_written_and_read(toy_booster: Booster) -> None:
    text = toy_booster.card.to_json()
    assert Card.from_json(text).to_json() == text


def test_the_readable_card_says_what_the_model_is_and_what_it_cannot_do(toy_booster: Booster) -> None:
    text = toy_booster.card.to_markdown()
    for wanted in (
        "**simulated data**",
        "2024-01-01 to 2024-04-29",
        "24,000 consignments",
        "## Known limits",
        "Rip-on/rip-off",
        "without rip-on/rip-off",
        "cover_load",
        "logistic regression",
        "odd price",
    ):
        assert wanted in text, wanted


def test_every_table_is_rectangular(toy_booster: Booster) -> None:
    for table in tables(toy_booster.card.test):
        assert table.rows, table.title
        assert {len(row) for row in table.rows} == {len(table.header)}, table.title


def test_tables_can_be_made_from_an_evaluation_of_an_older_version(toy_booster: Booster) -> None:
    """Older cards have areas of groups without intervals, and no capacity, quantities or calibration checks."""
    old_fields = (
        "labels",
        "note",
        "overall",
        "without_rip_on_rip_off",
        "random",
        "reliability",
        "by_commodity",
        "by_scheme",
    )
    old = json.loads(json.dumps({name: toy_booster.card.test[name] for name in old_fields}))
    for part in (old["overall"], old["without_rip_on_rip_off"]):
        for name in ("resampled", "capacity", "quantity_kg", "unweighed"):
            del part[name]
        for at in part["at"]:
            del at["quantity_kg"], at["quantity_share"]
    for entry in (*old["by_commodity"], *old["by_scheme"]):
        entry["roc_auc"] = entry["roc_auc"]["value"]
    titles = {table.title: table for table in tables(old)}
    top = "What inspecting the riskiest consignments finds"
    assert {top, "Ranking and calibration", "Recall by scheme"} <= titles.keys()
    assert "capacity" not in {row[1] for row in titles[top].rows}
    assert {len(row[2]) for row in titles["Recall by scheme"].rows} == {len("0.123")}


def test_a_card_shows_results_at_capacity_and_the_calibration(toy_booster: Booster) -> None:
    text = toy_booster.card.to_markdown()
    assert "| all | capacity |" in text
    assert "Are the probabilities correct" in text
    assert "curve" not in toy_booster.card.to_json()
    assert len(text.splitlines()) < 160


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "x"}'])
def test_text_that_is_not_a_card_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        Card.from_json(text)


def test_a_card_with_an_unknown_field_is_refused(toy_booster: Booster) -> None:
    with pytest.raises(ModelError, match="missing or unknown fields"):
        Card.from_json(json.dumps({**json.loads(toy_booster.card.to_json()), "more": 1}))
