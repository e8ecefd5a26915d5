"""Languages: every text has a translation with the same fields, and numbers follow the rules of the language."""

import importlib.util
import re
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from babel.messages import pofile

from riskscore.errors import CatalogueError, SettingsError
from riskscore.explanation.sentences import FormattedRows, fields, fill, shown
from riskscore.language import ENGLISH, LOCALES, find

ROOT = Path(__file__).parents[1]
OTHERS = [code for code in LOCALES if code != "en"]


def _tool():
    spec = importlib.util.spec_from_file_location("languages_tool", ROOT / "tools" / "languages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = _tool()
TEXTS = sorted({text for text, _ in TOOL.texts() if text})


def faults(text: str, translation: str) -> list[str]:
    """What is wrong with a translation."""
    try:
        expected, actual = (
            sorted((name, form.partition(" ")[0]) for _, name, form in fields(part) if name)
            for part in (text, translation)
        )
    except CatalogueError as malformed:
        return [str(malformed)]
    problems = [] if expected == actual else [f"has the fields {actual}, not {expected}"]
    if text.endswith((".", "?")) != translation.endswith((".", "?", "\u3002", "\uff1f")):
        problems.append("ends otherwise")
    if re.search(r"[\x00-\x1f\u202a-\u202e\u2066-\u2069]", translation):
        problems.append("has a control character")
    return problems


PENDING = 0.02
"""Share of the texts that may wait for their translation: a new red flag need not wait for five translators."""


@pytest.mark.parametrize("code", OTHERS)
def test_nearly_every_text_is_translated(code):
    texts = find(code).texts
    missing = [text for text in TEXTS if not texts.get(text)]
    assert len(missing) <= PENDING * len(TEXTS), missing
    left_over = sorted(set(texts) - set(TEXTS))
    assert len(left_over) <= PENDING * len(TEXTS), f"run make languages: {left_over}"


@pytest.mark.parametrize("code", OTHERS)
def test_translations_have_the_fields_and_the_ending_of_their_text(code):
    problems = {text: faults(text, translation) for text, translation in find(code).texts.items()}
    assert {text: found for text, found in problems.items() if found} == {}


@pytest.mark.parametrize(
    "translation",
    ["", "La valeur est {valeur:.0f}.", "La valeur est {value:.1f}.", "La valeur est {value:.0f", "{value:.0f}"],
)
def test_a_malformed_translation_is_found(translation):
    assert faults("The value is {value:.0f}.", translation)


@pytest.mark.parametrize("code", OTHERS)
def test_translation_files_are_valid_po_files_of_their_language(code):
    with (ROOT / "features" / "languages" / f"{code}.po").open("rb") as file:
        catalogue = pofile.read_po(file, abort_invalid=True)
    assert str(catalogue.locale) == code
    assert not [entry.id for entry in catalogue if entry.id and entry.fuzzy]


@pytest.mark.parametrize("code", LOCALES)
def test_every_sentence_can_be_filled_with_values(code):
    """No sentence falls back to the text for missing values."""
    language = find(code)
    for text in TEXTS:
        names = {name: form for _, name, form in fields(text) if name}
        if names and any(form for form in names.values()):
            row = pl.DataFrame({name: [1234.0 if form else "X"] for name, form in names.items()})
            assert fill(text, FormattedRows(row, language), fallback="(fallback)").item() != "(fallback)", text


@pytest.mark.parametrize(
    ("code", "number", "share", "day"),
    [
        ("en", "1,234,567.9", "12.3%", "4 March 2019"),
        ("fr", "1\u202f234\u202f567,9", "12,3\u00a0%", "4 mars 2019"),
        ("zh", "1,234,567.9", "12.3%", "2019年3月4日"),
        ("vi", "1.234.567,9", "12,3%", "4 tháng 3, 2019"),
        ("es", "1.234.567,9", "12,3\u00a0%", "4 de marzo de 2019"),
        ("pt", "1\u00a0234\u00a0567,9", "12,3%", "4 de março de 2019"),
    ],
)
def test_numbers_and_days_are_written_as_readers_write_them(code, number, share, day):
    language = find(code)
    assert language.number(1_234_567.89, ",.1f") == number
    assert language.number(0.1234, ".1%") == share
    assert language.day(date(2019, 3, 4)) == day
    assert language.moment(datetime(2019, 3, 4, 15, 7, tzinfo=UTC)).endswith(" 15:07")


@pytest.mark.parametrize(
    ("code", "form", "expected"),
    [
        ("en", ".0f other box(es)", ["no other boxes", "1 other box", "2 other boxes"]),
        ("fr", ".0f autre(s) conteneur(s)", ["0 autre conteneur", "1 autre conteneur", "2 autres conteneurs"]),
        ("pt", ".0f inspeção|inspeções", ["0 inspeções", "1 inspeção", "2 inspeções"]),
        ("es", ".0f inspección|inspecciones", ["0 inspecciones", "1 inspección", "2 inspecciones"]),
    ],
)
def test_plurals_follow_the_rules_of_the_language(code, form, expected):
    assert [shown(float(value), form, find(code)) for value in range(3)] == expected


def test_countries_and_languages_are_named_in_the_readers_language():
    assert (find("fr").country("DE"), find("zh").country("NG"), find("vi").tongue("fr")) == (
        "Allemagne", "尼日利亚", "Tiếng Pháp",
    )  # fmt: skip
    assert (ENGLISH.country("ZZ9"), ENGLISH.country(None)) == ("ZZ9", None)


def test_a_text_without_translation_is_shown_in_english():
    assert find("fr").say("Nobody has said {this} before.", this="that") == "Nobody has said that before."


def test_an_unknown_language_is_an_error_with_the_known_ones():
    with pytest.raises(SettingsError, match="no language 'xx'; choose one of en, zh, fr, vi, es, pt"):
        find("xx")
