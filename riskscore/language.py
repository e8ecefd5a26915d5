"""Language: texts, numbers, dates and names in the language of the reader.

    features/languages/fr.po ─▶ Language ─▶ say: a text of the catalogue, a page or the program, in French
    Babel's CLDR data ───────────┘      └─▶ number, percent, day, country: as French readers write them

The English text is the key of its translation. A text that was reworded is therefore shown in English until somebody
translates it again. `make languages` updates the files with the texts in use.
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
"""Language code -> the locale that numbers, dates and names follow."""


@dataclass(frozen=True)
class Language:
    """One language: its `code` in LOCALES, and `texts`, English text -> translation (empty for English)."""

    code: str
    texts: Mapping[str, str]

    @cached_property
    def locale(self) -> Locale:
        """The locale for numbers, dates and names."""
        from babel import Locale  # not needed for English sentences, and slow to load

        return Locale.parse(LOCALES[self.code])

    @cached_property
    def _signs(self) -> dict[int, str]:
        symbols = self.locale.number_symbols["latn"]
        return str.maketrans({",": symbols["group"], ".": symbols["decimal"]})

    @cached_property
    def _percent(self) -> str:
        return str(self.locale.percent_formats[None].pattern).partition("0")[2]  # some have a space before the sign

    def say(self, text: str, **values: object) -> str:
        """`text` in this language, or in English if it is not translated, with `values` in place of its {names}.

        Values are inserted unchanged: format numbers and days first, with `number`, `day` and the others.
        """
        translated = self.texts.get(text, text)
        return translated.format(**values) if values else translated

    def number(self, value: float, form: str = ",.0f") -> str:
        """A number in a Python format such as `,.0f` or `.1%`, with the separators of this language."""
        return self.digits(format(value, form))

    def digits(self, number: str) -> str:
        """A number as Python writes it, such as `1,234.5` or `12%`, with the signs of this language."""
        if self.code == "en":  # the same as in Python, so Babel need not be loaded
            return number
        return number.translate(self._signs).replace("%", self._percent)

    @property
    def none(self) -> str:
        """The count of nothing: `no` in English (`no boxes`), `0` in the others."""
        return "no" if self.code == "en" else "0"

    def day(self, value: date) -> str:
        """A day, such as 4 March 2019."""
        from babel.dates import format_date

        return format_date(value, "long", locale=self.locale)

    def short_day(self, value: date) -> str:
        """A day in short form, such as 4 Mar 2019."""
        from babel.dates import format_date

        return format_date(value, "medium", locale=self.locale)

    def moment(self, value: datetime) -> str:
        """A day and time to the minute, without the time zone."""
        return f"{self.short_day(value)} {value:%H:%M}"

    def country(self, code: str | None) -> str | None:
        """The name of a country, from its ISO 3166 code; the code itself if it has no name."""
        return None if code is None else self.locale.territories.get(code, code)

    def tongue(self, code: str | None) -> str | None:
        """The name of a language, from its ISO 639 code; the code itself if it has no name."""
        return None if code is None else self.locale.languages.get(code, code)

    def plural(self, value: float) -> bool:
        """Whether a noun counted `value` times is in the plural."""
        if self.code == "en":
            return value != 1
        return str(self.locale.plural_form(value)) != "one"


def mark(text: str) -> str:
    """Return `text` unchanged; the name marks it for translation where it is not passed to `say` directly."""
    return text


ENGLISH = Language("en", {})


@cache
def find(code: str) -> Language:
    """The language with this `code`. Raises SettingsError, with the known codes, if there is none."""
    if code not in LOCALES:
        raise SettingsError(f"there is no language {code!r}; choose one of {', '.join(LOCALES)}")
    return ENGLISH if code == "en" else Language(code, _read(code))


def _read(code: str) -> dict[str, str]:
    from babel import UnknownLocaleError
    from babel.messages import pofile

    path = folders.features() / "languages" / f"{code}.po"
    try:
        with path.open("rb") as file:
            catalogue = pofile.read_po(file, locale=LOCALES[code], abort_invalid=True)
    except FileNotFoundError as missing:
        raise CatalogueError(f"the translations {path} are missing; install riskscore again") from missing
    except (pofile.PoFileError, UnknownLocaleError, UnicodeDecodeError) as malformed:
        raise CatalogueError(f"the translations {path} cannot be read: {malformed}") from malformed
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string and not entry.fuzzy}
