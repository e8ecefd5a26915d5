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


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "x"}'])
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        Card.from_json(text)


def test_a_card_with_an_unknown_field_is_refused(toy_booster: Booster) -> None:
    with pytest.raises(ModelError, match="fields of a card"):
        Card.from_json(json.dumps({**json.loads(toy_booster.card.to_json()), "more": 1}))
