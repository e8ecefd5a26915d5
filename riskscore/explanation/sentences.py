"""Sentences: the catalogue's templates filled with the values of consignments, one column at a time.

    "{gross_weight_kg:,.0f} kg is {value:.0%} of what the box can carry."  ─▶  "26,400 kg is 94% of what ..."

A template is written as for `str.format`. A format may end with the thing that is counted, with the plural ending in
brackets, or with singular and plural in full where brackets are not enough:

    "{value:.0f other box(es)}"                 ─▶  "no other boxes", "1 other box", "2 other boxes"
    "{value:.0f outra inspeção|outras inspeções}" ─▶  "0 outras inspeções", "1 outra inspeção", "2 outras inspeções"

Each field is formatted once per distinct value, then the pieces are joined as columns. Values come from manifests, so
anyone may have written them: control characters are removed, long texts are cut, and no value is read as a template.
"""

from __future__ import annotations

import re
from math import isfinite
from string import Formatter
from typing import Any

import polars as pl

from riskscore.errors import CatalogueError
from riskscore.features.catalogue import Feature
from riskscore.language import ENGLISH, Language, mark

LONGEST = 100
"""Most characters of one value in a sentence."""

NOT_STATED = mark("(not stated)")
"""Replaces a missing value where the sentence still makes sense without it."""

_COUNTED = re.compile(r"\((\w+)\)")
"""Plural ending in a format such as `{value:.0f box(es)}`."""

_EITHER = "|"
"""Separates singular and plural in a format such as `{value:.0f caixa|caixas}`."""

_UNPRINTABLE = r"[\p{C}\p{Z}\s]+"
"""Control, format (for example right-to-left override) and unassigned characters, and all kinds of white space."""


def fields(template: str) -> list[tuple[str, str | None, str]]:
    """Split a template into parts: (text before, field name or None, format).

    Raises CatalogueError if it is malformed or a field is not a plain name.
    """
    try:
        parts = [(text, name, form or "") for text, name, form, _ in Formatter().parse(template)]
    except ValueError as malformed:
        raise CatalogueError(f"the sentence {template!r} is malformed: {malformed}") from malformed
    for _, name, _ in parts:
        if name is not None and not name.isidentifier():
            raise CatalogueError(f"the sentence {template!r} has the field {{{name}}}; use a plain column name")
    return parts


class FormattedRows:
    """Facts of n consignments, and the `value` of a feature, formatted for sentences. Each column is formatted once."""

    def __init__(self, rows: pl.DataFrame, language: Language = ENGLISH) -> None:
        self._rows = rows
        self.language = language
        self._texts: dict[tuple[str, str], pl.Series] = {}
        self.height = rows.height

    def __contains__(self, name: str) -> bool:
        return name in self._rows.columns

    def text(self, name: str, form: str) -> pl.Series:
        """Return the column `name` in the format `form` as texts; null where there is no value."""
        if (name, form) not in self._texts:
            self._texts[name, form] = _column(self._rows[name], form, self.language)
        return self._texts[name, form]


def fill(template: str, rows: FormattedRows, *, fallback: str) -> pl.Series:
    """Fill `template` for each of n `rows`; `fallback` where a value that the sentence needs is missing.

    `template` is in English and is translated into the language of `rows`; `fallback` is in that language already.
    Returns n texts. Raises CatalogueError if the template is malformed.
    """
    template = rows.language.say(template)
    parts = fields(template)
    names = [name for _, name, _ in parts if name is not None]
    if not names or any(name not in rows for name in names):
        plain = without_values(template, rows.language)  # a translated text has no translation and stays the same
        return pl.Series([fallback if names else plain[:1].upper() + plain[1:]]).new_from_index(0, rows.height)
    pieces: list[pl.Expr] = []
    for text, name, form in parts:
        pieces += [pl.lit(text)] if text else []
        pieces += [pl.lit(rows.text(name, form))] if name is not None else []
    sentence = pl.concat_str(pieces)
    capital = sentence.str.head(1).str.to_uppercase() + sentence.str.slice(1)
    return pl.select(sentence=capital.fill_null(pl.lit(fallback))).to_series()


def absent_sentence(feature: Feature, language: Language = ENGLISH) -> str:
    """Return the sentence for a feature without a value."""
    if feature.absent:
        return language.say(feature.absent)
    return language.say("Not known: {meaning}.", meaning=language.say(feature.meaning))


def meaning_sentence(feature: Feature, language: Language = ENGLISH) -> str:
    """Return the meaning of the feature as a sentence."""
    meaning = language.say(feature.meaning)
    return language.say("{meaning}.", meaning=f"{meaning[:1].upper()}{meaning[1:]}")


def without_values(template: str, language: Language = ENGLISH) -> str:
    """Return an English `template` in `language`, with NOT_STATED in place of each value."""
    missing = language.say(NOT_STATED)
    return "".join(text + ("" if name is None else missing) for text, name, _ in fields(language.say(template)))


def _column(values: pl.Series, form: str, language: Language) -> pl.Series:
    """Format a column, each distinct value once."""
    if isinstance(values.dtype, pl.List):
        values = values.cast(pl.List(pl.String)).list.join(", ", ignore_nulls=True)
    distinct = values.unique().drop_nulls()
    texts = pl.Series("text", [shown(value, form, language) for value in distinct.to_list()], dtype=pl.String)
    if distinct.dtype == pl.String:
        texts = texts.to_frame().select(_sanitised(pl.col("text"))).to_series()
    return values.replace_strict(distinct, texts, default=None, return_dtype=pl.String)


def _sanitised(text: pl.Expr) -> pl.Expr:
    """A text from a manifest on one line of limited length; null if nothing is left."""
    clean = text.str.replace_all(_UNPRINTABLE, " ").str.strip_chars()
    cut = clean.str.slice(0, LONGEST - 3).str.strip_chars_end() + "..."
    return pl.when(clean.str.len_chars() > LONGEST).then(cut).when(clean != "").then(clean)


def shown(value: Any, form: str, language: Language = ENGLISH) -> str | None:
    """Format one value as text; None if it is missing, infinite, or does not fit the format."""
    if value is None:
        return None
    is_count = _COUNTED.search(form) or _EITHER in form
    number, _, counted = form.partition(" ") if is_count else (form, "", "")
    if isinstance(value, float):
        if not isfinite(value):
            return None
        if not number:
            number = ",.0f" if value.is_integer() or abs(value) >= 100 else ".3g"
    if isinstance(value, bool) and not number:
        return language.say("yes") if value else language.say("no")
    try:
        text = format(value, number)
    except (ValueError, TypeError):
        return None
    text = text.removeprefix("-") if _minus_zero(text) else text
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = language.digits(text)
    return _count(text, value, counted, language) if counted else text


def _count(number: str, value: float, counted: str, language: Language) -> str:
    """The formatted `number`, followed by `counted` in the singular or plural."""
    rounded = round(value)
    one, several = counted.split(_EITHER, 1) if _EITHER in counted else (_COUNTED.sub("", counted), None)
    word = one if not language.plural(rounded) else several or _COUNTED.sub(r"\1", counted)
    return f"{language.none if number == '0' else number} {word}"


def _minus_zero(text: str) -> bool:
    """Whether a formatted number reads as minus zero."""
    return text.startswith("-") and "0" in text and not any(digit in text for digit in "123456789")
