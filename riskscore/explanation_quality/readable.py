"""Readable: whether all sentences about a flagged consignment are readable and true."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import polars as pl

from riskscore.explanation.sentences import NOT_STATED
from riskscore.explanation_quality.recompute import Checker
from riskscore.judging.intervals import share_of
from riskscore.schema import KEY

LONGEST = 400
"""Most characters of a readable sentence."""

MOST = 1_000
"""Most flagged consignments whose sentences are checked: about ten thousand sentences."""

SHOWN = 5
"""Most faults that are listed in full."""

_LEFT_OVER = re.compile(r"\b(?:nan|None|null|inf)\b|\{\w*[:}]")
"""What an unfilled field of a template leaves in a sentence."""

_ONE_MANY = re.compile(
    r"(?<![\d.,])1 (?:\w+ )?(?:boxes|consignments|days|seizures|words|packages|ports|bills)\b|\(e?s\)"
)
"""The number one with a plural noun, or a plural ending that is still in brackets."""


def faults(sentence: str) -> list[str]:
    """Return what makes a sentence hard to read, in plain language; an empty list if it is readable."""
    problems = [] if sentence[-1:] in (".", "?") else ["no full stop"]
    if not 5 < len(sentence) <= LONGEST:
        problems.append("too short or too long")
    if sentence.count(NOT_STATED) > 1:
        problems.append("more than one missing value")
    if _LEFT_OVER.search(sentence):
        problems.append("an unfilled field")
    if _ONE_MANY.search(sentence):
        problems.append("wrong singular or plural")
    if sentence != " ".join(sentence.split()) or (sentence[:1].isalpha() and not sentence[0].isupper()):
        problems.append("extra white space or no capital letter")
    return problems


def readable(reasons: pl.DataFrame, checker: Checker) -> dict[str, Any]:
    """Check all sentences of n flagged consignments (rows of the result of `reasons`).

    Returns the numbers of `flags`, `sentences` and `values` that were checked, `wrong` (sentences with a fault), `true`
    (share of consignments without a fault, with interval) and `faults` (the first SHOWN, as texts).
    """
    wrong: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    sentences = values = 0
    for row in reasons.iter_slices(1):
        for checked in checker.check(row):
            sentences, values = sentences + 1, values + checked.values
            problems = [*faults(checked.sentence), *([checked.fault] if checked.fault else [])]
            if problems:
                wrong[row.select(KEY).row(0)].append(f"{checked.feature}: {checked.sentence!r}: {', '.join(problems)}")
    return {
        "flags": reasons.height,
        "sentences": sentences,
        "values": values,
        "wrong": sum(map(len, wrong.values())),
        "true": share_of(reasons.height - len(wrong), reasons.height),
        "faults": [fault for row_faults in wrong.values() for fault in row_faults][:SHOWN],
    }
