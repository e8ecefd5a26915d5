"""Languages: every text has its translation, with all that it has, and numbers are as readers write them."""

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


def faults(text: str, said: str) -> list[str]:
    """What is wrong with a translation, in words."""
    try:
        wanted, given = (
            sorted((name, form.partition(" ")[0]) for _, name, form in fields(one) if name) for one in (text, said)
        )
    except CatalogueError as malformed:
        return [str(malformed)]
    found = [] if wanted == given else [f"has the fields {given}, not {wanted}"]
    if text.endswith((".", "?")) != said.endswith((".", "?", "\u3002", "\uff1f")):
        found.append("ends otherwise")
    if re.search(r"[\x00-\x1f\u202a-\u202e\u2066-\u2069]", said):
        found.append("has a control character")
    return found


PENDING = 0.02
"""Share of the texts that may wait for their translation: a new red flag need not wait for five translators."""


@pytest.mark.parametrize("code", OTHERS)
def test_nearly_every_text_that_readers_are_told_is_translated(code):
    texts = find(code).texts
    missing = [text for text in TEXTS if not texts.get(text)]
    assert len(missing) <= PENDING * len(TEXTS), missing
    left_over = sorted(set(texts) - set(TEXTS))
    assert len(left_over) <= PENDING * len(TEXTS), f"run make languages: {left_over}"


@pytest.mark.parametrize("code", OTHERS)
def test_every_translation_has_the_fields_and_the_ending_of_its_text(code):
    wrong = {text: found for text, said in find(code).texts.items() if (found := faults(text, said))}
    assert wrong == {}


@pytest.mark.parametrize(
    "said", ["", "La valeur est {valeur:.0f}.", "La valeur est {value:.1f}.", "La valeur est {value:.0f", "{value:.0f}"]
)
def test_a_malformed_translation_is_found(said):
    assert faults("The value is {value:.0f}.", said)


@pytest.mark.parametrize("code", OTHERS)
def test_a_file_of_translations_can_be_read_by_the_tools_of_the_trade_and_names_its_language(code):
    with (ROOT / "features" / "languages" / f"{code}.po").open("rb") as file:
        catalogue = pofile.read_po(file, abort_invalid=True)
    assert str(catalogue.locale) == code
    assert not [one.id for one in catalogue if one.id and one.fuzzy]


@pytest.mark.parametrize("code", LOCALES)
def test_every_sentence_can_be_filled(code):
    """With values of every kind none of them falls back to what stands in for a sentence without its values."""
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
    ("code", "form", "told"),
    [
        ("en", ".0f other box(es)", ["no other boxes", "1 other box", "2 other boxes"]),
        ("fr", ".0f autre(s) conteneur(s)", ["0 autre conteneur", "1 autre conteneur", "2 autres conteneurs"]),
        ("pt", ".0f inspeção|inspeções", ["0 inspeções", "1 inspeção", "2 inspeções"]),
        ("es", ".0f inspección|inspecciones", ["0 inspecciones", "1 inspección", "2 inspecciones"]),
    ],
)
def test_what_is_counted_stands_in_the_number_of_the_language(code, form, told):
    assert [shown(float(value), form, find(code)) for value in range(3)] == told


def test_names_of_countries_and_languages_are_those_of_the_reader():
    assert (find("fr").country("DE"), find("zh").country("NG"), find("vi").tongue("fr")) == (
        "Allemagne", "尼日利亚", "Tiếng Pháp",
    )  # fmt: skip
    assert (ENGLISH.country("ZZ9"), ENGLISH.country(None)) == ("ZZ9", None)


def test_a_text_without_a_translation_is_said_in_english():
    assert find("fr").say("Nobody has said {this} before.", this="that") == "Nobody has said that before."


def test_an_unknown_language_is_refused_with_those_that_are_known():
    with pytest.raises(SettingsError, match="no language 'xx'; there are en, zh, fr, vi, es, pt"):
        find("xx")
