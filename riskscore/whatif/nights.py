"""What the nights of a period did: their candidates with the chance that each had, and what is known of them.

slates ─▶ in force, with their chances ─┐
scores ─▶ what a slate is drawn from  ──┼─▶ rows, a row for each night and candidate
outcomes in force ─▶ finding ───────────┘
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
from riskscore.manifest import corrections
from riskscore.runs import replay
from riskscore.runs.log import RunLog
from riskscore.schema import KEY
from riskscore.selection import explore
from riskscore.selection.capacity import Capacities, Capacity, Shares
from riskscore.selection.slate import ACTIONS

_WEIGHED = ("probability", "margin", *explore.KNOWN)
"""What a slate is drawn from, beside KEY and `port`."""

_PARTS = ("score", "explore", "random", "intelligence")
_COUNTS = ("scan", "documents", "audit")

_ROUNDED = 0.01
"""Part of a box that the score share had before it was rounded."""


@dataclass(frozen=True, slots=True)
class Nights:
    """Some nights as they were.

    rows        a row for each night and candidate, ordered by night: KEY, `night`, `port`, `action`, `share`,
                `inclusion`, `explored`, `chance`, `finding`, what a slate is drawn from, and `intelligence`
    capacities  night -> what the ports could do, as far as the draw shows it
    """

    rows: pl.DataFrame
    capacities: Mapping[date, Capacities]

    @property
    def nights(self) -> list[date]:
        """Nights with a slate, oldest first."""
        return sorted(self.capacities)


def read(lake: Lake, first: date | None = None, last: date | None = None) -> Nights:
    """Read the nights from `first` to `last`, both with them; without them all. Outcomes are those in force now.

    Raises SettingsError where no slate was drawn, LakeError as it reads.
    """
    period = (first or date.min, last or date.max)
    rows = slates.of_nights(lake, period)
    if rows.is_empty():
        when = f" of a night from {first or 'the first'} to {last or 'the last'}" if first or last else ""
        raise SettingsError(f"the lake at {lake.uri} has no slate{when}; what-if looks at past nights with slates")
    columns = [*KEY, NIGHT, "port", "event", "action", "share", "boxes"]
    drawn = lake.read("slates", nights=period, columns=columns).filter(event=slates.SELECTED).collect()
    found = corrections.of_consignments(lake.read("outcomes").collect())
    told = [*KEY, NIGHT, "port", "action", "share", "inclusion", "explored", "chance"]
    return Nights(
        rows.select(told)
        .join(found.select(*KEY, "finding"), on=KEY, how="left")
        .join(_scores(lake, period), on=[*KEY, NIGHT], how="left")
        .join(watch_lists.named_by_night(lake, period), on=[*KEY, NIGHT], how="left")
        .sort(NIGHT, *KEY),
        _capacities(drawn),
    )


def _scores(lake: Lake, period: tuple[date, date]) -> pl.DataFrame:
    """What each consignment weighed on each night, by its last score."""
    columns = [*KEY, NIGHT, *_WEIGHED, RUN, "scored_at"]
    scored = lake.read("scores", nights=period, columns=columns).collect()
    return scored.sort(RUN, "scored_at").unique([*KEY, NIGHT], keep="last").drop(RUN, "scored_at")


def rescored(lake: Lake, past: Nights, model: Path) -> pl.DataFrame:
    """The rows of `past` as the model in a folder would have scored them on their nights, with what was known then.

    Raises SettingsError where a candidate was not scored by a nightly run, and as scoring and the lake do.
    """
    scored = []
    for run in RunLog.read(lake).runs():
        if run.night in past.capacities:
            progress.step(f"scoring {run.night} again")
            assessed, _ = replay.assess(lake.at(run.night), run, model)
            rows = assessed.ranked(explore.KNOWN)
            scored.append(rows.select(*KEY, *_WEIGHED, pl.lit(run.night).alias(NIGHT)))
    known = [*KEY, NIGHT]
    again = pl.concat(scored).unique(known, keep="last") if scored else past.rows.select(*known, *_WEIGHED).clear()
    rows = past.rows.drop(_WEIGHED).join(again, on=known, how="left", maintain_order="left")
    lost = rows["probability"].null_count()
    if lost:
        raise SettingsError(
            f"{lost:,} of {rows.height:,} candidates were not scored by a nightly run, so that no other model can "
            "score them again; choose other nights (--from, --to)"
        )
    return rows.select(past.rows.columns)


def _capacities(drawn: pl.DataFrame) -> dict[date, Capacities]:
    """What the ports could do on each night, as the slates as `drawn` show it.

    The slate of a port with more candidates than boxes shows all of it. Where everything was opened, the shares are
    those of the port's other nights, else of all ports; where fewer were left than could be scanned or checked, as many
    as the port ever did. Equal boxes and shares give the chances that were.
    """
    is_full = pl.col("open") < pl.col("candidates")
    counts = drawn.group_by(NIGHT, "port").agg(
        pl.len().cast(pl.Int64).alias("candidates"),
        pl.col("boxes").first(),
        *((pl.col("action") == action).sum().cast(pl.Int64).alias(action) for action in ACTIONS),
        *((pl.col("share") == part).sum().cast(pl.Int64).alias(part) for part in _PARTS),
    )
    own = [pl.when(is_full).then(part).otherwise(0).alias(part) for part in _PARTS]
    counts = counts.with_columns(own).with_columns(
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
    """Shares that split as these boxes did.

    The parts were rounded to boxes, and of equal boxes the score had most: it has a little more, which splits the same
    number of boxes alike, and of fewer leaves some to the score. Where alerts took boxes the parts are as they were, so
    that rounding down leaves the alerts all of theirs.
    """
    score_part = score + _ROUNDED if score and not intelligence else float(score)
    total = score_part + explore + random + intelligence
    return Shares(score_part / total, explore / total, random / total, intelligence / total)
