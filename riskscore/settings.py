"""Service: what a customs service declares of its own, in a TOML file; every part of it may be left out.

    [row]           what a row is called, which heading is its key, which canonical columns it lacks
    [columns]       heading -> canonical column, where the heading is not known
    [outcome]       heading of the finding, its words, and after how many days it is known
    [field.NAME]    a field of its own: where it comes from, and whether it is a number, a category or a key
    [profiles]      what the profiles have in common
    [profile.NAME]  a tuple of own and canonical columns whose past counts
    [drift]         thresholds of the drift report

The file is what `--settings` or $RISKSCORE_SETTINGS names, else `riskscore.toml` in the working folder. What the parts
mean for reading, the ledger and the catalogue is said where these are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from riskscore import toml
from riskscore.errors import SettingsError
from riskscore.suggest import instead

FILE = "riskscore.toml"
SETTINGS = "RISKSCORE_SETTINGS"
"""Variable that names the file, wherever it is."""

KINDS = ("number", "category", "key")
"""A number and a category are features by themselves; a key, such as an importer's, only has a past."""

FINDINGS = ("clean", "irregular", "seizure")

_SECTIONS = {
    "row": ("name", "key", "lacks"),
    "columns": (),
    "outcome": ("finding", "words", "known_after_days"),
    "field": (),
    "profiles": ("strength", "stats", "check", "group"),
    "profile": (),
    "drift": (),
    "storage": (),
}
"""Tables of the file and the entries that each takes; none named: checked where they are used."""

_FIELD = ("from", "of", "per", "kind", "values", "meaning", "unit", "direction", "indicator", "reason", "check")
_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Field:
    """One own field, read from the heading `source`, or made `of` another column, perhaps divided by `per`.

    `values` are those of a category, in the order of their codes. `reason` and `check` are what an inspector is told;
    where they are empty, a plain sentence stands in. `direction` is as in the catalogue.
    """

    name: str
    kind: str
    source: str | None = None
    of: str | None = None
    per: str | None = None
    values: tuple[str, ...] = ()
    meaning: str = ""
    unit: str = ""
    direction: int = 0
    indicator: int | None = None
    reason: str = ""
    check: str = ""

    @property
    def is_read(self) -> bool:
        """Whether it stands in the file, and not only follows from other columns."""
        return self.source is not None


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a service writes its findings: the heading, its words, and the days from filing until they are known."""

    source: str
    words: Mapping[str, str]
    known_after_days: int


@dataclass(frozen=True, slots=True)
class Settings:
    """A service's own declarations; `Service()` has none: container manifests as the engine knows them.

    `row` is what a row is called; `key` the heading that names it, where no bill and container do; `lacks` the
    canonical columns that its rows never have. `columns` maps headings, `profiles` and `drift` are tables as declared.
    """

    row: str = "consignment"
    key: str | None = None
    lacks: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    outcome: Finding | None = None
    fields: tuple[Field, ...] = ()
    common: Mapping[str, Any] = field(default_factory=dict)
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    drift: Mapping[str, Any] = field(default_factory=dict)

    @property
    def read(self) -> tuple[Field, ...]:
        """The fields that stand in files, and so ride along with each row."""
        return tuple(one for one in self.fields if one.is_read)

    def record(self) -> dict[str, Any]:
        """What the card keeps of it: enough to see with which declarations a model was trained."""
        if self == NONE:
            return {}
        return {
            "row": self.row,
            "lacks": list(self.lacks),
            "fields": {one.name: one.kind for one in self.fields},
            "profiles": {name: list(entry["columns"]) for name, entry in self.profiles.items()},
        }


NONE = Settings()
"""The service that declares nothing."""


def find_settings(path: str | Path | None = None) -> Settings:
    """Read the file at `path`, else the one that the variable names, else FILE in the working folder, else NONE.

    Raises SettingsError where a file that is named cannot be read, or says what is not understood.
    """
    named = path or os.environ.get(SETTINGS)
    if named:
        return read_settings(Path(named))
    return read_settings(Path(FILE)) if Path(FILE).is_file() else NONE


def read_settings(path: str | Path) -> Settings:
    """Read a file of settings. Raises SettingsError with the file, the entry and what it takes instead."""
    table = toml.load(path, "the settings")
    try:
        return parse_settings(table)
    except SettingsError as wrong:
        raise SettingsError(f"settings {path}: {wrong}") from None


def parse_settings(table: Mapping[str, Any]) -> Settings:
    """Make a service of a TOML table. Raises SettingsError on an unknown or malformed entry."""
    _known("", table, _SECTIONS)
    parts = {name: _table(name, table.get(name, {})) for name in _SECTIONS}
    for name, entries in _SECTIONS.items():
        if entries:
            _known(f"[{name}] ", parts[name], entries)
    row = parts["row"]
    headings = parts["columns"]
    fields = tuple(_field(name, _table(f"field.{name}", entry)) for name, entry in parts["field"].items())
    return Settings(
        row=_text("[row] name", row.get("name", NONE.row)),
        key=None if row.get("key") is None else _text("[row] key", row["key"]),
        lacks=_texts("[row] lacks", row.get("lacks", [])),
        columns={heading: _text(f"[columns] {heading}", column) for heading, column in headings.items()},
        outcome=_outcome(parts["outcome"]) if parts["outcome"] else None,
        fields=fields,
        common=parts["profiles"],
        profiles={name: _profile(name, entry) for name, entry in parts["profile"].items()},
        drift=parts["drift"],
    )


def _field(name: str, entry: Mapping[str, Any]) -> Field:
    where = f"[field.{name}] "
    _known(where, entry, _FIELD)
    if not (name.isidentifier() and name.islower() and len(name) <= _NAME_LENGTH):
        raise SettingsError(f"{where}is not a name; use small letters, digits and underscores")
    kind = entry.get("kind")
    if kind not in KINDS:
        raise SettingsError(f"{where}kind is {kind!r}; it is one of {', '.join(KINDS)}")
    if ("from" in entry) == ("of" in entry):
        raise SettingsError(f'{where}takes either from = "Heading of the file" or of = "another_column"')
    values = _texts(f"{where}values", entry.get("values", []))
    if (kind == "category") != bool(values):
        raise SettingsError(
            f"{where}values are what a category may be, and needed there; use a key where they are many"
        )
    if entry.get("direction", 0) not in (-1, 0, 1):
        raise SettingsError(f"{where}direction is {entry['direction']!r}; it is -1, 0 or 1")
    indicator = entry.get("indicator")
    if indicator is not None and not isinstance(indicator, int):
        raise SettingsError(f"{where}indicator is {indicator!r}; give the number of a red flag, or leave it out")
    told = {
        each: _text(f"{where}{each}", entry[each]) for each in ("meaning", "unit", "reason", "check") if each in entry
    }
    made = {each: _text(f"{where}{each}", entry[each]) for each in ("of", "per") if each in entry}
    source = _text(f"{where}from", entry["from"]) if "from" in entry else None
    return Field(
        name, kind, source, values=values, direction=entry.get("direction", 0), indicator=indicator, **made, **told
    )


def _profile(name: str, entry: object) -> Mapping[str, Any]:
    found = _table(f"profile.{name}", entry)
    if not _texts(f"[profile.{name}] columns", found.get("columns", [])):
        raise SettingsError(f'[profile.{name}] needs columns = ["one_column", "another"]')
    return found


def _outcome(entry: Mapping[str, Any]) -> Finding:
    if "finding" not in entry:
        raise SettingsError('[outcome] needs finding = "Heading of the column with what was found"')
    words = {
        str(word): _text(f"[outcome] words.{word}", finding)
        for word, finding in _table("outcome.words", entry.get("words", {})).items()
    }
    for word, finding in words.items():
        if finding not in FINDINGS:
            raise SettingsError(f"[outcome] words: {word!r} is {finding!r}; a finding is {', '.join(FINDINGS)}")
    days = entry.get("known_after_days", 0)
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        raise SettingsError(f"[outcome] known_after_days is {days!r}; give a whole number of days")
    return Finding(_text("[outcome] finding", entry["finding"]), words, days)


def _known(where: str, entries: Mapping[str, Any], known: Iterable[str]) -> None:
    names = list(known)
    for entry in entries:
        if entry not in names:
            raise SettingsError(f"{where}unknown entry {entry!r}; {instead(entry, names)}")


def _table(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError(f"[{name}] must be a table, not {value!r}")
    return value


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{where} must be a text, not {value!r}")
    return value


def _texts(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise SettingsError(f"{where} must be a list of texts, not {value!r}")
    return tuple(_text(where, each) for each in value)
