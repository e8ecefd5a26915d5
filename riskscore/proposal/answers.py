"""Find the answer: the column with what inspections found, its words, and the day when each finding was known.

disposition: C, C, S, R   ─▶ the finding: clean, clean, seizure, irregular
disposition date          ─▶ known_at
action, fine, inspector   ─▶ about the inspection too: never fields, because a model must not see the answer
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from riskscore import folders, toml
from riskscore.cells.headings import outcome_synonyms, recognise
from riskscore.cells.wordings import words
from riskscore.errors import ReferenceDataError
from riskscore.proposal.look import Column

MOST_WORDS = 30
"""Most different words of a column with findings."""

NOT_BEFORE = 0.5
"""Least share of days of findings that are not before the filing; those before count as known at the filing."""

USUAL_LAG = 0.95
"""Share of the findings that are known after the proposed number of days."""

_LIKE_WORDS = 0.9


@dataclass(frozen=True)
class Answer:
    """The finding and its words, those that `mean` something and those that are `unclear`; the day, and the usual lag.

    `is_guessed` is true where single letters were taken for words, `is_worst` where no word is a seizure, so that the
    worst ones are taken for it.
    """

    finding: Column
    mean: dict[str, str]
    unclear: list[str]
    known_at: Column | None
    days: int
    is_guessed: bool = False
    is_worst: bool = False

    def labels(self, positive: tuple[str, ...] = ("seizure",)) -> pl.Series:
        """Whether the finding of each row is one of `positive`; null where there is none."""
        found = self.finding.cells.replace_strict(self.mean, default=None, return_dtype=pl.String)
        return found.is_in(positive)


@cache
def _lists() -> dict[str, Any]:
    return toml.load(folders.reference() / "findings.toml", "the reference table", error=ReferenceDataError)


@cache
def _meanings(kind: str) -> dict[str, str]:
    return {word: name for name, listed in _lists()[kind].items() for word in listed}


def is_about(column: Column) -> bool:
    """Whether the heading, or the words in the cells, show that `column` is about an inspection or what followed."""
    return _says_so(column) or _are_findings(column)


def _says_so(column: Column) -> bool:
    spaced = " ".join(words(column.source))
    return bool(set(_lists()["headings"]) & column.words) or any(part in spaced for part in _lists()["parts"])


def _are_findings(column: Column) -> bool:
    """Whether the cells are words for findings, of two kinds at least; yes and no are not enough."""
    if not 1 < column.distinct.len() <= MOST_WORDS:
        return False
    meant = [_meanings("words").get(_plain(word)) for word in column.distinct]
    return len(set(meant) - {None}) > 1 and sum(map(bool, meant)) >= _LIKE_WORDS * len(meant)


def _plain(word: str) -> str:
    return " ".join(words(word)) or word.strip()


def find(about: Sequence[Column], others: Sequence[Column], filed: pl.Series | None) -> Answer | None:
    """The answer among the columns that are `about` inspections; None where none of them says what was found.

    Of several, the one with a seizure and the clearest words is taken, then the first. `others` may have the day of the
    finding, `filed` is the moment of filing.
    """
    read = [_read(column) for column in about if 0 < column.distinct.len() <= MOST_WORDS and column.moments is None]
    told = [answer for answer in read if len(set(answer.mean.values())) > 1]
    if not told:
        return None
    best = min(told, key=_doubt)
    dated = _dated(best.finding, [*about, *others], filed)
    days = 1 if dated is None else _lag(dated, filed)
    return Answer(best.finding, best.mean, best.unclear, dated, days, best.is_guessed, best.is_worst)


def _doubt(answer: Answer) -> tuple[bool, bool, int, bool]:
    """The smaller, the better the column shows what was found."""
    named = recognise(answer.finding.source, outcome_synonyms()).column == "finding"
    return (answer.is_worst, bool(answer.unclear), len(answer.unclear) + answer.is_guessed, not named)


def _read(column: Column) -> Answer:
    """What the words of a column about findings mean."""
    plain = {word: _plain(word) for word in column.distinct}
    mean: dict[str, str] = {}
    for kind in ("words", "yes_or_no"):
        known = _meanings(kind)
        mean |= {word: known[text] for word, text in plain.items() if text in known and word not in mean}
    is_letters = all(len(text) == 1 and text.isalpha() for text in plain.values())
    is_guessed = is_letters and len(set(mean.values())) < 2
    if is_guessed:
        letters = _meanings("letters")
        mean = {word: letters[text] for word, text in plain.items() if text in letters}
    is_worst = bool(mean) and "seizure" not in mean.values()
    if is_worst:
        mean = {word: "seizure" if finding == "irregular" else finding for word, finding in mean.items()}
    unclear = [word for word in plain if word not in mean]
    return Answer(column, mean, unclear, None, 1, is_guessed, is_worst)


def _dated(finding: Column, columns: Sequence[Column], filed: pl.Series | None) -> Column | None:
    """The column with the day when the finding was known: named so, or like the finding; not before the filing."""
    shared = finding.words - {"date", "code"}
    ranked: list[tuple[int, Column]] = []
    for column in columns:
        if column is finding or column.moments is None:
            continue
        recognised = recognise(column.source, outcome_synonyms()).column
        marks = (
            recognised == "known_at",
            bool(shared & column.words),
            bool(set(_lists()["dates"]) & column.words),
            _says_so(column) or recognised == "inspected_at",
        )
        if not any(marks):
            continue
        if filed is not None:
            both = column.moments.is_not_null() & filed.is_not_null()
            if int((column.moments >= filed).filter(both).sum()) < NOT_BEFORE * int(both.sum()):
                continue
        ranked.append((marks.index(True), column))
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _lag(dated: Column, filed: pl.Series | None) -> int:
    """Whole days from filing after which nearly all findings are known."""
    if filed is None or dated.moments is None:
        return 1
    days = (dated.moments.dt.date() - filed.dt.date()).dt.total_days().drop_nulls()
    longest = days.quantile(USUAL_LAG, "higher") if days.len() else None
    return max(1, int(longest or 1))
