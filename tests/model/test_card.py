import copy
import json
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from riskscore import folders
from riskscore.cli.models import _entry
from riskscore.errors import ModelError
from riskscore.explanation.checks import usual
from riskscore.model import archive
from riskscore.model.booster import CARD, Booster
from riskscore.model.card import Card
from riskscore.model.registry import Version
from riskscore.model.smoothing import SETTING
from riskscore.model.tables import tables
from riskscore.training.compare import learned_until

WRONG: tuple[Any, ...] = (None, True, 5, -1.5, "x", "", [], [[]], [5], {}, {"x": []}, 10**400, 1e308, float("nan"))


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


def shortened(value: Any) -> Any:
    """Return `value` with one entry of each list, and two of each long table."""
    if isinstance(value, dict):
        kept = list(value.items())[: 2 if len(value) > 24 else None]
        return {name: shortened(each) for name, each in kept}
    return [shortened(each) for each in value[:1]] if isinstance(value, list) and len(value) > 2 else value


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every value."""
    yield path
    inside = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    for key in inside:
        yield from places(value[key], (*path, key))  # type: ignore[index]  # it has this key


@pytest.mark.slow
def test_a_card_with_any_value_of_another_type_is_refused_in_one_line_or_can_be_used() -> None:
    good = shortened(json.loads(archive.read(folders.default_model())[CARD]))
    described = {"edges": [0.0, 1.0], "shares": [0.5, 0.25, 0.25], "missing": 0.5}
    good["reference"] = {"features": {"description_words": described}, "score": described}
    good["settings"][SETTING] = {"consignee": 3.0}
    refused = 0
    Card.from_json(json.dumps(good))
    for path in [path for path in places(good) if path and (path[-1] not in range(1, 99))]:
        for wrong in (*WRONG, places):
            card = copy.deepcopy(good)
            into = card
            for key in path[:-1]:
                into = into[key]
            if wrong is places:
                del into[path[-1]]
            else:
                into[path[-1]] = wrong
            try:
                read = Card.from_json(json.dumps(card))
            except ModelError as error:
                refused += 1
                assert "\n" not in str(error) and len(str(error)) < 400, path
                continue
            _entry(Version("it", "champion", read))
            usual(read.reference, pl.DataFrame())
            learned_until(read)
    assert refused > 500


@pytest.mark.parametrize("text", ["[" * 200_000, '{"rows": ' + "9" * 5_000 + "}"])
def test_text_that_stops_a_reader_of_json_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ModelError, match="not valid JSON") as refused:
        Card.from_json(text)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400
