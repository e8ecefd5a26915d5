"""Estimate: from what drawn boxes held, how much was missed in the boxes that stayed closed.

A box drawn with probability p speaks for itself and for (1 - p) / p closed ones like it (Horvitz and Thompson). Summed
over the drawn boxes with a find, that is without bias the number of closed boxes with one, whatever the score thought
of them: the model takes no part in it. Boxes of the shares of score and intelligence are
certain and speak for nobody else. What was found
outside the draw, in boxes that officers added or after a scan, is no longer unseen and is taken off.

"A find" is what an opening would have shown: what inspectors overlook stays overlooked here too.

The interval is the mid-p gamma interval for a weighted sum of rare events (Fay and Feuer 1997; Fay and Kim 2017). Hits
are few, so the sum is skew, and a normal or bootstrap interval is empty without any hit, where a port most needs one.
The gamma interval matches mean and variance of the sum and adds, above, one more hit of the largest weight; without
hits it is the rule of three. Its plain form covers more than it says; averaging both ends, as mid-p does, gives back
most of that width. The variance of a hit is (1 - p) / p^2, what it is when boxes are drawn independently; draws of a
fixed number vary a little less. Rejected: Clopper and Pearson on the random share alone, which wastes the exploring
draw and cannot pool ports of unlike size; a bound from the model's probabilities, which assumes what is to be checked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np
import polars as pl
from scipy.optimize import brentq
from scipy.special import gammainc, gammaincinv, ndtri

HIT = "seizure"
"""The finding that counts."""

_DRAWN = pl.col("share").is_in(["explore", "random"]).fill_null(False)
_HIT = (pl.col("finding") == HIT).fill_null(False)


@dataclass(frozen=True, slots=True)
class Unseen:
    """Consignments with something to find among those that stayed closed.

    `estimate`, between `low` and `high`, in consignments; the estimate is None while no drawn box has an answer.
    `drawn` boxes of the exploring and random shares, of which `hits` had a find and `awaited` have no outcome (late,
    or struck). `closed` consignments are what it is about. `unreached` are closed ones that no draw could have opened
    (a port that draws none, a box struck from the score share): about these nothing is said.
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
    """How often opened boxes had a find: a row for each share, and for each value of the columns `by`.

    `rows` are of slates (`action`, `share`) with `finding` (null: no outcome yet). Returns `by`, `share`, `opened`,
    `answered`, `irregular`, `seizures`, and `rate` (seizures an answered box) between `low` and `high`. The interval is
    Wilson's: it holds its level on average even at none of ten, where Clopper and Pearson's is a third too wide.
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
    """`unseen` for each value of the columns `by`, a row each, with the fields of Unseen as columns."""
    parts = rows.partition_by(*by, as_dict=True, maintain_order=True)
    schema = {
        field.name: pl.Float64 if field.name in ("estimate", "low", "high") else pl.Int64 for field in fields(Unseen)
    }
    found = [asdict(unseen(part, confidence=confidence)) for part in parts.values()]
    keys = pl.DataFrame(list(parts), schema={name: rows.schema[name] for name in by}, orient="row")
    return keys.hstack(pl.DataFrame(found, schema=schema)).sort(by)


def unseen(rows: pl.DataFrame, *, confidence: float = 0.95) -> Unseen:
    """Estimate what the closed boxes of one or many slates hold.

    `rows` are all rows of those slates, opened or not (`action`, `share`, `inclusion`, `explored`), with `finding`: an
    outcome where there is one, however it came about, else null. Rows that were not drawn are counted, and set the
    largest weight. Drawn boxes without an outcome are taken to be like those with one, whose weights rise accordingly.
    """
    drawable = rows.filter(pl.col("explored").is_not_null())
    drawn, opened, known = drawable.filter(_DRAWN), pl.col("action") == "open", pl.col("finding").is_not_null()
    answered, hits = drawn.filter(known), drawn.filter(_HIT)
    closed = drawable.filter(~opened & ~known)
    unreached = rows.filter(pl.col("explored").is_null() & ~opened & ~known).height
    counts = (hits.height, drawn.height, drawn.height - answered.height, closed.height, unreached)
    # Answered boxes speak for all that were not drawn, and for the drawn ones that were struck and so stayed closed.
    spoken_for, heard = _weights(drawn).sum() + closed.filter(_DRAWN).height, _weights(answered).sum()
    if spoken_for > 0 and heard == 0:
        return Unseen(None, 0.0, float(closed.height), *counts)
    raised = float(spoken_for / heard) if heard > 0 else 1.0
    mean, variance = _moments(hits["inclusion"], raised)
    step, step_variance = _moments(drawable["inclusion"].sort().head(1), raised)
    low, high = interval(mean, variance, step, step_variance, 1 - confidence)
    otherwise = drawable.filter(~_DRAWN, _HIT).height
    estimate, low, high = (min(max(end - otherwise, 0.0), float(closed.height)) for end in (mean, low, high))
    return Unseen(estimate, low, high, *counts)


def _moments(inclusion: pl.Series, raised: float) -> tuple[float, float]:
    """What boxes drawn with these probabilities add to the estimate, and to its variance."""
    p = inclusion.to_numpy()
    return float((raised * (1 - p) / p).sum()), float((raised**2 * (1 - p) / p**2).sum())


def _weights(drawn: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How many closed boxes each drawn one speaks for."""
    return np.asarray(1 / drawn["inclusion"].to_numpy() - 1, dtype=np.float64)


def interval(mean: float, variance: float, step: float, step_variance: float, error: float) -> tuple[float, float]:
    """Mid-p gamma interval around `mean`; `step` is what one more hit of the largest weight would add to it."""
    below, above = _Gamma.of(mean, variance), _Gamma.of(mean + step, variance + step_variance)

    def tail(value: float, level: float) -> float:
        return (below.until(value) + above.until(value)) / 2 - level

    def end(level: float) -> float:
        top = max(below.end(level), above.end(level))
        if tail(0.0, level) >= 0:
            return 0.0
        return float(brentq(tail, 0.0, top, args=(level,), xtol=1e-9 * max(top, 1.0))) if top > 0 else 0.0

    return end(error / 2), end(1 - error / 2)


@dataclass(frozen=True, slots=True)
class _Gamma:
    """A gamma distribution by shape and scale; a scale of 0 is a mass at 0."""

    shape: float
    scale: float

    @classmethod
    def of(cls, mean: float, variance: float) -> _Gamma:
        return cls(mean**2 / variance, variance / mean) if variance > 0 else cls(1.0, 0.0)

    def until(self, value: float) -> float:
        """Probability of at most `value`."""
        return float(gammainc(self.shape, value / self.scale)) if self.scale else 1.0

    def end(self, level: float) -> float:
        """The value that is passed with probability 1 - `level`."""
        return float(gammaincinv(self.shape, level) * self.scale)
