"""Exploring: open more often where the model knows least, with a chance that is known exactly.

    what is known of consignee, shipper, lane, goods ─▶ weight ─▶ chance of being drawn ─▶ systematic draw

A weight is a standard error. Somebody seen n times before has a rate known to within about 1 / sqrt(1 + n), and whether
one box hides something varies by about sqrt(probability). To sample in proportion to the product is what Neyman
allocation asks for: openings go where they narrow the most that is still unknown, not where the risk is plain already.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KNOWN = ("consignee_before", "shipper_before", "lane_before", "origin_goods_before")
"""What the weight rests on: features of the matrix, natural log of 1 + consignments before; null where unknown."""

_LEAST_PROBABILITY = 1e-6
"""Below one in a million all are alike, so that a weight is never 0 and nobody is beyond reach."""
_MOST_KNOWN = 30.0
"""Log of more consignments than there are."""


def weight() -> pl.Expr:
    """Exploring weight of a row (`probability` and KNOWN), above 0; an unknown party or lane counts as never seen."""
    seen = pl.col(KNOWN).cast(pl.Float64).fill_nan(0).fill_null(0).clip(0, _MOST_KNOWN)
    unknown = pl.mean_horizontal((seen / -2).exp())
    return (unknown * pl.col("probability").clip(_LEAST_PROBABILITY, 1).sqrt()).alias("weight")


def chances(weights: Floats, draws: int) -> Floats:
    """Chance of each of weights[n] (above 0) to be among `draws` drawn: in proportion to weight, at most 1.

    What would pass 1 is taken for certain, and the rest share the remaining draws anew, until nothing passes 1.
    The chances add up to min(draws, n).
    """
    if draws >= len(weights):
        return np.ones_like(weights)
    out = np.zeros_like(weights)
    if draws == 0:
        return out
    certain = np.zeros(len(weights), dtype=np.bool_)
    while True:
        open_ = ~certain
        out[open_] = weights[open_] * ((draws - certain.sum()) / weights[open_].sum())
        passed = open_ & (out >= 1.0)
        if not passed.any():
            return out
        out[passed] = 1.0
        certain |= passed


def draw(chance: Floats, start: float) -> NDArray[np.bool_]:
    """Draw systematically from chance[n], in the order given: a mask with as many drawn as the chances add up to.

    The chances are laid end to end and every whole number after `start` (0 to 1) draws the one that it falls on; a
    start that is uniform gives each exactly its chance, whatever the order. Certain ones are set aside first, so that
    rounding can neither drop nor double them.
    """
    drawn = chance >= 1.0
    unsure = np.flatnonzero(~drawn)
    ends = np.cumsum(chance[unsure])
    points = start + np.arange(round(float(ends[-1])) if len(ends) else 0)
    # Rounding may leave the last end short of its whole number; the last point then falls on the last box.
    hits = np.minimum(np.searchsorted(ends, points, side="right"), len(unsure) - 1)
    drawn[unsure[hits]] = True
    return drawn
