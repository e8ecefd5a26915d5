"""Language: the words, numbers, dates and names in which a reader is told things.

    features/languages/fr.po ─▶ Language ─▶ say: a text of the catalogue, of a page or of the program, in French
    Babel's CLDR data ───────────┘      └─▶ number, percent, day, country: as the reader writes them

The English text is the key of its translations, so that a reworded sentence has none until somebody looks at it again;
it is then said in English. `make languages` brings the files up to date with the texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING

from riskscore import folders
from riskscore.errors import CatalogueError, SettingsError

if TYPE_CHECKING:
    from babel import Locale

LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN", "fr": "fr", "vi": "vi", "es": "es", "pt": "pt_PT"}
"""Codes of the languages, each with the locale whose customs of writing it follows."""


@dataclass(frozen=True)
class Language:
    """One language: `code` as in LOCALES and `texts`, English text -> translation; none in English itself."""

    code: str
    texts: Mapping[str, str]

    @cached_property
    def locale(self) -> Locale:
        """The locale by which numbers, dates and names are written."""
        from babel import Locale  # English sentences are told without it

        return Locale.parse(LOCALES[self.code])

    @cached_property
    def _signs(self) -> dict[int, str]:
        symbols = self.locale.number_symbols["latn"]
        return str.maketrans({",": symbols["group"], ".": symbols["decimal"]})

    @cached_property
    def _percent(self) -> str:
        return str(self.locale.percent_formats[None].pattern).partition("0")[2]  # some set a space before the sign

    def say(self, text: str, **values: object) -> str:
        """`text` in this language, with `values` in the places of its {names}; in English where it is not translated.

        A value stands as it is given, so that numbers are to be written before (`number`, `day` ...).
        """
        said = self.texts.get(text, text)
        return said.format(**values) if values else said

    def number(self, value: float, form: str = ",.0f") -> str:
        """A number in a Python format such as `,.0f` or `.1%`, with this language's separators."""
        return self.digits(format(value, form))

    def digits(self, number: str) -> str:
        """A number that Python wrote, such as `1,234.5` or `12%`, as this language writes it."""
        if self.code == "en":  # as Python writes it, and without loading Babel
            return number
        return number.translate(self._signs).replace("%", self._percent)

    @property
    def none(self) -> str:
        """How a count of nothing is written: English says `no boxes`, the others `0`."""
        return "no" if self.code == "en" else "0"

    def day(self, value: date) -> str:
        """A day, such as 4 March 2019."""
        from babel.dates import format_date

        return format_date(value, "long", locale=self.locale)

    def short_day(self, value: date) -> str:
        """A day in little space, such as 4 Mar 2019."""
        from babel.dates import format_date

        return format_date(value, "medium", locale=self.locale)

    def moment(self, value: datetime) -> str:
        """A day with the time, to the minute; the zone is named by whoever asks."""
        return f"{self.short_day(value)} {value:%H:%M}"

    def country(self, code: str | None) -> str | None:
        """The name of a country by its ISO 3166 code; the code itself where it has none."""
        return None if code is None else self.locale.territories.get(code, code)

    def tongue(self, code: str | None) -> str | None:
        """The name of a language by its ISO 639 code; the code itself where it has none."""
        return None if code is None else self.locale.languages.get(code, code)

    def plural(self, value: float) -> bool:
        """Whether a thing counted `value` times stands in the plural."""
        if self.code == "en":
            return value != 1
        return str(self.locale.plural_form(value)) != "one"


def mark(text: str) -> str:
    """Mark a text as one that is said somewhere else, so that it is found for translation; returns it as it is."""
    return text


ENGLISH = Language("en", {})


@cache
def find(code: str) -> Language:
    """The language with the `code`. Raises SettingsError where there is none, with those that are."""
    if code not in LOCALES:
        raise SettingsError(f"there is no language {code!r}; there are {', '.join(LOCALES)}")
    return ENGLISH if code == "en" else Language(code, _read(code))


def _read(code: str) -> dict[str, str]:
    from babel import UnknownLocaleError
    from babel.messages import pofile

    path = folders.features() / "languages" / f"{code}.po"
    try:
        with path.open("rb") as file:
            catalogue = pofile.read_po(file, locale=LOCALES[code], abort_invalid=True)
    except FileNotFoundError as missing:
        raise CatalogueError(f"translations {path.name} are missing from {path.parent}") from missing
    except (pofile.PoFileError, UnknownLocaleError, UnicodeDecodeError) as malformed:
        raise CatalogueError(f"translations {path.name} cannot be read: {malformed}") from malformed
    return {str(one.id): str(one.string) for one in catalogue if one.id and one.string and not one.fuzzy}
