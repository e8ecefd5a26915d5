"""The ledger: what every profile's past looked like on the day before a consignment was filed.

    history, outcomes ─▶ events.py ──┐
    kept rows ─▶ balances.py ────────┴─▶ timelines of a profile ─▶ one column a statistic, one row a consignment

As of means strictly earlier days: consignments of one day never see each other, and an outcome counts from the
day after it became known. There is one way to compute it, whether the rows are tonight's or years of training.

    before                             consignments before              null in all: a value of the profile is missing
    last_30, last_90, last_365         consignments in that many days before
    days_since_first, days_since_last  days from the first and the last one before; null without any
    inspected, seized                  inspections and seizures known
    seizure_rate                       (seized + strength x base rate) / (inspected + strength); null without any
    chapters                           distinct HS chapters before
    weight_mean_log                    mean natural log of gross kilograms before; null without any
    share                              part of the parent profile's consignments before; null without any
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from riskscore.history.as_of_queries import Asked
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

    `rows`, the history and the earlier versions hold canonical columns, with party ids where they are known already.
    The past is what is filed in any of the three: a consignment counts once, with what its first version said, on
    that version's day, and that day is also the one as of which it is judged. So the history may hold `rows`
    themselves and later days, to no effect.

    With balances the past is what they hold, and beside it only the history and the outcomes, which they must not
    hold yet. Earlier versions are not read: `rows` and the history say when a consignment `started` (Date, null for
    the day of the filing itself), and what of the history started before its own day is in the balances.

    Counts and days are Int64; rates, shares and means Float64. Raises CatalogueError where a profile needs a column
    that the consignments lack, SettingsError where some of `rows` started no later than the balances were closed.
    """
    if past.balances is None:
        others = [frame for frame in (past.history, past.earlier) if frame is not None and frame is not rows]
        own, events = _from_log([rows, *others], past.outcomes, profiles)
        pasts: _Sources = [events]
    else:
        log = rows.clear() if past.history is None else past.history
        both = hashed([rows, log], sources(profiles))
        own = with_starts(both.head(rows.height), said=True)
        more = with_starts(both.tail(log.height), said=STARTED in log.columns)
        past.balances.check(own[STARTED])
        pasts = [past.balances, Events.of(more, past.outcomes)]
    days = own[STARTED]
    base = _base_rate(days, pasts, profiles)

    def answer(profile: Profile) -> dict[str, pl.Series]:
        return _answers(profile, Asked.of(key_of(own, profile), days), pasts)

    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        answers = dict(zip(profiles.profiles, pool.map(answer, profiles.profiles.values()), strict=True))
    for profile in profiles.profiles.values():
        own_answers = answers[profile.name]
        if profile.parent is not None:
            own_answers["share"] = _ratio(own_answers["before"], answers[profile.parent]["before"])
        if profile.strength is not None:
            seized, inspected = own_answers["seized"], own_answers["inspected"]
            own_answers["seizure_rate"] = _known(inspected, _smoothed(seized, inspected, base, profile.strength))
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
    """The hashes of each row of the first frame, with its start, and the past that all `frames` make."""
    filings = with_starts(hashed(frames, sources(profiles)))
    own = filings.head(frames[0].height)
    latest = own[STARTED].cast(pl.Int64).max()
    return own, Events.of(filings, outcomes).before(latest if isinstance(latest, int) else None)


def _answers(profile: Profile, asked: Asked, pasts: _Sources) -> dict[str, pl.Series]:
    """Every statistic of `profile` that its own timelines answer, a row each."""
    filed = asked.number(_stacked([past.filed(profile) for past in pasts]))
    view = _view(asked, filed, ["consignments"])
    answers = {"before": asked.counts(view.before("consignments"))}
    for stat in set(profile.stats) & set(WINDOWS):
        answers[stat] = asked.counts(view.within("consignments", WINDOWS[stat]))
    if "days_since_first" in profile.stats:
        answers["days_since_first"] = asked.measures(view.since_first()).cast(pl.Int64)
    if "days_since_last" in profile.stats:
        answers["days_since_last"] = asked.measures(view.since_last()).cast(pl.Int64)
    if "chapters" in profile.stats:
        seen = net(filed.drop_nulls("chapter"), ["number", "chapter", "day"], ["consignments"])
        new = seen.group_by("number", "chapter").agg(pl.col("day").min(), chapters=pl.lit(1, pl.Int64))
        answers["chapters"] = asked.counts(_view(asked, new, ["chapters"]).before("chapters"))
    if "weight_mean_log" in profile.stats:
        weighed = filed.filter((pl.col("weighed") != 0) | (pl.col("weight") != 0))
        answers["weight_mean_log"] = asked.measures(
            _view(asked, weighed, ["weighed", "weight"]).mean("weight", "weighed")
        )
    if profile.strength is not None or set(FOUND) & set(profile.stats):
        found = _view(asked, asked.number(_stacked([past.found_of(profile) for past in pasts])), FOUND)
        answers |= {stat: asked.counts(found.before(stat)) for stat in FOUND}
    return answers


def _stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames) if len(frames) > 1 else frames[0]


def _view(asked: Asked, moments: pl.DataFrame, counts: Sequence[str]) -> View:
    """`moments` (number, day, `counts`) as of the days that are asked about."""
    if "consignments" in counts and (moments["consignments"] < 1).any():  # taken back: then nothing happened
        moments = net(moments, ["number", "day"], counts)
    return Timeline(moments["number"], moments["day"], {c: moments[c] for c in counts}).as_of(asked.keys, asked.days)


def _ratio(part: pl.Series, whole: pl.Series) -> pl.Series:
    return _known(whole, part / whole)


def _known(cases: pl.Series, value: pl.Series) -> pl.Series:
    """`value` where it rests on at least one of `cases`, else null."""
    return pl.select(pl.when(cases > 0).then(value)).to_series()


def _smoothed(seized: pl.Series, inspected: pl.Series, base: pl.Series, strength: float) -> pl.Series:
    return (seized + strength * base) / (inspected + strength)


def _base_rate(days: pl.Series, pasts: _Sources, profiles: Profiles) -> pl.Series:
    """Seizures an inspection over everything known before each of `days`, smoothed; null where the day is."""
    everybody = Asked.of(pl.repeat(0, len(days), dtype=pl.UInt64, eager=True), days)
    found = everybody.number(_stacked([past.found_of(EVERYBODY) for past in pasts]))
    view = _view(everybody, found, FOUND)
    inspected, seized = (everybody.counts(view.before(stat)) for stat in FOUND)
    prior = pl.repeat(profiles.base_rate, len(days), eager=True)
    return _smoothed(seized, inspected, prior, profiles.base_strength)
