"""Find the column that the words of a heading mean, whatever their order, abbreviation and language.

    "PESO BRUTO KG" ─▶ words "peso bruto kg" ─▶ unit kg off ─▶ {weight, gross} ─▶ gross_weight_kg

The words are data, in `features/reference/wordings.toml`. They are only read where a heading is not listed letter by
letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from riskscore import folders, toml
from riskscore.cells.texts import without_accents
from riskscore.errors import ReferenceDataError

WEAK = 10_000
"""Least rank of a wording that means its column only where the file has no better heading for it."""

LONGEST = 90
"""Most characters of a heading that is looked at; longer ones are sentences."""

_RANKED = 1_000
_UNIT_WORDS = 2
_STEM = 3
_CURRENCY_SIGNS = {"us$": " usd ", "u$s": " usd ", "r$": " brl ", "s$": " sgd ", "€": " eur ", "£": " gbp "}
_PLAIN = str.maketrans({"³": "3", "đ": "d", "\N{LATIN SMALL LETTER DOTLESS I}": "i"})
_MEANINGLESS = frozenset(("number", "name", "code", "reference"))
_SINGLE = re.compile(r"(?<![^\W_])([^\W_])/(?=[^\W_](?![^\W_]))")
_APART = re.compile(
    r"[/|\n\r,;&+()\[\]{}:]|\s-\s|(?<=[\u0400-\ud7ff])(?=[ ]?[A-Za-z])|(?<=[A-Za-z.])(?=[ ]?[\u0600-\ud7ff])"
)

_PLURAL = re.compile(r"(?<=\w)\((?:s|es)\)", re.IGNORECASE)
_SEVERAL = re.compile(r"[/|\n\r,;&+]")

Found = tuple[str, int, str | None]
"""A column, the rank of the wording, and the unit in the heading."""
UnitOf = Callable[[list[str], str], str | None]
"""A function that reads words as a unit of a column; None where they are none."""


def words(text: str) -> list[str]:
    """Lower-case words of `text` without accents and punctuation; 'GrossWt_KG' has three words."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", _PLURAL.sub("s ", text[:200]))
    plain = without_accents(apart.casefold())
    return re.findall(r"[^\W_]+", plain.translate(_PLAIN))


def names_several(heading: str) -> bool:
    """Whether a heading may name several things, as in "container / seal"; "b/l" is one word."""
    return bool(_SEVERAL.search(_SINGLE.sub(r"\1", heading)))


@dataclass(frozen=True)
class Wordings:
    """Compiled wordings: `exact` by all letters, `bags` by words in any order, each as (column, rank).

    `listed` are those of `exact` that are written with a slash or the like, `weak` the bags of weak wordings. `never`
    has headings that are not recognised, `pairs` what is read where a heading names several columns, `neutral` the
    columns in which one word more does no harm.
    """

    exact: Mapping[str, tuple[str, int]]
    listed: frozenset[str]
    bags: Mapping[frozenset[str], tuple[str, int]]
    weak: Mapping[frozenset[str], tuple[str, int]]
    never: frozenset[str]
    pairs: Mapping[frozenset[str], str]
    neutral: Mapping[str, frozenset[str]]
    speller: Speller


class Speller:
    """Replaces the spellings of words by plain words: abbreviations, other languages, plurals."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Compile the tables [words] and [filler] of `wordings.toml`."""
        self._meant = {spelling: word for word, spellings in data["words"].items() for spelling in (word, *spellings)}
        self._filler = frozenset(data["filler"]["words"])
        self._longest = max(spelling.count(" ") for spelling in self._meant) + 1
        counts = "|".join(sorted(data["filler"]["counts"], key=len, reverse=True))
        # A number word before a plural is a count too: "numero de bultos". "numero de contenedor" is a number.
        self._counts = re.compile(
            rf"(?:{counts}) (?!la |l )(?=\w)"
            r"|(?:numero|numeros|no|nro|nr|num|number|n)(?: de| dei| di| des)? (?=\w{3,}s(?: |$))"
        )

    def bag(self, parts: list[str]) -> frozenset[str]:
        """The plain words that `parts` mean, without order."""
        text = " ".join(parts)
        if start := self._counts.match(text):
            parts = ["count", *text[start.end() :].split(" ")]
        return frozenset(self._plain(parts))

    def _plain(self, parts: list[str]) -> Iterator[str]:
        place = 0
        while place < len(parts):
            for size in range(min(self._longest, len(parts) - place), 0, -1):
                spelling = " ".join(parts[place : place + size])
                word = self._meant.get(spelling) or self._meant.get(spelling.removesuffix("s"))
                if word or size == 1:
                    break
            if word:
                yield from word.split(" ")
            elif parts[place] not in self._filler:
                yield _stem(parts[place])
            place += size


def _stem(word: str) -> str:
    """`word` without a plural s."""
    return word[:-1] if len(word) > _STEM and word.endswith("s") and word[-2] not in "suiy" else word


@cache
def _data() -> dict[str, Any]:
    return toml.load(folders.reference() / "wordings.toml", "the table of wordings", error=ReferenceDataError)


@cache
def apart() -> dict[str, str]:
    """Columns of headings that have the letters of another column, by their words."""
    return {wording: column for column, wordings in _data()["apart"].items() for wording in wordings}


@cache
def _speller() -> Speller:
    return Speller(_data())


def plain_words(heading: str) -> frozenset[str]:
    """The plain words that `heading` means, without order: "Cod. Descarga" means code and discharge."""
    return _speller().bag(words(heading))


def compiled(known: Mapping[str, tuple[str, int]], lists: Mapping[str, list[str]]) -> Wordings:
    """Compile `wordings.toml`. `known` are the wordings by letters that go first, `lists` the same as written.

    Raises ReferenceDataError where one wording stands under two columns.
    """
    data = _data()
    speller = Speller(data)
    exact = dict(known)
    bags: dict[frozenset[str], tuple[str, int]] = {}
    weak: dict[frozenset[str], tuple[str, int]] = {}
    never = frozenset("".join(words(heading)) for heading in data["never"]["headings"])
    avoided = frozenset(speller.bag(words(heading)) for heading in data["never"]["words"])
    for column, wordings in data["columns"].items():
        for rank, wording in enumerate(wordings, start=_RANKED):
            bag = speller.bag(words(wording))
            if bag not in avoided and bags.setdefault(bag, (column, rank))[0] != column:
                raise ReferenceDataError(f"wordings.toml has {wording!r} under both {bags[bag][0]} and {column}")
            exact.setdefault("".join(words(wording)), (column, rank))
    for column, wordings in lists.items():
        for rank, wording in enumerate(wordings):
            if (bag := speller.bag(words(wording))) and bag not in avoided:
                bags.setdefault(bag, (column, rank))
    for column, wordings in data["weak"].items():
        for rank, wording in enumerate(wordings, start=WEAK):
            exact.setdefault("".join(words(wording)), (column, rank))
            weak.setdefault(speller.bag(words(wording)), (column, rank))
    pairs = {frozenset(pair[1:]): pair[0] for pair in data["together"]["pairs"]}
    neutral = {word: frozenset(columns) for word, columns in data["neutral"].items()}
    spelled = [*lists.values(), *data["columns"].values(), *data["weak"].values()]
    listed = frozenset("".join(words(one)) for group in spelled for one in group if names_several(one))
    return Wordings(exact, listed, bags, weak, never, pairs, neutral, speller)


def find(source: str, wordings: Wordings, unit_of: UnitOf, numbered: frozenset[str], *, weak: bool) -> Found | None:
    """The column that the heading `source` means, with weak wordings or without; None where it means none.

    A number at the end does not matter in the columns `numbered`.
    """
    text = _SINGLE.sub(r"\1", source)
    for sign, currency in _CURRENCY_SIGNS.items():
        text = re.sub(re.escape(sign), currency, text, flags=re.IGNORECASE)
    lookup = _Lookup(wordings, unit_of, numbered, weak)
    whole = lookup.exact(words(text)) or lookup.loose(words(text))
    pieces = [piece for part in _APART.split(text) if (piece := words(part))]
    if len(pieces) == 1 or "".join(words(text)) in wordings.listed:
        return whole
    found = [lookup.exact(piece) or lookup.loose(piece) for piece in pieces]
    columns = frozenset(one[0] for one in found if one)
    if len(columns) > 1:
        column = wordings.pairs.get(columns) if lookup.understood(pieces, found) else None
        return (column, WEAK, None) if column and weak else None
    if whole or not columns:
        return whole
    column = next(iter(columns))
    units = [unit_of(piece, column) for piece in pieces]
    if not all(one or unit for one, unit in zip(found, units, strict=True)):
        return None
    unit = next((unit for unit in (*units, *(one[2] for one in found if one)) if unit), None)
    return column, min(one[1] for one in found if one), unit


@dataclass(frozen=True)
class _Lookup:
    """Looks up words of a heading; see `find`."""

    wordings: Wordings
    unit_of: UnitOf
    numbered: frozenset[str]
    weak: bool

    def understood(self, pieces: list[list[str]], found: list[Found | None]) -> bool:
        """Whether each of the `pieces` of a heading names a column, or nothing more than a number or a name."""
        return all(
            one or self.wordings.speller.bag(piece) <= _MEANINGLESS for piece, one in zip(pieces, found, strict=True)
        )

    def exact(self, parts: list[str]) -> Found | None:
        """The column whose wording has the letters of `parts`, a unit at an end aside."""
        return self._trimmed(parts, lambda rest: self.wordings.exact.get("".join(rest)))

    def loose(self, parts: list[str]) -> Found | None:
        """The column whose wording has the same plain words as `parts`, a unit at an end aside."""
        return self._trimmed(parts, self._by_words)

    def _trimmed(self, parts: list[str], known: Callable[[list[str]], tuple[str, int] | None]) -> Found | None:
        if not parts or "".join(parts) in self.wordings.never:
            return None
        for rest, dropped in _without_units(parts):
            for kept in (rest, trimmed) if (trimmed := _unnumbered(rest)) != rest else (rest,):
                column, rank = known(kept) or ("", 0)
                unit = self.unit_of(dropped, column)
                if not column or (dropped and not unit) or (kept is not rest and column not in self.numbered):
                    continue
                if rank < WEAK or self.weak:
                    return column, rank, unit or self.unit_of(parts[-1:], column)
        return None

    def _by_words(self, parts: list[str]) -> tuple[str, int] | None:
        bag = self.wordings.speller.bag(parts)
        if bag in self.wordings.bags:
            return self.wordings.bags[bag]
        for word in bag & self.wordings.neutral.keys():
            column, rank = self.wordings.bags.get(bag - {word}, ("", 0))
            if column in self.wordings.neutral[word]:
                return column, rank
        return self.wordings.weak.get(bag) if self.weak else None


def _unnumbered(parts: list[str]) -> list[str]:
    """`parts` without a number at the end: "seal 2", "marks1"."""
    last = parts[-1].rstrip("0123456789")
    if last == parts[-1] or 0 < len(last) < _STEM or (len(parts) == 1 and not last):
        return parts
    return [*parts[:-1], last] if last else parts[:-1]


def _without_units(parts: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """`parts` as a whole, then without one or two words at an end, which may be a unit."""
    yield parts, []
    for size in range(1, min(_UNIT_WORDS, len(parts) - 1) + 1):
        yield parts[:-size], parts[-size:]
        yield parts[size:], parts[:size]
