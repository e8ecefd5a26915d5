"""Effect: what another policy would have found in the same boxes, from the chances that both give each of them.

    box held, chance p under the draw that was made, chance q under the policy that is tried

                      q < p                          q = p            q > p
    box was opened    kept q / p, lost 1 - q / p     kept             kept
    box stayed closed closed                         closed           gained (q - p) / (1 - p)

Chances are compared, not draws: a box whose chance rises stays open and one whose chance falls is given up in that
proportion, as with lots that are the same for both. So equal policies lose and gain nothing, and what is certain under
both (p and q of 0 or 1) is known exactly. Of closed boxes only drawn ones can speak: one that was drawn with chance p
speaks for 1 / p boxes like it, and so for (q - p) / p that would be gained (Horvitz and Thompson, as in estimate.py).
The sum of kept and gained is that of (find / p) x q over all boxes with an outcome.

Lost and gained rest on different boxes, those whose chance falls and those whose chance rises. Each has the mid-p gamma
interval of estimate.py, because hits are few and weights uneven; what is certain adds no width. Their difference is
paired by box, for a box that both open alike is in neither, and its interval is put together from the two (MOVER, Zou
and Donner 2008). Rejected: a bootstrap by night, which is empty where nothing was found and cannot know of the box with
a large weight that happened to stay closed; the difference of two totals with intervals of their own, which counts what
both policies find as if it were luck.

Officers are taken to do as they did: what they added stays open, what they struck stays closed. Finds in other closed
boxes (scans, tips) are no longer unseen, and are taken off what is gained.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from riskscore.selection.estimate import HIT, interval


class Estimate(NamedTuple):
    """A figure between `low` and `high`."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """A policy that is tried, against what was done. Seizures are of consignments; intervals as confident as asked.

    opened     boxes that were opened; `answered` of them have an outcome, `seizures` of these are seizures
    still      opened boxes that would be opened again, on average over draws
    other      boxes that would be opened and were not, on average over draws
    unspoken   part of `other` of which nothing can be said, because no draw could have opened them (chance 0)
    kept       seizures that would be made again; with `lost` they add up to `seizures`
    lost       seizures that would not, `lost.value` of those that were made
    gained     seizures in `other` without `unspoken`, as `speaking` drawn boxes say, of which `hits` had a seizure
    found      seizures that the tried policy finds: kept + gained
    change     gained - lost

    The last three are None where no box can say anything of what would be gained.
    """

    opened: int
    answered: int
    seizures: int
    still: float
    other: float
    unspoken: float
    kept: float
    lost: Estimate
    gained: Estimate | None
    found: Estimate | None
    change: Estimate | None
    speaking: int
    hits: int

    def record(self) -> dict[str, Any]:
        """The figures for machines; an estimate as value, low and high."""
        told = asdict(self)
        return {name: value._asdict() if isinstance(value, Estimate) else value for name, value in told.items()}


_IS_OPEN = pl.col("action") == "open"
_ASKED = (pl.col("share") == "officer").fill_null(False)
_LEFT = ~_IS_OPEN & pl.col("share").is_null()
"""Closed, and neither asked for by an officer nor struck."""

_KNOWN = pl.col("finding").is_not_null()
_HIT = (pl.col("finding") == HIT).fill_null(False)

_P, _Q = pl.col("chance"), pl.col("tried")
_FALLS = ((_P - _Q) / _P).clip(0, 1).fill_nan(0)
_RISES = ((_Q - _P) / _P).clip(0, None).fill_nan(0)
_NEW = ((_Q - _P) / (1 - _P)).clip(0, 1).fill_nan(0)
"""Part of a box, known to be closed, that would be opened."""


def effect(rows: pl.DataFrame, *, confidence: float = 0.95) -> Effect:
    """Compare the policy that was with the one that is tried, on the same boxes.

    `rows` are every candidate, a row a consignment: `action` and `share` in force, `chance` (p, of the draw that was
    made, 0 to 1; 1 in the score share), `tried` (q, 0 to 1) and `finding` (null: no outcome). Drawn boxes that are open
    and have no outcome yet are taken to be like those with one.
    """
    error = 1 - confidence
    opened = rows.filter(_IS_OPEN)
    asked, chosen = opened.filter(_ASKED), opened.filter(~_ASKED)
    certain, drawn = chosen.filter(_P >= 1), chosen.filter(_P < 1)
    drawable = rows.filter(_P > 0, _P < 1)
    left = rows.filter(_LEFT)

    surely_lost, surely_kept = (_sum(certain.filter(_HIT), part) for part in (_FALLS, 1 - _FALLS))
    surely_kept += asked.filter(_HIT).height
    lost = _estimate(drawn.filter(_HIT), drawable, _FALLS, error)
    lost = Estimate(*(surely_lost + end for end in lost))
    seizures = opened.filter(_HIT).height

    reached, unspoken = _sum(left.filter(_P > 0), _NEW), _sum(left.filter(_P == 0), _Q)
    answered = drawn.filter(_KNOWN, _RISES > 0)
    spoken_for, heard = _sum(drawn, _RISES), _sum(answered, _RISES)
    gained = found = change = None
    if (spoken_for == 0 or heard > 0) and (reached > 0 or unspoken == 0):
        raised = spoken_for / heard if heard > 0 else 1.0
        seen = rows.filter(~_IS_OPEN | _ASKED, _HIT, _P > 0)
        taken = _sum(seen, _NEW)
        most = _sum(left.filter(_P > 0, ~_KNOWN), _NEW)
        gained = _within(_estimate(drawn.filter(_HIT), drawable, raised * _RISES, error), taken, most)
        both = _estimate(drawn.filter(_HIT), drawable, 1 - _FALLS + raised * _RISES, error)
        kept = seizures - lost.value
        low, high = (end - taken + surely_kept for end in both[1:])
        value = kept + gained.value
        found = Estimate(value, min(max(low, surely_kept), value), max(high, value))
        change = _difference(gained, lost)
    return Effect(
        opened=opened.height,
        answered=opened.filter(_KNOWN).height,
        seizures=seizures,
        still=_sum(chosen, 1 - _FALLS) + asked.height,
        other=reached + unspoken,
        unspoken=unspoken,
        kept=seizures - lost.value,
        lost=lost,
        gained=gained,
        found=found,
        change=change,
        speaking=answered.height,
        hits=answered.filter(_HIT).height,
    )


def _sum(rows: pl.DataFrame, part: pl.Expr) -> float:
    return float(rows.select(part.sum()).item())


def _estimate(hits: pl.DataFrame, drawable: pl.DataFrame, weight: pl.Expr, error: float) -> Estimate:
    """Sum of `weight` over drawn `hits`, with its interval; one more hit could be any of `drawable`."""
    mean, variance = _moments(hits, weight)
    step, step_variance = _moments(drawable.sort(weight, maintain_order=True).tail(1), weight)
    return (
        Estimate(mean, *interval(mean, variance, step, step_variance, error))
        if step > 0
        else Estimate(mean, mean, mean)
    )


def _moments(rows: pl.DataFrame, weight: pl.Expr) -> tuple[float, float]:
    """What boxes drawn with these chances add to a sum of weights, and to its variance."""
    w = np.asarray(rows.select(weight).to_series(), dtype=np.float64)
    p = np.asarray(rows["chance"], dtype=np.float64)
    return float(w.sum()), float((w**2 * (1 - p)).sum())


def _within(estimate: Estimate, taken: float, most: float) -> Estimate:
    """`estimate` less what is no longer unseen, from none to `most`."""
    return Estimate(*(min(max(end - taken, 0.0), most) for end in estimate))


def _difference(gained: Estimate, lost: Estimate) -> Estimate:
    """Gained less lost, of independent estimates with uneven intervals."""
    value = gained.value - lost.value
    below = math.hypot(gained.value - gained.low, lost.high - lost.value)
    above = math.hypot(gained.high - gained.value, lost.value - lost.low)
    return Estimate(value, value - below, value + above)
