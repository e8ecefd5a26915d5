"""The ledger: what every profile's past looked like on the day before a consignment was filed.

    rows, log, outcomes ─▶ events.py ─▶ a timeline a profile ─▶ one column a statistic, one row a consignment

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

from concurrent.futures import ThreadPoolExecutor

import polars as pl

from riskscore.history.asked import Asked
from riskscore.history.events import CONSIGNMENT, combined, first_versions, hashed, inspections
from riskscore.history.keys import keys
from riskscore.history.profiles import Profile, Profiles
from riskscore.history.timeline import Timeline

__all__ = ["history", "keys"]

_WINDOWS = {"last_30": 30, "last_90": 90, "last_365": 365}
_CHAPTER = "hs2"


def history(
    rows: pl.DataFrame,
    log: pl.DataFrame,
    outcomes: pl.DataFrame | None,
    profiles: Profiles,
    *,
    earlier: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Compute every declared statistic for `rows`: one row each, in their order, columns `{profile}_{stat}`.

    `rows`, `log` and `earlier` (superseded versions) hold canonical columns, with party ids where they are known
    already. The past is what is filed in any of the three: a consignment counts once, with what its first version
    said, on that version's day, and that day is also the one as of which it is judged. So `log` may hold `rows`
    themselves and later days, to no effect. Counts and days are Int64; rates, shares and means Float64.
    Raises CatalogueError where a profile needs a column that the consignments lack.
    """
    columns = sorted({*profiles.sources, _CHAPTER})
    others = [frame for frame in (log, earlier) if frame is not None and frame is not rows]
    filings = hashed([rows, *others], columns)
    own, first = filings.head(rows.height), first_versions(filings)
    started = first.select(CONSIGNMENT, started="day")
    days = own.select(CONSIGNMENT).join(started, on=CONSIGNMENT, how="left", maintain_order="left")["started"]
    found = inspections(first, outcomes)
    past = first.filter(pl.col("day") < pl.lit(days.max(), pl.Int64))
    base = _base_rate(days, found, profiles)

    def answer(profile: Profile) -> dict[str, pl.Series]:
        return _answers(profile, Asked.of(own.select(combined(profile.columns)).to_series(), days), past, found)

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


def _answers(profile: Profile, asked: Asked, past: pl.DataFrame, found: pl.DataFrame) -> dict[str, pl.Series]:
    """Every statistic of `profile` that its own timelines answer, a row each."""
    key = combined(profile.columns).alias("key")
    events = asked.number(past.select(key, "day", "weight_log", _CHAPTER))
    timeline = Timeline(events["number"], events["day"])
    ask = asked.keys, asked.days
    answers = {"before": asked.counts(timeline.before(*ask))}
    for stat in set(profile.stats) & set(_WINDOWS):
        answers[stat] = asked.counts(timeline.within(*ask, _WINDOWS[stat]))
    if "days_since_first" in profile.stats:
        answers["days_since_first"] = asked.measures(timeline.since_first(*ask)).cast(pl.Int64)
    if "days_since_last" in profile.stats:
        answers["days_since_last"] = asked.measures(timeline.since_last(*ask)).cast(pl.Int64)
    if "chapters" in profile.stats:
        new = events.drop_nulls(_CHAPTER).group_by("number", _CHAPTER).agg(pl.col("day").min())
        answers["chapters"] = asked.counts(Timeline(new["number"], new["day"]).before(*ask))
    if "weight_mean_log" in profile.stats:
        weighed = events.drop_nulls("weight_log")
        weights = Timeline(weighed["number"], weighed["day"], weighed["weight_log"])
        answers["weight_mean_log"] = asked.measures(weights.mean(*ask))
    if profile.strength is not None or {"inspected", "seized"} & set(profile.stats):
        inspected = asked.number(found.select(key, "day", "seized"))
        for stat, part in (("inspected", inspected), ("seized", inspected.filter("seized"))):
            answers[stat] = asked.counts(Timeline(part["number"], part["day"]).before(*ask))
    return answers


def _ratio(part: pl.Series, whole: pl.Series) -> pl.Series:
    return _known(whole, part / whole)


def _known(cases: pl.Series, value: pl.Series) -> pl.Series:
    """`value` where it rests on at least one of `cases`, else null."""
    return pl.select(pl.when(cases > 0).then(value)).to_series()


def _smoothed(seized: pl.Series, inspected: pl.Series, base: pl.Series, strength: float) -> pl.Series:
    return (seized + strength * base) / (inspected + strength)


def _base_rate(days: pl.Series, found: pl.DataFrame, profiles: Profiles) -> pl.Series:
    """Seizures an inspection over everything known before each of `days`, smoothed; null where the day is."""
    everybody = Asked.of(pl.repeat(0, len(days), dtype=pl.UInt64, eager=True), days)
    ask = everybody.keys, everybody.days
    every = found.with_columns(number=pl.lit(0, pl.Int64))
    seizures = every.filter("seized")
    inspected = everybody.counts(Timeline(every["number"], every["day"]).before(*ask))
    seized = everybody.counts(Timeline(seizures["number"], seizures["day"]).before(*ask))
    prior = pl.repeat(profiles.base_rate, len(days), eager=True)
    return _smoothed(seized, inspected, prior, profiles.base_strength)
