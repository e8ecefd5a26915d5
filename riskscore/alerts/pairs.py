"""Find the pairs of names that are worth comparing, out of billions: those that share a key.

    joined distinctive words · the same ordered and folded · the same less one letter ─┐
    a rare distinctive word, identical or one letter apart ────────────────────────────┼─▶ pairs ─▶ quick check ─▶ pairs
    consonants, where one name is in Arabic script ────────────────────────────────────┘

A word that occurs in very many names gives no pairs; the keys of the first line still do.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

_MOST_PAIRS = 20_000
"""Most pairs that one word may give; with more, the word is too common to be useful."""

_QUICK_CHECK = 74.0
"""Least likeness (0 to 100) of the joined or ordered distinctive words."""

_LONGEST = 48
_SHORTEST = 5
_PAIR = ("ours", "theirs")


def worth(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of rows of two frames (spelling.READ) that may be alike: row numbers `ours` and `theirs`."""
    left, right = ours.with_row_index("ours"), theirs.with_row_index("theirs")
    keys = [_keys(frame, side) for frame, side in ((left, "ours"), (right, "theirs"))]
    pairs = pl.concat([_same(*keys), _by_words(left, right), _by_consonants(left, right)]).unique(_PAIR)
    return _checked(pairs.sort(_PAIR), ours, theirs)


def _same(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    return ours.join(theirs, on="key", how="inner").select(_PAIR).unique(_PAIR)


def _keys(frame: pl.DataFrame, side: str) -> pl.DataFrame:
    """`side` and `key` (a hash): the joined distinctive words, the same less each letter, and the ordered ones."""
    complete = [
        frame.filter(pl.col(name) != "").select(side, key=pl.col(name).hash(seed))
        for seed, name in enumerate(("joined", "ordered"))
    ]
    return pl.concat([*complete, _less_one(frame.select(side, word="joined")).select(side, key=pl.col("less").hash(0))])


def _less_one(frame: pl.DataFrame) -> pl.DataFrame:
    """Repeat each row for every letter of `word`, with `less`: the word without that letter."""
    long = frame.filter(pl.col("word").str.len_chars().is_between(_SHORTEST, _LONGEST))
    places = long.with_columns(place=pl.int_ranges(pl.col("word").str.len_chars().cast(pl.Int64))).explode("place")
    word, place = pl.col("word"), pl.col("place")
    return places.with_columns(less=word.str.slice(0, place) + word.str.slice(place + 1)).drop("place").unique()


def _by_words(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Pairs that share a rare distinctive word, or have two that are one letter apart."""
    ours, theirs = (
        frame.select(side, word="distinctive")
        .explode("word")
        .filter(pl.col("word").is_not_null(), pl.col("word") != "")
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
    """`one` and `other`: words of the two sides that are identical or one letter apart."""
    sides = []
    for words in (ours, theirs):
        same = words.with_columns(less="word")
        sides.append(pl.concat([same, _less_one(words).select("word", "less")]))
    one, other = sides[0].rename({"word": "one"}), sides[1].rename({"word": "other"})
    return one.join(other, on="less", how="inner").select("one", "other").unique()


def _by_consonants(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Pairs with the same consonants, one of them in Arabic script."""
    has_skeleton = pl.col("skeleton") != ""
    arabic = pl.col("script") == "Arabic"
    ours, theirs = (
        frame.filter(has_skeleton).select(side, "skeleton", arabic.alias(f"{side}_arabic"))
        for frame, side in ((left, "ours"), (right, "theirs"))
    )
    parts = [
        ours.filter("ours_arabic").join(theirs.filter(~pl.col("theirs_arabic")), on="skeleton"),
        ours.filter(~pl.col("ours_arabic")).join(theirs.filter("theirs_arabic"), on="skeleton"),
    ]
    return pl.concat([part.select(_PAIR) for part in parts])


def _checked(pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Keep the pairs whose distinctive words are alike when joined or ordered, or have the same consonants."""
    kept = np.zeros(pairs.height, dtype=np.bool_)
    for name in ("joined", "ordered"):
        one, other = ours[name].gather(pairs["ours"]), theirs[name].gather(pairs["theirs"])
        kept |= process.cpdist(one.to_list(), other.to_list(), scorer=fuzz.ratio, score_cutoff=_QUICK_CHECK) > 0
    skeletons = ours["skeleton"].gather(pairs["ours"]), theirs["skeleton"].gather(pairs["theirs"])
    arabic = (ours["script"].gather(pairs["ours"]) == "Arabic") | (theirs["script"].gather(pairs["theirs"]) == "Arabic")
    kept |= (arabic & (skeletons[0] == skeletons[1]) & (skeletons[0] != "")).to_numpy()
    return pairs.filter(pl.Series(kept))
