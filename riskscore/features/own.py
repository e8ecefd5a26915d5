"""Own: the features made from a service's own fields and profiles, which its settings declare instead of features/.

    [field.tax_rate]     kind = "number"           ─▶ tax_rate           its value
    [field.origin_mark]  kind = "category"         ─▶ origin_mark        the position of its value in `values`, from 0
    [profile.goods_tax]  stats = ["before", ...]   ─▶ goods_tax_before   what the ledger says, one feature per statistic

They follow the shipped features in the matrix. Shipped features that need a column that the service lacks are left out.
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

PREFIX = "own_"
"""Prefix of own fields among the facts, because a service may give a field the name of an engine column."""

_SOURCE = "settings of the service"

_EARLIER = {"seizure_rate": "inspected"}
"""Statistic -> word for the rows that are missing if it has no value; `earlier` for all others."""

_CHECK = "Ask for the contract, the invoice and the certificate of origin. Inspect the goods if these do not agree."

_QUOTED = {
    "hs6": ("HS code", "hs6"),
    "hs4": ("HS heading", "hs4"),
    "hs2": ("HS chapter", "hs2"),
    "origin": ("origin", "origin_name"),
    "lane": ("lane", "lane"),
    "origin_destination": ("origin and destination", "origin_destination"),
    "consignee_key": ("consignee", "consignee"),
    "shipper_id": ("shipper", "shipper_name"),
    "notify_id": ("notify party", "notify_name"),
    "forwarder_id": ("forwarder", "forwarder_name"),
}
"""Column of a profile -> its name in a sentence, and the column that is quoted. Others are quoted by their own name."""

_STATS = {
    "before": ("earlier ROWs", "count", "The history shows {value:,.0f earlier ROW(s)} with QUOTED."),
    **{
        f"last_{days}": (
            f"ROWs of the last {days} days",
            "count",
            f"The history shows {{value:,.0f ROW(s)}} with QUOTED in the last {days} days.",
        )
        for days in (30, 90, 365)
    },
    "days_since_first": (
        "days since the first ROW",
        "days",
        "The first ROW with QUOTED was filed {value:,.0f day(s)} before this one.",
    ),
    "days_since_last": (
        "days since the last ROW",
        "days",
        "The last ROW with QUOTED was filed {value:,.0f day(s)} before this one.",
    ),
    "inspected": (
        "known inspections of ROWs",
        "count",
        "The history shows {value:,.0f inspection(s)} of ROWs with QUOTED.",
    ),
    "seized": ("known seizures in ROWs", "count", "The history shows {value:,.0f seizure(s)} in ROWs with QUOTED."),
    "seizure_rate": (
        "smoothed seizure rate of inspected ROWs",
        "rate",
        "Earlier ROWs with QUOTED had {NAME_inspected:,.0f inspection(s)} and {NAME_seized:,.0f seizure(s)}.",
    ),
    "share": (
        "among earlier ROWs of the same PARENT, share of ROWs",
        "share",
        "{value:.1%} of earlier ROWs of the same PARENT had QUOTED.",
    ),
}
"""Statistic -> meaning, unit and sentence of its feature. The words in capitals are replaced."""


def catalogue(settings: Settings = NONE) -> Catalogue:
    """Return the catalogue of a service: the shipped features that its columns allow, and its own features.

    Raises SettingsError if a field or profile has a name that is taken, or needs a column that the service lacks.
    """
    base = shipped.load()
    if settings == NONE:
        return base
    features = {
        name: feature for name, feature in base.features.items() if not set(feature.needs) & set(settings.lacks)
    }
    all_profiles = profiles.of(settings)
    for field in settings.fields:
        if field.name in (*MADE, *IDS):
            raise SettingsError(f"[field.{field.name}]: the engine has a column of that name; rename the field")
    declared = [_of_field(field, settings) for field in settings.fields if field.kind != "key"]
    declared += [
        feature for name in settings.profiles for feature in _of_profile(all_profiles.profiles[name], settings)
    ]
    for feature in declared:
        if feature.name in features or feature.name in base.features:
            raise SettingsError(f"the settings declare a feature {feature.name}, which exists already; rename it")
        unknown = [number for number in feature.indicators if number not in base.flags]
        if unknown:
            raise SettingsError(f"feature {feature.name}: there is no red flag {unknown[0]}; see `riskscore features`")
        features[feature.name] = feature
    return replace(base, features=features, profiles=all_profiles, settings=settings)


def prefixed(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Rename the own fields of `rows`, with PREFIX, so that no column of the engine has the same name."""
    return rows.rename({field.name: PREFIX + field.name for field in settings.read})


def prepare(facts: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Add the own fields that are made from other columns. Raises SettingsError if such a column is missing."""
    for field in settings.fields:
        if field.of is None:
            continue
        value = pl.col(_column(facts, field.of, field.name))
        if field.kind == "number":
            value = value.cast(pl.Float64, strict=False)
        if field.per is not None:
            per = pl.col(_column(facts, field.per, field.name))
            value = value / pl.when(per != 0).then(per)
        facts = facts.with_columns(value.alias(PREFIX + field.name))
    return facts


def _column(facts: pl.DataFrame, name: str, field: str) -> str:
    """Return the column of the own field `name`, else of the engine's. Raises SettingsError if there is neither."""
    for column in (PREFIX + name, name):
        if column in facts.columns:
            return column
    raise SettingsError(f"[field.{field}] is made from {name}, but no row has that column; correct `of` or `per`")


def expressions(settings: Settings) -> dict[str, pl.Expr]:
    """Return the expression of each own feature by name, for facts from `prepare`."""
    fields = {field.name: _value(field) for field in settings.fields if field.kind != "key"}
    all_profiles = profiles.of(settings).profiles
    return fields | {
        column: pl.col(column) for name in settings.profiles for _, column in _outputs(all_profiles[name], settings)
    }


def _value(field: Field) -> pl.Expr:
    if field.kind == "number":
        return pl.col(PREFIX + field.name)
    codes = pl.lit(pl.Series(range(len(field.values)), dtype=pl.Int64))
    return pl.col(PREFIX + field.name).replace_strict(
        pl.lit(pl.Series(field.values)), codes, default=None, return_dtype=pl.Int64
    )


def _outputs(profile: Profile, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield each statistic that the settings name, with its column."""
    declared = settings.profiles[profile.name].get("stats", settings.common.get("stats", ()))
    for stat in profile.stats:
        if stat in declared:
            yield stat, profile.output(stat)


def _of_field(field: Field, settings: Settings) -> Feature:
    meaning = field.meaning or field.name.replace("_", " ")
    unit = f" {field.unit}" if field.unit and field.unit != "count" else ""
    value = "{value:,.6g}" if field.kind == "number" else "{" + field.name + "}"
    sentence = _with_prefixes(field.reason or f"The {_escaped(meaning)} is {value}{_escaped(unit)}.", settings)
    return Feature(
        name=field.name,
        family=FAMILY,
        indicators=() if field.indicator is None else (field.indicator,),
        meaning=f"{meaning} ({', '.join(field.values)})" if field.values else meaning,
        unit=field.unit or ("code" if field.values else "number"),
        direction=field.direction,
        needs=(field.name,) if field.of is None else tuple(filter(None, (field.of, field.per))),
        reason=sentence,
        relief=sentence,
        check=_with_prefixes(field.check, settings) or _CHECK,
        source=_SOURCE,
        absent=f"The {meaning} is not stated.",
    )


def _of_profile(profile: Profile, settings: Settings) -> Iterator[Feature]:
    entries = {**settings.common, **settings.profiles[profile.name]}
    meanings = {field.name: field.meaning or field.name.replace("_", " ") for field in settings.fields}
    labels = {
        column: _QUOTED.get(column, (meanings.get(column, column.replace("_", " ")), column))
        for column in profile.columns
    }
    _check_columns(profile, settings)
    same = ", ".join(label for label, _ in labels.values())
    quoted = ", ".join(f"{_escaped(label)} {{{column}}}" for label, column in labels.values())
    words = {
        "ROW": _escaped(settings.row),
        "QUOTED": _with_prefixes(quoted, settings),
        "NAME": profile.name,
        "PARENT": (profile.parent or "").replace("_", " "),
    }
    for stat, column in _outputs(profile, settings):
        if stat not in _STATS:
            raise SettingsError(f"[profile.{profile.name}]: {stat} cannot be a feature; use {', '.join(_STATS)}")
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
            check=str(entries.get("check", _CHECK)),
            source=f"ledger; {_SOURCE}",
            group=str(entries.get("group", profile.name)),
            absent=f"No {_EARLIER.get(stat, 'earlier')} {settings.row} with the same {same} is on record.",
        )


def _with_prefixes(sentence: str, settings: Settings) -> str:
    """Add PREFIX to the own fields that a sentence quotes, as they are named among the facts."""
    for field in settings.fields:
        sentence = re.sub(rf"\{{{field.name}(?=[}}:])", "{" + PREFIX + field.name, sentence)
    return sentence


def _filled(text: str, words: dict[str, str]) -> str:
    """Replace each word in capitals once. Replacements are not replaced again."""
    return re.sub("|".join(words), lambda word: words[word[0]], text)


def _escaped(text: str) -> str:
    """Escape the braces in a text of the settings, so that they are not read as fields."""
    return text.replace("{", "{{").replace("}", "}}")


def _check_columns(profile: Profile, settings: Settings) -> None:
    """Raise SettingsError if a profile needs a column that no row of the service has."""
    allowed = {*(field.name for field in settings.read), *MADE, *IDS, *(set(COLUMNS) - set(settings.lacks))}
    strays = [column for column in profile.columns if column not in allowed]
    if strays:
        raise SettingsError(
            f"[profile.{profile.name}] has an unknown column {strays[0]!r}; use fields with `from`, canonical "
            f"columns, or {', '.join((*MADE, *IDS))}"
        )
