"""Explore: open boxes more often where the model knows least, with a chance that is known exactly.

    history of consignee, shipper, lane, goods ─▶ weight ─▶ chance of being drawn ─▶ systematic draw

A weight is a standard error. The rate of a party with n earlier consignments is known to about 1 / sqrt(1 + n), and
whether one box hides something varies by about sqrt(probability). Neyman allocation samples in proportion to the
product: boxes are opened where that reduces the most uncertainty, not where the risk is already clear.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KNOWN = ("consignee_before", "shipper_before", "lane_before", "origin_goods_before")
"""Features that the weight uses: natural log of 1 + earlier consignments; null where unknown."""

_LEAST_PROBABILITY = 1e-6
"""Lower probabilities count as one in a million, so that no weight is 0 and every box can be drawn."""
_MOST_KNOWN = 30.0
"""Upper limit of KNOWN: the log of more consignments than exist."""


def weight() -> pl.Expr:
    """Return the exploring weight of a row (`probability`, KNOWN), above 0. An unknown party or lane counts as new."""
    log_count = pl.col(KNOWN).cast(pl.Float64).fill_nan(0).fill_null(0).clip(0, _MOST_KNOWN)
    uncertainty = pl.mean_horizontal((log_count / -2).exp())
    return (uncertainty * pl.col("probability").clip(_LEAST_PROBABILITY, 1).sqrt()).alias("weight")


def chances(weights: Floats, draws: int) -> Floats:
    """Return the chance (0 to 1) of each of weights[n] (above 0) to be among `draws` boxes, in proportion to weight.

    Chances that would exceed 1 are set to 1, and the rest share the remaining draws again, until none exceeds 1. The
    chances add up to min(draws, n).
    """
    if draws >= len(weights):
        return np.ones_like(weights)
    chance = np.zeros_like(weights)
    if draws == 0:
        return chance
    certain = np.zeros(len(weights), dtype=np.bool_)
    while True:
        uncertain = ~certain
        chance[uncertain] = weights[uncertain] * ((draws - certain.sum()) / weights[uncertain].sum())
        exceeds = uncertain & (chance >= 1.0)
        if not exceeds.any():
            return chance
        chance[exceeds] = 1.0
        certain |= exceeds


def draw(chance: Floats, start: float) -> NDArray[np.bool_]:
    """Draw systematically from chance[n], in the given order: bool[n], with as many drawn as the chances add up to.

    The chances are laid end to end, and the points `start` (0 to 1), start + 1, ... draw the boxes that they fall on. A
    uniform start gives each box exactly its chance, whatever the order. Boxes with chance 1 are drawn first, so that
    rounding can neither drop nor repeat them.
    """
    drawn = chance >= 1.0
    uncertain = np.flatnonzero(~drawn)
    ends = np.cumsum(chance[uncertain])
    points = start + np.arange(round(float(ends[-1])) if len(ends) else 0)
    # Rounding may leave the last end just below a whole number. The last point then falls on the last box.
    hits = np.minimum(np.searchsorted(ends, points, side="right"), len(uncertain) - 1)
    drawn[uncertain[hits]] = True
    return drawn
