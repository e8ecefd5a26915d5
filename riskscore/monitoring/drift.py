"""Drift: what has changed in a period compared with the nights before it, largest change first, in sentences.

    table measures ─▶ Counts (the period, 28 nights before) ─▶ comparison ─▶ levels by the thresholds ─▶ Drift
                  └─▶ distance from the training data of the model, for information

A period is compared with the nights before it, not with the training data: the history of a young lake is short, and
differs from that of the training although nothing has changed.
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
from riskscore.monitoring import measures, senders, sentences
from riskscore.monitoring.comparison import COLUMNS, Counts, compare, psi
from riskscore.monitoring.thresholds import Limit, Thresholds
from riskscore.runs.log import RunLog

ALARM, NOTE, QUIET = "alarm", "note", "quiet"
LEVELS = (ALARM, NOTE, QUIET)

KINDS = ("column", "value", "unseen", "new", "level", "sender", "score", "feature")
"""Kinds of comparisons: first what is filed, then what is computed from it."""

MOVES = COLUMNS | {"level": pl.String, "cause": pl.String, "sentence": pl.String}


@dataclass(frozen=True, slots=True)
class Drift:
    """A period compared with the nights before it.

    first, last  first and last night of the period; `nights` is the number of nights
    rows         number of consignments in the period
    before       the nights that it is compared with, in order
    young        whether these are too few for an alarm
    moves        one row per comparison, alarms first, the largest change first: kind, name, bin, before, now, effect,
                 lately, bound, level (alarm, note, quiet), cause (the missing column that explains it), sentence
    trained      one row per feature or model: name, psi (distance of the period from the training)
    score        one row per bin of the score: bin, before, now (shares)
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

    def sentences_of(self, level: str) -> list[str]:
        """Return the sentences of all moves of a level, without those that the alarm of a missing column explains."""
        return self.moves.filter(pl.col("level") == level, pl.col("cause").is_null())["sentence"].to_list()

    def entry(self) -> dict[str, Any]:
        """Return what the record of a run keeps."""
        return {
            "nights_before": len(self.before),
            "young": self.young,
            "alarms": self.sentences_of(ALARM),
            "notes": self.sentences_of(NOTE),
            "explained": int(self.moves.filter(pl.col("level") == ALARM)["cause"].count()),
        }

    def record(self) -> dict[str, Any]:
        """Return all figures, for JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {name: value.to_dicts() if isinstance(value, pl.DataFrame) else value for name, value in plain.items()}


def drift(
    lake: Lake, first: date | None = None, last: date | None = None, *, thresholds: Thresholds | None = None
) -> Drift:
    """Compare the nights from `first` to `last` (inclusive), by default the last night, with the nights before.

    Raises SettingsError if `thresholds` (by default those of the settings) cannot be read or the lake has no measures
    of the period, and what the lake raises.
    """
    limits = thresholds or Thresholds.of(lake.settings.drift)
    last = last or RunLog.read(lake).last_night
    first = first or last
    if first is None or last is None:
        raise SettingsError("no night has run on this lake yet, so there is nothing to compare")
    counts, nights = _read_counts(lake, first, last, limits)
    if not nights:
        raise SettingsError(f"the lake has no measures of {_span(first, last)}; choose other nights (--from, --to)")
    before = counts.nights()[NIGHT].to_list()
    compared = compare(counts) if counts.rows and before else pl.DataFrame(schema=COLUMNS)
    compared = pl.concat([compared, senders.moves(lake, first, last, limits)])
    young = len(before) < limits.least_nights
    catalogue = own.catalogue(lake.settings)
    needs = _needs(catalogue)
    unripe = _history_features(needs, catalogue) if _age(lake, first) < limits.ripe_nights else []
    moves = _ordered(_with_level(compared, limits, young=young, unripe=unripe), limits)
    moves = moves.with_columns(cause=_cause(moves, needs))
    return Drift(
        first=first,
        last=last,
        nights=len(nights),
        rows=counts.rows,
        before=before,
        young=young,
        moves=moves.with_columns(sentence=sentences.sentences(moves, counts, catalogue)).select(list(MOVES)),
        trained=_trained(counts.now),
        score=_score(counts),
    )


def _age(lake: Lake, night: date) -> int:
    """Return the number of nights from the first run on the lake to `night`."""
    started = RunLog.read(lake).events[NIGHT].min()
    return (night - started).days if isinstance(started, date) else 0


def _span(first: date, last: date) -> str:
    return f"the night of {first}" if first == last else f"the nights from {first} to {last}"


def _read_counts(lake: Lake, first: date, last: date, limits: Thresholds) -> tuple[Counts, dict[date, int]]:
    """Return the counts of the period and of earlier nights with consignments, and the rows per night of the period."""
    finished = sorted({date.fromisoformat(run["night"]) for run in RunLog.read(lake).finished()})
    earlier = [night for night in finished if night < first][-2 * limits.nights :]
    rows = lake.read("measures", nights=(earlier[0] if earlier else first, last)).collect()
    sizes = rows.filter(pl.col("kind") == "night").select(NIGHT, "count").sort(NIGHT)
    full = sizes.filter(pl.col(NIGHT) < first, pl.col("count") > 0)[NIGHT].tail(limits.nights)
    before = rows.filter(pl.col(NIGHT).is_in(full.implode()))
    current = rows.filter(pl.col(NIGHT) >= first)
    what = ["kind", "name", "bin"]
    # only the bins of the last night: earlier nights of the period may have had others
    binned = pl.col("kind").is_in(["feature", "score", "trained"])
    lasting = current.filter(pl.col(NIGHT) == pl.col(NIGHT).max()).select(what)
    same = pl.concat(
        [current.filter(~binned), current.filter(binned).join(lasting, on=what, how="semi", nulls_equal=True)]
    )
    now = same.group_by(what).agg(pl.col("count", "bills").sum(), pl.col("expected").last())
    return Counts(before, now, limits), dict(sizes.filter(pl.col(NIGHT) >= first).iter_rows())


def _limit_by_kind(limits: Thresholds) -> dict[str, Limit]:
    return {
        "column": limits.missing,
        "value": limits.share,
        "unseen": limits.new,
        "new": limits.share,
        "level": limits.level,
        "sender": limits.missing,
        "score": limits.psi,
        "feature": limits.psi,
    }


def _with_level(compared: pl.DataFrame, limits: Thresholds, *, young: bool, unripe: list[str]) -> pl.DataFrame:
    """Add the level of each row, and `alarms`: its effect as a multiple of the alarm limit (factors by logarithm).

    A slow change is no alarm, nor is a change of the `unripe` features, whose history is short. In a `young` lake all
    rows are quiet.
    """
    note, alarm = (
        pl.col("kind").replace_strict(
            {kind: getattr(limit, level) for kind, limit in _limit_by_kind(limits).items()}, return_dtype=pl.Float64
        )
        for level in ("note", "alarm")
    )
    beyond = (pl.col("effect") > pl.col("bound")).fill_null(False) & (not young)
    is_unripe = (pl.col("kind") == "feature") & pl.col("name").is_in(unripe)
    sudden = (pl.col("lately") >= alarm).fill_null(True) & ~is_unripe
    level = (
        pl.when(beyond & sudden & (pl.col("effect") >= alarm))
        .then(pl.lit(ALARM))
        .when(beyond & (pl.col("effect") >= note))
    )
    is_factor = pl.col("kind") == "level"
    alarms = pl.when(is_factor).then(pl.col("effect").log() / alarm.log()).otherwise(pl.col("effect") / alarm)
    return compared.with_columns(level=level.then(pl.lit(NOTE)).otherwise(pl.lit(QUIET)), alarms=alarms)


def _ordered(moves: pl.DataFrame, limits: Thresholds) -> pl.DataFrame:
    """Sort by level; within it first what is filed, then what is computed from it, the largest change first.

    Of the quiet values, of which there are thousands, only new ones and those at half of the note limit remain. Of the
    quiet senders none remains.
    """
    shown = (pl.col("level") != QUIET) | ~pl.col("kind").is_in(["value", "unseen", "sender"])
    shown |= (pl.col("kind") == "unseen") | ((pl.col("kind") == "value") & (pl.col("effect") >= limits.share.note / 2))
    place = pl.col("kind").replace_strict(KINDS, range(len(KINDS)), return_dtype=pl.Int64)
    follows = pl.when(pl.col("level") != QUIET).then(place >= KINDS.index("score"))
    rank = pl.col("level").replace_strict(LEVELS, range(len(LEVELS)), return_dtype=pl.Int64)
    return moves.filter(shown).sort(
        rank, follows, "alarms", place, "name", "bin", descending=[False, False, True, False, False, False]
    )


def _cause(moves: pl.DataFrame, needs: Mapping[str, set[str]]) -> pl.Series:
    """Return the column that went missing, if that explains the change of an amount or a feature computed from it."""
    lost = pl.col("now") > pl.col("before")
    gone = moves.filter(pl.col("level") == ALARM, pl.col("kind") == "column", lost)["name"].to_list()
    causes = {name: next((column for column in gone if column in wanted), None) for name, wanted in needs.items()}
    follows = pl.col("kind").is_in(["level", "feature"]) & (pl.col("level") != QUIET)
    named = pl.when(follows).then(pl.col("name").replace_strict(causes, default=None, return_dtype=pl.String))
    return moves.select(named.alias("cause")).to_series()


def _needs(catalogue: Catalogue) -> dict[str, set[str]]:
    """Return what each amount and each feature is computed from: columns, and fields of the ledger."""
    computed = build.functions()
    return {name: set(amount.meta.root_names()) for name, amount in measures.LEVELS.items()} | {
        name: {name, *feature.needs, *(computed[name]().meta.root_names() if name in computed else [])}
        for name, feature in catalogue.features.items()
    }


def _history_features(needs: Mapping[str, set[str]], catalogue: Catalogue) -> list[str]:
    """Return the features that are computed from the ledger."""
    from_ledger = {profile.output(stat) for profile in catalogue.profiles.profiles.values() for stat in profile.stats}
    return [name for name, parts in needs.items() if parts & from_ledger]


def _trained(now: pl.DataFrame) -> pl.DataFrame:
    """Return how far features and score are from the training, by the bins of the card; empty if it has none."""
    rows = now.filter(pl.col("kind") == "trained")
    return (
        rows.group_by("name")
        .agg(psi=psi(pl.col("count"), pl.col("expected") * pl.col("count").sum()))
        .sort("psi", "name", descending=[True, False])
    )


def _score(counts: Counts) -> pl.DataFrame:
    before, now = counts.of("score")
    total = before.group_by("name", "bin").agg(pl.col("count").sum())
    both = now.drop_nulls("bin").join(total, on=["name", "bin"], how="left", suffix="_before")
    return both.sort(pl.col("bin").cast(pl.Float64)).select(
        "bin", before=pl.col("count_before") / pl.col("count_before").sum(), now=pl.col("count") / pl.col("count").sum()
    )
