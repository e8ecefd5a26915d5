"""The slate: what happens to each consignment of a night, at each port, within what the port can do.

    candidates ─▶ intelligence: what alerts name, the strongest first, up to its share
               ─▶ score: the highest probabilities ─▶ explore: by weight ─▶ random: by ticket    open       red
                                                    what is left, by falling probability ─▶    scan       red
                                                                                               documents  yellow
                                                                                               audit      blue
                                                                                               none       green

Every consignment carries the probability with which it would be opened, whether it is or not, so that what opened
boxes show can be extended to closed ones (estimate.py). Outside the shares of score and intelligence it is

    explored + (1 - explored) x r / (n - k - m)      of n at the port: k by score or alert, m explored, r by lot

which is exact: m is fixed, and the random share has lots of its own.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import SettingsError
from riskscore.schema import KEY
from riskscore.selection import explore, tickets
from riskscore.selection.capacity import Capacities, Capacity

ACTIONS = ("open", "scan", "documents", "audit", "none")
LANES = ("red", "red", "yellow", "blue", "green")
"""Lane colour of each of ACTIONS."""
SHARES = ("score", "explore", "random", "officer", "intelligence")
"""By which part of the slate a box was chosen; changes.py alone gives `officer`."""

NEEDED = (*KEY, "port", "probability", "margin", *explore.KNOWN)
"""Columns of the candidates."""

NAMED = "intelligence"
"""Column that candidates may have besides: how strongly an alert names each (0 to 1), null where none does."""

_OPEN, _NONE = ACTIONS.index("open"), ACTIONS.index("none")
_NO_SHARE = len(SHARES)


def slate(
    candidates: pl.DataFrame, capacity: Capacities, *, date: datetime.date, seed: str | None = None
) -> pl.DataFrame:
    """Decide for every row of `candidates` (NEEDED, a row a consignment, any number of ports); rows keep their order.

    Returns KEY, `port` and, a row each:

        action     open | scan | documents | audit | none
        lane       red | yellow | blue | green
        share      intelligence | score | explore | random; null where it is not opened
        inclusion  probability of being opened, over all seeds, 0 to 1
        explored   the part of it that the exploring draw has, 0 to 1; null where nothing is drawn: in the shares
                   of score and intelligence, and at a port without the other two
        place      1, 2, ... on the list of the port: by action, then by falling probability
        ticket     64 hex digits, as tickets.py says
        seed       the text that the tickets are made of
        published  whether that is a given seed, or false where the date stands in for one

    Equal probabilities go by margin, then by key. A null port is a port of its own with the default capacity: leaving
    the port out must not be a way round inspection. Same candidates and seed give the same slate, in any order of rows.
    Raises SettingsError where a column is missing, a probability is none, a key is null or there twice.
    """
    _check(candidates)
    text = tickets.seed_text(seed, date)
    rows = (
        candidates.select(
            *KEY,
            "port",
            "probability",
            "margin",
            _named(candidates),
            explore.weight(),
            tickets.texts(date=date, seed=text),
        )
        .with_row_index("row")
        .sort("port", "probability", "margin", *KEY, descending=[False, True, True, False, False])
    )
    lots = tickets.tickets(rows["text"])
    weights, probabilities = rows["weight"].to_numpy(), rows["probability"].to_numpy()
    named = rows[NAMED].to_numpy()
    choice = _Choice.of(rows.height)
    end = 0
    for port, count in rows.group_by("port", maintain_order=True).len().iter_rows():
        part = slice(end, end + count)
        limits = capacity.on(port, date)
        worth = int(np.sum(probabilities[part] >= limits.threshold))
        choice.name(part, limits, named)
        choice.decide(part, limits, worth, weights, lots, tickets.start(port, date=date, seed=text))
        end += count
    return (
        rows.select(
            "row",
            *KEY,
            "port",
            *choice.columns(),
            pl.lit(tickets.raw(lots)).bin.encode("hex").alias("ticket"),
            seed=pl.lit(text),
            published=pl.lit(seed is not None),
        )
        .sort("row")
        .drop("row")
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is decided so far, an array of n each; actions and shares as positions in ACTIONS and SHARES."""

    action: NDArray[np.uint32]
    share: NDArray[np.uint32]
    inclusion: NDArray[np.float64]
    explored: NDArray[np.float64]
    place: NDArray[np.int64]

    @classmethod
    def of(cls, count: int) -> _Choice:
        return cls(
            np.full(count, _NONE, dtype=np.uint32),
            np.full(count, _NO_SHARE, dtype=np.uint32),
            np.ones(count),
            np.full(count, np.nan),
            np.zeros(count, dtype=np.int64),
        )

    def name(self, part: slice, limits: Capacity, named: NDArray[np.float64]) -> None:
        """Take those of `part` that alerts name, the strongest first, then the likeliest, up to their share."""
        strength = named[part]
        order = np.argsort(-strength, kind="stable")[: limits.shares.reserved(limits.boxes)]
        self.share[part][order[~np.isnan(strength[order])]] = SHARES.index("intelligence")

    def decide(
        self, part: slice, limits: Capacity, worth: int, weights: NDArray[np.float64], lots: tickets.Words, start: float
    ) -> None:
        """Fill in the rows `part`: one port, by falling probability, of which `worth` many reach the threshold.

        What alerts may take and leave goes to the score.
        """
        weights, lots = weights[part], lots[part]
        action, share = self.action[part], self.share[part]
        count = len(weights)
        reserved = limits.shares.reserved(limits.boxes)
        by_score, by_exploring, by_lot = limits.shares.split(limits.boxes - reserved)
        free = np.flatnonzero(share == _NO_SHARE)
        by_score += reserved - (count - len(free))
        share[free[free < worth][:by_score]] = SHARES.index("score")

        rest = np.flatnonzero(share == _NO_SHARE)
        explored = explore.chances(weights[rest], by_exploring)
        order = tickets.exploring_order(lots[rest])
        share[rest[order[explore.draw(explored[order], start)]]] = SHARES.index("explore")

        left = np.flatnonzero(share == _NO_SHARE)
        share[left[tickets.random_order(lots[left])[:by_lot]]] = SHARES.index("random")
        chance = min(1.0, by_lot / len(left)) if len(left) else 0.0
        if by_exploring or by_lot:
            self.explored[part][rest] = explored
        self.inclusion[part][rest] = explored + (1.0 - explored) * chance

        action[share != _NO_SHARE] = _OPEN
        closed = np.flatnonzero(share == _NO_SHARE)
        ends = np.cumsum([0, limits.scans, limits.documents, limits.audits])
        for index in range(3):
            action[closed[ends[index] : ends[index + 1]]] = _OPEN + 1 + index
        self.place[part][np.argsort(action, kind="stable")] = np.arange(1, count + 1)

    def columns(self) -> list[pl.Expr]:
        """The decisions as columns of a slate."""
        action, share = pl.Series(self.action), pl.Series(self.share)
        return [
            pl.lit(pl.Series(ACTIONS)).gather(pl.lit(action)).alias("action"),
            pl.lit(pl.Series(LANES)).gather(pl.lit(action)).alias("lane"),
            pl.lit(pl.Series([*SHARES, None])).gather(pl.lit(share)).alias("share"),
            pl.lit(pl.Series(self.inclusion)).alias("inclusion"),
            pl.lit(pl.Series(self.explored, nan_to_null=True)).alias("explored"),
            pl.lit(pl.Series(self.place)).alias("place"),
        ]


def _named(candidates: pl.DataFrame) -> pl.Expr:
    """How strongly an alert names each candidate, NaN where none does."""
    known = pl.col(NAMED) if NAMED in candidates.columns else pl.lit(None)
    return known.cast(pl.Float64).fill_null(float("nan")).alias(NAMED)


def _check(candidates: pl.DataFrame) -> None:
    absent = [name for name in NEEDED if name not in candidates.columns]
    if absent:
        raise SettingsError(f"the candidates of a slate lack {len(absent)} columns: {', '.join(absent)}")
    probability = pl.col("probability")
    is_odd = (probability.is_nan() | ~probability.is_between(0, 1)).fill_null(True)
    nameless, odd, distinct = candidates.select(
        pl.any_horizontal(pl.col(KEY).is_null()).sum().alias("nameless"),
        is_odd.sum().alias("odd"),
        pl.struct(KEY).n_unique().alias("distinct"),
    ).row(0)
    if nameless:
        raise SettingsError(f"{nameless} candidates of a slate have no bill or no container; select named ones only")
    if odd:
        first = candidates.filter(is_odd).row(0, named=True)
        raise SettingsError(
            f"{odd} candidates of a slate have no probability from 0 to 1, the first on bill "
            f"{first['bill_of_lading']}: {first['probability']}; score them first"
        )
    twice = candidates.height - distinct
    if twice:
        raise SettingsError(f"{twice} candidates of a slate are there twice; keep the last version of each consignment")
