"""Compare two names: how alike they are, 0 to 1, and the reasons for and against it.

    distinctive words aligned one to one ─▶ likeness ─▶ lowered or capped by signs of sister firms ─▶ strength

Caps, not weights, rule out a match: another number (PORT NO 1, PORT NO 2), a distinctive word that the other name
lacks, another line of business, another town, or other Chinese characters with the same sound. One letter more or less
is a typing error in a long word, and another name if the words are short or are syllables of pinyin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import OSA

from riskscore.alerts import sounds, spelling
from riskscore.language import ENGLISH, Language, mark

LEAST = 0.8
"""Strength from which two names count as the same."""

_SHORT = 4
_MIDDLE = 6
_LONG = 9
_FOLDED, _ONE_OFF, _TWO_OFF, _BONES = 0.96, 0.92, 0.86, 0.88
_OMITTED, _PLACED = 0.97, 0.98
_CAPS = {"number": 0.5, "word": 0.72, "trade": 0.75, "place": 0.74, "glyphs": 0.6, "short": 0.78, "common": 0.7}


@dataclass(frozen=True, slots=True)
class Name:
    """One name with the columns of spelling.READ."""

    name: str
    distinctive: tuple[str, ...]
    common: frozenset[str]
    place: frozenset[str]
    number: frozenset[str]
    joined: str
    script: str
    glyphs: str
    skeleton: str

    @classmethod
    def of(cls, row: dict[str, object]) -> Name:
        """Make a Name of a row of spelling.read."""
        lists = {name: row[name] for name in ("distinctive", "common", "place", "number")}
        distinctive = tuple(dict.fromkeys(lists.pop("distinctive")))  # type: ignore[call-overload]
        sets = {name: frozenset(words) for name, words in lists.items()}  # type: ignore[call-overload]
        texts = {name: str(row[name]) for name in ("name", "joined", "script", "glyphs", "skeleton")}
        return cls(distinctive=distinctive, **sets, **texts)  # type: ignore[arg-type]


@dataclass(slots=True)
class Likeness:
    """`strength`, 0 to 1, and the facts that explain it: (text with {fields}, values), in the order of the sentence.

    `barred` means that the names differ in a way that an equal address cannot outweigh.
    """

    strength: float
    facts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    barred: bool = False

    def words(self, language: Language = ENGLISH) -> str:
        """Say the facts in one sentence."""
        return "; ".join(language.say(text, **values) for text, values in self.facts)


@lru_cache(maxsize=200_000)
def word_likeness(one: str, other: str, exact: bool = False) -> float:  # noqa: PLR0911  one return per rule
    """Likeness of two words, 0 to 1; 0 if they are different words, or with `exact` if they are not identical.

    In a word of six letters or fewer, another letter or an added last letter makes another name (Karim, Karam; Samir,
    Samira). A letter lost or doubled inside it, or two letters swapped, is a typing error. A different first
    letter is never a typing error.
    """
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if exact or len(short) < _SHORT:
        return 0.0
    folded = sounds.fold(one), sounds.fold(other)
    if folded[0] == folded[1]:
        return _FOLDED
    if one[0] != other[0]:
        return 0.0
    apart = OSA.distance(one, other, score_cutoff=2)
    if apart == 1 and len(short) > _SHORT:
        is_slip = (
            len(short) > _MIDDLE
            or (sorted(one) == sorted(other))
            or (len(long) > len(short) and not long.startswith(short))
        )
        return _ONE_OFF if is_slip else 0.0
    if apart == 2 and len(short) >= _LONG:
        return _TWO_OFF
    apart = OSA.distance(*folded, score_cutoff=2)
    shape = sounds.shape(one)
    if apart <= 2 and shape == sounds.shape(other) and len(shape.replace(".", "")) >= _SHORT:
        return _BONES
    return _ONE_OFF if apart == 1 and min(map(len, folded)) > _MIDDLE else 0.0


def compare(ours: Name, theirs: Name) -> Likeness:
    """Compare the name on a consignment with the name in an alert."""
    if ours.name == theirs.name:
        return Likeness(1.0, [(mark("the name {ours} is exactly the same as in the alert"), {"ours": ours.name})])
    if not ours.distinctive or not theirs.distinctive:
        return Likeness(0.0)
    likeness = Likeness(1.0, [_first_fact(ours, theirs)])
    _align(ours, theirs, likeness)
    if likeness.strength > 0:
        _apply_caps(ours, theirs, likeness)
    return likeness


def _first_fact(ours: Name, theirs: Name) -> tuple[str, dict[str, str]]:
    values = {"ours": ours.name, "theirs": theirs.name, "script": theirs.script, "read": theirs.joined}
    if ours.script == theirs.script:
        return mark("the name {ours} matches {theirs} in the alert"), values
    if theirs.script == "Latin":
        values |= {"script": ours.script, "read": ours.joined}
        return mark(
            "the name {ours} ({script} script) reads {read} in Latin letters, which matches {theirs} in the alert"
        ), values
    return mark(
        "the alert's name {theirs} ({script} script) reads {read} in Latin letters, which matches {ours}"
    ), values


def _align(ours: Name, theirs: Name, result: Likeness) -> None:  # noqa: PLR0912  read from top to bottom
    """Align the distinctive words and set `strength` to the share of them that agrees."""
    if ours.joined == theirs.joined:
        if len(ours.distinctive) != len(theirs.distinctive):
            result.facts.append((mark("the words are joined or split differently"), {}))
        return
    if "Arabic" in (ours.script, theirs.script) and ours.script != theirs.script:
        _by_consonants(ours, theirs, result)
        return
    left, matched, matched_weight = list(theirs.distinctive), 0.0, 0.0
    slips: list[tuple[str, str, float]] = []
    lone = []
    exact = sounds.is_syllables(ours.distinctive) and sounds.is_syllables(theirs.distinctive)
    for word in sorted(ours.distinctive, key=len, reverse=True):
        best = max(left, key=lambda other: word_likeness(word, other, exact), default="")
        likeness = word_likeness(word, best, exact) if best else 0.0
        if likeness == 0.0:
            lone.append(word)
            continue
        left.remove(best)
        matched_weight += _weight(word) + _weight(best)
        matched += likeness * (_weight(word) + _weight(best))
        if likeness < 1.0:
            slips.append((word, best, likeness))
    common = ours.common | theirs.common
    lone, left = ([word for word in words if not _is_slip(word, common)] for words in (lone, left))
    total = matched_weight + sum(map(_weight, (*lone, *left)))
    if total == 0:
        result.strength = 0.0
        return
    if lone or left:
        likeness = word_likeness(_run(ours.distinctive, lone), _run(theirs.distinctive, left), exact)
        if likeness > 0:
            matched += likeness * sum(map(_weight, (*lone, *left)))
            result.facts.append((mark("the words are joined or split differently"), {}))
            lone, left = [], []
    result.strength = matched / total
    if (
        any(slip[2] < _FOLDED for slip in slips)
        and len(ours.distinctive) == len(theirs.distinctive) == 1
        and not _classes(ours.common) & _classes(theirs.common)
    ):
        result.strength = min(result.strength, _CAPS["short"])
        result.facts.append((mark("each name has only one distinctive word, and they share no line of business"), {}))
    for word, other, likeness in slips:
        result.facts.append((_slip(likeness), {"word": word, "other": other}))
    if lone or left:
        result.strength = min(result.strength, _CAPS["word"])
        result.facts.append((mark("found in only one of the names: {words}"), {"words": ", ".join((*lone, *left))}))
    elif not slips and ours.distinctive != theirs.distinctive and len(ours.distinctive) > 1:
        result.facts.append((mark("the words are in a different order"), {}))


def _is_slip(word: str, common: frozenset[str]) -> bool:
    """Whether `word` is a common word with a typing error, which is why it was not recognised as common."""
    return any(word_likeness(word, other) or word_likeness(word.removesuffix("s"), other) for other in common)


def _run(words: tuple[str, ...], some: list[str]) -> str:
    """Join those of `words` that are among `some` into one word."""
    return "".join(word for word in words if word in some)


def _slip(likeness: float) -> str:
    if likeness == _ONE_OFF:
        return mark("{word} and {other} are one letter apart")
    if likeness == _TWO_OFF:
        return mark("{word} and {other} are two letters apart")
    return mark("{word} and {other} are spellings of the same sounds")


def _by_consonants(ours: Name, theirs: Name, result: Likeness) -> None:
    """Compare the consonants, because Arabic script leaves out most vowels."""
    consonants = theirs.skeleton
    if not consonants or consonants != ours.skeleton:
        result.strength = 0.0
        return
    trade = _classes(ours.common) & _classes(theirs.common)
    result.strength = 0.9 if len(consonants) > _SHORT else 0.86 if len(consonants) == _SHORT or trade else 0.7
    result.facts.append((mark("the consonants match (Arabic script leaves out most vowels)"), {}))


def _apply_caps(ours: Name, theirs: Name, result: Likeness) -> None:
    """Lower `strength` where something shows that two firms with similar names are different."""
    if ours.number != theirs.number:
        _cap(result, "number")
        result.facts.append((mark("the numbers in the names differ"), {}))
    only_ours, only_theirs = _telling(ours.common - theirs.common), _telling(theirs.common - ours.common)
    if only_ours and only_theirs and not _classes(only_ours) & _classes(only_theirs):
        _cap(result, "trade")
        result.facts.append((mark("the lines of business differ"), {}))
    elif only_ours or only_theirs:
        result.strength *= _OMITTED
    places = _missing_in(theirs.place, ours.place), _missing_in(ours.place, theirs.place)
    if all(places) and _same_rank(*places):
        _cap(result, "place")
        result.facts.append((mark("the places in the names differ"), {}))
    elif any(places):
        result.strength *= _PLACED
    if ours.glyphs and theirs.glyphs and ours.glyphs != theirs.glyphs:
        _cap(result, "glyphs")
        result.facts.append((mark("the Chinese characters differ"), {}))
    shorter = min(len(ours.joined), len(theirs.joined))
    if shorter < _SHORT and ours.common != theirs.common:
        result.strength = min(result.strength, _CAPS["short"])
        result.facts.append((mark("the name is short, and its common words differ"), {}))
    our_words, their_words = set(ours.distinctive), set(theirs.distinctive)
    is_common = our_words <= ours.common | ours.place or their_words <= theirs.common | theirs.place
    if is_common and (our_words != their_words or our_words <= ours.place):
        result.strength = min(result.strength, _CAPS["common"])
        result.facts.append((mark("the name has only common words"), {}))


def _cap(result: Likeness, cap: str) -> None:
    result.strength = min(result.strength, _CAPS[cap])
    result.barred = True


def _telling(words: frozenset[str]) -> frozenset[str]:
    return words - spelling.SOFT


@lru_cache(maxsize=10_000)
def _classes(words: frozenset[str]) -> frozenset[str]:
    class_of = {word: name for name, members in spelling.CLASSES.items() for word in members}
    return frozenset(class_of.get(word, word) for word in words)


def _missing_in(others: frozenset[str], words: frozenset[str]) -> frozenset[str]:
    """Those of `words` that are like none of `others`."""
    return frozenset(word for word in words if not any(word_likeness(word, other) for other in others))


def _same_rank(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether both are countries or both are towns: a town and a country may be the same place."""
    countries = spelling.countries()
    return bool(some & countries) == bool(others & countries)


def _weight(word: str) -> float:
    return 0.5 + min(len(word), 8) / 8
