"""Find the likeliest code page of a text that is not Unicode, and the others that are plausible.

Each code page turns the same bytes into other letters. Its score is how probable these letters are in the languages
that the page is made for. Where two pages come close and give different letters, both are reported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from riskscore.reference import letters
from riskscore.reference.letters import CHARACTERS, EDGE, Letters

_WESTERN = ("fr", "de", "es", "pt", "it", "nl", "sv", "da", "nb", "fi", "is")
_CENTRAL = ("pl", "cs", "sk", "hu", "ro", "hr", "sl", "de")
_CYRILLIC = ("ru", "uk", "bg", "sr")


@dataclass(frozen=True)
class Page:
    """A code page: its codec in Python, the languages it is made for, and how usual it is (the log of a share)."""

    codec: str
    languages: tuple[str, ...]
    usual: float = 0.0


PAGES = (
    Page("cp1252", _WESTERN),
    Page("gb18030", ("zh",), -1.0),
    Page("cp1251", _CYRILLIC, -1.0),
    Page("cp932", ("ja",), -1.0),
    Page("cp949", ("ko",), -1.0),
    Page("cp950", ("zh_Hant",), -1.0),
    Page("cp1250", _CENTRAL, -1.5),
    Page("cp1254", ("tr", *_WESTERN), -1.5),
    Page("cp1256", ("ar", "fa", "fr"), -1.5),
    Page("cp1253", ("el",), -1.5),
    Page("cp1255", ("he",), -1.5),
    Page("cp874", ("th",), -1.5),
    Page("cp1258", ("vi",), -3.0),
    Page("cp1257", ("lt", "lv", "et"), -2.5),
    Page("euc_jp", ("ja",), -2.0),
    Page("cp850", _WESTERN, -3.0),
    Page("cp852", _CENTRAL, -4.0),
    Page("cp866", _CYRILLIC, -3.0),
    Page("koi8_r", ("ru", "bg"), -3.0),
    Page("koi8_u", ("uk", "ru"), -4.0),
    Page("cp437", ("fr", "de", "es", "it", "nl", "sv", "fi"), -4.0),
    Page("iso8859_2", _CENTRAL, -3.5),
    Page("iso8859_5", _CYRILLIC, -4.0),
    Page("iso8859_6", ("ar",), -3.0),
    Page("iso8859_7", ("el",), -3.0),
    Page("iso8859_8", ("he",), -4.0),
    Page("iso8859_9", ("tr",), -4.0),
    Page("iso8859_13", ("lt", "lv", "et"), -5.0),
    Page("iso8859_15", _WESTERN, -4.0),
    Page("mac_roman", _WESTERN, -4.5),
    Page("mac_cyrillic", _CYRILLIC, -5.0),
    Page("mac_latin2", _CENTRAL, -6.0),
    Page("mac_greek", ("el",), -6.0),
    Page("mac_turkish", ("tr",), -6.0),
    Page("cp857", ("tr",), -4.0),
    Page("cp737", ("el",), -4.0),
    Page("cp862", ("he",), -4.0),
    Page("cp720", ("ar",), -5.0),
    Page("cp855", _CYRILLIC, -6.0),
    Page("cp775", ("lt", "lv", "et"), -6.0),
)
"""Code pages that are tried, the most usual first."""

_SEGMENT = re.compile(rb"[\x40-\xff']*[\x80-\xff][\x40-\xff']*")
_SEGMENTS = 600
_FIRST = 80
_LONGEST = 120
_KEPT = 8
_CLOSE = 60.0

_DAMAGED, _DAMAGED_BYTE = -25.0, -4.0
_STRANGE = math.log(1e-6)
_USUAL_SIGN = math.log(2e-3)
_SIGN_WITHIN = math.log(2e-5)
_CHANGE_OF_CASE = -3.5
_MIXED_SCRIPTS = -5.0
_LONE_LETTER = -4.0
_OPENING = frozenset("\xa0\u2013\u2014\u2018\u201c\u201e\u00ab\u00b0\u20ac\u00a3\u2022\u00a7\u00d7\u00b5")
_SIGNS = _OPENING | frozenset(
    "\u2019\u201d\u00bb\u00ba\u00aa\u00ae\u2122\u00a9\u2116\u00b7\u2026\u00bd\u00bc\u00b2\u00b3\u00b1"
    "\u3000\u3001\u3002\u300c\u300d\u30fb\uff06\uff08\uff09\uff0c\uff0d\uff0f\uff1a"
)


@dataclass(frozen=True)
class Found:
    """The likeliest `codec`, and the `others` that are nearly as likely and give another text, the likeliest first."""

    codec: str
    others: tuple[str, ...] = ()


def find(sample: bytes, pages: Sequence[Page] = PAGES) -> Found:
    """Judge the words beyond ASCII in `sample`, which is text in an unknown code page."""
    segments = list(dict.fromkeys(segment[:_LONGEST] for segment in _SEGMENT.findall(sample)))[:_SEGMENTS]
    scored = _best(segments[:_FIRST], pages)
    if len(segments) > _FIRST:
        near = [page for score, page in scored if score > scored[0][0] - _CLOSE][:_KEPT]
        scored = _best(segments, near)
    best, page = scored[0]
    size = sum(len(_beyond(segment)) for segment in segments) or 1
    text = _text(segments, page)
    doubt = _doubt(size)
    alike = [other for _, other in scored if other.usual > page.usual and _text(segments, other) == text]
    page = max(alike, key=lambda other: other.usual, default=page)  # what is beyond the sample is in the most usual one
    others: dict[str, str] = {text: page.codec}
    for score, other in scored[1:]:
        if score > best - doubt:
            others.setdefault(_text(segments, other), other.codec)
    return Found(page.codec, tuple(others.values())[1:])


def telling(sample: bytes, codecs: Sequence[str]) -> bytes:
    """The first word in `sample` that `codecs` do not read alike."""
    words = _SEGMENT.findall(sample)
    first = [word for word in words if len({word.decode(codec, errors="replace") for codec in codecs}) > 1]
    return max(first[:_FIRST], key=lambda word: min(len(word), 12), default=words[0] if words else b"")


def _doubt(size: int) -> float:
    """How far another page may be behind the best one, in nats, to be a candidate for `size` bytes beyond ASCII."""
    return 6.0 + 0.04 * size


def _beyond(segment: bytes) -> list[int]:
    return [byte for byte in segment if byte > 0x7F]


def _text(segments: Sequence[bytes], page: Page) -> str:
    return " ".join(segment.decode(page.codec, errors="replace") for segment in segments)


def _best(segments: Sequence[bytes], pages: Sequence[Page]) -> list[tuple[float, Page]]:
    """(score, page) of all `pages`, the best first."""
    return sorted(((score(segments, page), page) for page in pages), key=lambda pair: -pair[0])


def score(segments: Iterable[bytes], page: Page) -> float:
    """How probable `segments` are in `page`, in nats: each in the language that suits it, most of them in one."""
    of = [letters.of(language) for language in page.languages]
    rows = [[_probable(segment, page, language) for language in of] for segment in segments]
    shares = [1 / len(of)] * len(of)
    total = 0.0
    for _ in range(3):
        total = 0.0
        counts = [0.5] * len(of)
        for row in rows:
            top = max(row)
            parts = [share * math.exp(value - top) for share, value in zip(shares, row, strict=True)]
            whole = sum(parts)
            total += top + math.log(whole)
            for place, part in enumerate(parts):
                counts[place] += part / whole
        shares = [count / sum(counts) for count in counts]
    return total + page.usual


def _probable(segment: bytes, page: Page, language: Letters) -> float:
    try:
        text = segment.decode(page.codec)
    except UnicodeDecodeError:
        return _DAMAGED + _DAMAGED_BYTE * len(segment)
    previous, before = EDGE, ""
    single_script = page.languages[0] not in CHARACTERS
    if text == "\u00d8":  # the sign of a diameter
        return _USUAL_SIGN
    total = _LONE_LETTER if len(text) == 1 and text.isalpha() and not _is_latin(text) else 0.0
    for place, character in enumerate(text):
        small = "i" if character == "\u0130" else character.lower()
        if character not in _SIGNS and (small in language.single or small.isalpha()):
            total += language.after(previous, small)
            if before.isalpha() and single_script:
                total += _change(before, character, text[:place])
            previous = small
        else:
            total += _sign(character, before, text[place + 1 : place + 2])
            if not character.isascii() or character not in "'`":
                previous = EDGE
        before = character
    return total + (language.after(previous, EDGE) if previous != EDGE and single_script else 0.0)


def _change(before: str, character: str, start: str) -> float:
    """What a change between two letters costs: from small to capital letters, or from one script to another."""
    falls = before.isupper() and character.islower() and len(start) > 1 and start[-2].isupper()
    cost = _CHANGE_OF_CASE if falls or (before.islower() and character.isupper()) else 0.0
    latin, was_latin = _is_latin(character), _is_latin(before)
    return cost + (_MIXED_SCRIPTS if latin != was_latin else 0.0)


def _is_latin(letter: str) -> bool:
    return letter < "\u0250" or "\u1e00" <= letter <= "\u1eff"


def _sign(character: str, before: str, after: str) -> float:
    if character.isascii():
        return _USUAL_SIGN
    if character in _SIGNS:
        is_usual = character == "\u2019" or not after.isalpha() or (character in _OPENING and not before.isalpha())
        return _USUAL_SIGN if is_usual else _SIGN_WITHIN
    return _STRANGE - (4.0 if before.isalpha() and after.isalpha() else 0.0)
