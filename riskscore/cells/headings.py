"""Which canonical column each heading of a file means.

    "Gross Wt (KGS)" ─▶ words "gross wt kgs" ─▶ unit kgs off ─▶ gross_weight_kg in kilograms

The synonyms are data, in `features/reference/columns.toml`. A user's own TOML goes before them:

    [columns]
    "Box" = "container_number"
    "Internal remark" = "ignore"
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from riskscore import folders, schema, toml, units
from riskscore.errors import ReferenceDataError, SettingsError
from riskscore.settings import Settings
from riskscore.suggest import instead

IGNORE = "ignore"
"""What a user's TOML maps a heading to that is not to be read."""

NUMBERED = frozenset(
    (
        *("seal_numbers", "transhipment_ports", "hs_codes", "marks", "goods_description"),
        *("shipper_address", "consignee_address", "notify_address"),
    )
)
"""Columns that a file may spread over several numbered headings; all of them are read."""

_CURRENCIES = frozenset(
    ("usd", "eur", "gbp", "cny", "jpy", "sgd", "vnd", "inr", "brl", "hkd", "aud", "cad", "chf", "zar")
)
_DEGREES = frozenset(("c", "f", "celsius", "fahrenheit"))
_USERS = -1


@dataclass(frozen=True)
class Heading:
    """A heading of the file, and the canonical column and unit that it was taken for (None: left aside).

    `rank` orders the headings of one column: the lowest is preferred, others fill its gaps.
    """

    source: str
    column: str | None = None
    unit: str | None = None
    rank: int = 0

    @property
    def users(self) -> bool:
        """Whether the user, and not the table of wordings, said what it means."""
        return self.rank == _USERS


@dataclass(frozen=True)
class Synonyms:
    """Wordings of headings: `columns` maps plain words to (canonical column, rank)."""

    columns: dict[str, tuple[str, int]]
    names: tuple[str, ...]


def words(text: str) -> list[str]:
    """Lower-case words of `text` without accents and punctuation; 'GrossWt_KG' is three words."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text[:200])
    plain = "".join(c for c in unicodedata.normalize("NFKD", apart.casefold()) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain.replace("³", "3").replace("đ", "d"))


@cache
def table() -> dict[str, Any]:
    """Read `columns.toml`. Raises ReferenceDataError when it is missing or malformed."""
    return toml.load(folders.reference() / "columns.toml", "the reference table", error=ReferenceDataError)


@cache
def manifest_synonyms() -> Synonyms:
    """Wordings of a manifest's columns and of the helpers that tell how to read them."""
    lists = table()
    unknown = set(lists["columns"]) ^ set(schema.COLUMNS)
    if unknown:
        raise ReferenceDataError(f"columns.toml and the canonical columns differ in {', '.join(sorted(unknown))}")
    return _synonyms({**lists["columns"], **lists["helpers"]})


def with_fields(synonyms: Synonyms, settings: Settings) -> Synonyms:
    """`synonyms` that know the own fields of a service besides, by their headings alone."""
    return Synonyms(synonyms.columns, (*synonyms.names, *(one.name for one in settings.read)))


@cache
def outcome_synonyms() -> Synonyms:
    """Wordings of an outcomes file's columns."""
    lists = table()
    keys = {name: lists["columns"][name] for name in schema.KEY} | {
        name: lists["columns"]["house_bill"] if name == "house_bill" else lists["helpers"][name]
        for name in ("house_bill", "master_bill")
    }
    return _synonyms({**keys, **lists["outcomes"]})


def _synonyms(lists: dict[str, list[str]]) -> Synonyms:
    found: dict[str, tuple[str, int]] = {}
    for column, wordings in lists.items():
        for rank, wording in enumerate([column, *wordings]):
            plain = "".join(words(wording))
            if found.setdefault(plain, (column, rank))[0] != column:
                raise ReferenceDataError(f"columns.toml gives {wording!r} to both {found[plain][0]} and {column}")
    return Synonyms(found, tuple(lists))


def read_map(path: Path | str | None, synonyms: Synonyms) -> dict[str, str]:
    """Read a user's TOML: heading -> canonical column. Raises SettingsError naming what is unknown."""
    if path is None:
        return {}
    mapping = toml.load(path, "the column map").get("columns")
    if not isinstance(mapping, dict) or not all(isinstance(name, str) for name in mapping.values()):
        raise SettingsError(f'{path}: expected a table [columns] with lines like "My heading" = "container_number"')
    for heading, column in mapping.items():
        if column not in (*synonyms.names, IGNORE):
            hint = instead(column, synonyms.names)
            raise SettingsError(f"{path}: '{heading}' is mapped to the unknown column '{column}'; {hint}")
    return plainly(mapping)


def declared(settings: Settings) -> dict[str, str]:
    """The column map that a service's settings make: its key, its own fields and its headings.

    Raises SettingsError where they name a column that is not known, or a field as a canonical column is called.
    """
    known = schema.columns(settings)
    for one in settings.fields:
        if one.name in schema.COLUMNS:
            raise SettingsError(f"[field.{one.name}] is a canonical column; map its heading in [columns] instead")
    for place, names in (("[columns]", settings.columns.values()), ("[row] lacks", settings.lacks)):
        for column in names:
            if column not in (*known, IGNORE):
                raise SettingsError(f"{place}: unknown column '{column}'; {instead(column, known)}")
    headings = dict(settings.columns) | {one.source: one.name for one in settings.read if one.source is not None}
    if settings.key is not None:
        headings[settings.key] = schema.KEY[0]
    return plainly(headings)


def plainly(mapping: Mapping[str, str]) -> dict[str, str]:
    """A column map by plain words, as headings are looked up in it."""
    return {"".join(words(heading)) or heading: column for heading, column in mapping.items()}


def recognise(source: str, synonyms: Synonyms, mapping: dict[str, str] | None = None) -> Heading:
    """Tell what `source` means; `column` is None where nothing is known of it."""
    parts = words(source)
    plain = "".join(parts)
    if mapping and (column := mapping.get(plain or source)):
        unit = _unit(parts[-1:], column)
        return Heading(source, None if column == IGNORE else column, unit, _USERS)
    for end in range(len(parts), max(0, len(parts) - 3), -1):
        rest = parts[:end]
        number = rest[-1].isdecimal() and len(rest) > 1
        for wording in ("".join(rest), "".join(rest[:-1]) if number else ""):
            column, rank = synonyms.columns.get(wording, ("", 0))
            unit = _unit(parts[end:], column)
            full = end == len(parts)
            if not column or not (full or unit) or (wording != "".join(rest) and column not in NUMBERED):
                continue
            return Heading(source, column, unit or _unit(parts[-1:], column), rank)
    return Heading(source)


def _unit(parts: list[str], column: str) -> str | None:
    """Read trailing words of a heading as a unit that makes sense for `column`."""
    unit = " ".join(parts)
    known: Iterable[str] = ()
    if column in ("gross_weight_kg", "quantity_kg"):
        known = {**units.KG_PER_UNIT, **table()["units"]["weight"]}
    elif column == "volume_m3":
        known = table()["units"]["volume"]
    elif column in ("declared_value", "freight_charge"):
        known = _CURRENCIES
    elif column == "temperature_c":
        known = _DEGREES
    return unit if unit in known else None


def assign(sources: Sequence[str], synonyms: Synonyms, mapping: dict[str, str]) -> list[Heading]:
    """Recognise all headings of a file; those that the user mapped push others off the same column."""
    found = [recognise(source, synonyms, mapping) for source in sources]
    users = {heading.column for heading in found if heading.rank == _USERS}
    return [
        Heading(heading.source) if heading.column in users and heading.rank != _USERS else heading for heading in found
    ]


def nearest(column: str, headings: Sequence[Heading], synonyms: Synonyms) -> str | None:
    """The left-over heading whose wording comes closest to a synonym of `column`, if any comes close."""
    wordings = [wording for wording, (name, _) in synonyms.columns.items() if name == column]
    scored = [
        (difflib.SequenceMatcher(None, "".join(words(heading.source)), near[0]).ratio(), heading.source)
        for heading in headings[:500]
        if heading.column is None
        and (near := difflib.get_close_matches("".join(words(heading.source)), wordings, 1, 0.7))
    ]
    return max(scored)[1] if scored else None
