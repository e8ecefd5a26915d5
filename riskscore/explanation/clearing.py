"""Clearing: which checks would take a flag out of the red lane, as a row and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from riskscore.language import ENGLISH, Language

CHECK = pl.Struct(
    {
        "id": pl.String,
        "text": pl.String,
        "effort": pl.String,
        "features": pl.List(pl.String),
        "flags": pl.List(pl.String),
    }
)
"""One check: what to do, what it takes (checks.EFFORTS), and the features and red flags that it settles."""

CLEARING: dict[str, pl.DataType | type[pl.DataType]] = {
    "checks": pl.List(CHECK),
    "margin_after": pl.Float64,
    "probability_after": pl.Float64,
    "enough": pl.Boolean,
    "proven": pl.Boolean,
}


def headline(clearing: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """A row of CLEARING in a sentence or two."""
    after = language.number(clearing["probability_after"], ".2%")
    count = len(clearing["checks"])
    if clearing["enough"] and not count:
        return language.say("It is not in the red lane as it was filed.")
    if clearing["enough"] and count == 1:
        return language.say(
            "One check, if it comes back clean, takes it out of the red lane: the probability would be {after}.",
            after=after,
        )
    if clearing["enough"]:
        return language.say(
            "{count} checks, if all come back clean, take it out of the red lane: the probability would be {after}.",
            count=language.number(count),
            after=after,
        )
    if not count:
        return language.say("No check takes it out of the red lane, nor lowers its risk: open it.")
    return language.say(
        "No check takes it out of the red lane, even if all come back clean: open it. At best, the probability would "
        "be {after}.",
        after=after,
    )
