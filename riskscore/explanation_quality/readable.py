"""Readable: whether a sentence can be read, and whether all of a flag's sentences can be and are true."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import polars as pl

from riskscore.explanation.sentences import NOT_STATED
from riskscore.explanation_quality.recompute import Checker
from riskscore.schema import KEY
from riskscore.training.intervals import share_of

LONGEST = 400
"""Characters of a sentence."""

MOST = 1_000
"""Flags whose sentences are checked: some ten thousand."""

SHOWN = 5
"""Faults that are told in full."""

_LEFT_OVER = re.compile(r"\b(?:nan|None|null|inf)\b|\{\w*[:}]")
"""What a gap in a template leaves behind."""

_ONE_MANY = re.compile(
    r"(?<![\d.,])1 (?:\w+ )?(?:boxes|consignments|days|seizures|words|packages|ports|bills)\b|\(e?s\)"
)
"""A count of one with a plural, and a plural that was left in brackets."""


def faults(sentence: str) -> list[str]:
    """What makes a sentence hard to read, in words; nothing where it reads well."""
    found = [] if sentence[-1:] in (".", "?") else ["no full stop"]
    if not 5 < len(sentence) <= LONGEST:
        found.append("too short or too long")
    if sentence.count(NOT_STATED) > 1:
        found.append("more than one value is missing")
    if _LEFT_OVER.search(sentence):
        found.append("a gap")
    if _ONE_MANY.search(sentence):
        found.append("singular and plural")
    if sentence != " ".join(sentence.split()) or (sentence[:1].isalpha() and not sentence[0].isupper()):
        found.append("blanks or a small letter")
    return found


def readable(told: pl.DataFrame, checker: Checker) -> dict[str, Any]:
    """Of flags (rows of what `reasons` returns): the share whose every sentence reads well and is right.

    `sentences` and `values` count what was checked, `wrong` the sentences with a fault; `faults` names some.
    """
    wrong: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    sentences = values = 0
    for row in told.iter_slices(1):
        for one in checker.check(row):
            sentences, values = sentences + 1, values + one.values
            found = [*faults(one.sentence), *([one.fault] if one.fault else [])]
            if found:
                wrong[row.select(KEY).row(0)].append(f"{one.feature}: {one.sentence!r}: {', '.join(found)}")
    return {
        "flags": told.height,
        "sentences": sentences,
        "values": values,
        "wrong": sum(map(len, wrong.values())),
        "true": share_of(told.height - len(wrong), told.height),
        "faults": [fault for faults_ in wrong.values() for fault in faults_][:SHOWN],
    }
