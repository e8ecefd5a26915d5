"""What a goods description says: its words, the HS chapters that they speak of, the languages that they come from.

Each distinct wording is read once. Digits, punctuation and word order do not matter; a word that is in no
lexicon says nothing, so typing errors weaken a finding instead of turning it around.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from riskscore import reference
from riskscore.cores import by_core
from riskscore.features.distinct import beside, distinct
from riskscore.features.sums import exact_sum

LEXICON_WEIGHT = 12.0
"""How much a trade name of goods.csv counts against one line of the nomenclature's legal wording."""

RARE = 6.0
"""Weight of doubt added to each word's uses: one line of legal wording proves little about a word."""

SILENCE = 0.01
"""Share of a word's uses that a chapter counts for where the lexicon knows none."""

MIN_LETTERS = 3


def wording(text: str | pl.Expr) -> pl.Expr:
    """Lower-case letters and single spaces only: what two descriptions of the same goods share."""
    column = pl.col(text) if isinstance(text, str) else text
    return column.str.slice(0, 400).str.to_lowercase().str.replace_all(r"[^\p{L}]+", " ").str.strip_chars()


def first_line(column: str) -> pl.Expr:
    """The text of the first goods line; the texts of several lines stand in one column, joined by bars."""
    return pl.col(column).str.extract(r"^([^|]*)")


def _words(wordings: str) -> pl.Expr:
    """Distinct words of some letters in a column of wordings."""
    return (
        pl.col(wordings)
        .str.split(" ")
        .list.eval(pl.element().filter(pl.element().str.len_chars() >= MIN_LETTERS))
        .list.unique()
    )


@cache
def lexicon() -> pl.DataFrame:
    """Word and chapter with `share`: of all that speaks of this word, how much speaks of this chapter."""
    goods = reference.goods().select(
        "chapter",
        text=pl.concat_str("name", pl.col("phrases").fill_null("").str.replace_all(r"\b[a-z]{2}:", " "), separator=" "),
        weight=pl.lit(LEXICON_WEIGHT),
    )
    law = reference.hs().select("chapter", text="description", weight=pl.lit(1.0))
    counts = (
        pl.concat([goods, law])
        .with_columns(word=wording("text"))
        .with_columns(word=_words("word"))
        .explode("word")
        .drop_nulls("word")
        .group_by("word", "chapter")
        .agg(pl.col("weight").sum())
    )
    return (
        counts.with_columns(share=pl.col("weight") / (pl.col("weight").sum().over("word") + RARE))
        .filter(pl.col("share") > 0.05)
        .filter(pl.len().over("word") <= 8)
        .select("word", "chapter", "share")
    )


@cache
def foreign_words() -> pl.DataFrame:
    """Word and language, for words of the trade names in one other language than English only."""
    tagged = (
        reference.goods()
        .select(phrase=pl.col("phrases").str.split("|"), name="name")
        .explode("phrase")
        .with_columns(
            language=pl.col("phrase").str.extract(r"^([a-z]{2}):"),
            text=pl.col("phrase").str.replace(r"^[a-z]{2}:", ""),
        )
    )
    english = pl.concat(
        [
            tagged.filter(pl.col("language").is_null()).select(text="text"),
            reference.goods().select(text="name"),
            reference.hs().select(text="description"),
        ]
    )
    spoken = (
        english.with_columns(word=wording("text"))
        .with_columns(word=_words("word"))
        .explode("word")
        .select("word")
        .drop_nulls()
        .unique()
    )
    return (
        tagged.drop_nulls("language")
        .with_columns(word=wording("text"))
        .with_columns(word=_words("word"))
        .explode("word")
        .select("word", "language")
        .drop_nulls()
        .unique()
        .join(spoken, on="word", how="anti")
        .filter(pl.len().over("word") == 1)
    )


def read(texts: pl.DataFrame, column: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the texts of `column`, the first goods line of each.

    Returns `texts` with `whole` (wording of all lines), `wording` (number of that of the first line), `words` (count),
    `language` (of its foreign words, else null), `chapter_best` with `affinity_best`; and one row for each wording
    and chapter that it speaks of: `wording`, `chapter`, `affinity`. Affinities of a wording add up to 1: each word
    votes for the chapters that it is used in, and the votes are multiplied. Rows keep their order.
    """
    whole = wordings(texts[column])
    several = texts[column].str.contains("|", literal=True).fill_null(False).arg_true()
    lines = texts[[column]][several].select(first_line(column)).to_series()
    read = pl.DataFrame({"first": whole.clone().scatter(several, wordings(lines)), "whole": whole})
    spoken = distinct(read, ["first"]).drop_nulls("first").with_row_index("wording")
    words = spoken.select("wording", word=_words("first"))
    count = words.select("wording", words=pl.col("word").list.len()).filter(pl.col("words") > 0)
    words = words.explode("word", empty_as_null=False, keep_nulls=False)
    votes = _votes(words)
    best = votes.group_by("wording", maintain_order=True).agg(
        chapter_best=pl.col("chapter").first(), affinity_best=pl.col("affinity").first()
    )
    told = spoken.drop("first")
    for found in (count, best, _languages(words)):
        told = told.join(found, on="wording", how="left")
    return texts.hstack(beside(read, ["first"], told).drop("first")), votes


def wordings(texts: pl.Series) -> pl.Series:
    """The `wording` of each text, read on every core."""
    return by_core(texts, lambda some: some.to_frame("text").select(wording("text")).to_series())


def _votes(words: pl.DataFrame) -> pl.DataFrame:
    """What each wording speaks of, strongest first: `wording`, `chapter`, `affinity`."""
    return (
        words.join(lexicon(), on="word")
        .group_by("wording", "chapter")
        .agg(vote=exact_sum((pl.col("share") / SILENCE).log()))
        .with_columns(vote=(pl.col("vote") - pl.col("vote").max().over("wording")).exp())
        .with_columns(affinity=pl.col("vote") / exact_sum(pl.col("vote")).over("wording"))
        .filter(pl.col("affinity") > SILENCE)
        .sort("wording", "affinity", "chapter", descending=[False, True, False])
        .select("wording", "chapter", "affinity")
    )


def _languages(words: pl.DataFrame) -> pl.DataFrame:
    """The language of most foreign words of each wording that has any: `wording`, `language`."""
    return (
        words.join(foreign_words(), on="word")
        .group_by("wording", "language")
        .len()
        .sort("wording", "len", "language", descending=[False, True, False])
        .group_by("wording", maintain_order=True)
        .agg(pl.col("language").first())
    )


def any_term(wordings: str, terms: list[str]) -> pl.Expr:
    """Whether the `wording` in a column has one of `terms` as whole words; null where there is none.

    Terms in a script without spaces between words (Chinese, Japanese, Thai) are found anywhere in the text.
    """
    patterns = sorted({_pattern(term) for term in terms} - {""})
    if not patterns:
        return pl.lit(False)
    return pl.concat_str(pl.lit(" "), wordings, pl.lit(" ")).str.contains_any(patterns)


def _pattern(term: str) -> str:
    words = "".join(c if c.isalpha() else " " for c in term.lower()).split()
    joined = " ".join(words)
    spaced = all(ord(c) < _UNSPACED for c in joined)
    return f" {joined} " if spaced and joined else joined


_UNSPACED = 0x0E00
"""Thai, and beyond it the scripts of East Asia: from here on words need no spaces between them."""
