"""Read and compare addresses: their numbers and names, in any script and with any abbreviations.

    "Số 12/4 đường Lê Lợi, Q. Ngô Quyền, Hải Phòng" ─▶ numbers 12 4 · words le loi ngo quyen hai phong

Words that most addresses have (street, block, district ...) are dropped, because some writers omit them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl
from anyascii import anyascii

from riskscore.alerts import spelling
from riskscore.alerts.compare import word_likeness
from riskscore.parties import names

MAX_CHARS = 300
"""Characters of an address that are read."""

READ = {"address": pl.String, "numbers": pl.List(pl.String), "words": pl.List(pl.String)}
"""Columns of read addresses; numbers in their written order."""

_NUMBER = r"^\d+[a-z]{0,2}$"
_LEAST_SHARE = 0.8
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Address:
    """Numbers and words of one address."""

    numbers: tuple[str, ...]
    words: tuple[str, ...]


def read(texts: pl.Series) -> pl.DataFrame:
    """Read each of `texts` (String, distinct, not null); returns READ in the order of `texts`."""
    plain = texts.str.slice(0, MAX_CHARS).str.normalize("NFKC").str.to_lowercase()
    foreign = names.is_foreign(plain)
    unspaced = {word: english for word, english in _words().items() if _is_unspaced(word)}
    cut = names.where(plain, foreign, lambda text: _cut(text, unspaced))
    ascii_ = cut.scatter(foreign.arg_true(), [anyascii(text).lower() for text in cut.filter(foreign)])
    text = ascii_.str.replace_all(r"['`\x{2019}]", "").str.replace_all(r"[^a-z0-9]+", " ")
    text = text.str.replace_all(r"\b(\d+) ?f\b", "$1 floor").str.replace_all(r"\b(\d+)(?:st|nd|rd|th)\b", "$1")
    text = text.str.replace_all(r"([a-z]{3})str\b", "${1}strasse")
    text = text.str.replace_all(r"(\d) ([a-z])\b", "$1$2").str.replace_all(r"\b([a-z])(\d)", "$1 $2")
    english = text.to_frame("text").select(spelling.replace_phrases(pl.col("text"), _latin())).to_series()
    generic = _generic()
    frame = pl.DataFrame({"row": pl.int_range(texts.len(), eager=True), "word": english.str.split(" ")}).explode("word")
    word = pl.col("word")
    parts = (
        frame.filter(word.is_not_null(), word != "", ~word.is_in(generic))
        .group_by("row", maintain_order=True)
        .agg(
            numbers=word.filter(word.str.contains(_NUMBER)).str.strip_chars_start("0"),
            words=word.filter(~word.str.contains(_NUMBER), word.str.len_chars() > 1).unique(maintain_order=True),
        )
    )
    every = pl.DataFrame({"row": pl.int_range(texts.len(), eager=True), "address": texts})
    return every.join(parts, on="row", how="left", maintain_order="left").select(
        "address", pl.col("numbers", "words").fill_null(spelling.empty_list())
    )


def compare(left: Address, right: Address) -> float:
    """Agreement of two addresses, 0 to 1: 0 if the house numbers or the street names differ.

    1 if all numbers and words of the shorter address are in the longer; at most 0.5 if one has no number.
    """
    short, long = sorted((left, right), key=lambda address: len(address.words))
    if not short.words:
        return 0.0
    total = sum(max((word_likeness(word, other) for other in long.words), default=0.0) for word in short.words)
    share = total / len(short.words)
    if share < _LEAST_SHARE or (len(short.words) < _FEWEST and len(long.words) > _FEWEST):
        return 0.0
    if not left.numbers or not right.numbers:
        return 0.5 * share
    fewer, more = sorted((set(left.numbers), set(right.numbers)), key=len)
    return share if fewer <= more else 0.0


@cache
def _words() -> dict[str, str]:
    return spelling.table("address", "place")


def _is_unspaced(word: str) -> bool:
    return bool(pl.Series([word]).str.contains(spelling.UNSPACED)[0])


def _cut(text: pl.Expr, unspaced: dict[str, str]) -> pl.Expr:
    """Put spaces around words of addresses and places, in scripts without spaces."""
    return text.str.replace_many(list(unspaced), [f" {word} " for word in unspaced.values()], leftmost=True)


@cache
def _latin() -> dict[str, str]:
    return {anyascii(word).lower(): english for word, english in _words().items() if not _is_unspaced(word)}


@cache
def _generic() -> list[str]:
    words = {word for english in spelling.table("address").values() for word in english.split()}
    return sorted(words | {"of", "the", "and", "at", "in"})
