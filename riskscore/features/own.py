"""Own: the features that a service's own fields and profiles make, declared in its settings instead of in features/.

    [field.tax_rate]     kind = "number"           ─▶ tax_rate           its value
    [field.origin_mark]  kind = "category"         ─▶ origin_mark        the place of its value in `values`, from 0
    [profile.goods_tax]  stats = ["before", ...]   ─▶ goods_tax_before   what the ledger says, a feature a statistic

They stand in the matrix behind the shipped ones, of which those are left out that need a column the service lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from riskscore.errors import SettingsError
from riskscore.features import catalogue as shipped
from riskscore.features.catalogue import Catalogue, Feature
from riskscore.history import profiles
from riskscore.history.keys import MADE
from riskscore.history.profiles import Profile
from riskscore.parties.resolve import IDS
from riskscore.schema import COLUMNS
from riskscore.settings import NONE, Field, Settings

FAMILY = "own"

APART = "own_"
"""What own fields begin with among the facts, where a column of theirs might be called as one of the engine's is."""

_SOURCE = "settings of the service"

_EARLIER = {"seizure_rate": "inspected"}

_CHECK = "Ask for the contract, the invoice and the certificate of origin; look at the goods where they do not agree."

_QUOTED = {
    "hs6": ("HS code", "hs6"),
    "hs4": ("HS heading", "hs4"),
    "hs2": ("HS chapter", "hs2"),
    "origin": ("origin", "origin_name"),
    "lane": ("lane", "lane"),
    "origin_destination": ("way", "origin_destination"),
    "consignee_key": ("consignee", "consignee"),
    "shipper_id": ("shipper", "shipper_name"),
    "notify_id": ("notify party", "notify_name"),
    "forwarder_id": ("forwarder", "forwarder_name"),
}
"""Column of a profile -> what a sentence calls it, and the column that it quotes; others are quoted as they are."""

_STATS = {
    "before": ("earlier ROWs", "count", "{value:,.0f earlier ROW(s)} with QUOTED."),
    "last_30": ("ROWs of the last 30 days", "count", "{value:,.0f ROW(s)} in the last 30 days with QUOTED."),
    "last_90": ("ROWs of the last 90 days", "count", "{value:,.0f ROW(s)} in the last 90 days with QUOTED."),
    "last_365": ("ROWs of the last 365 days", "count", "{value:,.0f ROW(s)} in the last 365 days with QUOTED."),
    "days_since_first": ("days since the first ROW", "days", "{value:,.0f day(s)} since the first ROW with QUOTED."),
    "days_since_last": ("days since the last ROW", "days", "{value:,.0f day(s)} since the last ROW with QUOTED."),
    "inspected": ("known inspections of ROWs", "count", "{value:,.0f inspected ROW(s)} with QUOTED."),
    "seized": ("known seizures in ROWs", "count", "{value:,.0f seizure(s)} known in ROWs with QUOTED."),
    "seizure_rate": (
        "smoothed seizure rate of inspected ROWs",
        "rate",
        "The record of ROWs with QUOTED holds {NAME_inspected:,.0f inspection(s)} and {NAME_seized:,.0f seizure(s)}.",
    ),
    "share": ("share of this in the past of PARENT, ROWs", "share", "{value:.1%} of the past of PARENT had QUOTED."),
}
"""Statistic -> meaning, unit and sentence of its feature; the words in capitals are filled in."""


def catalogue(settings: Settings = NONE) -> Catalogue:
    """The catalogue of a service: what ships, without what it cannot have, and its own features.

    Raises SettingsError where a field or profile is named as something else is, or needs a column that is not there.
    """
    base = shipped.load()
    if settings == NONE:
        return base
    kept = {name: one for name, one in base.features.items() if not set(one.needs) & set(settings.lacks)}
    known = profiles.of(settings)
    for one in settings.fields:
        if one.name in (*MADE, *IDS):
            raise SettingsError(f"[field.{one.name}] is what the engine makes of goods, ports or parties; rename it")
    declared = [_of_field(one, settings) for one in settings.fields if one.kind != "key"]
    declared += [feature for name in settings.profiles for feature in _of_profile(known.profiles[name], settings)]
    for feature in declared:
        if feature.name in kept or feature.name in base.features:
            raise SettingsError(f"the settings make a feature {feature.name}, which ships already; choose another name")
        unknown = [number for number in feature.indicators if number not in base.flags]
        if unknown:
            raise SettingsError(f"feature {feature.name}: there is no red flag {unknown[0]}; see `riskscore features`")
        kept[feature.name] = feature
    return replace(base, features=kept, profiles=known, settings=settings)


def apart(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Name the own fields of `rows` so that no fact of the engine's is called alike."""
    return rows.rename({one.name: APART + one.name for one in settings.read})


def prepare(facts: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Add the fields that are made of other columns. Raises SettingsError where such a column is not there."""
    for one in settings.fields:
        if one.of is None:
            continue
        value = pl.col(_column(facts, one.of, one.name))
        if one.kind == "number":
            value = value.cast(pl.Float64, strict=False)
        if one.per is not None:
            per = pl.col(_column(facts, one.per, one.name))
            value = value / pl.when(per != 0).then(per)
        facts = facts.with_columns(value.alias(APART + one.name))
    return facts


def _column(facts: pl.DataFrame, name: str, field: str) -> str:
    """The own field called `name` among `facts`, else the engine's fact; SettingsError where there is neither."""
    for column in (APART + name, name):
        if column in facts.columns:
            return column
    raise SettingsError(f"[field.{field}] is made of {name}, which no row has")


def expressions(settings: Settings) -> dict[str, pl.Expr]:
    """Feature -> its value, over prepared facts."""
    fields = {one.name: _value(one) for one in settings.fields if one.kind != "key"}
    known = profiles.of(settings).profiles
    return fields | {
        column: pl.col(column) for name in settings.profiles for _, column in _outputs(known[name], settings)
    }


def _value(one: Field) -> pl.Expr:
    if one.kind == "number":
        return pl.col(APART + one.name)
    codes = pl.lit(pl.Series(range(len(one.values)), dtype=pl.Int64))
    return pl.col(APART + one.name).replace_strict(
        pl.lit(pl.Series(one.values)), codes, default=None, return_dtype=pl.Int64
    )


def _outputs(profile: Profile, settings: Settings) -> Iterator[tuple[str, str]]:
    """The statistics that are features, each with its column: those that the settings name."""
    declared = settings.profiles[profile.name].get("stats", settings.common.get("stats", ()))
    for stat in profile.stats:
        if stat in declared:
            yield stat, profile.output(stat)


def _of_field(one: Field, settings: Settings) -> Feature:
    meaning = one.meaning or one.name.replace("_", " ")
    unit = f" {one.unit}" if one.unit and one.unit != "count" else ""
    shown = "{value:,.6g}" if one.kind == "number" else "{" + one.name + "}"
    sentence = _apart(one.reason or f"The {_plain(meaning)} is {shown}{_plain(unit)}.", settings)
    return Feature(
        name=one.name,
        family=FAMILY,
        indicators=() if one.indicator is None else (one.indicator,),
        meaning=f"{meaning} ({', '.join(one.values)})" if one.values else meaning,
        unit=one.unit or ("code" if one.values else "number"),
        direction=one.direction,
        needs=(one.name,) if one.of is None else tuple(filter(None, (one.of, one.per))),
        reason=sentence,
        relief=sentence,
        check=_apart(one.check, settings) or _CHECK,
        source=_SOURCE,
        absent=f"The {meaning} is not stated.",
    )


def _of_profile(profile: Profile, settings: Settings) -> Iterator[Feature]:
    said = {**settings.common, **settings.profiles[profile.name]}
    named = {one.name: one.meaning or one.name.replace("_", " ") for one in settings.fields}
    told = {
        column: _QUOTED.get(column, (named.get(column, column.replace("_", " ")), column)) for column in profile.columns
    }
    _check_columns(profile, settings)
    same = ", ".join(label for label, _ in told.values())
    quoted = _apart(", ".join(f"{_plain(label)} {{{column}}}" for label, column in told.values()), settings)
    words = {
        "ROW": _plain(settings.row),
        "QUOTED": quoted,
        "NAME": profile.name,
        "PARENT": (profile.parent or "").replace("_", " "),
    }
    for stat, column in _outputs(profile, settings):
        if stat not in _STATS:
            raise SettingsError(f"[profile.{profile.name}] {stat} is no feature; there are {', '.join(_STATS)}")
        meaning, unit, sentence = (_filled(text, words) for text in _STATS[stat])
        yield Feature(
            name=column,
            family=FAMILY,
            indicators=(),
            meaning=f"{meaning} with the same {same}",
            unit=unit,
            direction=0,
            needs=tuple(name for name in profile.columns if name not in MADE and name not in IDS),
            reason=sentence,
            relief=sentence,
            check=str(said.get("check", _CHECK)),
            source=f"ledger; {_SOURCE}",
            group=str(said.get("group", profile.name)),
            absent=f"No {_EARLIER.get(stat, 'earlier')} {settings.row} with the same {same} is on record.",
        )


def _apart(sentence: str, settings: Settings) -> str:
    """A sentence that quotes own fields by the names that they have among the facts."""
    for one in settings.fields:
        sentence = re.sub(rf"\{{{one.name}(?=[}}:])", "{" + APART + one.name, sentence)
    return sentence


def _filled(text: str, words: dict[str, str]) -> str:
    """`text` with each word in capitals replaced, once: what is put in its place is not looked at again."""
    return re.sub("|".join(words), lambda word: words[word[0]], text)


def _plain(text: str) -> str:
    """A text of the settings as it stands in a sentence: braces are no fields."""
    return text.replace("{", "{{").replace("}", "}}")


def _check_columns(profile: Profile, settings: Settings) -> None:
    """Raise SettingsError where a profile needs a column that no row of the service has."""
    known = {*(one.name for one in settings.read), *MADE, *IDS, *(set(COLUMNS) - set(settings.lacks))}
    strays = [column for column in profile.columns if column not in known]
    if strays:
        raise SettingsError(
            f"[profile.{profile.name}] has a column {strays[0]!r}; own fields that are read, canonical columns and "
            f"{', '.join((*MADE, *IDS))} may be there"
        )
