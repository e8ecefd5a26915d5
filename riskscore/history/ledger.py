"""The ledger: the history of every profile as it was on the day before a consignment was filed.

    history, outcomes ─▶ events.py ──┐
    kept rows ─▶ balances.py ────────┴─▶ timelines of a profile ─▶ one column per statistic, one row per consignment

Only strictly earlier days count: consignments of one day never count for each other, and an outcome counts from the
day after it became known. The same code computes one night and years of training data.

    before                             consignments before            all are null where a column of the profile is null
    last_30, last_90, last_365         consignments in that many days before
    days_since_first, days_since_last  days from the first and the last one before; null without any
    inspected, seized                  inspections and seizures that were known
    seizure_rate                       (seized + strength x base rate) / (inspected + strength); null without any
    chapters                           distinct HS chapters before
    weight_mean_log                    mean natural log of the gross kilograms before; null without any
    share                              share of the parent profile's consignments before; null without any
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from riskscore.history.as_of_queries import Queries
from riskscore.history.balances import Balances, sources
from riskscore.history.events import EVERYBODY, FOUND, Events, key_of, net
from riskscore.history.filings import STARTED, hashed, with_starts
from riskscore.history.keys import keys
from riskscore.history.past import Past
from riskscore.history.profiles import WINDOWS, Profile, Profiles
from riskscore.history.timeline import Timeline, View

__all__ = ["history", "keys"]

_Sources = Sequence[Events | Balances]


def history(rows: pl.DataFrame, past: Past, profiles: Profiles) -> pl.DataFrame:
    """Compute every declared statistic for `rows`: one row each, in their order, columns `{profile}_{stat}`.

    `rows`, the history and the earlier versions have canonical columns, and party ids where they are known already. A
    consignment that is filed in any of the three counts once, with the content and on the day of its first version.
    Its own statistics are as of that day too. So the history may contain `rows` themselves and later days, without
    effect.

    With balances, the history and the outcomes must be those that are not in the balances yet. Earlier versions are not
    read then: `rows` and the history have the day on which a consignment `started` (Date, null for the day of the
    filing), and filings of the history that started before their own day are in the balances already.

    Counts and days are Int64; rates, shares and means are Float64. Raises CatalogueError where a profile needs a column
    that the consignments lack, SettingsError where some of `rows` started on or before the day that the balances were
    closed.
    """
    if past.balances is None:
        others = [frame for frame in (past.history, past.earlier) if frame is not None and frame is not rows]
        hashed_rows, events = _from_log([rows, *others], past.outcomes, profiles)
        pasts: _Sources = [events]
    else:
        log = rows.clear() if past.history is None else past.history
        both = hashed([rows, log], sources(profiles))
        hashed_rows = with_starts(both.head(rows.height), known=True)
        more = with_starts(both.tail(log.height), known=STARTED in log.columns)
        past.balances.check(hashed_rows[STARTED])
        pasts = [past.balances, Events.of(more, past.outcomes)]
    days = hashed_rows[STARTED]
    base = _base_rate(days, pasts, profiles)

    def answer(profile: Profile) -> dict[str, pl.Series]:
        return _answers(profile, Queries.of(key_of(hashed_rows, profile), days), pasts)

    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        answers = dict(zip(profiles.profiles, pool.map(answer, profiles.profiles.values()), strict=True))
    for profile in profiles.profiles.values():
        statistics = answers[profile.name]
        if profile.parent is not None:
            statistics["share"] = _ratio(statistics["before"], answers[profile.parent]["before"])
        if profile.strength is not None:
            seized, inspected = statistics["seized"], statistics["inspected"]
            statistics["seizure_rate"] = _known(inspected, _smoothed(seized, inspected, base, profile.strength))
    return pl.DataFrame(
        {
            profile.output(stat): answers[profile.name][stat]
            for profile in profiles.profiles.values()
            for stat in profile.stats
        }
    )


def _from_log(
    frames: Sequence[pl.DataFrame], outcomes: pl.DataFrame | None, profiles: Profiles
) -> tuple[pl.DataFrame, Events]:
    """The hashes of each row of the first frame, with its start, and the events of all `frames`."""
    filings = with_starts(hashed(frames, sources(profiles)))
    hashed_rows = filings.head(frames[0].height)
    latest = hashed_rows[STARTED].cast(pl.Int64).max()
    return hashed_rows, Events.of(filings, outcomes).before(latest if isinstance(latest, int) else None)


def _answers(profile: Profile, queries: Queries, pasts: _Sources) -> dict[str, pl.Series]:
    """Every statistic of `profile` that its own timelines answer: name -> one value per row."""
    filed = queries.number(_stacked([past.filed(profile) for past in pasts]))
    view = _view(queries, filed, ["consignments"])
    answers = {"before": queries.counts(view.before("consignments"))}
    for stat in set(profile.stats) & set(WINDOWS):
        answers[stat] = queries.counts(view.within("consignments", WINDOWS[stat]))
    if "days_since_first" in profile.stats:
        answers["days_since_first"] = queries.measures(view.since_first()).cast(pl.Int64)
    if "days_since_last" in profile.stats:
        answers["days_since_last"] = queries.measures(view.since_last()).cast(pl.Int64)
    if "chapters" in profile.stats:
        seen = net(filed.drop_nulls("chapter"), ["number", "chapter", "day"], ["consignments"])
        new = seen.group_by("number", "chapter").agg(pl.col("day").min(), chapters=pl.lit(1, pl.Int64))
        answers["chapters"] = queries.counts(_view(queries, new, ["chapters"]).before("chapters"))
    if "weight_mean_log" in profile.stats:
        weighed = filed.filter((pl.col("weighed") != 0) | (pl.col("weight") != 0))
        answers["weight_mean_log"] = queries.measures(
            _view(queries, weighed, ["weighed", "weight"]).mean("weight", "weighed")
        )
    if profile.strength is not None or set(FOUND) & set(profile.stats):
        found = _view(queries, queries.number(_stacked([past.found_of(profile) for past in pasts])), FOUND)
        answers |= {stat: queries.counts(found.before(stat)) for stat in FOUND}
    return answers


def _stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames) if len(frames) > 1 else frames[0]


def _view(queries: Queries, moments: pl.DataFrame, counts: Sequence[str]) -> View:
    """`moments` (number, day, `counts`) as of the days of the queries."""
    if "consignments" in counts and (moments["consignments"] < 1).any():  # a negative count cancels an earlier one
        moments = net(moments, ["number", "day"], counts)
    return Timeline(moments["number"], moments["day"], {c: moments[c] for c in counts}).as_of(
        queries.keys, queries.days
    )


def _ratio(part: pl.Series, whole: pl.Series) -> pl.Series:
    return _known(whole, part / whole)


def _known(cases: pl.Series, value: pl.Series) -> pl.Series:
    """`value` where there is at least one of `cases`, else null."""
    return pl.select(pl.when(cases > 0).then(value)).to_series()


def _smoothed(seized: pl.Series, inspected: pl.Series, base: pl.Series, strength: float) -> pl.Series:
    return (seized + strength * base) / (inspected + strength)


def _base_rate(days: pl.Series, pasts: _Sources, profiles: Profiles) -> pl.Series:
    """Seizures per inspection of all consignments, known before each of `days`, smoothed; null where the day is."""
    everybody = Queries.of(pl.repeat(0, len(days), dtype=pl.UInt64, eager=True), days)
    found = everybody.number(_stacked([past.found_of(EVERYBODY) for past in pasts]))
    view = _view(everybody, found, FOUND)
    inspected, seized = (everybody.counts(view.before(stat)) for stat in FOUND)
    prior = pl.repeat(profiles.base_rate, len(days), eager=True)
    return _smoothed(seized, inspected, prior, profiles.base_strength)
