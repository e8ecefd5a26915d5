from datetime import UTC, datetime

import polars as pl
import pytest

from riskscore.errors import CatalogueError
from riskscore.explanation.sentences import LONGEST, Written, absently, fill, open_ended, plainly
from riskscore.features.catalogue import Catalogue

ROW = pl.DataFrame(
    {
        "value": [0.9375],
        "kg": [26400.0],
        "count": [3],
        "name": ["Blue Heron Trading"],
        "ports": [["NGAPP", "SGSIN"]],
        "filed_at": [datetime(2024, 3, 5, tzinfo=UTC)],
        "new": [True],
        "nothing": pl.Series([None], dtype=pl.Float64),
        "infinite": [float("inf")],
    }
)

INSTEAD = "What it is about."


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{kg:,.0f} kg is {value:.0%} of it.", "26,400 kg is 94% of it."),
        ("{value:.1f} {value:.2f}", "0.9 0.94"),
        ("{value}, {kg}, {count}, {new}", "0.938, 26,400, 3, yes"),
        ("{name} by way of {ports}", "Blue Heron Trading by way of NGAPP, SGSIN"),
        ("on {filed_at:%d %B %Y}", "On 05 March 2024"),
        ("{{literally}} \"{name}\"", '{literally} "Blue Heron Trading"'),
        ("No field at all.", "No field at all."),
    ],
)  # fmt: skip
def test_a_template_is_filled_with_the_rows_values(template: str, sentence: str) -> None:
    assert fill(template, Written(ROW), instead=INSTEAD).to_list() == [sentence]


@pytest.mark.parametrize("template", ["{nothing:.0f} kg", "{absent}", "{infinite:.0f}", "{name:,.0f}"])
def test_another_sentence_stands_in_for_one_that_lacks_a_value(template: str) -> None:
    assert fill(template, Written(ROW), instead=INSTEAD).to_list() == [INSTEAD]


@pytest.mark.parametrize("template", ["{name.__class__}", "{name[0]}", "{", "{}", "{0}"])
def test_a_template_that_reaches_beyond_plain_names_is_refused(template: str) -> None:
    with pytest.raises(CatalogueError):
        fill(template, Written(ROW), instead=INSTEAD)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("{kg} {0} %s $1", "{kg} {0} %s $1"),
        ("a\x00b\x1b[31m\r\nc", "a b [31m c"),
        ("left\u202eright\u200b", "left right"),
        ("x" * 5_000, "x" * (LONGEST - 3) + "..."),
        ("東風 \U0001f6a2", "東風 \U0001f6a2"),
        (" \t ", None),
    ],
)
def test_a_hostile_value_does_no_harm(name: str, shown: str | None) -> None:
    rows = pl.DataFrame({"name": [name]})
    wanted = INSTEAD if shown is None else f"<{shown}>"
    assert fill("<{name}>", Written(rows), instead=INSTEAD).to_list() == [wanted]


def test_each_row_gets_its_own_values() -> None:
    rows = pl.DataFrame({"kg": [1.0, None, 2500.0, 1.0], "value": [-0.001, 2.0, 3.0, -4.0]})
    assert fill("{kg:,.0f} kg, {value:.0f}", Written(rows), instead=INSTEAD).to_list() == [
        "1 kg, 0", INSTEAD, "2,500 kg, 3", "1 kg, -4",
    ]  # fmt: skip


def test_a_feature_is_told_plainly_without_values(toy_catalogue: Catalogue) -> None:
    assert plainly(toy_catalogue.features["heavy"]) == "Heavy of the toy."
    assert absently(toy_catalogue.features["heavy"]) == "Not known: heavy of the toy."
    assert open_ended("Ask {name} about {kg:,.0f} kg.") == "Ask (not stated) about (not stated) kg."


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0.0, "No other boxes and no consignments."),
        (1.0, "1 other box and 1 consignment."),
        (2.0, "2 other boxes and 2 consignments."),
        (1200.0, "1,200 other boxes and 1,200 consignments."),
    ],
)
def test_what_is_counted_agrees_with_its_number(value: float, sentence: str) -> None:
    rows = pl.DataFrame({"value": [value]})
    template = "{value:,.0f other box(es)} and {value:,.0f consignment(s)}."
    assert fill(template, Written(rows), instead=INSTEAD).to_list() == [sentence]
