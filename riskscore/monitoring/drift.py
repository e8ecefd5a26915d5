"""Drift: what a period has that the nights before it had not, what moved most first, each in a sentence.

    table measures ─▶ Kept (the period, 28 nights before) ─▶ comparison ─▶ judged by the thresholds ─▶ Drift
                  └─▶ distance from what the model was trained on, for information

A period is compared with the nights before it and not with the training, because the past of a young lake is short,
and so differs from the past in training for a reason that is no change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from riskscore.errors import SettingsError
from riskscore.features import build, own
from riskscore.features.catalogue import Catalogue
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT
from riskscore.monitoring import measures, sentences
from riskscore.monitoring.comparison import COLUMNS, Kept, compare, psi
from riskscore.monitoring.thresholds import Limit, Thresholds
from riskscore.runs.log import RunLog

ALARM, NOTE, QUIET = "alarm", "note", "quiet"
LEVELS = (ALARM, NOTE, QUIET)

KINDS = ("column", "value", "unseen", "new", "level", "score", "feature")
"""Kinds of what is compared: first what is filed, then what follows from it."""

MOVES = COLUMNS | {"level": pl.String, "cause": pl.String, "sentence": pl.String}


@dataclass(frozen=True, slots=True)
class Drift:
    """A period beside the nights before it.

    first, last  first and last night of the period; `nights` is how many it has
    rows         consignments of the period
    before       the nights that it is compared with, in order
    young        whether these are too few for an alarm
    moves        a row a comparison, alarms first and of them what moved most: kind, name, bin, before, now, effect,
                 lately, bound, level (alarm, note, quiet), cause (column whose going missing explains it), sentence
    trained      a row a feature or model: name, psi (distance of the period from the training)
    score        a row a bin of the score: bin, before, now (shares)
    """

    first: date
    last: date
    nights: int
    rows: int
    before: list[date]
    young: bool
    moves: pl.DataFrame
    trained: pl.DataFrame
    score: pl.DataFrame

    def told(self, level: str) -> list[str]:
        """Sentences of all moves of a level, without those that another's alarm explains."""
        return self.moves.filter(pl.col("level") == level, pl.col("cause").is_null())["sentence"].to_list()

    def entry(self) -> dict[str, Any]:
        """What the record of a run keeps of it."""
        return {
            "nights_before": len(self.before),
            "young": self.young,
            "alarms": self.told(ALARM),
            "notes": self.told(NOTE),
            "explained": int(self.moves.filter(pl.col("level") == ALARM)["cause"].count()),
        }

    def record(self) -> dict[str, Any]:
        """Everything, for machines."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {name: value.to_dicts() if isinstance(value, pl.DataFrame) else value for name, value in plain.items()}


def drift(
    lake: Lake, first: date | None = None, last: date | None = None, *, thresholds: Thresholds | None = None
) -> Drift:
    """Compare the nights from `first` to `last`, both with them, with those before; without them the last night.

    Raises SettingsError where `thresholds` (of the service's settings, if not given) cannot be read, or where the lake
    has no measures of the period, and as the lake does.
    """
    asked = thresholds or Thresholds.of(lake.settings.drift)
    last = last or RunLog.read(lake).last_night
    first = first or last
    if first is None or last is None:
        raise SettingsError("no night has run on this lake yet, so there is nothing to compare")
    kept, nights = _kept(lake, first, last, asked)
    if not nights:
        raise SettingsError(f"the lake has no measures of {_span(first, last)}; nights before they were kept have none")
    before = kept.nights()[NIGHT].to_list()
    found = compare(kept) if kept.rows and before else pl.DataFrame(schema=COLUMNS)
    young = len(before) < asked.least_nights
    catalogue = own.catalogue(lake.settings)
    needs = _needs(catalogue)
    green = _green(needs, catalogue) if _age(lake, first) < asked.ripe_nights else []
    judged = _ordered(_judged(found, asked, young=young, green=green), asked)
    caused = judged.with_columns(cause=_cause(judged, needs))
    told = sentences.sentences(caused, kept, catalogue)
    return Drift(
        first=first,
        last=last,
        nights=len(nights),
        rows=kept.rows,
        before=before,
        young=young,
        moves=caused.with_columns(sentence=told).select(list(MOVES)),
        trained=_trained(kept.now),
        score=_score(kept),
    )


def _age(lake: Lake, night: date) -> int:
    """Nights from the lake's first run to `night`."""
    started = RunLog.read(lake).events[NIGHT].min()
    return (night - started).days if isinstance(started, date) else 0


def _span(first: date, last: date) -> str:
    return f"the night of {first}" if first == last else f"the nights from {first} to {last}"


def _kept(lake: Lake, first: date, last: date, asked: Thresholds) -> tuple[Kept, dict[date, int]]:
    """Measures of the period and of the nights before it that had consignments; and rows by night of the period."""
    known = sorted({date.fromisoformat(one["night"]) for one in RunLog.read(lake).finished()})
    earlier = [night for night in known if night < first][-2 * asked.nights :]
    rows = lake.read("measures", nights=(earlier[0] if earlier else first, last)).collect()
    there = rows.filter(pl.col("kind") == "night").select(NIGHT, "count").sort(NIGHT)
    full = there.filter(pl.col(NIGHT) < first, pl.col("count") > 0)[NIGHT].tail(asked.nights)
    before = rows.filter(pl.col(NIGHT).is_in(full.implode()))
    current = rows.filter(pl.col(NIGHT) >= first)
    what = ["kind", "name", "bin"]
    # bins of the last night: earlier nights of the period may have had others
    binned = pl.col("kind").is_in(["feature", "score", "trained"])
    lasting = current.filter(pl.col(NIGHT) == pl.col(NIGHT).max()).select(what)
    same = pl.concat(
        [current.filter(~binned), current.filter(binned).join(lasting, on=what, how="semi", nulls_equal=True)]
    )
    now = same.group_by(what).agg(pl.col("count", "bills").sum(), pl.col("expected").last())
    return Kept(before, now, asked), dict(there.filter(pl.col(NIGHT) >= first).iter_rows())


def _limits(asked: Thresholds) -> dict[str, Limit]:
    return {
        "column": asked.missing,
        "value": asked.share,
        "unseen": asked.new,
        "new": asked.share,
        "level": asked.level,
        "score": asked.psi,
        "feature": asked.psi,
    }


def _judged(found: pl.DataFrame, asked: Thresholds, *, young: bool, green: list[str]) -> pl.DataFrame:
    """Add the level of each row, and its effect in alarms: a factor's by its logarithm.

    What creeps is no alarm, nor is any of the features `green`, whose past is short; a `young` lake has no level.
    """
    limits = _limits(asked)
    note, alarm = (
        pl.col("kind").replace_strict(
            {kind: getattr(limit, each) for kind, limit in limits.items()}, return_dtype=pl.Float64
        )
        for each in ("note", "alarm")
    )
    beyond = (pl.col("effect") > pl.col("bound")).fill_null(False) & (not young)
    is_green = (pl.col("kind") == "feature") & pl.col("name").is_in(green)
    sudden = (pl.col("lately") >= alarm).fill_null(True) & ~is_green
    level = (
        pl.when(beyond & sudden & (pl.col("effect") >= alarm))
        .then(pl.lit(ALARM))
        .when(beyond & (pl.col("effect") >= note))
    )
    is_factor = pl.col("kind") == "level"
    alarms = pl.when(is_factor).then(pl.col("effect").log() / alarm.log()).otherwise(pl.col("effect") / alarm)
    return found.with_columns(level=level.then(pl.lit(NOTE)).otherwise(pl.lit(QUIET)), alarms=alarms)


def _ordered(judged: pl.DataFrame, asked: Thresholds) -> pl.DataFrame:
    """Alarms, notes, quiet; in each what is filed before what follows from it, and what moved most first.

    Of quiet values only those that are new, or at half of a note, are kept: there are thousands.
    """
    heard = (pl.col("level") != QUIET) | ~pl.col("kind").is_in(["value", "unseen"])
    heard |= (pl.col("kind") == "unseen") | (pl.col("effect") >= asked.share.note / 2)
    place = pl.col("kind").replace_strict(KINDS, range(len(KINDS)), return_dtype=pl.Int64)
    follows = pl.when(pl.col("level") != QUIET).then(place >= KINDS.index("score"))
    rank = pl.col("level").replace_strict(LEVELS, range(len(LEVELS)), return_dtype=pl.Int64)
    return judged.filter(heard).sort(
        rank, follows, "alarms", place, "name", "bin", descending=[False, False, True, False, False, False]
    )


def _cause(judged: pl.DataFrame, needs: Mapping[str, set[str]]) -> pl.Series:
    """The column that went missing, if any, by which the move of an amount or a feature made of it is explained."""
    lost = pl.col("now") > pl.col("before")
    gone = judged.filter(pl.col("level") == ALARM, pl.col("kind") == "column", lost)["name"].to_list()
    causes = {name: next((column for column in gone if column in wanted), None) for name, wanted in needs.items()}
    follows = pl.col("kind").is_in(["level", "feature"]) & (pl.col("level") != QUIET)
    named = pl.when(follows).then(pl.col("name").replace_strict(causes, default=None, return_dtype=pl.String))
    return judged.select(named.alias("cause")).to_series()


def _needs(catalogue: Catalogue) -> dict[str, set[str]]:
    """What each amount and each feature is made of: columns, and what the ledger says."""
    computed = build.functions()
    return {name: set(amount.meta.root_names()) for name, amount in measures.LEVELS.items()} | {
        name: {name, *feature.needs, *(computed[name]().meta.root_names() if name in computed else [])}
        for name, feature in catalogue.features.items()
    }


def _green(needs: Mapping[str, set[str]], catalogue: Catalogue) -> list[str]:
    """The features of the past: those made of what the ledger says."""
    told = {profile.output(stat) for profile in catalogue.profiles.profiles.values() for stat in profile.stats}
    return [name for name, parts in needs.items() if parts & told]


def _trained(now: pl.DataFrame) -> pl.DataFrame:
    """How far features and score are from the training, by the bins of the model's card; empty where it has none."""
    rows = now.filter(pl.col("kind") == "trained")
    return (
        rows.group_by("name")
        .agg(psi=psi(pl.col("count"), pl.col("expected") * pl.col("count").sum()))
        .sort("psi", "name", descending=[True, False])
    )


def _score(kept: Kept) -> pl.DataFrame:
    before, now = kept.of("score")
    total = before.group_by("name", "bin").agg(pl.col("count").sum())
    both = now.drop_nulls("bin").join(total, on=["name", "bin"], how="left", suffix="_before")
    return both.sort(pl.col("bin").cast(pl.Float64)).select(
        "bin", before=pl.col("count_before") / pl.col("count_before").sum(), now=pl.col("count") / pl.col("count").sum()
    )
