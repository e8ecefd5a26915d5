"""Library of published seizures: what was found where, how it was declared, and how it was discovered.

    features/reference/cases.toml ─▶ load ─▶ Case, Case ...       each checked: names, places, red flags, sources

Published cases are shown next to a consignment and never learned from, so that they remain an independent test of the
engine. An import contract in pyproject.toml keeps features and training away from this package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from riskscore import folders, reference, toml
from riskscore.errors import ReferenceDataError, SettingsError
from riskscore.features import catalogue
from riskscore.reference.tables import REGIONS

FILE = "cases.toml"

STAGES = ("export", "transit", "import")
"""Stage of its route at which a consignment was seized, seen from the place of seizure."""

OTHER_COMMODITIES = ("household waste",)
"""Commodities of the library that are not in contraband.csv."""

YEARS = (1975, 2100)
"""First and last valid year; CITES came into force in 1975."""


@dataclass(frozen=True, slots=True)
class Case:
    """One published seizure.

    commodity    what was found, the gravest first; `quantity_kg` is the total weight, None if not published
    declared     goods as declared, and their `kind` of cover goods; empty if not published
    origin       ISO 3166 country; if only a part of the world was published, `region`
    loaded_at    UN/LOCODE; `via` has ports or countries in their order
    destination  ISO 3166 country for which it was bound
    indicators   numbers of the red flags that the case shows
    """

    id: str
    year: int
    commodity: tuple[str, ...]
    seized_at: str
    stage: str
    transport: str
    indicators: tuple[int, ...]
    summary: str
    source: tuple[str, ...]
    quantity_kg: float | None = None
    declared: str = ""
    kind: str = ""
    origin: str = ""
    region: str = ""
    loaded_at: str = ""
    via: tuple[str, ...] = ()
    destination: str = ""
    containers: int | None = None
    how_found: str = ""

    @property
    def target(self) -> str:
        """Country of destination; of an import without one, the country where it was seized."""
        return self.destination or (self.seized_at[:2] if self.stage == "import" else "")

    @property
    def hubs(self) -> tuple[str, ...]:
        """Countries between origin and destination."""
        stops = (*self.via, *([self.seized_at] if self.stage == "transit" else []))
        return tuple(dict.fromkeys(stop[:2] for stop in stops))


_TYPES = {
    "int": int,
    "str": str,
    "float | None": (int, float),
    "int | None": int,
    "tuple[str, ...]": list,
    "tuple[int, ...]": list,
}


@cache
def load() -> tuple[Case, ...]:
    """Read the library, newest first. Raises ReferenceDataError that names the first malformed entry and field."""
    path = folders.reference() / FILE
    entries = toml.load(path, "the library of cases", error=ReferenceDataError)
    return tuple(case(name, entry) for name, entry in entries.items())


def find(name: str) -> Case:
    """Return the case with the id `name`. Raises SettingsError if there is none."""
    for known in load():
        if known.id == name.strip().lower():
            return known
    raise SettingsError(f"there is no published case {name!r}; `riskscore cases list` shows all cases")


def case(name: str, entry: Mapping[str, Any]) -> Case:
    """Check one entry. Raises ReferenceDataError if a field is missing, unknown or has a wrong value."""
    types = {field.name: str(field.type) for field in fields(Case) if field.name != "id"}
    if not isinstance(entry, Mapping):
        raise ReferenceDataError(f"{FILE}: {name} is not a table")
    for field in entry:
        if field not in types:
            raise ReferenceDataError(f"{FILE}: {name} has an unknown field {field}; allowed are {', '.join(types)}")
    values: dict[str, Any] = {}
    for field, value in entry.items():
        if not isinstance(value, _TYPES[types[field]]) or isinstance(value, bool):  # type: ignore[arg-type]
            raise ReferenceDataError(f"{FILE}: {name}: {field} = {value!r} must be of type {types[field]}")
        values[field] = tuple(value) if isinstance(value, list) else value
    try:
        made = Case(id=name, **values)
    except TypeError as missing:
        raise ReferenceDataError(f"{FILE}: {name} has no value for a required field ({missing})") from None
    for field, problem in _problems(made):
        raise ReferenceDataError(f"{FILE}: {name}: {field} = {getattr(made, field)!r} {problem}")
    return made


@cache
def _known() -> dict[str, frozenset[Any]]:
    return {
        "commodity": frozenset(reference.wildlife()["commodity"]) | set(OTHER_COMMODITIES),
        "kind": frozenset(reference.cover_goods()["kind"]) | {""},
        "country": frozenset(reference.countries()["code"]),
        "port": frozenset(reference.ports()["locode"]),
        "flag": frozenset(catalogue.load().flags),
    }


def _problems(made: Case) -> list[tuple[str, str]]:
    """Fields with wrong values, each with what it must be."""
    known = _known()
    places = known["country"] | known["port"]
    problems = {
        "year": not YEARS[0] <= made.year <= YEARS[1] and f"must be from {YEARS[0]} to {YEARS[1]}",
        "commodity": not (made.commodity and set(made.commodity) <= known["commodity"])
        and "must be names of contraband.csv",
        "quantity_kg": made.quantity_kg is not None and made.quantity_kg <= 0 and "must be above 0",
        "kind": made.kind not in known["kind"] and "must be a kind of cover_goods.csv",
        "declared": bool(made.kind) and not made.declared and "must not be empty if there is a kind",
        "origin": made.origin not in known["country"] | {""} and "must be an ISO 3166 country",
        "region": made.region not in {*REGIONS, ""} and f"must be one of {', '.join(REGIONS)}",
        "loaded_at": made.loaded_at not in known["port"] | {""} and "must be a known port",
        "via": not set(made.via) <= places and "must be known ports or countries",
        "seized_at": made.seized_at not in known["port"] and "must be a known port",
        "stage": made.stage not in STAGES and f"must be one of {', '.join(STAGES)}",
        "destination": made.destination not in known["country"] | {""} and "must be an ISO 3166 country",
        "indicators": not set(made.indicators) <= known["flag"] and "must be red flags of flags.toml",
        "summary": not made.summary.strip() and "must not be empty",
        "source": not made.source and "must not be empty",
    }
    return [(field, problem) for field, problem in problems.items() if problem]
