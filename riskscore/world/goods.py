"""Goods: every kind of goods in the simulated traffic, with its figures and names.

    goods.csv ─────────────────────┐
    headings that only trade.csv or ├─▶ Goods: arrays with one position per kind
    the nomenclature has ──────────┘

A kind that is not in goods.csv has its name from the nomenclature and its figures from its chapter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from riskscore import reference
from riskscore.world.draws import Bools, Floats, Ints, gather

_FIGURES = ("kg_per_package", "kg_spread", "stowage_kg_m3", "usd_per_kg", "usd_spread")
_EXTRA_PER_CHAPTER = 2
"""Kinds from the nomenclature for each heading or chapter that is not in goods.csv."""
_MAX_PHRASE = 70


@dataclass(frozen=True)
class Goods:
    """Arrays of one length, one position per kind of goods."""

    hs6: pl.Series
    chapter: Ints
    kg_per_package: Floats
    kg_spread: Floats
    stowage_kg_m3: Floats
    usd_per_kg: Floats
    usd_spread: Floats
    reefer: Bools
    frozen: Bools
    season: Floats
    """[kinds, 12]: relative traffic in each month, 1 on average."""
    package_type: pl.Series
    other_types: list[list[str]]
    names: list[list[str]]
    """English names of each kind, the plainest first."""
    foreign: list[dict[str, list[str]]]
    """Language -> names in it, of each kind."""

    def __len__(self) -> int:
        return len(self.hs6)

    def starting(self, prefix: str) -> Ints:
        """Return the positions of the kinds whose HS code starts with `prefix` (2, 4 or 6 digits)."""
        return _starting(prefix)


@cache
def _starting(prefix: str) -> Ints:
    return np.flatnonzero(load().hs6.str.starts_with(prefix).to_numpy()).astype(np.int64)


@cache
def load() -> Goods:
    """Read the kinds of goods. Raises ReferenceDataError if a table is missing or malformed."""
    table = pl.concat([_described(), _undescribed()], how="diagonal_relaxed").sort("hs6", "name")
    ways = [_ways(name, phrases or "") for name, phrases in table.select("name", "phrases").iter_rows()]
    words = table["name"].fill_null("").str.to_lowercase()
    return Goods(
        hs6=table["hs6"],
        chapter=table["hs6"].str.head(2).cast(pl.Int64).to_numpy(),
        **{name: table[name].cast(pl.Float64).to_numpy() for name in _FIGURES},
        reefer=(table["reefer"] > 0).to_numpy(),
        frozen=words.str.contains("frozen").to_numpy(),
        season=np.array([_months(text) for text in table["season"].fill_null("")]),
        package_type=table["package_type"],
        other_types=[[t for t in (text or "").split("|") if t] for text in table["other_package_types"]],
        names=[english for english, _ in ways],
        foreign=[other for _, other in ways],
    )


def _described() -> pl.DataFrame:
    return reference.goods().drop("source")


def _undescribed() -> pl.DataFrame:
    """Return kinds for headings and chapters that are traded or used as cover, but are not in goods.csv."""
    known = _described()
    described = set(known["hs6"]) | set(known["hs6"].str.head(4)) | set(known["hs6"].str.head(2))
    traded = reference.trade()["hs4"].unique().sort()
    chapters = reference.hs()["chapter"].unique().sort()
    covers = reference.cover_goods()["hs"].drop_nulls()
    lacking = pl.concat([traded, covers, chapters.filter(~chapters.is_in(["77", "98", "99"]))]).unique().sort()
    lacking = lacking.filter(~lacking.is_in(sorted(described)))
    by_prefix = pl.concat([reference.hs().with_columns(prefix=pl.col("hs6").str.head(digits)) for digits in (2, 4, 6)])
    added = (
        by_prefix.filter(pl.col("prefix").is_in(lacking.to_list()))
        .sort("prefix", "hs6")
        .group_by("prefix", maintain_order=True)
        .head(_EXTRA_PER_CHAPTER)
        .unique("hs6", keep="first", maintain_order=True)
    )
    typical = known.group_by("chapter").agg(
        *(pl.col(name).median() for name in _FIGURES),
        pl.col("package_type").mode().sort().first(),
        pl.col("reefer").median().round().cast(pl.Int64),
    )
    anywhere = known.select(
        *(pl.col(name).median() for name in _FIGURES), package_type=pl.lit("CTN"), reefer=pl.lit(0, pl.Int64)
    )
    figures = (*_FIGURES, "package_type", "reefer")
    return (
        added.select("hs6", "chapter", name=_brief("description"), phrases=_brief("description"))
        .join(typical, on="chapter", how="left", maintain_order="left")
        .with_columns(pl.col(name).fill_null(anywhere[name][0]) for name in figures)
        .with_columns(other_package_types=pl.lit(None, pl.String), season=pl.lit(None, pl.String))
    )


def _brief(column: str) -> pl.Expr:
    """Return what a clerk would keep of the nomenclature's text: the part before the first semicolon or bracket."""
    return (
        pl.col(column)
        .str.extract(r"^([^;(:]+)")
        .fill_null(pl.col(column))
        .str.slice(0, _MAX_PHRASE)
        .str.strip_chars(" ,")
    )


def _ways(name: str, phrases: str) -> tuple[list[str], dict[str, list[str]]]:
    english, foreign = [], dict[str, list[str]]()
    for phrase in [name, *phrases.split("|")]:
        language, colon, rest = phrase.partition(":")
        if colon and len(language) == 2:
            foreign.setdefault(language, []).append(rest.strip().upper())
        elif phrase.strip():
            english.append(phrase.strip().upper())
    return list(dict.fromkeys(english)), foreign


def _months(text: str) -> list[float]:
    """Return weights of the months: higher in '9-12' or '11-2' (several spans are separated by blanks); '' all year."""
    inside = set[int]()
    for part in text.replace(",", " ").replace("|", " ").split():
        first, _, last = part.partition("-")
        start, end = int(first), int(last or first)
        inside |= {(start - 1 + step) % 12 for step in range((end - start) % 12 + 1)}
    weights = np.array([1.0 if not inside or month in inside else 0.2 for month in range(12)])
    return list(weights / weights.mean())


@cache
def _name_table() -> tuple[pl.Series, Ints, Ints]:
    goods = load()
    counts = np.array([len(ways) for ways in goods.names])
    return (
        pl.Series([way for ways in goods.names for way in ways]),
        np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
        counts.astype(np.int64),
    )


def named(kinds: Ints, units: Floats) -> pl.Series:
    """Return an English name for each of `kinds`; `units` in [0, 1) choose among its names, the first more often."""
    texts, first, count = _name_table()
    return gather(texts, first[kinds] + np.floor(units**1.5 * count[kinds]).astype(np.int64))


@cache
def _foreign_table(language: str) -> tuple[pl.Series, Ints]:
    goods = load()
    texts: list[str] = []
    place = np.full(len(goods), -1, dtype=np.int64)
    for kind, ways in enumerate(goods.foreign):
        if language in ways:
            place[kind] = len(texts)
            texts.append(ways[language][0])
    return pl.Series(texts, dtype=pl.String), place


@cache
def languages() -> tuple[str, ...]:
    """Return the languages besides English in which some goods have a name."""
    return tuple(sorted({language for ways in load().foreign for language in ways}))


def named_in(language: str, kinds: Ints) -> pl.Series:
    """Return the name of each of `kinds` in `language`; null if there is none."""
    texts, place = _foreign_table(language)
    if not len(texts):
        return pl.Series([None] * len(kinds), dtype=pl.String)
    return gather(texts, place[kinds])
