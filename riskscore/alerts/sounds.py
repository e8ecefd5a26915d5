"""Sounds of words in Latin letters: folded spellings, consonants, and syllables of Chinese and Vietnamese."""

# ruff: noqa: RUF001  this module is about letters of other scripts

from __future__ import annotations

import re
from functools import cache

import polars as pl

_FOLDS = (
    ("shtch", "sh"), ("shch", "sh"), ("sch", "sh"), ("tch", "ch"), ("kh", "h"), ("ph", "f"), ("ck", "k"), ("q", "k"),
    ("w", "v"), ("x", "ks"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("y", "i"), ("j", "i"), ("ie", "e"), ("tz", "ts"),
)  # fmt: skip


@cache
def fold(word: str) -> str:
    """Fold different spellings of the same sounds into one: Severnyj and Severny, Noor and Nur."""
    word = re.sub("off?$", "ov", word)
    for written, plain in _FOLDS:
        word = word.replace(written, plain)
    return re.sub(r"([a-z])\1+", r"\1", word)


_LETTERS = str.maketrans("بتثجحخدذرزسشصضطظغفقكلمنهپچژگکةاويءئؤعى", "bttjhkddrzsssdtzgfkklmnhbkjgk" + "\0" * 9)
"""Arabic letter -> class of the Latin consonants that it is written with; none for vowels."""

_SOUNDS = (
    ("sh", "s"), ("kh", "k"), ("th", "t"), ("dh", "d"), ("gh", "g"), ("ch", "c"),
    ("ph", "f"), ("q", "k"), ("p", "b"), ("v", ""),
)  # fmt: skip


def skeletons(translated: pl.Series, distinctive: pl.Series) -> pl.Series:
    """Consonants of the distinctive words as Arabic writes them, sorted by word; '' for fewer than two consonants."""
    arabic = translated.str.contains(r"\p{Arabic}").fill_null(False).to_list()
    skeletons_ = [
        _skeleton(_arabic_words(text) if is_arabic else words)
        for text, words, is_arabic in zip(translated, distinctive, arabic, strict=True)
    ]
    return pl.Series("skeleton", skeletons_, dtype=pl.String)


def _arabic_words(text: str) -> list[str]:
    words = [word for word in text.split() if re.search(r"[\u0600-\u06FF]", word) and len(word) > 1]
    bare = [word[2:] if word.startswith("ال") and len(word) > 3 else word for word in words]
    return [word[:-1].translate(_LETTERS) if word.endswith(("ة", "ه")) else word.translate(_LETTERS) for word in bare]


def _skeleton(words: list[str]) -> str:
    parts = sorted(part for word in words if word not in {"al", "el", "ul"} if (part := consonants(_bare(word))))
    return "".join(parts) if sum(map(len, parts)) >= 2 else ""


def _bare(word: str) -> str:
    """`word` without a joined article; words in Arabic script have lost theirs already."""
    return word[2:] if len(word) > 4 and word.startswith(("al", "el")) else word


@cache
def consonants(word: str) -> str:
    """Consonants of one word in Latin letters; consonants that Arabic does not distinguish become one."""
    for sound, letter in _SOUNDS:
        word = word.replace(sound, letter)
    word = re.sub(r"h$", "", word.replace("\0", ""))
    word = re.sub(r"[aeiouyw]", "", word).replace("c", "k")
    return re.sub(r"(.)\1+", r"\1", word)


@cache
def shape(word: str) -> str:
    """Replace the vowels of `word` by dots: Mohammed and Muhammad both become m.h.m.d."""
    return re.sub(r"[aeiou]+", ".", fold(word))


_SYLLABLE = (
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie"
    r"|in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u|v)|ang|eng|ai|an|ao|en|er|ou|a|e|o)"
)
_PINYIN = re.compile(f"{_SYLLABLE}+")


_VIETNAMESE = re.compile(r"(?:ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnrstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?")


@cache
def is_syllables(words: tuple[str, ...]) -> bool:
    """Whether words can be read as pinyin or Vietnamese, where one letter more or less makes another name."""
    return all(map(_PINYIN.fullmatch, words)) or (len(words) > 1 and all(map(_VIETNAMESE.fullmatch, words)))
