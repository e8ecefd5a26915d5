"""Estimate: from what drawn boxes contained, how much was missed in the boxes that stayed closed.

A box that was drawn with probability p represents itself and (1 - p) / p closed boxes like it (Horvitz and Thompson).
The sum over the drawn boxes with a find is an unbiased estimate of the number of closed boxes with a find, whatever
their score: the model plays no part in it. Boxes of the shares score and intelligence are certain and represent no
others. Finds outside the draw, in boxes that officers added or after a scan, are no longer unseen and are subtracted.

A find is what an opening would have shown: what inspectors overlook is not counted here either.

The interval is the mid-p gamma interval for a weighted sum of rare events (Fay and Feuer 1997; Fay and Kim 2017). Hits
are few, so the sum is skewed, and a normal or bootstrap interval is empty without any hit, when a port needs it most.
The gamma interval matches mean and variance of the sum, and its upper end adds one more hit of the largest weight.
Without hits it is the rule of three. Its plain form is wider than its confidence requires; averaging both ends, as
mid-p does, removes most of the excess. The variance of a hit is (1 - p) / p^2, as if boxes were drawn independently;
draws of a fixed number vary slightly less. Rejected: Clopper and Pearson on the random share alone, which wastes the
exploring draw and cannot pool ports of different size; a bound from the model's probabilities, which assumes what it
should test.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np
import polars as pl
from scipy.optimize import brentq
from scipy.special import gammainc, gammaincinv, ndtri

HIT = "seizure"
"""The finding that counts as a hit."""

_DRAWN = pl.col("share").is_in(["explore", "random"]).fill_null(False)
_HIT = (pl.col("finding") == HIT).fill_null(False)


@dataclass(frozen=True, slots=True)
class Unseen:
    """Estimated number of consignments with a find among those that stayed closed.

    estimate   in consignments, between `low` and `high`; None if no drawn box has an outcome
    hits       drawn boxes with a find
    drawn      boxes of the exploring and random shares
    awaited    drawn boxes without an outcome (late, or struck)
    closed     consignments that the estimate covers
    unreached  closed consignments that it does not cover, because no draw could have opened them (a port without a
               draw, a box struck from the score share)
    """

    estimate: float | None
    low: float
    high: float
    hits: int
    drawn: int
    awaited: int
    closed: int
    unreached: int


def hit_rates(rows: pl.DataFrame, *by: str, confidence: float = 0.95) -> pl.DataFrame:
    """Return how often opened boxes had a seizure: one row per share and value of the columns `by`.

    `rows` are of slates (`action`, `share`) with `finding` (null: no outcome yet). The result has `by`, `share`, the
    numbers `opened`, `answered` (with an outcome), `irregular` and `seizures`, and `rate` (seizures per answered box,
    0 to 1) between `low` and `high`. The interval is Wilson's: on average it keeps its confidence even at none of ten,
    where that of Clopper and Pearson is a third too wide.
    """
    z = float(ndtri(0.5 + confidence / 2))
    n, p = pl.col("answered"), pl.col("rate")
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)).sqrt()
    return (
        rows.filter(pl.col("action") == "open")
        .group_by(*by, "share")
        .agg(
            opened=pl.len().cast(pl.Int64),
            answered=pl.col("finding").count().cast(pl.Int64),
            irregular=(pl.col("finding") == "irregular").sum().cast(pl.Int64),
            seizures=_HIT.sum().cast(pl.Int64),
        )
        .with_columns(rate=pl.when(n > 0).then(pl.col("seizures") / n))
        .with_columns(low=(middle - half).clip(0, 1), high=(middle + half).clip(0, 1))
        .sort(*by, "share")
    )


def unseen_by(rows: pl.DataFrame, *by: str, confidence: float = 0.95) -> pl.DataFrame:
    """Return `unseen` per value of the columns `by`: one row each, with the fields of Unseen as columns."""
    parts = rows.partition_by(*by, as_dict=True, maintain_order=True)
    schema = {
        field.name: pl.Float64 if field.name in ("estimate", "low", "high") else pl.Int64 for field in fields(Unseen)
    }
    estimates = [asdict(unseen(part, confidence=confidence)) for part in parts.values()]
    keys = pl.DataFrame(list(parts), schema={name: rows.schema[name] for name in by}, orient="row")
    return keys.hstack(pl.DataFrame(estimates, schema=schema)).sort(by)


def unseen(rows: pl.DataFrame, *, confidence: float = 0.95) -> Unseen:
    """Estimate how many closed boxes of one or more slates contain something to find.

    `rows` are all rows of the slates, opened or not (`action`, `share`, `inclusion`, `explored`), with `finding`: any
    outcome, however it came about, else null. Rows that were not drawn are counted, and determine the largest weight.
    Drawn boxes without an outcome are assumed to be like those with one, whose weights are raised accordingly.
    `confidence` is that of the interval, 0 to 1.
    """
    drawable = rows.filter(pl.col("explored").is_not_null())
    drawn = drawable.filter(_DRAWN)
    is_opened, has_outcome = pl.col("action") == "open", pl.col("finding").is_not_null()
    answered, hits = drawn.filter(has_outcome), drawn.filter(_HIT)
    closed = drawable.filter(~is_opened & ~has_outcome)
    unreached = rows.filter(pl.col("explored").is_null() & ~is_opened & ~has_outcome).height
    counts = (hits.height, drawn.height, drawn.height - answered.height, closed.height, unreached)
    # Answered boxes represent all that were not drawn, and the drawn ones that were struck and so stayed closed.
    represented, answered_weight = _weights(drawn).sum() + closed.filter(_DRAWN).height, _weights(answered).sum()
    if represented > 0 and answered_weight == 0:
        return Unseen(None, 0.0, float(closed.height), *counts)
    scale = float(represented / answered_weight) if answered_weight > 0 else 1.0
    mean, variance = _moments(hits["inclusion"], scale)
    step, step_variance = _moments(drawable["inclusion"].sort().head(1), scale)
    low, high = interval(mean, variance, step, step_variance, 1 - confidence)
    found_elsewhere = drawable.filter(~_DRAWN, _HIT).height
    estimate, low, high = (min(max(end - found_elsewhere, 0.0), float(closed.height)) for end in (mean, low, high))
    return Unseen(estimate, low, high, *counts)


def _moments(inclusion: pl.Series, scale: float) -> tuple[float, float]:
    """What boxes drawn with these probabilities add to the estimate, and to its variance."""
    p = inclusion.to_numpy()
    return float((scale * (1 - p) / p).sum()), float((scale**2 * (1 - p) / p**2).sum())


def _weights(drawn: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Number of closed boxes that each drawn box represents."""
    return np.asarray(1 / drawn["inclusion"].to_numpy() - 1, dtype=np.float64)


def interval(mean: float, variance: float, step: float, step_variance: float, error: float) -> tuple[float, float]:
    """Return the mid-p gamma interval around `mean`, of confidence 1 - `error`.

    `step` and `step_variance` are what one more hit of the largest weight would add to mean and variance.
    """
    below, above = _Gamma.of(mean, variance), _Gamma.of(mean + step, variance + step_variance)

    def tail(value: float, level: float) -> float:
        return (below.cdf(value) + above.cdf(value)) / 2 - level

    def end(level: float) -> float:
        top = max(below.quantile(level), above.quantile(level))
        if tail(0.0, level) >= 0:
            return 0.0
        return float(brentq(tail, 0.0, top, args=(level,), xtol=1e-9 * max(top, 1.0))) if top > 0 else 0.0

    return end(error / 2), end(1 - error / 2)


@dataclass(frozen=True, slots=True)
class _Gamma:
    """A gamma distribution with shape and scale. A scale of 0 puts all mass at 0."""

    shape: float
    scale: float

    @classmethod
    def of(cls, mean: float, variance: float) -> _Gamma:
        return cls(mean**2 / variance, variance / mean) if variance > 0 else cls(1.0, 0.0)

    def cdf(self, value: float) -> float:
        """Return the probability of at most `value`."""
        return float(gammainc(self.shape, value / self.scale)) if self.scale else 1.0

    def quantile(self, level: float) -> float:
        """Return the value that is exceeded with probability 1 - `level`."""
        return float(gammaincinv(self.shape, level) * self.scale)
