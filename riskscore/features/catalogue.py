"""The catalogue: what each feature means, which red flag it measures, and what an inspector reads about it.

    features/goods.toml ─┐
    features/cargo.toml ─┼─▶ Catalogue ─▶ build (columns) · booster (directions) · reasons (sentences)
    features/ ... .toml ─┘

There is one TOML file per family and one table per feature. `flags.toml` numbers the red flags and says which of them a
manifest cannot answer. Every model and every score records the catalogue's hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from riskscore import folders, toml
from riskscore.errors import CatalogueError
from riskscore.history import profiles
from riskscore.history.profiles import Profiles
from riskscore.settings import NONE, Settings

FAMILIES = ("goods", "routing", "parties", "cargo", "documents", "container", "voyage", "contraband")
"""The families, in the order of their features in a matrix."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One declared feature.

    `direction` is +1 or -1 where a higher value can only raise or only lower the risk, else 0. An inspector reads
    `reason` or `relief` where the feature raised or lowered the risk, and `absent` where it has no value. Features with
    the same `group` are explained as one, and so are features without a group that have the same first red flag.

    The check `settled_by` (see checks.toml) gives the feature the value `clean` if it comes back clean. No check can
    answer a `fact`, which names the reason. `raised_by` and `lowered_by` are its test cases: changes to an honest
    consignment that raise or lower its value.
    """

    name: str
    family: str
    indicators: tuple[int, ...]
    meaning: str
    unit: str
    direction: int
    needs: tuple[str, ...]
    reason: str
    relief: str
    check: str
    source: str
    absent: str = ""
    group: str = ""
    settled_by: str = ""
    clean: float | str | None = None
    fact: str = ""
    raised_by: Mapping[str, Any] = field(default_factory=dict)
    lowered_by: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All declared features in order, the numbered red flags that they measure, and the profiles that they use.

    `flags` are texts by number. `unassessable` says what is needed for the flags that a manifest cannot answer.
    `settings` are those of the service whose own features are included, see own.py. `pending` features are declared but
    are not in the model that scores.
    """

    features: Mapping[str, Feature]
    flags: Mapping[int, str]
    unassessable: Mapping[int, str]
    profiles: Profiles = field(default_factory=profiles.load)
    settings: Settings = NONE
    pending: tuple[Feature, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the features, in the order of the columns of a matrix."""
        return list(self.features)

    @property
    def measured(self) -> list[int]:
        """Numbers of the red flags that at least one feature measures."""
        return sorted({number for feature in self.features.values() for number in feature.indicators})

    @property
    def hash(self) -> str:
        """First 12 hex digits of the SHA-256 of all declarations, without the test cases."""
        tests = ("raised_by", "lowered_by")
        declarations = [
            {key: value for key, value in asdict(feature).items() if key not in tests}
            for feature in self.features.values()
        ]
        text = json.dumps(declarations, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _table(path: Path) -> dict[str, Any]:
    return toml.load(path, "the catalogue file", error=CatalogueError)


def _feature(name: str, family: str, entry: Mapping[str, Any]) -> Feature:
    number = entry.get("indicator", [])
    try:
        return Feature(
            name=name,
            family=family,
            indicators=tuple(number) if isinstance(number, list) else (number,),
            meaning=entry["meaning"],
            unit=entry["unit"],
            direction=entry["direction"],
            needs=tuple(entry["needs"]),
            reason=entry["reason"],
            relief=entry.get("relief", ""),
            check=entry["check"],
            source=entry["source"],
            absent=entry.get("absent", ""),
            group=entry.get("group", ""),
            settled_by=entry.get("settled_by", ""),
            clean=entry.get("clean"),
            fact=entry.get("fact", ""),
            raised_by=entry.get("raised_by", {}),
            lowered_by=entry.get("lowered_by", {}),
        )
    except KeyError as missing:
        raise CatalogueError(f"feature {name} in {family}.toml lacks {missing}; add it") from missing


@cache
def load() -> Catalogue:
    """Read the shipped catalogue. Raises CatalogueError if an entry is malformed or names an unknown red flag."""
    folder = folders.features()
    features = {
        name: _feature(name, family, entry)
        for family in FAMILIES
        for name, entry in _table(folder / f"{family}.toml").items()
    }
    flags = _table(folder / "flags.toml")
    catalogue = Catalogue(
        features=features,
        flags={int(number): text for number, text in flags["flag"].items()},
        unassessable={int(number): text for number, text in flags["unassessable"].items()},
    )
    for feature in features.values():
        unknown = [number for number in feature.indicators if number not in catalogue.flags]
        where = f"feature {feature.name} in {feature.family}.toml"
        if unknown:
            raise CatalogueError(f"{where}: unknown flag {unknown[0]}; flags.toml has the numbers")
        if feature.direction not in (-1, 0, 1):
            raise CatalogueError(f"{where}: direction is {feature.direction!r}; write -1, 0 or 1")
    return catalogue
