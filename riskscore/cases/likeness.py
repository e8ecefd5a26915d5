"""The published seizures most like a consignment: similar goods, origin, route and destination.

    Subject of a row ─┐
    Subject of a case ┴─▶ points for goods, origin, route, destination and commodity ─▶ best first, with reasons

The points are few and simple, because there are too few cases of each kind to fit finer ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import polars as pl

from riskscore import reference, schema
from riskscore.cases import library, places
from riskscore.cases.library import Case
from riskscore.cases.traits import Subject, of_case, of_row, traits
from riskscore.cases.words import short
from riskscore.language import ENGLISH, Language, mark
from riskscore.schema import KEY

FAMILIES = (
    frozenset({"resin", "plastic_waste"}),
    frozenset({"timber", "furniture_wood", "charcoal"}),
    frozenset({"dried_fish", "shells", "frozen"}),
    frozenset({"beans_seeds", "nuts", "tea_coffee", "flour_feed"}),
    frozenset({"stone", "ore", "handicraft"}),
    frozenset({"scrap", "waste", "paper_waste"}),
)
"""Groups of similar kinds of cover goods."""

PUBLISHED: dict[str, pl.DataType | type[pl.DataType]] = {
    "bill_of_lading": pl.String,
    "container_number": pl.String,
    "place": pl.Int64,
    "id": pl.String,
    "year": pl.Int64,
    "commodity": schema.TEXTS,
    "quantity_kg": pl.Float64,
    "declared": pl.String,
    "summary": pl.String,
    "source": schema.TEXTS,
    "likeness": pl.Float64,
    "shares": schema.TEXTS,
    "differs": schema.TEXTS,
}
"""Columns of `published`; `likeness` is in points, at most about 12."""

LEAST = 3.0
"""Least points of a case that is shown: the same goods or origin alone, or several lesser similarities."""

RECENT = 10
"""Years after which a case gets no points for its time: smugglers change routes and covers."""

FEW = 3
"""Most years between two cases that count as about the same time."""

Point = tuple[float, str, str, str]
"""Points, a sentence with {here} and {there} on a similarity or difference, and the values of the two fields."""


def published(rows: pl.DataFrame, top: int = 3, *, language: Language = ENGLISH) -> pl.DataFrame:
    """Return the `top` published seizures most like each of `rows` (canonical), columns of PUBLISHED, nearest first.

    A row has fewer, or none, if few cases are like it. Of equally near cases the newest comes first.
    """
    cases = [(case, of_case(case)) for case in library.load()]
    records: list[dict[str, object]] = []
    for row in traits(rows).iter_rows(named=True):
        near = nearest(of_row(row), cases, top)
        for place, (case, points, subject) in enumerate(near, 1):
            shares, differs = compare(of_row(row), subject, language)
            record = {name: row[name] for name in KEY} | {"place": place, "likeness": points}
            records.append(record | fields(case) | {"shares": shares, "differs": differs})
    return pl.DataFrame(records, schema=PUBLISHED)


def fields(case: Case) -> dict[str, object]:
    """Return the shown fields of a case, as columns of PUBLISHED."""
    values = {name: getattr(case, name) for name in ("id", "year", "quantity_kg", "summary")}
    lists = {name: list(getattr(case, name)) for name in ("commodity", "source")}
    return values | lists | {"declared": case.declared or None}


def nearest(one: Subject, cases: list[tuple[Case, Subject]], top: int) -> list[tuple[Case, float, Subject]]:
    """Return the `top` cases most like a subject, with their points and subjects."""
    scored = [(case, round(sum(points for points, *_ in _points(one, other)), 2), other) for case, other in cases]
    near = [(case, points, other) for case, points, other in scored if points >= LEAST]
    return sorted(near, key=lambda match: -match[1])[:top]


def compare(one: Subject, other: Subject, language: Language) -> tuple[list[str], list[str]]:
    """Say in sentences what a consignment and a case have in common, and where they differ."""
    shares: list[str] = []
    differs: list[str] = []
    for points, text, here, there in _points(one, other):
        if not text:
            continue
        values = {"here": _named(here, language), "there": _named(there, language)}
        (shares if points else differs).append(language.say(text, **values))
    return shares, differs


def _named(value: str, language: Language) -> str:
    """Name of a country, a port or a kind of goods; any other text stays."""
    if len(value) == 2 and value.isupper():
        return language.country(value) or value
    if len(value) == 5 and value.isupper():
        return places.port_name(value)
    return language.say(value.replace("_", " ")) if value in _kinds() else value


@cache
def _kinds() -> set[str]:
    return set(reference.cover_goods()["kind"])


def _points(one: Subject, other: Subject) -> Iterator[Point]:
    """Similarities with points, and differences with 0 points; a field that either side lacks gives neither."""
    yield from _goods(one, other)
    yield from _origin(one, other)
    hubs = {place[:2] for place in one.stops} & {place[:2] for place in other.stops}
    if hubs:
        yield 1.5, mark("Same transit country: {here}."), sorted(hubs)[0], ""
    yield from _end(one, other)
    yield from _commodity(one, other)
    gap = abs(one.year - other.year) if one.year and other.year else RECENT
    if gap < RECENT:
        text = mark("About the same time: {here} and {there}.") if gap <= FEW else ""
        yield 1.5 * (1 - gap / RECENT), text, str(one.year), str(other.year)


def _goods(one: Subject, other: Subject) -> Iterator[Point]:
    if one.kind and one.kind == other.kind:
        yield 3.0, mark("Same kind of goods: {here}."), one.kind, ""
    elif any({one.kind, other.kind} <= family for family in FAMILIES):
        yield 2.0, mark("Similar kinds of goods: {here} here, {there} there."), one.kind, other.kind
    elif one.goods and other.goods:
        yield 0.0, mark("Declared goods: {here} here, {there} there."), short(one.goods), short(other.goods)


def _origin(one: Subject, other: Subject) -> Iterator[Point]:
    here, there = one.origin, other.origin
    part = places.part_of(here)
    if here and here == there:
        yield 3.0, mark("Both from {here}."), here, ""
        if one.loaded_at and one.loaded_at == other.loaded_at:
            yield 1.0, mark("Loaded at the same port: {here}."), one.loaded_at, ""
    elif here and there and part and part == places.part_of(there):
        yield 2.0, mark("Origins in the same region: {here} here, {there} there."), here, there
    elif here and there and places.region_of(here) == places.region_of(there):
        yield 1.0, mark("Origins in the same region: {here} here, {there} there."), here, there
    elif here and other.region and places.region_of(here) == other.region:
        yield 1.0, mark("Both from the same region."), "", ""
    elif here and there:
        yield 0.0, mark("Origin: {here} here, {there} there."), here, there


def _end(one: Subject, other: Subject) -> Iterator[Point]:
    here, there = one.end_countries, other.end_countries
    same = here & there
    ports = {place for place in one.ends if len(place) == 5} & set(other.ends)
    if ports:
        yield 2.5, mark("Both go to the same port: {here}."), sorted(ports)[0], ""
    elif same:
        yield 2.0, mark("Both bound for {here}."), sorted(same)[0], ""
    elif here and there:
        yield 0.0, mark("Destination: {here} here, {there} there."), sorted(here)[0], sorted(there)[0]


def _commodity(one: Subject, other: Subject) -> Iterator[Point]:
    """Up to one point for an origin that is a known source of what was found; none below a strength of 0.5."""
    known = [(_sources().get((name, one.origin), 0.0), name) for name in other.commodities]
    strength, commodity = max(known, default=(0.0, ""))
    if strength >= 0.5:
        yield strength, mark("{here} is a known source of {there}."), one.origin, commodity


@cache
def _sources() -> dict[tuple[str, str], float]:
    table = reference.wildlife().filter(role="source").group_by("commodity", "country").agg(pl.col("strength").max())
    return {(commodity, country): strength for commodity, country, strength in table.iter_rows()}
