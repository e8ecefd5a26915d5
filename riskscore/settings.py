"""Settings: what a customs service declares about its own data, in a TOML file. Every table is optional.

    [row]           the name of a row, the heading of its key (or `numbered`), and the canonical columns that it lacks
    [columns]       heading -> canonical column, for headings that are not recognised
    [outcome]       the heading of the finding, its words, and when a finding is known: a heading, or days after filing
    [field.NAME]    a field of the service: where its values come from, and its kind (number, category or key)
    [profiles]      settings that all profiles share
    [profile.NAME]  columns, of the service or canonical, whose combination has a history
    [senders]       sender -> patterns of the names of its files, for files that arrive in an inbox
    [training]      features that may tell finds from the rest almost alone
    [drift]         thresholds of the drift report
    [storage]       options of an object store; environment.py reads them

The file is the one that `--settings` or $RISKSCORE_SETTINGS names, otherwise `riskscore.toml` in the working folder.
Manifests, ledger and catalogue explain in their own modules what they do with these tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from riskscore import toml
from riskscore.errors import SettingsError
from riskscore.suggest import instead

FILE = "riskscore.toml"
SETTINGS = "RISKSCORE_SETTINGS"
"""Environment variable with the path of the file."""

ROW_KEY = "riskscore row key"
"""Heading of the key that numbered rows get; it is read as the bill."""

KINDS = ("number", "category", "key")
"""A number and a category are features themselves. A key, such as an importer's number, only has a history."""

FINDINGS = ("clean", "irregular", "seizure")

_SECTIONS = {
    "row": ("name", "key", "numbered", "lacks"),
    "columns": (),
    "outcome": ("finding", "words", "known_at", "known_after_days"),
    "field": (),
    "profiles": ("strength", "stats", "check", "group"),
    "profile": (),
    "senders": (),
    "training": ("allow",),
    "drift": (),
    "storage": (),
}
"""Tables of the file and the entries of each; those without entries here are checked where they are used."""

_FIELD = ("from", "of", "per", "kind", "values", "meaning", "unit", "direction", "indicator", "reason", "check")
_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the service, read from the heading `source`, or made `of` another column, perhaps divided by `per`.

    `values` are those of a category, in the order of their codes. `reason` and `check` are the sentences for
    inspectors; a general sentence is used where they are empty. `direction` is as in the catalogue.
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
        """Whether it is read from the file, and not made of other columns."""
        return self.source is not None


@dataclass(frozen=True, slots=True)
class Finding:
    """How a service writes its findings: the heading, its words, and when they are known.

    `known_at` is the heading of the day when a finding became known. Where there is none, or its cell is empty, the
    finding is known `known_after_days` after filing.
    """

    source: str
    words: Mapping[str, str]
    known_after_days: int
    known_at: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The declarations of a service. `Settings()` has none and stands for ordinary container manifests.

    `row` is the name of a row. `key` is the heading that identifies a row without bill and container; where there is
    none, `numbered` rows get a key of their own (manifest/row_keys.py). `lacks` are the canonical columns that the rows
    never have. `columns` maps headings. `senders` has the patterns of the file names of each sender. `profiles` and
    `drift` are the tables as read. `allow` names features, fields and profiles that training accepts although they tell
    finds from the rest almost alone.
    """

    row: str = "consignment"
    key: str | None = None
    numbered: bool = False
    lacks: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    outcome: Finding | None = None
    fields: tuple[Field, ...] = ()
    common: Mapping[str, Any] = field(default_factory=dict)
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    drift: Mapping[str, Any] = field(default_factory=dict)
    senders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def read(self) -> tuple[Field, ...]:
        """The fields that are read from files, and so are kept with each row."""
        return tuple(each for each in self.fields if each.is_read)

    def entry(self) -> dict[str, Any]:
        """Return all declarations as a record, for another process; `of_entry` reads it."""
        return asdict(self)

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> Settings:
        """Return the declarations that `entry` returned, also after they were JSON."""
        known = dict(entry)
        known |= {name: tuple(entry[name]) for name in ("lacks", "allow")}
        known["outcome"] = None if entry["outcome"] is None else Finding(**entry["outcome"])
        known["fields"] = tuple(Field(**each | {"values": tuple(each["values"])}) for each in entry["fields"])
        known["senders"] = {name: tuple(patterns) for name, patterns in entry["senders"].items()}
        return cls(**known)

    def record(self) -> dict[str, Any]:
        """The part that a model's card keeps, which shows the declarations that it was trained with."""
        if self == NONE:
            return {}
        return {
            "row": self.row,
            "lacks": list(self.lacks),
            "fields": {each.name: each.kind for each in self.fields},
            "profiles": {name: list(entry["columns"]) for name, entry in self.profiles.items()},
        }


NONE = Settings()
"""The settings of a service that declares nothing."""


def find_settings(path: str | Path | None = None) -> Settings:
    """Read the file at `path`, otherwise the one in the variable, otherwise FILE in the working folder, or return NONE.

    Raises SettingsError if the file cannot be read, or has an entry that is not understood.
    """
    named = path or os.environ.get(SETTINGS)
    if named:
        return read_settings(Path(named))
    return read_settings(Path(FILE)) if Path(FILE).is_file() else NONE


def read_settings(path: str | Path) -> Settings:
    """Read a settings file. Raises SettingsError with the file, the entry and what to write instead."""
    table = toml.load(path, "the settings")
    try:
        return parse_settings(table)
    except SettingsError as wrong:
        raise SettingsError(f"settings {path}: {wrong}") from None


def parse_settings(table: Mapping[str, Any]) -> Settings:
    """Make Settings from a TOML table. Raises SettingsError for an unknown or malformed entry."""
    _check_names("", table, _SECTIONS)
    parts = {name: _table(name, table.get(name, {})) for name in _SECTIONS}
    for name, entries in _SECTIONS.items():
        if entries:
            _check_names(f"[{name}] ", parts[name], entries)
    row = parts["row"]
    numbered = row.get("numbered", False)
    if not isinstance(numbered, bool) or (numbered and "key" in row):
        raise SettingsError("[row] numbered must be true or false, and true only without a key; correct or remove it")
    headings = parts["columns"]
    fields = tuple(_field(name, _table(f"field.{name}", entry)) for name, entry in parts["field"].items())
    return Settings(
        row=_text("[row] name", row.get("name", NONE.row)),
        key=None if row.get("key") is None else _text("[row] key", row["key"]),
        numbered=numbered,
        lacks=_texts("[row] lacks", row.get("lacks", [])),
        columns={heading: _text(f"[columns] {heading}", column) for heading, column in headings.items()}
        | ({ROW_KEY: "bill_of_lading"} if numbered else {}),
        outcome=_outcome(parts["outcome"]) if parts["outcome"] else None,
        fields=fields,
        common=parts["profiles"],
        profiles={name: _profile(name, entry) for name, entry in parts["profile"].items()},
        allow=_texts("[training] allow", parts["training"].get("allow", [])),
        drift=parts["drift"],
        senders={
            name: _texts(f"[senders] {name}", [patterns] if isinstance(patterns, str) else patterns)
            for name, patterns in parts["senders"].items()
        },
    )


def _field(name: str, entry: Mapping[str, Any]) -> Field:
    where = f"[field.{name}] "
    _check_names(where, entry, _FIELD)
    if not (name.isidentifier() and name.islower() and len(name) <= _NAME_LENGTH):
        raise SettingsError(f"{where}is not a valid name; use at most {_NAME_LENGTH} small letters, digits and _")
    kind = entry.get("kind")
    if kind not in KINDS:
        raise SettingsError(f"{where}kind is {kind!r}; it must be one of {', '.join(KINDS)}")
    if ("from" in entry) == ("of" in entry):
        raise SettingsError(f'{where}needs either from = "Heading of the file" or of = "another_column"')
    values = _texts(f"{where}values", entry.get("values", []))
    if kind == "category" and not values:
        raise SettingsError(f"{where}a category needs its values; if there are too many to list, use kind = 'key'")
    if kind != "category" and values:
        raise SettingsError(f"{where}only a category has values; remove them, or use kind = 'category'")
    if entry.get("direction", 0) not in (-1, 0, 1):
        raise SettingsError(f"{where}direction is {entry['direction']!r}; it must be -1, 0 or 1")
    indicator = entry.get("indicator")
    if indicator is not None and not isinstance(indicator, int):
        raise SettingsError(f"{where}indicator is {indicator!r}; give the number of a red flag, or leave it out")
    parts = {
        each: _text(f"{where}{each}", entry[each])
        for each in ("of", "per", "meaning", "unit", "reason", "check")
        if each in entry
    }
    source = _text(f"{where}from", entry["from"]) if "from" in entry else None
    return Field(name, kind, source, values=values, direction=entry.get("direction", 0), indicator=indicator, **parts)


def _profile(name: str, entry: object) -> Mapping[str, Any]:
    profile = _table(f"profile.{name}", entry)
    if not _texts(f"[profile.{name}] columns", profile.get("columns", [])):
        raise SettingsError(f'[profile.{name}] needs columns = ["one_column", "another"]')
    return profile


def _outcome(entry: Mapping[str, Any]) -> Finding:
    if "finding" not in entry:
        raise SettingsError('[outcome] needs finding = "Heading of the column with the findings"')
    words = {
        str(word): _text(f"[outcome] words.{word}", finding)
        for word, finding in _table("outcome.words", entry.get("words", {})).items()
    }
    for word, finding in words.items():
        if finding not in FINDINGS:
            raise SettingsError(f"[outcome] words: {word!r} is {finding!r}; it must be one of {', '.join(FINDINGS)}")
    days = entry.get("known_after_days", 0)
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        raise SettingsError(f"[outcome] known_after_days is {days!r}; give a whole number of days")
    known_at = _text("[outcome] known_at", entry["known_at"]) if "known_at" in entry else None
    return Finding(_text("[outcome] finding", entry["finding"]), words, days, known_at)


def _check_names(where: str, entries: Mapping[str, Any], known: Iterable[str]) -> None:
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
