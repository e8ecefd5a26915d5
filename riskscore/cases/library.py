"""The library of published seizures: what was found where, under which declaration, and how it came to light.

    features/reference/cases.toml ─▶ load ─▶ Case, Case ...       each checked: names, places, red flags, sources

It is shown beside a consignment and never learned from: the published cases stay an outside test of the engine, so
neither features nor training can reach this package (pyproject.toml).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_type_hints

from riskscore import folders, reference, toml
from riskscore.errors import ReferenceDataError, SettingsError
from riskscore.features import catalogue
from riskscore.reference.tables import REGIONS

FILE = "cases.toml"

STAGES = ("export", "transit", "import")
"""Where on its way a consignment was seized, seen from the place of seizure."""

OTHER_COMMODITIES = ("household waste",)
"""Commodities of the library that have no countries of their own in contraband.csv."""

YEARS = (1975, 2100)
"""CITES came into force in 1975."""


@dataclass(frozen=True, slots=True)
class Case:
    """One published seizure.

    commodity    what was found, the gravest first; `quantity_kg` of all of it, None where it was not weighed
    declared     what the papers said, `kind` of cover goods that is; empty where it was not told
    origin       ISO 3166 country; where only a part of the world was told, `region`
    loaded_at    UN/LOCODE; `via` holds ports or countries in their order
    destination  ISO 3166 country to which it was to go
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
        """Country that it was bound for, as far as was told: else, of an import, where it was seized."""
        return self.destination or (self.seized_at[:2] if self.stage == "import" else "")

    @property
    def hubs(self) -> tuple[str, ...]:
        """Countries on the way between origin and destination."""
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
    """Read the library, newest first. Raises ReferenceDataError naming the first entry and field that is malformed."""
    path = folders.reference() / FILE
    entries = toml.load(path, "the library of cases", error=ReferenceDataError)
    return tuple(case(name, entry) for name, entry in entries.items())


def find(name: str) -> Case:
    """The case with the id `name`. Raises SettingsError where there is none."""
    for known in load():
        if known.id == name.strip().lower():
            return known
    raise SettingsError(f"no published case {name!r}; `riskscore cases list` shows those that there are")


def case(name: str, entry: Mapping[str, Any]) -> Case:
    """One entry, checked. Raises ReferenceDataError where a field is missing, unknown or not as declared."""
    hints = get_type_hints(Case)
    types = {field.name: str(field.type) for field in fields(Case) if field.name != "id"}
    if not isinstance(entry, Mapping):
        raise ReferenceDataError(f"{FILE}: {name} is no table")
    for field in entry:
        if field not in types:
            raise ReferenceDataError(f"{FILE}: {name} has an unknown field {field}; known are {', '.join(types)}")
    values: dict[str, Any] = {}
    for field, value in entry.items():
        if not isinstance(value, _TYPES[types[field]]) or isinstance(value, bool):  # type: ignore[arg-type]
            raise ReferenceDataError(f"{FILE}: {name} has {field} = {value!r}, not {hints[field]}")
        values[field] = tuple(value) if isinstance(value, list) else value
    try:
        made = Case(id=name, **values)
    except TypeError as missing:
        raise ReferenceDataError(f"{FILE}: {name} lacks a field ({missing})") from None
    for field, problem in _problems(made):
        raise ReferenceDataError(f"{FILE}: {name} has {field} = {getattr(made, field)!r}, {problem}")
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
    """Fields that are not as declared, with what is wrong."""
    known = _known()
    places = known["country"] | known["port"]
    wrong = {
        "year": not YEARS[0] <= made.year <= YEARS[1] and "no year of a published case",
        "commodity": not (made.commodity and set(made.commodity) <= known["commodity"])
        and "not all named as in contraband.csv",
        "quantity_kg": made.quantity_kg is not None and made.quantity_kg <= 0 and "not above 0",
        "kind": made.kind not in known["kind"] and "no kind of cover_goods.csv",
        "declared": bool(made.kind) and not made.declared and "empty, though there is a kind",
        "origin": made.origin not in known["country"] | {""} and "no ISO 3166 country",
        "region": made.region not in {*REGIONS, ""} and f"none of {', '.join(REGIONS)}",
        "loaded_at": made.loaded_at not in known["port"] | {""} and "no known port",
        "via": not set(made.via) <= places and "not all known ports or countries",
        "seized_at": made.seized_at not in known["port"] and "no known port",
        "stage": made.stage not in STAGES and f"none of {', '.join(STAGES)}",
        "destination": made.destination not in known["country"] | {""} and "no ISO 3166 country",
        "indicators": not set(made.indicators) <= known["flag"] and "not all red flags of flags.toml",
        "summary": not made.summary.strip() and "empty",
        "source": not made.source and "empty",
    }
    return [(field, problem) for field, problem in wrong.items() if problem]
