"""Read lists of seal numbers, and divide them among several containers.

A1, A2 beside two containers         one seal for each
A1, N/A                              a seal for the first
A1/B1, A2/B2                         two seals for each
A1, A2, A3 beside two containers     nobody knows whose they are: they are the bill's
"""

from __future__ import annotations

import polars as pl

from riskscore.cells import nothing, texts

_BETWEEN = r"[,;|/&+]| - "
_BETWEEN_BOXES = r"[,;|]"
_TWO = r"([^\s,;|/&+]*\d[^\s,;|/&+]*) ([^\s\d,;|/&+]*\d)"
MOST = 100
"""Most seals of the bill that each of its containers gets."""


def read(text: pl.Series) -> pl.Series:
    """Lists of the seal numbers in each text, in capitals; words for nothing are none. Empty lists are null."""
    lists = nothing.without(texts.split(_prepared(text), _BETWEEN))
    return lists.list.eval(pl.element().str.to_uppercase())


def divided(text: pl.Series, counts: pl.Series) -> pl.Series:
    """Lists with one text for each of `counts` containers, empty where it has no seal.

    Null where the text does not list as many. The places of words for nothing count.
    """
    plain = _prepared(text).str.replace_all(r'[\[\]"]', " ")
    frame = pl.DataFrame({"text": plain, "count": counts})
    ways = [pl.col("text").str.replace_all(sign, "|") for sign in (_BETWEEN_BOXES, _BETWEEN)]
    ways += [way.str.replace(r"[|\s]+$", "") for way in ways]
    lists = [way.str.split("|") for way in ways]
    return frame.select(
        pl.coalesce(pl.when(parts.list.len() == pl.col("count")).then(parts) for parts in lists).alias(text.name)
    ).to_series()


def _prepared(text: pl.Series) -> pl.Series:
    """`text` without words for nothing that contain a separator, and with a bar for a blank between two seals.

    Each of the two has digits; 'ML 1234567' is one seal.
    """
    text = nothing.strip_from_lists(text)
    if not text.str.contains(_TWO).any():
        return text
    return text.str.replace_all(_TWO, "$1|$2").str.replace_all(_TWO, "$1|$2")
