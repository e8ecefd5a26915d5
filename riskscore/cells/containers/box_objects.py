"""Read lists of objects in a cell: containers with what is stated for each of them.

    [{"CONTAINERNO": "MSKU1234565", "GROSSWEIGHT": "17200", "SEALNO": "A1"}]

The keys are read as headings. A figure that stands with a container is its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl

from riskscore.cells import headings as columns
from riskscore.cells.containers.box_words import PLAIN
from riskscore.cells.headings import Heading

PATTERN = r"(?s)^[\s\"]*\[?\s*\{.*\}\s*\]?[\s\"]*$"
"""Texts that may be a list of objects."""
MOST_KEYS = 100
MOST_TABLES = 50
TEXT = "_text"
_WITHIN = {
    **dict.fromkeys(("number", "no", "id", "nr", "containerid", "equipmentid", "box", "unit"), "container_number"),
    **dict.fromkeys(("type", "isotype", "isocode", "size", "sizetype", "kind"), "container_type"),
    **dict.fromkeys(("weight", "gross", "kg", "kgs"), "gross_weight_kg"),
    **dict.fromkeys(("packages", "pkgs", "quantity", "count"), "package_count"),
}
"""Keys that are clear within an object for a container."""
_MOST_LEVELS = 3

_loads: Callable[[str], Any] = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str).decode


def headings(table: pl.DataFrame) -> list[Heading]:
    """What the keys of a `table` of containers mean. Without a better key, that with the numbers is the container."""
    synonyms = columns.manifest_synonyms()
    known = {heading.column for heading in columns.assign(table.columns, synonyms, {})}
    mapping = {key: column for key, column in _WITHIN.items() if column not in known}
    found = columns.assign(table.columns, synonyms, mapping)
    if any(heading.column == "container_number" for heading in found):
        return found
    boxes = {name for name in table.columns if table[name].str.contains(PLAIN).all() and table[name].count()}
    return [replace(heading, column="container_number") if heading.source in boxes else heading for heading in found]


def tables(distinct: pl.Series) -> list[pl.DataFrame]:
    """Tables of the objects in the texts `distinct`, one for each set of keys: TEXT and a column of texts for each key.

    Texts that are no lists of objects are in no table, nor are those of more than MOST_TABLES sets of keys.
    """
    rows: dict[tuple[str, ...], list[dict[str, str | None]]] = {}
    for text in distinct:
        for entry in _objects(_parsed(text), _MOST_LEVELS):
            flat = _flat(entry)
            if 0 < len(flat) <= MOST_KEYS and TEXT not in flat:
                rows.setdefault(tuple(sorted(flat)), []).append({TEXT: text, **flat})
    return [
        pl.DataFrame(found, schema=dict.fromkeys(found[0], pl.String), orient="row")
        for found in list(rows.values())[:MOST_TABLES]
    ]


def _parsed(text: str) -> Any:
    """The JSON in `text`; None where it is none. Some software writes apostrophes for quotation marks."""
    stripped = text.strip().strip('"')
    for candidate in (stripped, stripped.replace('""', '"'), stripped.replace("'", '"').replace(": None", ": null")):
        try:
            return _loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(content: Any, levels: int) -> list[dict[str, Any]]:
    """The objects of the outermost list of objects in `content`, or `content` itself where it is one object."""
    if isinstance(content, list):
        return [entry for entry in content if isinstance(entry, dict)]
    if not isinstance(content, dict) or not levels:
        return []
    inner = [
        found for value in content.values() if isinstance(value, (list, dict)) if (found := _objects(value, levels - 1))
    ]
    return inner[0] if len(inner) == 1 and len(content) == 1 else [content]


def _flat(entry: dict[str, Any]) -> dict[str, str | None]:
    """`entry` with texts only: the keys of inner objects follow those of the outer ones, lists are joined."""
    flat: dict[str, str | None] = {}
    for key, value in entry.items():
        if isinstance(value, dict):
            flat |= {f"{key} {inner}": text for inner, text in _flat(value).items() if not isinstance(text, dict)}
        elif isinstance(value, list):
            flat[key] = "|".join(str(part) for part in value if isinstance(part, str)) or None
        else:
            flat[key] = value if value is None or isinstance(value, str) else str(value)
    return flat
