"""Slate: the boxes chosen for inspection on one day, and what happens to all others, within each port's capacity.

    candidates ─▶ intelligence: boxes that alerts name, the strongest first, up to its share
               ─▶ score: the highest probabilities ─▶ explore: by weight ─▶ random: by ticket    open       red
                                                    the rest, by falling probability ─▶        scan       red
                                                                                               documents  yellow
                                                                                               audit      blue
                                                                                               none       green

Every consignment has the probability of being opened, whether it is opened or not, so that results of opened boxes can
be extended to closed ones (estimate.py). Outside the shares score and intelligence this probability is

    explored + (1 - explored) x r / (n - k - m)      of n at the port: k by score or alert, m explored, r by lot

which is exact, because m is fixed and the random share is drawn with separate lots.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import SettingsError
from riskscore.manifest import consolidations
from riskscore.schema import KEY
from riskscore.selection import explore, tickets
from riskscore.selection.capacity import Capacities, Capacity

ACTIONS = ("open", "scan", "documents", "audit", "none")
LANES = ("red", "red", "yellow", "blue", "green")
"""Lane colour of each of ACTIONS."""
SHARES = ("score", "explore", "random", "officer", "intelligence")
"""Shares by which a box can be chosen. Only changes.py uses `officer`."""

NEEDED = (*KEY, "port", "probability", "margin", *explore.KNOWN)
"""Columns that candidates must have."""

NAMED = "intelligence"
"""Optional column of candidates: strength of the alert that names the box (0 to 1), null without an alert."""

_BOX = (consolidations.box_bill(pl.col("bill_of_lading")).alias("_box"), pl.col("container_number"))
"""What is equal for the houses of a box."""

_OPEN, _NONE = ACTIONS.index("open"), ACTIONS.index("none")
_NO_SHARE = len(SHARES)


def slate(
    candidates: pl.DataFrame, capacity: Capacities, *, date: datetime.date, seed: str | None = None
) -> pl.DataFrame:
    """Decide what happens to each of n `candidates` (NEEDED, one row per consignment); rows keep their order.

    Returns n rows with KEY, `port` and:

        action     open | scan | documents | audit | none
        lane       red | yellow | blue | green
        share      intelligence | score | explore | random; null if the box is not opened
        inclusion  probability of being opened, over all seeds, 0 to 1
        explored   probability of being drawn by the exploring share, 0 to 1; null where nothing is drawn: in the shares
                   score and intelligence, and at a port without exploring and random boxes
        place      1, 2, ... in the list of the port: by action, then by falling probability
        ticket     64 hex digits, see tickets.py
        seed       the text that the tickets are made from
        published  true for a given seed, false if the date replaces it

    House bills that share a container have the same decision: the container is drawn and opened once.

    Equal probabilities are ordered by margin, then by key. A null port is treated as a separate port with the default
    capacity, so that nobody avoids inspection by leaving the port out. The same candidates and seed give the same
    slate, in any order of rows. Raises SettingsError if a column is missing, a probability is not a number from 0 to 1,
    a key is null, or a consignment appears twice.
    """
    _check(candidates)
    text = tickets.seed_text(seed, date)
    riskiest = _riskiest_of_box(candidates)
    if riskiest is not None:
        # An alert on any house names the box.
        named = candidates.with_columns(_alert_strength(candidates).fill_nan(None).max().over(*_BOX))
        drawn = _drawn(named.filter(riskiest["own"]), capacity, date, text, published=seed is not None)
        return _for_each_house(drawn, riskiest)
    return _drawn(candidates, capacity, date, text, published=seed is not None)


def _riskiest_of_box(candidates: pl.DataFrame) -> pl.DataFrame | None:
    """KEY of each of `candidates`, `bill` of the riskiest house in its box, and whether that is its `own`; or None.

    A container that several house bills share is opened once, so it is drawn once: as its riskiest house, and at that
    house's port, even where another house names another port.
    """
    is_house = pl.col("bill_of_lading").str.contains(consolidations.JOINT, literal=True)
    if candidates.is_empty() or not candidates.select((is_house & pl.struct(*_BOX).is_duplicated()).any()).item():
        return None
    first = pl.col("bill_of_lading").sort_by("probability", "margin", "bill_of_lading", descending=[True, True, False])
    rows = candidates.select(*KEY, first.first().over(*_BOX).alias("bill"))
    return rows.with_columns(own=pl.col("bill") == pl.col("bill_of_lading"))


def _for_each_house(drawn: pl.DataFrame, riskiest: pl.DataFrame) -> pl.DataFrame:
    """The decisions `drawn` for the riskiest houses, for every house: they are opened together or not at all."""
    decisions = drawn.rename({"bill_of_lading": "bill"})
    rows = riskiest.select(*KEY, "bill").join(decisions, on=["bill", "container_number"], maintain_order="left")
    return rows.select(drawn.columns)


def _drawn(
    candidates: pl.DataFrame, capacity: Capacities, date: datetime.date, text: str, *, published: bool
) -> pl.DataFrame:
    """Decide what happens to each of `candidates`, none of which share a box."""
    rows = (
        candidates.select(
            *KEY,
            "port",
            "probability",
            "margin",
            _alert_strength(candidates),
            explore.weight(),
            tickets.texts(date=date, seed=text),
        )
        .with_row_index("row")
        .sort("port", "probability", "margin", *KEY, descending=[False, True, True, False, False])
    )
    lots = tickets.tickets(rows["text"])
    weights, probabilities = rows["weight"].to_numpy(), rows["probability"].to_numpy()
    strengths = rows[NAMED].to_numpy()
    choice = _Choice.of(rows.height)
    end = 0
    for port, count in rows.group_by("port", maintain_order=True).len().iter_rows():
        part = slice(end, end + count)
        limits = capacity.on(port, date)
        above_threshold = int(np.sum(probabilities[part] >= limits.threshold))
        choice.choose_by_alert(part, limits, strengths)
        choice.decide(part, limits, above_threshold, weights, lots, tickets.start(port, date=date, seed=text))
        end += count
    return (
        rows.select(
            "row",
            *KEY,
            "port",
            *choice.columns(),
            pl.lit(tickets.raw(lots)).bin.encode("hex").alias("ticket"),
            seed=pl.lit(text),
            published=pl.lit(published),
        )
        .sort("row")
        .drop("row")
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """The decisions so far, in arrays of n; actions and shares as positions in ACTIONS and SHARES."""

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

    def choose_by_alert(self, part: slice, limits: Capacity, strengths: NDArray[np.float64]) -> None:
        """Choose rows of `part` that alerts name, by strength, then by probability, up to their share."""
        strength = strengths[part]
        order = np.argsort(-strength, kind="stable")[: limits.shares.reserved(limits.boxes)]
        self.share[part][order[~np.isnan(strength[order])]] = SHARES.index("intelligence")

    def decide(
        self,
        part: slice,
        limits: Capacity,
        above_threshold: int,
        weights: NDArray[np.float64],
        lots: tickets.Words,
        start: float,
    ) -> None:
        """Decide the rows `part`: one port, by falling probability; the first `above_threshold` reach the threshold.

        Boxes that alerts may take but leave go to the score.
        """
        weights, lots = weights[part], lots[part]
        action, share = self.action[part], self.share[part]
        count = len(weights)
        reserved = limits.shares.reserved(limits.boxes)
        by_score, by_exploring, by_lot = limits.shares.split(limits.boxes - reserved)
        free = np.flatnonzero(share == _NO_SHARE)
        by_score += reserved - (count - len(free))
        share[free[free < above_threshold][:by_score]] = SHARES.index("score")

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
        """Return the decisions as columns of a slate."""
        action, share = pl.Series(self.action), pl.Series(self.share)
        return [
            pl.lit(pl.Series(ACTIONS)).gather(pl.lit(action)).alias("action"),
            pl.lit(pl.Series(LANES)).gather(pl.lit(action)).alias("lane"),
            pl.lit(pl.Series([*SHARES, None])).gather(pl.lit(share)).alias("share"),
            pl.lit(pl.Series(self.inclusion)).alias("inclusion"),
            pl.lit(pl.Series(self.explored, nan_to_null=True)).alias("explored"),
            pl.lit(pl.Series(self.place)).alias("place"),
        ]


def _alert_strength(candidates: pl.DataFrame) -> pl.Expr:
    """Strength of the alert that names each candidate; NaN without an alert."""
    strength = pl.col(NAMED) if NAMED in candidates.columns else pl.lit(None)
    return strength.cast(pl.Float64).fill_null(float("nan")).alias(NAMED)


def _check(candidates: pl.DataFrame) -> None:
    missing = [name for name in NEEDED if name not in candidates.columns]
    if missing:
        raise SettingsError(f"the candidates of a slate lack {len(missing)} columns: {', '.join(missing)}")
    probability = pl.col("probability")
    is_invalid = (probability.is_nan() | ~probability.is_between(0, 1)).fill_null(True)
    without_key, invalid, distinct = candidates.select(
        pl.any_horizontal(pl.col(KEY).is_null()).sum().alias("without_key"),
        is_invalid.sum().alias("invalid"),
        pl.struct(KEY).n_unique().alias("distinct"),
    ).row(0)
    if without_key:
        raise SettingsError(f"{without_key} candidates of a slate have no bill or no container; leave them out")
    if invalid:
        first = candidates.filter(is_invalid).row(0, named=True)
        raise SettingsError(
            f"{invalid} candidates of a slate have no probability from 0 to 1, first bill "
            f"{first['bill_of_lading']}: {first['probability']}; score them first"
        )
    repeated = candidates.height - distinct
    if repeated:
        raise SettingsError(f"{repeated} candidates of a slate are repeated; keep the last version of each consignment")
