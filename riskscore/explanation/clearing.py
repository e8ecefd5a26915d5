"""Clearing: the checks that would take a consignment out of the red lane, as a row and as a sentence."""

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
"""One check: what to do, its effort (checks.EFFORTS), and the features and red flags that it would clear."""

CLEARING: dict[str, pl.DataType | type[pl.DataType]] = {
    "checks": pl.List(CHECK),
    "margin_after": pl.Float64,
    "probability_after": pl.Float64,
    "enough": pl.Boolean,
    "proven": pl.Boolean,
}
"""Columns of an answer, as `minimal_checks.what_would_clear` describes them."""


def headline(clearing: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """Return a row of CLEARING as one or two sentences in `language`."""
    after = language.number(clearing["probability_after"], ".2%")
    count = len(clearing["checks"])
    if clearing["enough"] and not count:
        return language.say("As filed, it is not in the red lane.")
    if clearing["enough"] and count == 1:
        return language.say(
            "One check would take it out of the red lane if it comes back clean. The probability would then be "
            "{after}.",
            after=after,
        )
    if clearing["enough"]:
        return language.say(
            "{count} checks would take it out of the red lane if all come back clean. The probability would then be "
            "{after}.",
            count=language.number(count),
            after=after,
        )
    if not count:
        return language.say("No check would take it out of the red lane or lower its risk: open it.")
    return language.say(
        "No check would take it out of the red lane, even if all come back clean: open it. At best, the probability "
        "would be {after}.",
        after=after,
    )
