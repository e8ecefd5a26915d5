"""How alike two names are, 0 to 1, and what speaks for and against it.

    own words aligned one to one ─▶ likeness ─▶ lowered or capped by what tells sister firms apart ─▶ strength

Caps, not weights, decide what is no match: another number (PORT NO 1, PORT NO 2), a word of its own that the other
lacks, another trade, another town, other Chinese characters of the same sound. One letter more or less is a slip in a
long word, and another name where the words are syllables of pinyin or are short.
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
    """One name, read as spelling.READ has it."""

    name: str
    own: tuple[str, ...]
    common: frozenset[str]
    place: frozenset[str]
    number: frozenset[str]
    joined: str
    script: str
    glyphs: str
    skeleton: str

    @classmethod
    def of(cls, row: dict[str, object]) -> Name:
        """A row of spelling.read."""
        lists = {name: row[name] for name in ("own", "common", "place", "number")}
        own = tuple(dict.fromkeys(lists.pop("own")))  # type: ignore[call-overload]
        sets = {name: frozenset(words) for name, words in lists.items()}  # type: ignore[call-overload]
        texts = {name: str(row[name]) for name in ("name", "joined", "script", "glyphs", "skeleton")}
        return cls(own=own, **sets, **texts)  # type: ignore[arg-type]


@dataclass(slots=True)
class Likeness:
    """`strength` 0 to 1, and what it rests on: facts as (text with {fields}, values), in the order that they are told.

    `barred` where something tells the two apart that no address can make good.
    """

    strength: float
    facts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    barred: bool = False

    def words(self, language: Language = ENGLISH) -> str:
        """The facts in words."""
        return "; ".join(language.say(text, **values) for text, values in self.facts)


@lru_cache(maxsize=200_000)
def alike(one: str, other: str, exact: bool = False) -> float:  # noqa: PLR0911  a rule a return
    """How alike two words are, 0 to 1; 0 where they are different words, or where `exact` and not the same.

    In a word of six letters or fewer another letter, or one more at its end, makes another name (Karim, Karam; Samir,
    Samira); a letter lost or doubled within it, or two that changed places, are slips. The first letter is none.
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
    """Compare the name on a consignment with that of an alert."""
    if ours.name == theirs.name:
        return Likeness(1.0, [(mark("the name {ours} is the same, letter by letter"), {"ours": ours.name})])
    if not ours.own or not theirs.own:
        return Likeness(0.0)
    found = Likeness(1.0, [_read(ours, theirs)])
    _own_words(ours, theirs, found)
    if found.strength > 0:
        _told_apart(ours, theirs, found)
    return found


def _read(ours: Name, theirs: Name) -> tuple[str, dict[str, str]]:
    values = {"ours": ours.name, "theirs": theirs.name, "script": theirs.script, "read": theirs.joined}
    if ours.script == theirs.script:
        return mark("the name {ours} is that of the alert, {theirs}"), values
    if theirs.script == "Latin":
        values |= {"script": ours.script, "read": ours.joined}
        return mark("the name {ours} ({script} script) is {read} in Latin letters, as in the alert's {theirs}"), values
    return mark("the alert's name {theirs} ({script} script) is {read} in Latin letters, as in {ours}"), values


def _own_words(ours: Name, theirs: Name, found: Likeness) -> None:  # noqa: PLR0912  read from top to bottom
    """Align the own words; `strength` becomes how much of them agrees."""
    if ours.joined == theirs.joined:
        if len(ours.own) != len(theirs.own):
            found.facts.append((mark("written apart or as one word"), {}))
        return
    if "Arabic" in (ours.script, theirs.script) and ours.script != theirs.script:
        _by_consonants(ours, theirs, found)
        return
    left, matched, matched_weight = list(theirs.own), 0.0, 0.0
    slips: list[tuple[str, str, float]] = []
    lone = []
    exact = sounds.is_syllables(ours.own) and sounds.is_syllables(theirs.own)
    for word in sorted(ours.own, key=len, reverse=True):
        best = max(left, key=lambda other: alike(word, other, exact), default="")
        likeness = alike(word, best, exact) if best else 0.0
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
        found.strength = 0.0
        return
    if lone or left:
        whole = alike(_run(ours.own, lone), _run(theirs.own, left), exact)
        if whole > 0:
            matched += whole * sum(map(_weight, (*lone, *left)))
            found.facts.append((mark("written apart or as one word"), {}))
            lone, left = [], []
    found.strength = matched / total
    if (
        any(slip[2] < _FOLDED for slip in slips)
        and len(ours.own) == len(theirs.own) == 1
        and not _classes(ours.common) & _classes(theirs.common)
    ):
        found.strength = min(found.strength, _CAPS["short"])
        found.facts.append((mark("it is one word alone, and no trade agrees"), {}))
    for word, other, likeness in slips:
        found.facts.append((_slip(likeness), {"word": word, "other": other}))
    if lone or left:
        found.strength = min(found.strength, _CAPS["word"])
        found.facts.append((mark("{words} is in one of them alone"), {"words": ", ".join((*lone, *left))}))
    elif not slips and ours.own != theirs.own and len(ours.own) > 1:
        found.facts.append((mark("in another order of words"), {}))


def _is_slip(word: str, common: frozenset[str]) -> bool:
    """Whether `word` is a common word with a slip in it, which is why it is not known as one."""
    return any(alike(word, one) or alike(word.removesuffix("s"), one) for one in common)


def _run(words: tuple[str, ...], some: list[str]) -> str:
    """Those of `words` that are among `some`, as one word."""
    return "".join(word for word in words if word in some)


def _slip(likeness: float) -> str:
    if likeness == _ONE_OFF:
        return mark("{word} and {other} are one letter apart")
    if likeness == _TWO_OFF:
        return mark("{word} and {other} are two letters apart")
    return mark("{word} and {other} are ways of writing the same sounds")


def _by_consonants(ours: Name, theirs: Name, found: Likeness) -> None:
    """Arabic script leaves out most vowels, so that consonants are compared."""
    bones = theirs.skeleton
    if not bones or bones != ours.skeleton:
        found.strength = 0.0
        return
    trade = _classes(ours.common) & _classes(theirs.common)
    found.strength = 0.9 if len(bones) > _SHORT else 0.86 if len(bones) == _SHORT or trade else 0.7
    found.facts.append((mark("the consonants agree; Arabic script leaves out most vowels"), {}))


def _told_apart(ours: Name, theirs: Name, found: Likeness) -> None:
    """Lower `strength` by what tells firms of a like name apart."""
    if ours.number != theirs.number:
        _bar(found, "number")
        found.facts.append((mark("the numbers in the names differ"), {}))
    only_ours, only_theirs = _hard(ours.common - theirs.common), _hard(theirs.common - ours.common)
    if only_ours and only_theirs and not _classes(only_ours) & _classes(only_theirs):
        _bar(found, "trade")
        found.facts.append((mark("their trades differ"), {}))
    elif only_ours or only_theirs:
        found.strength *= _OMITTED
    places = _others(ours.place, theirs.place), _others(theirs.place, ours.place)
    if all(places) and _same_rank(*places):
        _bar(found, "place")
        found.facts.append((mark("the places in the names differ"), {}))
    elif any(places):
        found.strength *= _PLACED
    if ours.glyphs and theirs.glyphs and ours.glyphs != theirs.glyphs:
        _bar(found, "glyphs")
        found.facts.append((mark("the Chinese characters differ"), {}))
    shorter = min(len(ours.joined), len(theirs.joined))
    if shorter < _SHORT and ours.common != theirs.common:
        found.strength = min(found.strength, _CAPS["short"])
        found.facts.append((mark("the name is short and much is left out"), {}))
    is_common = set(ours.own) <= ours.common | ours.place or set(theirs.own) <= theirs.common | theirs.place
    if is_common and (set(ours.own) != set(theirs.own) or set(ours.own) <= ours.place):
        found.strength = min(found.strength, _CAPS["common"])
        found.facts.append((mark("the name is made of common words alone"), {}))


def _bar(found: Likeness, cap: str) -> None:
    found.strength = min(found.strength, _CAPS[cap])
    found.barred = True


def _hard(words: frozenset[str]) -> frozenset[str]:
    return words - spelling.SOFT


@lru_cache(maxsize=10_000)
def _classes(words: frozenset[str]) -> frozenset[str]:
    named = {word: name for name, of in spelling.CLASSES.items() for word in of}
    return frozenset(named.get(word, word) for word in words)


def _others(some: frozenset[str], known: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in some if not any(alike(word, one) for one in known))


def _same_rank(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether both are countries or both are towns: a town and a country may be one place."""
    countries = spelling.countries()
    return bool(some & countries) == bool(others & countries)


def _weight(word: str) -> float:
    return 0.5 + min(len(word), 8) / 8
