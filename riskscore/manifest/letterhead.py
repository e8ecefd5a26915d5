"""Read what stands above the headings of a table and holds for all of its rows.

    Vessel: OMEGA STAR   Voyage: 12W      a cell or line with several names and values
    POL:   SHANGHAI      POD:   SANTOS    a name and its value in cells side by side
    B/L No · Container No · ...           the headings

Only columns that the table does not have are filled, and only those that describe a voyage, a bill or its parties. A
figure above a table may be a total, so none is read: "Containers: 120" names no container. Neither is what stands for
any value, such as ALL in a report's filter, or refers to another place. Where two values are given for one column, none
is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from riskscore.cells import nothing
from riskscore.cells.headings import Synonyms, recognise
from riskscore.manifest.formats.table import MAX_HEADINGS, Table

COLUMNS = frozenset(
    (
        *("bill_of_lading", "house_bill", "master_bill", "container_number", "filed_at", "vessel_name", "vessel_imo"),
        *("voyage", "loaded_at", "arrives_at", "port_of_loading", "port_of_discharge", "place_of_receipt"),
        *("place_of_delivery", "shipper_name", "consignee_name", "notify_name", "forwarder_name", "origin_country"),
        *("destination_country", "currency"),
    )
)
"""Columns that may be read from above the headings."""

_COLON = re.compile(r"(?<!\d)\s*[:\uff1a](?!//)\s*|\s*[:\uff1a](?=\s)\s*")
_APART = re.compile(r"\s{2,}|[|;\t]")
_PAGE = re.compile(r"\s*[,(-]?\s*\bpage\s*(?:no\.?\s*)?\d+(?:\s*(?:of|/)\s*\d+)?\)?$", re.IGNORECASE)
_NO_VALUE = re.compile(
    r"(?:all|any|each|every|various|several|multiple|sundry)(?: (?:ports?|vessels?|voyages?|parties|countries|lines))?"
    r"|(?:as per|as|per|see|refer to|vide)\b.*\b(?:lists?|attached|attachment|annex|below|above|manifest|rider|b/?l)",
    re.IGNORECASE,
)
_BILLS = ("bill_of_lading", "house_bill", "master_bill")
_COUNT = re.compile(r"[\d., ]{1,5}\D*")
_BOX = re.compile(r"[A-Z]{4}[ -]?\d{3}", re.IGNORECASE)
_WORDS = 5
_LONGEST = 120


def filled(tables: Sequence[Table], synonyms: Synonyms, mapping: dict[str, str]) -> list[Table]:
    """`tables` with a column for each value above their headings, and a note that says so."""
    return [_filled(table, synonyms, mapping) if table.above and table.frame.height else table for table in tables]


def _filled(table: Table, synonyms: Synonyms, mapping: dict[str, str]) -> Table:
    known = {recognise(source, synonyms, mapping).column for source in table.frame.columns}
    found: dict[str, dict[str, str]] = {}

    def is_name(text: str) -> bool:
        return recognise(text, synonyms, mapping).column is not None

    for name, given_value in _pairs(table.above, is_name):
        column, value = recognise(name, synonyms, mapping).column, _PAGE.sub("", given_value)
        if column is not None and column in COLUMNS - known and _is_value(column, value, is_name):
            found.setdefault(column, {}).setdefault(value, name)
    given = {column: next(iter(values.items())) for column, values in found.items() if len(values) == 1}
    given = {column: pair for column, pair in given.items() if pair[1] not in table.frame.columns}
    if not given or table.frame.width + len(given) > MAX_HEADINGS:
        return table
    constant = [pl.lit(value, pl.String).alias(name) for value, name in given.values()]
    told = ", ".join(f"{column} {value[:40]!r}" for column, (value, _) in given.items())
    note = f"read from above the headings, for all rows: {told}"
    return replace(table, frame=table.frame.with_columns(constant), notes=(*table.notes, note))


def _is_value(column: str, value: str, is_name: Callable[[str], bool]) -> bool:
    """Whether `value` is one of the `column`, and no count, no heading, and no word for any value or for none."""
    if is_name(value) or _NO_VALUE.fullmatch(value) or pl.Series([value]).str.contains(nothing.pattern(column)).all():
        return False
    if column == "container_number":
        return _BOX.search(value) is not None
    return column not in _BILLS or not _COUNT.fullmatch(value)


def _pairs(lines: Sequence[Sequence[str]], is_name: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """The names and values in `lines` of cells."""
    for cells in lines:
        texts = [text for cell in cells if (text := cell.replace("\n", "  ").strip()) and len(text) <= _LONGEST]
        for place, text in enumerate(texts):
            parts = _COLON.split(text)
            names = [_name(part, is_name) for part in parts[:-1]]
            for number, name in enumerate(names):
                value = parts[number + 1]
                if number + 1 < len(names):
                    value = _without_name(value, names[number + 1])
                if name and value.strip():
                    yield name, value.strip()
            beside = texts[place + 1] if place + 1 < len(texts) else ""
            if not beside or ":" in beside or is_name(beside):
                continue
            if len(parts) > 1 and not parts[-1].strip() and names[-1]:
                yield names[-1], beside
            elif len(parts) == 1 and len(texts) == 2 and is_name(text):
                yield text, beside


def _name(part: str, is_name: Callable[[str], bool]) -> str:
    """The last words of `part` that are the name of a column, as many as are; none is an empty text."""
    words = _APART.split(part)[-1].split()
    starts = range(max(0, len(words) - _WORDS), len(words))
    return next((name for start in starts if is_name(name := " ".join(words[start:]))), "")


def _without_name(value: str, name: str) -> str:
    """`value` without the `name` of the next value behind it; empty where it is not clear where that begins."""
    pieces = _APART.split(value.strip())
    if len(pieces) > 1:
        return pieces[0]
    return value.strip()[: -len(name)].strip() if name and value.strip().endswith(name) else ""
