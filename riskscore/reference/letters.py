"""How usual letters are in a language, to tell in which encoding a text is.

Learned, when first needed, from the names of countries, languages, currencies and towns in CLDR and from words of
manifests in `features/reference/letters.toml`. The logarithms of probabilities are in nats.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

from riskscore import folders, toml
from riskscore.errors import ReferenceDataError

EDGE = " "
"""What stands for the beginning and the end of a word."""

CHARACTERS = ("zh", "zh_Hant", "ja", "ko")
"""Languages whose characters are counted one by one, not in pairs."""

_WEIGHT = 12
"""A word of a manifest counts as often as this many words of CLDR."""

_LEAST = 4
_PAIRED, _SINGLE = 0.72, 0.23
_FLOOR = math.log(2e-6)
_ASCII = math.log(2e-3)
_SAME = str.maketrans("\u0130\u0218\u0219\u021a\u021b", "i\u015e\u015f\u0162\u0163")
"""Letters as code pages have them: Romanian with cedillas; and the Turkish capital that `lower` makes two of."""

_SEEN = 0.55
_COMMON, _RARE = 0.3, 0.01
"""Shares of a text that are characters not seen while learning: the everyday ones of its standard, and the others."""


@dataclass(frozen=True)
class Letters:
    """Logarithms of how probable a letter is after another (`pairs`, two letters each) and anywhere (`single`)."""

    pairs: dict[str, float]
    single: dict[str, float]

    def after(self, previous: str, letter: str) -> float:
        """How probable the small `letter` is after `previous`, in nats."""
        if (found := self.pairs.get(previous + letter)) is not None:
            return found
        if (single := self.single.get(letter)) is not None:
            return single
        return _ASCII if letter.isascii() else _FLOOR


@cache
def of(language: str) -> Letters:
    """The letters of `language`, a code of CLDR such as `ru` or `zh_Hant`.

    Raises ReferenceDataError where the table of words cannot be read.
    """
    words = _words(language)
    return _characters(words, language) if language in CHARACTERS else _pairs(words, language)


@cache
def _own() -> dict[str, str]:
    table = toml.load(folders.reference() / "letters.toml", "the reference table", error=ReferenceDataError)
    words: dict[str, str] = table["words"]
    return words


def _words(language: str) -> Counter[str]:
    """Small words with how often they count."""
    from babel import Locale  # noqa: PLC0415  (most files are UTF-8 and need no letters)

    locale = Locale.parse(language)
    zones = [zone["city"] for zone in locale.time_zones.values() if "city" in zone]
    currencies = map(str, locale.currencies.values())
    texts = [*locale.territories.values(), *locale.languages.values(), *currencies, *zones]
    counts = Counter(_small(" ".join(texts)).split())
    for word in _small(_own().get(language, "")).split():
        counts[word] += _WEIGHT
    return counts


def _small(text: str) -> str:
    """`text` in small letters, with blanks for all other signs."""
    plain = text.translate(_SAME).lower()
    return "".join(c if c.isalpha() or unicodedata.category(c)[0] == "M" or c in "'ー" else " " for c in plain)


def _pairs(words: Counter[str], language: str) -> Letters:
    after: dict[str, Counter[str]] = {}
    anywhere: Counter[str] = Counter()
    for word, count in words.items():
        spelled = in_tones(word) if language == "vi" else word
        for previous, letter in zip(EDGE + spelled, spelled + EDGE, strict=True):
            after.setdefault(previous, Counter())[letter] += count
            anywhere[letter] += count
    # In CLDR a few names are in Latin letters in any language.
    latin = max((letter for letter in anywhere if letter.isalpha()), key=anywhere.__getitem__).isascii()
    letters = {
        letter: count
        for letter, count in anywhere.items()
        if count >= _LEAST and (latin or not (letter.isascii() and letter.isalpha()))
    }
    total = sum(letters.values())
    single = {
        letter: math.log(_SINGLE * count / total + (1 - _PAIRED - _SINGLE) / len(letters))
        for letter, count in letters.items()
    }
    pairs: dict[str, float] = {}
    for previous, counts in after.items():
        of_previous = sum(counts.values())
        for letter, count in counts.items():
            if letter in letters:
                pairs[previous + letter] = math.log(_PAIRED * count / of_previous + math.exp(single[letter]))
    return Letters(pairs, single)


def _characters(words: Counter[str], language: str) -> Letters:
    counts: Counter[str] = Counter()
    for word, count in words.items():
        for character in word:
            if not character.isascii():
                counts[character] += count
    total = sum(counts.values())
    common, rare = _standard(language)
    single = dict.fromkeys(rare, _RARE / len(rare)) | dict.fromkeys(common, _COMMON / len(common))
    for character, count in counts.items():
        single[character] = single.get(character, 0.0) + _SEEN * count / total
    return Letters({}, {character: math.log(share) for character, share in single.items()})


def _standard(language: str) -> tuple[list[str], list[str]]:
    """The everyday characters of the national standard of `language`, and the others."""
    codec, first, last = {
        "zh": ("gb2312", 0xB0, 0xD7),
        "zh_Hant": ("big5", 0xA4, 0xC6),
        "ja": ("euc_jp", 0xB0, 0xCF),
        "ko": ("euc_kr", 0xB0, 0xC8),
    }[language]
    common: list[str] = []
    rare: list[str] = []
    for lead in range(0xA1, 0xFF):
        for trail in range(0x40, 0xFF):
            character = bytes((lead, trail)).decode(codec, errors="ignore")
            if len(character) == 1 and character.isalpha():
                kana = language == "ja" and lead in (0xA4, 0xA5)
                (common if first <= lead <= last or kana else rare).append(character)
    return common, rare


def in_tones(text: str) -> str:
    """Vietnamese with the marks of its tones apart from their vowels, as the code page 1258 writes it."""
    parts: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        split = unicodedata.normalize("NFD", character)
        tones = [mark for mark in split[1:] if mark in "\u0300\u0301\u0303\u0309\u0323"]
        rest = "".join(mark for mark in split if mark not in tones)
        parts += [unicodedata.normalize("NFC", rest), *tones]
    return "".join(parts)
