from datetime import UTC, datetime

import polars as pl
import pytest

from riskscore.errors import CatalogueError
from riskscore.explanation.sentences import (
    LONGEST,
    FormattedRows,
    absent_sentence,
    fill,
    meaning_sentence,
    without_values,
)
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

FALLBACK = "What it is about."


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
    assert fill(template, FormattedRows(ROW), fallback=FALLBACK).to_list() == [sentence]


@pytest.mark.parametrize("template", ["{nothing:.0f} kg", "{absent}", "{infinite:.0f}", "{name:,.0f}"])
def test_the_fallback_replaces_a_sentence_that_lacks_a_value(template: str) -> None:
    assert fill(template, FormattedRows(ROW), fallback=FALLBACK).to_list() == [FALLBACK]


@pytest.mark.parametrize("template", ["{name.__class__}", "{name[0]}", "{", "{}", "{0}"])
def test_a_template_with_other_fields_than_plain_names_is_refused(template: str) -> None:
    with pytest.raises(CatalogueError):
        fill(template, FormattedRows(ROW), fallback=FALLBACK)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("{kg} {0} %s $1", "{kg} {0} %s $1"),
        ("a\x00b\x1b[31m\r\nc", "a b [31m c"),
        ("left\u202eright\u200b", "left right"),
        ("x" * 5_000, "x" * (LONGEST - 3) + "..."),
        ("東風 \U0001f6a2", "東風 \U0001f6a2"),
        (" \t ", None),
    ],
)
def test_a_hostile_value_is_harmless(name: str, expected: str | None) -> None:
    rows = pl.DataFrame({"name": [name]})
    wanted = FALLBACK if expected is None else f"<{expected}>"
    assert fill("<{name}>", FormattedRows(rows), fallback=FALLBACK).to_list() == [wanted]


def test_each_row_gets_its_own_values() -> None:
    rows = pl.DataFrame({"kg": [1.0, None, 2500.0, 1.0], "value": [-0.001, 2.0, 3.0, -4.0]})
    assert fill("{kg:,.0f} kg, {value:.0f}", FormattedRows(rows), fallback=FALLBACK).to_list() == [
        "1 kg, 0", FALLBACK, "2,500 kg, 3", "1 kg, -4",
    ]  # fmt: skip


def test_a_feature_has_sentences_without_values(toy_catalogue: Catalogue) -> None:
    assert meaning_sentence(toy_catalogue.features["heavy"]) == "Heavy of the toy."
    assert absent_sentence(toy_catalogue.features["heavy"]) == "Not known: heavy of the toy."
    assert without_values("Ask {name} about {kg:,.0f} kg.") == "Ask (not stated) about (not stated) kg."


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (0.0, "No other boxes and no consignments."),
        (1.0, "1 other box and 1 consignment."),
        (2.0, "2 other boxes and 2 consignments."),
        (1200.0, "1,200 other boxes and 1,200 consignments."),
    ],
)
def test_a_counted_noun_agrees_with_its_number(value: float, sentence: str) -> None:
    rows = pl.DataFrame({"value": [value]})
    template = "{value:,.0f other box(es)} and {value:,.0f consignment(s)}."
    assert fill(template, FormattedRows(rows), fallback=FALLBACK).to_list() == [sentence]
