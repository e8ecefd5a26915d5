"""Which names are worth comparing: those that share a key, out of billions of pairs.

    joined own words · the same ordered and folded · the same less one letter ─┐
    a word of their own, written alike or one letter apart, that is rare ──────┼─▶ pairs ─▶ alike at a glance ─▶ pairs
    consonants, where one name is in Arabic script ────────────────────────────┘

Words that stand in very many names of either side find no pair by themselves; the first three keys still do.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

_MOST_PAIRS = 20_000
"""Pairs that one word may bring; beyond, it is too common to tell anything."""

_GLANCE = 74.0
"""Least likeness (0 to 100) of the joined or ordered own words."""

_LONGEST = 48
_SHORTEST = 5
_PAIR = ("ours", "theirs")


def worth(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of rows of two frames (spelling.READ) that may be alike: row numbers `ours`, `theirs`, each pair once."""
    left, right = ours.with_row_index("ours"), theirs.with_row_index("theirs")
    keys = [_keys(frame, side) for frame, side in ((left, "ours"), (right, "theirs"))]
    found = pl.concat([_same(*keys), _by_words(left, right), _by_consonants(left, right)]).unique(_PAIR)
    return _glanced(found.sort(_PAIR), ours, theirs)


def _same(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    return ours.join(theirs, on="key", how="inner").select(_PAIR).unique(_PAIR)


def _keys(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    """`side` and `key` (a hash): joined own words, the same less each letter, and ordered."""
    whole = [
        frame.filter(pl.col(name) != "").select(side, key=pl.col(name).hash(seed))
        for seed, name in enumerate(("joined", "ordered"))
    ]
    return pl.concat([*whole, _less_one(frame.select(side, word="joined")).select(side, key=pl.col("less").hash(0))])


def _less_one(frame: pl.DataFrame) -> pl.DataFrame:
    """Each row once for every letter of `word`, with `less`: the word without that letter."""
    long = frame.filter(pl.col("word").str.len_chars().is_between(_SHORTEST, _LONGEST))
    places = long.with_columns(place=pl.int_ranges(pl.col("word").str.len_chars().cast(pl.Int64))).explode("place")
    word, place = pl.col("word"), pl.col("place")
    return places.with_columns(less=word.str.slice(0, place) + word.str.slice(place + 1)).drop("place").unique()


def _by_words(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Pairs that share a rare word of their own, or have two that are one letter apart."""
    ours, theirs = (
        frame.select(side, word="own").explode("word").filter(pl.col("word").is_not_null(), pl.col("word") != "")
        for frame, side in ((left, "ours"), (right, "theirs"))
    )
    counts = [frame.group_by("word").len() for frame in (ours, theirs)]
    near = _near(counts[0].select("word"), counts[1].select("word"))
    rare = (
        near.join(counts[0].rename({"word": "one", "len": "n"}), on="one")
        .join(counts[1].rename({"word": "other", "len": "m"}), on="other")
        .filter(pl.col("n").cast(pl.Int64) * pl.col("m").cast(pl.Int64) <= _MOST_PAIRS)
        .select("one", "other")
    )
    return (
        rare.join(ours.rename({"word": "one"}), on="one")
        .join(theirs.rename({"word": "other"}), on="other")
        .select(_PAIR)
        .unique(_PAIR)
    )


def _near(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """`one` and `other`: words of either side that are the same, fold to the same, or are one letter apart."""
    sides = []
    for words in (ours, theirs):
        same = words.with_columns(less="word")
        sides.append(pl.concat([same, _less_one(words).select("word", "less")]))
    one, other = sides[0].rename({"word": "one"}), sides[1].rename({"word": "other"})
    return one.join(other, on="less", how="inner").select("one", "other").unique()


def _by_consonants(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Pairs of the same consonants, one of them in Arabic script."""
    known = pl.col("skeleton") != ""
    arabic = pl.col("script") == "Arabic"
    ours, theirs = (
        frame.filter(known).select(side, "skeleton", arabic.alias(f"{side}_arabic"))
        for frame, side in ((left, "ours"), (right, "theirs"))
    )
    parts = [
        ours.filter("ours_arabic").join(theirs.filter(~pl.col("theirs_arabic")), on="skeleton"),
        ours.filter(~pl.col("ours_arabic")).join(theirs.filter("theirs_arabic"), on="skeleton"),
    ]
    return pl.concat([part.select(_PAIR) for part in parts])


def _glanced(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Those of `pairs` whose own words look alike as they are joined or ordered, or have the same consonants."""
    kept = np.zeros(pairs.height, dtype=np.bool_)
    for name in ("joined", "ordered"):
        one, other = ours[name].gather(pairs["ours"]), theirs[name].gather(pairs["theirs"])
        kept |= process.cpdist(one.to_list(), other.to_list(), scorer=fuzz.ratio, score_cutoff=_GLANCE) > 0
    bones = ours["skeleton"].gather(pairs["ours"]), theirs["skeleton"].gather(pairs["theirs"])
    arabic = (ours["script"].gather(pairs["ours"]) == "Arabic") | (theirs["script"].gather(pairs["theirs"]) == "Arabic")
    kept |= (arabic & (bones[0] == bones[1]) & (bones[0] != "")).to_numpy()
    return pairs.filter(pl.Series(kept))
