"""Profiles: the tuples of columns whose history is summarised, and with which statistics. Declared in profiles.toml.

[profile.consignee_hs2]                     the column that it makes:
columns = ["consignee_key", "hs2"]    ─▶    consignee_hs2_share
parent = "consignee"
stats = ["share"]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from riskscore import folders, toml
from riskscore.errors import CatalogueError, SettingsError
from riskscore.settings import Settings

STATS = (
    "before",
    "last_30",
    "last_90",
    "last_365",
    "days_since_first",
    "days_since_last",
    "inspected",
    "seized",
    "seizure_rate",
    "chapters",
    "weight_mean_log",
    "share",
)
"""Every statistic that a profile can have; ledger.py explains each."""

WINDOWS = {"last_30": 30, "last_90": 90, "last_365": 365}
"""Statistic -> number of days that it looks back."""

_ENTRIES = {"columns", "stats", "parent", "strength"}


@dataclass(frozen=True, slots=True)
class Profile:
    """One declared profile. `strength` is in inspections; `parent` is the profile that a share is a share of."""

    name: str
    columns: tuple[str, ...]
    stats: tuple[str, ...]
    parent: str | None = None
    strength: float | None = None

    def output(self, stat: str) -> str:
        """Name of the column for `stat`."""
        return f"{self.name}_{stat}"


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles by name, with the base rate (seizures per inspection) and its strength (in inspections)."""

    profiles: Mapping[str, Profile]
    base_rate: float
    base_strength: float

    @property
    def sources(self) -> list[str]:
        """Every column that a profile is made of."""
        return sorted({column for profile in self.profiles.values() for column in profile.columns})


@cache
def load() -> Profiles:
    """Read the shipped profiles once. Raises CatalogueError where the file is missing or malformed."""
    return read(folders.features() / "profiles.toml")


def of(settings: Settings) -> Profiles:
    """Return the shipped profiles and, after them, those of a service. Raises SettingsError where one is wrong."""
    if not settings.profiles:
        return load()
    shipped = load()
    common = {name: value for name, value in settings.common.items() if name in ("strength", "stats")}
    declared = {name: _counted(common | {**entry}) for name, entry in settings.profiles.items()}
    twice = sorted(set(declared) & set(shipped.profiles))
    if twice:
        raise SettingsError(f"[profile.{twice[0]}]: riskscore has a profile of that name; choose another name")
    try:
        own = parse({"profile": declared, "base": {"rate": shipped.base_rate, "strength": shipped.base_strength}})
    except CatalogueError as wrong:
        raise SettingsError(str(wrong)) from None
    return replace(shipped, profiles={**shipped.profiles, **own.profiles})


def _counted(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry of a service's profile; a rate also needs the counts, which the sentences quote."""
    declared = {key: value for key, value in entry.items() if key not in ("check", "group")}
    stats = declared.get("stats")
    if isinstance(stats, list) and "seizure_rate" in stats:
        declared["stats"] = list(dict.fromkeys([*stats, "inspected", "seized"]))
    return declared


def read(path: Path) -> Profiles:
    """Read a TOML file of profiles. Raises CatalogueError with what is wrong and where."""
    return parse(toml.load(path, "the profiles", error=CatalogueError))


def parse(table: Mapping[str, Any]) -> Profiles:
    """Make profiles from a TOML table. Raises CatalogueError for an unknown entry, statistic or parent."""
    entries = _table(table.get("profile", {}), "profile")
    base = _table(table.get("base", {}), "[base]")
    if not entries:
        raise CatalogueError("profiles: none is declared; add a table [profile.NAME]")
    rate, strength = _number(base.get("rate")), _number(base.get("strength"))
    if not (0 <= rate <= 1 and strength > 0):
        raise CatalogueError("profiles: [base] needs a rate from 0 to 1 and a strength above 0")
    profiles = {name: _profile(name, _table(entry, f"profile {name}")) for name, entry in entries.items()}
    for profile in profiles.values():
        _check_parent(profile, profiles)
    return Profiles(profiles, rate, strength)


def _table(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise CatalogueError(f"profiles: {name} must be a table, not {value!r}")
    return value


def _number(value: object) -> float:
    """`value` as a number; NaN, for which every comparison is false, where it is not one."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _profile(name: str, entry: Mapping[str, Any]) -> Profile:
    where = f"profile {name}"
    unknown = sorted(set(entry) - _ENTRIES)
    if unknown:
        raise CatalogueError(f"{where}: unknown entry {', '.join(unknown)}; choose from {', '.join(sorted(_ENTRIES))}")
    if not (_texts(entry.get("columns")) and _texts(entry.get("stats"))):
        raise CatalogueError(f"{where}: columns and stats must be lists with at least one name each")
    stats = tuple(entry["stats"])
    unknown = sorted(set(stats) - set(STATS))
    if unknown:
        raise CatalogueError(f"{where}: unknown statistic {', '.join(unknown)}; choose from {', '.join(STATS)}")
    strength = _number(entry["strength"]) if "strength" in entry else None
    if ("seizure_rate" in stats or strength is not None) and not (strength or math.nan) > 0:
        raise CatalogueError(f"{where}: a seizure_rate needs a strength, a number above 0")
    return Profile(name, tuple(entry["columns"]), stats, entry.get("parent"), strength)


def _check_parent(profile: Profile, profiles: Mapping[str, Profile]) -> None:
    if "share" not in profile.stats and profile.parent is None:
        return
    parent = profiles.get(profile.parent or "")
    if parent is None:
        raise CatalogueError(
            f"profile {profile.name}: a share needs a declared profile as its parent, not {profile.parent!r}"
        )
    if not set(parent.columns) < set(profile.columns):
        raise CatalogueError(
            f"profile {profile.name}: its columns must include those of its parent {parent.name}, and at least one more"
        )
