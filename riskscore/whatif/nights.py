"""The nights of a period as they were: each candidate with its chance of being opened and its outcome.

slates in force ─▶ action, share, chance ─┐
scores ─▶ what a slate is drawn from  ────┼─▶ rows, one per night and candidate
outcomes in force ─▶ finding ─────────────┘
slates as drawn ─▶ the capacity of each port on each night, as far as the draw shows it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from riskscore import progress
from riskscore.casework import slates, watch_lists
from riskscore.errors import SettingsError
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT, RUN
from riskscore.manifest import consolidations, corrections
from riskscore.runs import replay
from riskscore.runs.log import RunLog
from riskscore.schema import KEY
from riskscore.selection import explore
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.selection.nights import each_box
from riskscore.selection.slate import ACTIONS

_WEIGHED = ("probability", "margin", *explore.KNOWN)
"""Columns of the scores that a slate is drawn from, besides KEY and `port`."""

_PARTS = ("score", "explore", "random", "intelligence")
_COUNTS = ("scan", "documents", "audit")

_ROUNDED = 0.01
"""Part of a box that the score share is given on top, because its number of boxes was rounded."""


@dataclass(frozen=True, slots=True)
class Nights:
    """Past nights as they were.

    rows        one row per night and candidate, sorted by night: KEY, `night`, `port`, `action`, `share`, `inclusion`,
                `explored`, `chance`, `finding` (of the box), the columns that a slate is drawn from, and `intelligence`
    capacities  night -> capacities of the ports, as far as the draw shows them
    """

    rows: pl.DataFrame
    capacities: Mapping[date, Capacities]

    @property
    def nights(self) -> list[date]:
        """Nights with a slate, oldest first."""
        return sorted(self.capacities)


def read(lake: Lake, first: date | None = None, last: date | None = None) -> Nights:
    """Read the nights from `first` to `last` (inclusive), by default all. Outcomes are those in force now.

    Raises SettingsError if no slate was drawn, LakeError if the lake cannot be read.
    """
    period = (first or date.min, last or date.max)
    rows = slates.of_nights(lake, period)
    if rows.is_empty():
        when = f" from {first or 'the first night'} to {last or 'the last night'}" if first or last else ""
        raise SettingsError(f"the lake at {lake.uri} has no slate{when}; what-if needs past nights with slates")
    columns = [*KEY, NIGHT, "port", "event", "action", "share", "boxes"]
    drawn = lake.read("slates", nights=period, columns=columns).filter(event=slates.SELECTED).collect()
    outcomes = corrections.of_boxes(lake.read("outcomes").collect())
    columns = [*KEY, NIGHT, "port", "action", "share", "inclusion", "explored", "chance"]
    return Nights(
        rows.select(columns)
        .with_columns(consolidations.box_bill(pl.col("bill_of_lading")).alias("_box"))
        .join(
            outcomes.select(_box="bill_of_lading", container_number="container_number", finding="finding"),
            on=["_box", "container_number"],
            how="left",
        )
        .drop("_box")
        .join(_scores(lake, period), on=[*KEY, NIGHT], how="left")
        .join(watch_lists.named_boxes_by_night(lake, period), on=[*KEY, NIGHT], how="left")
        .sort(NIGHT, *KEY),
        _capacities(drawn),
    )


def _scores(lake: Lake, period: tuple[date, date]) -> pl.DataFrame:
    """Return KEY, `night` and _WEIGHED of each consignment and night, from its last score."""
    columns = [*KEY, NIGHT, *_WEIGHED, RUN, "scored_at"]
    scored = lake.read("scores", nights=period, columns=columns).collect()
    return scored.sort(RUN, "scored_at").unique([*KEY, NIGHT], keep="last").drop(RUN, "scored_at")


def rescored(lake: Lake, past: Nights, model: Path) -> pl.DataFrame:
    """Return the rows of `past` as the model in a folder would have scored them, with what was known on each night.

    Raises SettingsError if a candidate was not scored by a nightly run, and what scoring and the lake raise.
    """
    scored = []
    for run in RunLog.read(lake).runs():
        if run.night in past.capacities:
            progress.step(f"scoring {run.night} again")
            assessed, _ = replay.assess(lake.at(run.night), run, model)
            rows = assessed.ranked(explore.KNOWN)
            scored.append(rows.select(*KEY, *_WEIGHED, pl.lit(run.night).alias(NIGHT)))
    key = [*KEY, NIGHT]
    again = pl.concat(scored).unique(key, keep="last") if scored else past.rows.select(*key, *_WEIGHED).clear()
    rows = past.rows.drop(_WEIGHED).join(again, on=key, how="left", maintain_order="left")
    missing = rows["probability"].null_count()
    if missing:
        raise SettingsError(
            f"{missing:,} of {rows.height:,} candidates were not scored by a nightly run, so another model cannot "
            "score them again; choose other nights (--from, --to)"
        )
    return rows.select(past.rows.columns)


def _capacities(drawn: pl.DataFrame) -> dict[date, Capacities]:
    """Return the capacities of the ports on each night, as the `drawn` slates show them.

    A slate with more candidates than boxes shows the whole capacity of the port. If everything was opened, the shares
    are those of the port's other nights, or else of all ports. If fewer boxes were left than could be scanned or
    checked, the numbers are the highest of the port's nights. The same boxes and shares give the same chances again.
    """
    is_full = pl.col("open") < pl.col("candidates")
    counts = (
        each_box(drawn)
        .group_by(NIGHT, "port")
        .agg(
            pl.len().cast(pl.Int64).alias("candidates"),
            pl.col("boxes").first(),
            *((pl.col("action") == action).sum().cast(pl.Int64).alias(action) for action in ACTIONS),
            *((pl.col("share") == part).sum().cast(pl.Int64).alias(part) for part in _PARTS),
        )
    )
    of_full = [pl.when(is_full).then(part).otherwise(0).alias(part) for part in _PARTS]
    counts = counts.with_columns(of_full).with_columns(
        pl.when(is_full).then("open").otherwise("boxes").alias("boxes"),
        *(
            pl.when(pl.col("none") > 0).then(name).otherwise(pl.col(name).max().over("port")).alias(name)
            for name in _COUNTS
        ),
        pl.concat_list(_PARTS).alias("own"),
        pl.concat_list(pl.col(_PARTS).sum().over("port")).alias("ports"),
        pl.concat_list(pl.col(_PARTS).sum()).alias("all"),
    )
    nights: dict[date, dict[str | None, Capacity]] = {}
    for row in counts.iter_rows(named=True):
        shares = next((_shares(*row[of]) for of in ("own", "ports", "all") if sum(row[of])), Shares())
        limits = Capacity(row["boxes"], row["scan"], row["documents"], row["audit"], shares)
        nights.setdefault(row[NIGHT], {})[row["port"]] = limits
    return {
        night: Capacities(ports.get(None, Capacity()), {port: limits for port, limits in ports.items() if port})
        for night, ports in nights.items()
    }


def _shares(score: int, explore: int, random: int, intelligence: int = 0) -> Shares:
    """Return shares that split the same number of boxes in the same way.

    The parts were rounded to whole boxes, with the score first among equals. So the score gets a little more here: the
    same number of boxes is split as before, and of a smaller number the score still gets some. If alerts had boxes,
    the parts stay as they are, so that rounding down leaves the alerts all of theirs.
    """
    score_part = score + _ROUNDED if score and not intelligence else float(score)
    total = score_part + explore + random + intelligence
    return Shares(score_part / total, explore / total, random / total, intelligence / total)
