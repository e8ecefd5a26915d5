"""Text: the words of a goods description, the HS chapters that they point to, and their language.

Each distinct wording is read once. Digits, punctuation and word order do not matter. A word that is not in the lexicon
is ignored, so typing errors weaken a result but do not reverse it.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from riskscore import reference
from riskscore.cores import by_core
from riskscore.features.distinct import distinct, join_by_hash
from riskscore.features.sums import exact_sum

LEXICON_WEIGHT = 12.0
"""Weight of a trade name of goods.csv, where one line of the legal wording of the HS nomenclature weighs 1."""

RARE = 6.0
"""Weight added to the total of each word, because one line of legal wording proves little about a word."""

SILENCE = 0.01
"""Share that a chapter has in a word that the lexicon does not list for it."""

MIN_LETTERS = 3
"""Shorter words are ignored."""


def wording(text: str | pl.Expr) -> pl.Expr:
    """Return the first 400 characters of a text (a column or expression) as lower-case letters and single spaces."""
    column = pl.col(text) if isinstance(text, str) else text
    return column.str.slice(0, 400).str.to_lowercase().str.replace_all(r"[^\p{L}]+", " ").str.strip_chars()


def first_line(column: str) -> pl.Expr:
    """Return the text of the first goods line in `column`, where several lines are joined by vertical bars."""
    return pl.col(column).str.extract(r"^([^|]*)")


def _words(wordings: str) -> pl.Expr:
    """Distinct words of MIN_LETTERS or more in a column of wordings."""
    return (
        pl.col(wordings)
        .str.split(" ")
        .list.eval(pl.element().filter(pl.element().str.len_chars() >= MIN_LETTERS))
        .list.unique()
    )


@cache
def lexicon() -> pl.DataFrame:
    """Return `word`, `chapter` and `share`: the part of the word's weight that is in this HS chapter (0 to 1).

    Sources: trade names of goods.csv and the legal wording of the HS nomenclature. Words that more than eight chapters
    share are left out.
    """
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
    """Return `word` and `language`, for words of trade names that occur in exactly one language and not in English."""
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
    english_words = (
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
        .join(english_words, on="word", how="anti")
        .filter(pl.len().over("word") == 1)
    )


def read(texts: pl.DataFrame, column: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the texts in `column`: all goods lines for the wording, the first line for the rest. Rows keep their order.

    Returns two frames:

    - `texts` with `wording` (of all lines), `wording_id` (of the first line), `words` (their number), `language` (of
      foreign words, else null), `chapter_best` and `affinity_best`
    - one row per wording and HS chapter that it points to: `wording_id`, `chapter`, `affinity` (0 to 1). Each word
      votes for the chapters that it is used in, the votes are multiplied, and the affinities of a wording add up to 1,
      less those of SILENCE or below, which are left out.
    """
    every_line = wordings(texts[column])
    several = texts[column].str.contains("|", literal=True).fill_null(False).arg_true()
    first_lines = texts[[column]][several].select(first_line(column)).to_series()
    read = pl.DataFrame({"first": every_line.clone().scatter(several, wordings(first_lines)), "wording": every_line})
    unique = distinct(read, ["first"]).drop_nulls("first").with_row_index("wording_id")
    words = unique.select("wording_id", word=_words("first"))
    count = words.select("wording_id", words=pl.col("word").list.len()).filter(pl.col("words") > 0)
    words = words.explode("word", empty_as_null=False, keep_nulls=False)
    votes = _votes(words)
    best = votes.group_by("wording_id", maintain_order=True).agg(
        chapter_best=pl.col("chapter").first(), affinity_best=pl.col("affinity").first()
    )
    results = unique.drop("first")
    for columns in (count, best, _languages(words)):
        results = results.join(columns, on="wording_id", how="left")
    return texts.hstack(join_by_hash(read, ["first"], results).drop("first")), votes


def wordings(texts: pl.Series) -> pl.Series:
    """Return the `wording` of each text, computed on all cores."""
    return by_core(texts, lambda some: some.to_frame("text").select(wording("text")).to_series())


def _votes(words: pl.DataFrame) -> pl.DataFrame:
    """The HS chapters of each wording, strongest first: `wording_id`, `chapter`, `affinity`."""
    return (
        words.join(lexicon(), on="word")
        .group_by("wording_id", "chapter")
        .agg(vote=exact_sum((pl.col("share") / SILENCE).log()))
        .with_columns(vote=(pl.col("vote") - pl.col("vote").max().over("wording_id")).exp())
        .with_columns(affinity=pl.col("vote") / exact_sum(pl.col("vote")).over("wording_id"))
        .filter(pl.col("affinity") > SILENCE)
        .sort("wording_id", "affinity", "chapter", descending=[False, True, False])
        .select("wording_id", "chapter", "affinity")
    )


def _languages(words: pl.DataFrame) -> pl.DataFrame:
    """The language of most foreign words, for each wording that has any: `wording_id`, `language`."""
    return (
        words.join(foreign_words(), on="word")
        .group_by("wording_id", "language")
        .len()
        .sort("wording_id", "len", "language", descending=[False, True, False])
        .group_by("wording_id", maintain_order=True)
        .agg(pl.col("language").first())
    )


def any_term(wordings: str, terms: list[str]) -> pl.Expr:
    """Return whether the column `wordings` contains one of `terms` as a complete word; null where it is null.

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
"""First code point of Thai. From here on (Thai, East Asian scripts) words are not separated by spaces."""
