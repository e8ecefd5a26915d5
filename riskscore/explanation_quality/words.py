"""Words in plain Python: the terms, HS chapters and language of a text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from math import exp, log

from riskscore import reference
from riskscore.reference import tables

_LEXICON_WEIGHT, _RARE, _SILENCE, _LETTERS = 12.0, 6.0, 0.01, 3


def wording(text: str) -> str:
    """Return the first 400 characters of a text as lower-case letters and single spaces."""
    letters = (c if unicodedata.category(c).startswith("L") else " " for c in text[:400].lower())
    return " ".join("".join(letters).split())


def words(text: str) -> set[str]:
    """Return the distinct words of three letters or more."""
    return {word for word in wording(text).split() if len(word) >= _LETTERS}


def first_line(text: str) -> str:
    """Return the first goods line of a text."""
    return text.partition("|")[0]


def without_places(text: str) -> str:
    """Return the wording of a text without the names of countries and major ports."""
    return _places().sub(" ", wording(text))


@cache
def _places() -> re.Pattern[str]:
    major = set(reference.ports_major()["locode"])
    named = [name for code, name in reference.ports().select("locode", "name").iter_rows() if code in major]
    named = [re.sub(r"\s*\(.*\)$", "", name) for name in named]
    named += [*reference.countries()["name"], *tables.load("country_names")["name"]]
    names = {wording(name) for name in named if len(wording(name)) >= _LETTERS}
    return re.compile(rf"\b(?:{'|'.join(sorted(names, key=lambda name: (-len(name), name)))})\b")


def names_one(text: str, terms: tuple[str, ...]) -> bool:
    """Return whether `text` contains one of `terms` as complete words; in a script without spaces, anywhere."""
    padded = f" {wording(text)} "
    for term in terms:
        plain = " ".join("".join(c if c.isalpha() else " " for c in term.lower()).split())
        if plain and (f" {plain} " if all(ord(c) < 0x0E00 for c in plain) else plain) in padded:
            return True
    return False


@cache
def affinities(text: str) -> dict[str, float]:
    """Return HS chapter -> affinity (0 to 1) of the words of a text; empty if no word is known."""
    votes: dict[str, float] = defaultdict(float)
    for word in words(text):
        for chapter, share in _lexicon().get(word, {}).items():
            votes[chapter] += log(share / _SILENCE)
    if not votes:
        return {}
    most = max(votes.values())
    total = sum(exp(vote - most) for vote in votes.values())
    shares = {chapter: exp(vote - most) / total for chapter, vote in votes.items()}
    return {chapter: share for chapter, share in shares.items() if share > _SILENCE}


def best(text: str | None) -> tuple[str, float] | None:
    """Return the HS chapter that a text points to most, and its affinity; the first among equals."""
    shares = affinities(first_line(text)) if text else {}
    return min(shares.items(), key=lambda pair: (-round(pair[1], 9), pair[0])) if shares else None


@cache
def language(text: str) -> str | None:
    """Return the language of most words of a text that occur in exactly one language and not in English."""
    counts = Counter(_foreign()[word] for word in words(text) if word in _foreign())
    return min(counts, key=lambda code: (-counts[code], code)) if counts else None


@cache
def _lexicon() -> dict[str, dict[str, float]]:
    """Word -> HS chapter -> share of the word's weight."""
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for chapter, name, phrases in reference.goods().select("chapter", "name", "phrases").iter_rows():
        untagged = re.sub(r"\b[a-z]{2}:", " ", phrases or "")
        for word in words(f"{name} {untagged}"):
            weights[word][chapter] += _LEXICON_WEIGHT
    for chapter, law in reference.hs().select("chapter", "description").iter_rows():
        for word in words(law):
            weights[word][chapter] += 1.0
    lexicon: dict[str, dict[str, float]] = {}
    for word, chapters in weights.items():
        total = sum(chapters.values()) + _RARE
        kept = {chapter: weight / total for chapter, weight in chapters.items() if weight / total > 0.05}
        if kept and len(kept) <= 8:
            lexicon[word] = kept
    return lexicon


@cache
def _foreign() -> dict[str, str]:
    """Word -> language, for words of exactly one language that is not English."""
    tongues: dict[str, set[str]] = defaultdict(set)
    english = {word for (law,) in reference.hs().select("description").iter_rows() for word in words(law)}
    for name, phrases in reference.goods().select("name", "phrases").iter_rows():
        english |= words(name)
        for phrase in (phrases or "").split("|"):
            tagged = re.match(r"([a-z]{2}):", phrase)
            if tagged:
                for word in words(phrase[3:]):
                    tongues[word].add(tagged[1])
            else:
                english |= words(phrase)
    return {word: next(iter(codes)) for word, codes in tongues.items() if len(codes) == 1 and word not in english}
