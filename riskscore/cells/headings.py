"""Recognise which canonical column each heading of a file means.

    "Gross Wt (KGS)" ─▶ words "gross wt kgs" ─▶ unit kgs off ─▶ gross_weight_kg in kilograms

The known wordings are data, in `features/reference/columns.toml`. A user's TOML file has priority over them:

    [columns]
    "Box" = "container_number"
    "Internal remark" = "ignore"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from riskscore import folders, reference, schema, toml, units
from riskscore.cells import date_formats, wordings
from riskscore.cells.wordings import words
from riskscore.errors import ReferenceDataError, SettingsError
from riskscore.settings import Settings
from riskscore.suggest import instead

IGNORE = "ignore"
"""The column to which a user's TOML maps a heading that should not be read."""

NUMBERED = frozenset(
    (
        *("seal_numbers", "transhipment_ports", "hs_codes", "marks", "goods_description"),
        *("shipper_address", "consignee_address", "notify_address"),
    )
)
"""Columns that a file may spread over several headings (seal 1, seal 2); all of them are read."""
OF_CONTAINERS = frozenset(("container_number", "container_type"))
"""Columns that a file may have once for each container of a row (container 1, container 2), with one digit."""

_MEASURED = (
    *("gross_weight_kg", "quantity_kg", "volume_m3", "declared_value", "freight_charge", "temperature_c"),
    *("bill_gross_weight_kg", "bill_volume_m3", "bill_declared_value", "verified_gross_mass_kg"),
)
_DEGREES = frozenset(("c", "f", "celsius", "fahrenheit"))
_CHAPTERS = frozenset(("hscode2", "hscode4", "hs2", "hs4"))
_LISTED_CODES = frozenset(("hscode1", "hscode3", "hs1", "hs3"))
"""Headings that show that "HS code 2" is the second code of a list. Without them it is the chapter: two digits."""
_EXPORTS = ("expdate", "exportdate", "dateofexport", "shippingbill", "sbno", "sbdate")
_LONGEST_CELL = 200
_ONE_DIGIT = re.compile(r"(?<!\d)\d\W*$")


@dataclass(frozen=True)
class Heading:
    """A heading of the file, and the canonical column and unit that were recognised (None: the heading is ignored).

    `rank` orders the headings of one column: the lowest is preferred, the others fill its gaps. It is negative for
    headings of a column map, in the order of the map.
    """

    source: str
    column: str | None = None
    unit: str | None = None
    rank: int = 0

    @property
    def is_mapped(self) -> bool:
        """Whether the column comes from a column map, not from the known wordings."""
        return self.rank < 0


@dataclass(frozen=True)
class Synonyms:
    """Known wordings: `columns` maps plain words to (canonical column, rank); `names` are all columns."""

    columns: dict[str, tuple[str, int]]
    names: tuple[str, ...]


@cache
def table() -> dict[str, Any]:
    """Read `columns.toml` once: known headings, units and words. Raises ReferenceDataError where it is malformed."""
    return toml.load(folders.reference() / "columns.toml", "the reference table", error=ReferenceDataError)


@cache
def _currencies() -> frozenset[str]:
    """Codes of currencies in lower case, without those that are also words or units."""
    return frozenset(reference.currencies()["currency"].str.to_lowercase()) - {"all", "top", "cup", "gel", "sos", "kgs"}


@cache
def manifest_synonyms() -> Synonyms:
    """Known wordings of a manifest's columns, and of helper columns (units, master bill).

    Raises ReferenceDataError where `columns.toml` does not fit the canonical columns.
    """
    lists = table()
    unknown = set(lists["columns"]) ^ set(schema.COLUMNS)
    if unknown:
        raise ReferenceDataError(
            f"columns.toml and the canonical columns differ in {', '.join(sorted(unknown))}; install riskscore again"
        )
    return _synonyms({**lists["columns"], **lists["helpers"]})


@cache
def _wordings() -> wordings.Wordings:
    """Wordings by their words, for headings that are not listed letter by letter."""
    lists = table()
    return wordings.compiled(manifest_synonyms().columns, {**lists["columns"], **lists["helpers"]})


def with_fields(synonyms: Synonyms, settings: Settings) -> Synonyms:
    """`synonyms` with a service's own fields as columns too; their headings come from the column map."""
    return Synonyms(synonyms.columns, (*synonyms.names, *(own.name for own in settings.read)))


@cache
def outcome_synonyms() -> Synonyms:
    """Known wordings of an outcomes file's columns."""
    lists = table()
    keys = {name: lists["columns"][name] for name in schema.KEY} | {
        name: lists["columns"]["house_bill"] if name == "house_bill" else lists["helpers"][name]
        for name in ("house_bill", "master_bill")
    }
    return _synonyms({**keys, **lists["outcomes"]})


def _synonyms(lists: dict[str, list[str]]) -> Synonyms:
    known: dict[str, tuple[str, int]] = {}
    for column, known_as in lists.items():
        for rank, wording in enumerate([column, *known_as]):
            plain = "".join(words(wording))
            if known.setdefault(plain, (column, rank))[0] != column:
                raise ReferenceDataError(
                    f"columns.toml lists {wording!r} under both {known[plain][0]} and {column}; remove one of them"
                )
    return Synonyms(known, tuple(lists))


def read_map(path: Path | str | toml.Text | None, synonyms: Synonyms) -> dict[str, str]:
    """Read a user's TOML file: plain words of the heading -> canonical column, empty where `path` is None.

    Raises SettingsError where the file cannot be read or names an unknown column.
    """
    if path is None:
        return {}
    mapping = (document := toml.load(path, "the column map")).get("columns", {} if "reading" in document else None)
    if not isinstance(mapping, dict) or not all(isinstance(name, str) for name in mapping.values()):
        raise SettingsError(f'{path}: add a table [columns] with lines such as "My heading" = "container_number"')
    for heading, column in mapping.items():
        if column not in (*synonyms.names, IGNORE):
            hint = instead(column, synonyms.names)
            raise SettingsError(f"{path}: heading {heading!r} is mapped to {column!r}, which is not a column; {hint}")
    return by_plain_words(mapping)


def declared_map(settings: Settings) -> dict[str, str]:
    """The column map of a service's settings: its key, its own fields and its headings, by plain words.

    Raises SettingsError where the settings name an unknown column, or a field has the name of a canonical column.
    """
    known = schema.columns(settings)
    for own in settings.fields:
        if own.name in schema.COLUMNS:
            raise SettingsError(f"[field.{own.name}] is a canonical column; map its heading in [columns] instead")
    for place, names in (("[columns]", settings.columns.values()), ("[row] lacks", settings.lacks)):
        for column in names:
            if column not in (*known, IGNORE):
                raise SettingsError(f"{place}: unknown column '{column}'; {instead(column, known)}")
    headings = dict(settings.columns) | {own.source: own.name for own in settings.read if own.source is not None}
    if settings.key is not None:
        headings[settings.key] = schema.KEY[0]
    return by_plain_words(headings)


def by_plain_words(mapping: Mapping[str, str]) -> dict[str, str]:
    """A column map with the plain words of each heading as its key, which is how headings are looked up."""
    return {"".join(words(heading)) or heading: column for heading, column in mapping.items()}


def recognise(source: str, synonyms: Synonyms, mapping: dict[str, str] | None = None, *, weak: bool = True) -> Heading:
    """Recognise the heading `source`: in the column map, among the known wordings, then by its words.

    Weak wordings mean their column only where the file has no better heading for it; `weak` says whether they count.
    """
    if mapping and (mapped := _from_map(source, mapping)):
        return mapped
    if (bare := date_formats.in_heading(source)[0]) != source:
        return replace(recognise(bare, synonyms, weak=weak), source=source)
    heading = _by_letters(source, synonyms)
    if heading.column is not None and not wordings.names_several(source):
        return heading
    found = _by_words(source, weak=weak)
    if found is None or found[0] not in synonyms.names:
        return Heading(source)
    column, rank, unit = found
    return Heading(source, column, unit, rank)


def _from_map(source: str, mapping: dict[str, str]) -> Heading | None:
    """The heading `source` as the column map has it; None where the map does not name it."""
    plain = "".join(words(source)) or source
    if plain not in mapping:
        return None
    column, rank = mapping[plain], list(mapping).index(plain) - len(mapping)
    return Heading(source, None if column == IGNORE else column, _unit_of(source, column), rank)


def _unit_of(source: str, column: str) -> str | None:
    """The unit in a heading that a column map names: its last word, or what its words say where they mean `column`."""
    unit = _unit(words(source)[-1:], column)
    if unit is None and column in _MEASURED and (found := _by_words(source, weak=True)) and found[0] == column:
        return found[2]
    return unit


def _by_letters(source: str, synonyms: Synonyms) -> Heading:
    """Recognise the heading `source` where `columns.toml` lists it letter by letter."""
    parts = words(source)
    plain = "".join(parts)
    if (column := wordings.apart().get(" ".join(parts))) in synonyms.names:
        return Heading(source, column)
    for end in range(len(parts), max(0, len(parts) - 3), -1):
        rest = parts[:end]
        number = rest[-1].isdecimal() and len(rest) > 1
        for wording in ("".join(rest), "".join(rest[:-1]) if number else ""):
            column, rank = synonyms.columns.get(wording, ("", 0))
            unit = _unit(parts[end:], column)
            full = end == len(parts)
            if not column or not (full or unit):
                continue
            if wording != "".join(rest) and (
                not (column in NUMBERED or (column in OF_CONTAINERS and len(rest[-1]) == 1))
                or plain in _wordings().never
            ):
                continue
            return Heading(source, column, unit or _unit(parts[-1:], column), rank)
    return Heading(source)


@lru_cache(maxsize=20_000)
def _by_words(source: str, *, weak: bool) -> wordings.Found | None:
    if len(source) > wordings.LONGEST or not any(c.isalpha() for c in source):
        return None
    numbered = NUMBERED | OF_CONTAINERS if _ONE_DIGIT.search(source) else NUMBERED
    return wordings.find(source, _wordings(), _unit, numbered, weak=weak)


def _unit(parts: list[str], column: str) -> str | None:
    """Read the last words of a heading as a unit; None where `column` has no such unit."""
    unit = " ".join(parts)
    known: Iterable[str] = ()
    if column in ("gross_weight_kg", "quantity_kg"):
        known = {**units.KG_PER_UNIT, **table()["units"]["weight"]}
    elif column == "volume_m3":
        known = table()["units"]["volume"]
    elif column in ("declared_value", "freight_charge"):
        known = _currencies()
    elif column == "temperature_c":
        known = _DEGREES
    return unit if unit in known else None


def counter(synonyms: Synonyms, mapping: dict[str, str], enough: int) -> Callable[[Sequence[str]], int]:
    """Return a function that counts how many of some cells are known headings.

    Once a row had `enough` headings, rows without one that is listed letter by letter are not looked at by their words:
    they are data.
    """
    best = 0

    def count(cells: Sequence[str]) -> int:
        nonlocal best
        sources = [cell for cell in cells if cell and len(cell) < _LONGEST_CELL]
        listed = {(_from_map(source, mapping) or _by_letters(source, synonyms)).column for source in sources}
        known = len(listed - {None})
        if known < enough and (known or best < enough):
            known = len({recognise(source, synonyms, mapping).column for source in sources} - {None})
        best = max(best, known)
        return known

    return count


def assign(sources: Sequence[str], synonyms: Synonyms, mapping: dict[str, str]) -> list[Heading]:
    """Recognise all headings of a file, in their order.

    Where a heading is mapped, others of the same column are ignored. Where one is recognised by a good wording, those
    with a weak one are not taken for it. Amounts in several currencies are not mixed: dollars count, else the first.
    """
    headings = [recognise(source, synonyms, mapping) for source in sources]
    headings = [
        _in_context(heading, sources) if not heading.is_mapped and "hs_codes" in synonyms.names else heading
        for heading in headings
    ]
    if "hs_codes" in synonyms.names and "hs_codes" not in {heading.column for heading in headings}:
        # The heading or the chapter of the HS, in a column of its own, is better than nothing.
        plain = {"".join(words(heading.source)): place for place, heading in enumerate(headings)}
        for place in [plain[name] for name in ("hscode4", "hs4", "hscode2", "hs2") if name in plain][:1]:
            headings[place] = Heading(headings[place].source, "hs_codes")
    mapped = {heading.column for heading in headings if heading.is_mapped}
    good = {heading.column for heading in headings if heading.rank < wordings.WEAK}
    headings = [
        recognise(heading.source, synonyms, weak=False)
        if heading.rank >= wordings.WEAK and heading.column in good
        else heading
        for heading in headings
    ]
    others = _other_currencies(headings)
    return [
        Heading(heading.source)
        if (heading.column in mapped and not heading.is_mapped) or heading in others
        else heading
        for heading in headings
    ]


def _in_context(heading: Heading, sources: Sequence[str]) -> Heading:
    """What `heading` means beside the other `sources` of its file."""
    plain = "".join(words(heading.source))
    if plain in _CHAPTERS and heading.column is None and {"".join(words(source)) for source in sources} & _LISTED_CODES:
        return Heading(heading.source, "hs_codes")
    if plain.startswith("foreignport") and heading.rank >= wordings.WEAK and any(map(_is_export, sources)):
        return Heading(heading.source, "port_of_discharge", None, heading.rank)
    return heading


def _is_export(source: str) -> bool:
    """Whether a heading is one of export declarations, where a foreign port is not the port of loading."""
    return "".join(words(source)).startswith(_EXPORTS)


def _other_currencies(headings: Sequence[Heading]) -> set[Heading]:
    """The headings of an amount in another currency than the one that is read."""
    others: set[Heading] = set()
    for column in ("declared_value", "freight_charge"):
        priced = [
            heading for heading in headings if heading.column == column and heading.unit and not heading.is_mapped
        ]
        if len({heading.unit for heading in priced}) > 1:
            chosen = "usd" if any(heading.unit == "usd" for heading in priced) else priced[0].unit
            others |= {heading for heading in priced if heading.unit != chosen}
    return others
