"""Read a search text in plain language: goods, places, contraband and years.

    "plastic from West Africa to Haiphong since 2015" ─▶ goods: plastic · from: West Africa · to: Haiphong · years

Accents and case are ignored. Of several readings the one with most words wins. A place after `from`, `to` or `via` is
searched there only, any other place anywhere on the route. Words that are not understood are listed, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import polars as pl

from riskscore import reference
from riskscore.cases import places
from riskscore.cases.library import OTHER_COMMODITIES
from riskscore.cases.traits import terms
from riskscore.cells.texts import without_accents

T = TypeVar("T")

MOST_CHARS = 400
"""Characters of a query that are read."""

EARLIEST, LATEST = 0, 9999
"""Years that mean an open end."""

_PREPOSITIONS = {
    **dict.fromkeys(("from", "ex", "leaving", "de", "tu"), "from"),
    **dict.fromkeys(("to", "into", "towards", "for", "bound", "den"), "to"),
    **dict.fromkeys(("via", "through", "over", "transit", "qua"), "via"),
    **dict.fromkeys(("in", "at", "near"), "anywhere"),
}
_FILLERS = {"a", "an", "and", "as", "by", "declared", "hidden", "of", "or", "the", "way", "with", "seizure", "seizures"}
_YEAR = re.compile(r"(19[789]\d|20\d\d)")
_BEFORE, _SINCE = {"before", "until"}, {"since", "after"}

GENERIC = {
    "plastic": ("resin", "plastic_waste"),
    "plastics": ("resin", "plastic_waste"),
    "fish": ("frozen", "dried_fish"),
    "nut": ("nuts",),
    "cashew": ("nuts",),
    "shell": ("shells",),
    "metal": ("scrap",),
    "paper": ("paper_waste",),
    "furniture": ("furniture_wood",),
}
"""Words for several kinds of cover goods, or for one kind whose terms lack them."""

CALLED = {
    "tusk": ("ivory",),
    "tusks": ("ivory",),
    "elephant": ("ivory",),
    "scales": ("pangolin",),
    "pangolins": ("pangolin",),
    "horns of rhino": ("rhino horn",),
    "rhino": ("rhino horn",),
    "sandalwood": ("red sanders and sandalwood",),
    "red sandalwood": ("red sanders and sandalwood",),
    "weapons": ("small arms",),
    "drugs": ("cocaine", "heroin", "methamphetamine", "cannabis", "captagon", "tramadol and khat"),
    "tiger": ("big cats, hippo teeth and other wildlife",),
    "tramadol": ("tramadol and khat",),
}  # fmt: skip
"""Other words for commodities of contraband.csv."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a query: its role, its name, its countries, and its UN/LOCODE if it is a port."""

    role: str
    name: str
    countries: frozenset[str]
    port: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What was understood: `years` are the first and the last one, `unread` the words that were not understood."""

    kinds: tuple[tuple[str, ...], ...]
    commodities: tuple[tuple[str, ...], ...]
    places: tuple[Place, ...]
    years: tuple[int, int] | None
    unread: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing was understood."""
        return not (self.kinds or self.commodities or self.places or self.years)

    def lines(self) -> list[str]:
        """Say what was understood, one line per part."""
        lines = [*map(of_goods, self.kinds), *map(of_commodity, self.commodities), *map(of_place, self.places)]
        lines += [of_years(self.years)] if self.years else []
        return lines + ([f"not understood: {', '.join(self.unread)}"] if self.unread else [])


def of_goods(kinds: tuple[str, ...]) -> str:
    """Write the part of a query that asks for kinds of goods."""
    return f"goods: {' or '.join(kinds).replace('_', ' ')}"


_NAMED = 4


def of_commodity(names: tuple[str, ...]) -> str:
    """Write the part that asks for what was found."""
    return f"found: {' or '.join(names[:_NAMED])}" + (" ..." if len(names) > _NAMED else "")


def of_place(place: Place) -> str:
    """Write the part that asks for a place."""
    return f"{'anywhere on the route' if place.role == 'anywhere' else place.role}: {place.name}"


def of_years(years: tuple[int, int]) -> str:
    """Write the part that asks for years."""
    first, last = years
    if first == last:
        return f"year: {first}"
    if first == EARLIEST:
        return f"years: up to {last}"
    return f"years: {first} or later" if last == LATEST else f"years: {first} to {last}"


def understand(text: str) -> Query:
    """Read a query from any text; the rules are in the module's docstring."""
    words = _words(text[:MOST_CHARS])
    kinds: list[tuple[str, ...]] = []
    commodities: list[tuple[str, ...]] = []
    asked_places: list[Place] = []
    unread: list[str] = []
    years: list[tuple[int, int]] = []
    role, at = "anywhere", 0
    while at < len(words):
        reading = _longest(words, at, is_place_first=role != "anywhere")
        word = words[at]
        if reading is not None:
            length, what, value = reading
            if what == "goods":
                kinds.append(value)
            elif what == "commodity":
                commodities.append(value)
            else:
                name, countries, port = value
                asked_places.append(Place(role, name, countries, port))
            role, at = "anywhere", at + length
            continue
        if word in _PREPOSITIONS:
            role = _PREPOSITIONS[word]
        elif _YEAR.fullmatch(word):
            years.append(_span(int(word), words[at - 1] if at else ""))
        elif word not in _FILLERS | _BEFORE | _SINCE:
            unread.append(word)
        at += 1
    return Query(_once(kinds), _once(commodities), _once(asked_places), _joined(years), _once(unread))


def _once(values: list[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _span(year: int, before: str) -> tuple[int, int]:
    if before in _BEFORE:
        return EARLIEST, year - (before == "before")
    return (year + (before == "after"), LATEST) if before in _SINCE else (year, year)


def _joined(years: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Join all spans into one: "since 2010" and "before 2014" intersect, 2010 and 2014 include the years between."""
    if not years:
        return None
    opened = [span for span in years if LATEST in span or EARLIEST in span]
    if opened:
        return max(first for first, _ in years), min(last for _, last in years)
    return min(first for first, _ in years), max(last for _, last in years)


def fold(text: str) -> str:
    """Lower case without accents."""
    return without_accents(text.casefold().replace("đ", "d"))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text).replace("'", " "))


_MOST_WORDS = 5


def _longest(words: list[str], at: int, *, is_place_first: bool) -> tuple[int, str, Any] | None:
    """The longest reading from word `at` on: number of words, kind of reading, and value."""
    goods, commodities, known = _goods(), _commodities(), _places()
    for length in range(min(_MOST_WORDS, len(words) - at), 0, -1):
        phrase = " ".join(words[at : at + length])
        readings = [("goods", goods.get(phrase)), ("commodity", commodities.get(phrase)), ("place", known.get(phrase))]
        if is_place_first:
            readings.reverse()
        for what, value in readings:
            if value is not None:
                return length, what, value
    return None


def _keys(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if key := " ".join(_words(name)):
            yield key, name


@cache
def _goods() -> dict[str, tuple[str, ...]]:
    kinds = {kind: (kind,) for kind in reference.cover_goods()["kind"].unique().sort()}
    named = {key: kinds[name] for key, name in _keys(kinds)} | {key: (terms()[term],) for key, term in _keys(terms())}
    return {key.replace("_", " "): value for key, value in named.items()} | GENERIC


@cache
def _commodities() -> dict[str, tuple[str, ...]]:
    names = {*reference.wildlife()["commodity"], *OTHER_COMMODITIES}
    groups = reference.wildlife().group_by("group").agg(pl.col("commodity").unique().sort())
    by_group = {group: tuple(members) for group, members in groups.iter_rows()}
    return {key: (name,) for key, name in _keys(sorted(names))} | by_group | CALLED


@cache
def _places() -> dict[str, tuple[str, frozenset[str], str]]:
    """Folded name -> displayed name, countries, and UN/LOCODE if it is a port."""
    known: dict[str, tuple[str, frozenset[str], str]] = {}
    for name, locode in reference.port_names().iter_rows():
        for key, _ in _keys([name]):
            known[key] = (places.port_name(locode), frozenset({locode[:2]}), locode)
    for code in reference.ports()["locode"]:
        known[code.lower()] = (places.port_name(code), frozenset({code[:2]}), code)
    for country, towns in places.TOWNS.items():
        for key, name in _keys(towns):
            known.setdefault(key, (f"{name} ({country})", frozenset({country}), ""))
    for code, name in reference.countries().select("code", "name").iter_rows():
        for key, _ in _keys([name, *places.OTHER_NAMES.get(code, ())]):
            known[key] = (name, frozenset({code}), "")  # Singapore is the country: its port is in it
    for name, region in places.REGION_NAMES.items():
        known[" ".join(_words(name))] = (name, places.members(region), "")
    for name, members in places.PARTS.items():
        known[" ".join(_words(name.removeprefix("the ")))] = (name, frozenset(members), "")
    known["congo"] = ("Congo (either)", frozenset({"CD", "CG"}), "")
    return known
