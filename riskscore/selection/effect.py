"""Effect: what another policy would have found in the same boxes, from the chance of each box under both policies.

    p: chance of the box under the draw that was made, q: chance under the policy that is tried

                      q < p                          q = p            q > p
    box was opened    kept q / p, lost 1 - q / p     kept             kept
    box was closed    closed                         closed           gained (q - p) / (1 - p)

Chances are compared, not draws. A box whose chance rises stays open, and one whose chance falls is given up in that
proportion, as if both policies used the same lots. So equal policies lose and gain nothing, and what is certain under
both (p and q of 0 or 1) is known exactly. About closed boxes, only drawn boxes give information: a box that was drawn
with chance p represents 1 / p boxes like it, so (q - p) / p that would be gained (Horvitz and Thompson, as in
estimate.py). The sum of kept and gained is that of (find / p) x q over all boxes with an outcome.

Lost and gained are estimated from different boxes: those whose chance falls and those whose chance rises. Each has the
mid-p gamma interval of estimate.py, because hits are few and weights uneven. What is certain adds no width. Their
difference is paired by box, because a box that both policies open alike is in neither. Its interval combines the two
(MOVER, Zou and Donner 2008). Rejected: a bootstrap by night, which is empty where nothing was found and cannot account
for a heavy box that happened to stay closed; the difference of two totals with separate intervals, which treats what
both policies find as chance.

Officers are assumed to act as they did: what they added stays open, what they struck stays closed. Finds in other
closed boxes (scans, tips) are no longer unseen and are subtracted from what is gained.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from riskscore.selection.estimate import HIT, interval


class Estimate(NamedTuple):
    """An estimate with the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """A policy that is tried, compared with what was done. Seizures are counted in consignments.

    opened     boxes that were opened
    answered   opened boxes with an outcome
    seizures   opened boxes with a seizure; kept + lost
    still      opened boxes that would be opened again, on average over draws
    other      boxes that were not opened but would be, on average over draws
    unspoken   part of `other` that cannot be estimated, because no draw could have opened them (chance 0)
    kept       seizures that would be made again
    lost       seizures that would not be made again
    gained     seizures in `other` without `unspoken`
    found      seizures of the tried policy: kept + gained
    change     gained - lost
    speaking   drawn boxes with an outcome from which `gained` is estimated
    hits       those of them with a seizure

    `gained`, `found` and `change` are None if no box gives information about what would be gained.
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
        """Return the figures as a dictionary, with each estimate as value, low and high."""
        figures = asdict(self)
        return {name: value._asdict() if isinstance(value, Estimate) else value for name, value in figures.items()}


_IS_OPEN = pl.col("action") == "open"
_BY_OFFICER = (pl.col("share") == "officer").fill_null(False)
_LEFT_CLOSED = ~_IS_OPEN & pl.col("share").is_null()
"""Closed, and neither added nor struck by an officer."""

_HAS_OUTCOME = pl.col("finding").is_not_null()
_HIT = (pl.col("finding") == HIT).fill_null(False)

_P, _Q = pl.col("chance"), pl.col("tried")
_FALLS = ((_P - _Q) / _P).clip(0, 1).fill_nan(0)
_RISES = ((_Q - _P) / _P).clip(0, None).fill_nan(0)
_NEW = ((_Q - _P) / (1 - _P)).clip(0, 1).fill_nan(0)
"""Probability that the tried policy would open a box that stayed closed."""


def effect(rows: pl.DataFrame, *, confidence: float = 0.95) -> Effect:
    """Compare the policy that was used with the one that is tried, on the same boxes.

    `rows` are all candidates, one row per consignment: `action` and `share` in force, `chance` (p of the draw that was
    made, 0 to 1; 1 in the score share), `tried` (q, 0 to 1) and `finding` (null: no outcome). Open drawn boxes without
    an outcome are assumed to be like those with one. `confidence` is that of the intervals, 0 to 1.
    """
    error = 1 - confidence
    opened = rows.filter(_IS_OPEN)
    by_officer, chosen = opened.filter(_BY_OFFICER), opened.filter(~_BY_OFFICER)
    certain, drawn = chosen.filter(_P >= 1), chosen.filter(_P < 1)
    drawable = rows.filter(_P > 0, _P < 1)
    closed = rows.filter(_LEFT_CLOSED)

    certainly_lost, certainly_kept = (_sum(certain.filter(_HIT), part) for part in (_FALLS, 1 - _FALLS))
    certainly_kept += by_officer.filter(_HIT).height
    lost = _estimate(drawn.filter(_HIT), drawable, _FALLS, error)
    lost = Estimate(*(certainly_lost + end for end in lost))
    seizures = opened.filter(_HIT).height

    reached, unspoken = _sum(closed.filter(_P > 0), _NEW), _sum(closed.filter(_P == 0), _Q)
    answered = drawn.filter(_HAS_OUTCOME, _RISES > 0)
    all_weight, answered_weight = _sum(drawn, _RISES), _sum(answered, _RISES)
    gained = found = change = None
    if (all_weight == 0 or answered_weight > 0) and (reached > 0 or unspoken == 0):
        scale = all_weight / answered_weight if answered_weight > 0 else 1.0
        seen = rows.filter(~_IS_OPEN | _BY_OFFICER, _HIT, _P > 0)
        already_found = _sum(seen, _NEW)
        most = _sum(closed.filter(_P > 0, ~_HAS_OUTCOME), _NEW)
        gained = _within(_estimate(drawn.filter(_HIT), drawable, scale * _RISES, error), already_found, most)
        both = _estimate(drawn.filter(_HIT), drawable, 1 - _FALLS + scale * _RISES, error)
        kept = seizures - lost.value
        low, high = (end - already_found + certainly_kept for end in both[1:])
        value = kept + gained.value
        found = Estimate(value, min(max(low, certainly_kept), value), max(high, value))
        change = _difference(gained, lost)
    return Effect(
        opened=opened.height,
        answered=opened.filter(_HAS_OUTCOME).height,
        seizures=seizures,
        still=_sum(chosen, 1 - _FALLS) + by_officer.height,
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
    """Sum of `weight` over drawn `hits`, with its interval. One more hit could be any of `drawable`."""
    mean, variance = _moments(hits, weight)
    step, step_variance = _moments(drawable.sort(weight, maintain_order=True).tail(1), weight)
    return (
        Estimate(mean, *interval(mean, variance, step, step_variance, error))
        if step > 0
        else Estimate(mean, mean, mean)
    )


def _moments(rows: pl.DataFrame, weight: pl.Expr) -> tuple[float, float]:
    """The sum of weights of boxes that were drawn with these chances, and its variance."""
    w = np.asarray(rows.select(weight).to_series(), dtype=np.float64)
    p = np.asarray(rows["chance"], dtype=np.float64)
    return float(w.sum()), float((w**2 * (1 - p)).sum())


def _within(estimate: Estimate, already_found: float, most: float) -> Estimate:
    """`estimate` less what was found already, limited to the range from 0 to `most`."""
    return Estimate(*(min(max(end - already_found, 0.0), most) for end in estimate))


def _difference(gained: Estimate, lost: Estimate) -> Estimate:
    """Gained less lost, for independent estimates with asymmetric intervals (MOVER)."""
    value = gained.value - lost.value
    below = math.hypot(gained.value - gained.low, lost.high - lost.value)
    above = math.hypot(gained.high - gained.value, lost.value - lost.low)
    return Estimate(value, value - below, value + above)
