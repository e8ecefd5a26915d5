"""Propose settings for a file with a service's own headings, as TOML to review, correct and keep.

    known headings that are not canonical  ─▶ [columns]
    required columns without a heading     ─▶ [row] lacks; a heading whose values all differ ─▶ [row] key
    unknown headings                       ─▶ [field.NAME]: number, category or key, depending on the values
    a heading about findings               ─▶ [outcome], and never a field: a model must not see the answer
    hs6 and origin with categories         ─▶ [profile.NAME]

The kind of a field depends on its values, so the file should be typical.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.cells import headings as columns
from riskscore.cells import numbers, texts
from riskscore.cells.headings import NUMBERED, Heading
from riskscore.cells.moments import dates
from riskscore.cells.wordings import words
from riskscore.manifest import lines
from riskscore.manifest.formats.table import Table
from riskscore.settings import FILE

MOST_VALUES = 30
"""Largest number of different values in a category; a field with more is a key."""

NUMBERS = 0.99
"""Least share of a field's values that are numbers, for the field to be a number."""

SELDOM = 50
"""Least number of rows per value, on average, for a field to be part of a profile."""

_ANSWERS = frozenset(
    ("fraud", "finding", "findings", "seized", "seizure", "outcome", "result", "illicit", "hit", "label", "inspection")
)
"""Words in headings of columns that contain findings."""

_WORDS = {
    "clean": ("0", "n", "no", "false", "clean", "negative", "ok", "none", "conform"),
    "seizure": ("1", "y", "yes", "true", "seizure", "seized", "fraud", "positive", "hit"),
    "irregular": ("irregular", "discrepancy"),
}


def propose(path: Path) -> str:
    """Return settings for the file at `path`, as TOML. Raises ManifestError where it cannot be read at all."""
    kind = lines.manifest()
    table = lines.open_tables(path, {}, kind)[0]
    headings = _guessed(table, columns.assign(table.frame.columns, kind.synonyms, {}))
    known = {heading.column for heading in headings if heading.column is not None}
    missing = [name for name in schema.REQUIRED if name not in known and name not in _replaced(kind, known)]
    unknown = [heading for heading in headings if heading.column is None]
    answers = [heading for heading in unknown if _ANSWERS & set(words(heading.source))]
    key = _key(table, unknown) if "bill_of_lading" in missing else None
    fields = [heading for heading in unknown if heading not in answers and heading.source != key]
    named = _names(fields)
    values = {name: texts.as_text(table.frame[source]) for name, source in named.items()}
    kinds = {name: _field(column) for name, column in values.items()}
    often = [
        name
        for name, column in values.items()
        if kinds[name][0] != "number" and column.n_unique() * SELDOM <= column.len()
    ]
    return "\n".join(
        [
            f"# Proposed from {_plain(path.name)}: review it, correct it, and save it as {FILE}.",
            *_row(key, missing, known),
            *_columns(headings),
            *_outcome(table, answers),
            *(line for name, source in named.items() for line in _declared(name, source, kinds[name])),
            *_profiles(known, often),
            "",
        ]
    )


def _guessed(table: Table, headings: Sequence[Heading]) -> list[Heading]:
    """One heading per column, the preferred one. Without any date, the first column of dates is the filing date."""
    best: dict[str, Heading] = {}
    for heading in sorted(headings, key=lambda heading: heading.rank):
        if heading.column is not None:
            best.setdefault(heading.column, heading)
    preferred = [
        heading if heading.column in NUMBERED or best.get(heading.column or "") == heading else Heading(heading.source)
        for heading in headings
    ]
    if not {"filed_at", "loaded_at", "arrives_at"} & set(best):
        for place, heading in enumerate(preferred):
            values = texts.as_text(table.frame[heading.source]).drop_nulls()
            if (
                heading.column is None
                and values.len()
                and dates.parse(values)["moment"].count() >= NUMBERS * values.len()
            ):
                preferred[place] = Heading(heading.source, "filed_at")
                break
    return preferred


def _replaced(kind: lines.Kind, known: Iterable[str]) -> set[str]:
    return {name for name, others in kind.stands_in.items() if set(others) & set(known)}


def _key(table: Table, unknown: Sequence[Heading]) -> str | None:
    """The first unknown heading with a different value in every row."""
    for heading in unknown:
        values = texts.as_text(table.frame[heading.source])
        if values.len() > 1 and values.null_count() == 0 and values.n_unique() == values.len():
            return heading.source
    return None


def _names(fields: Sequence[Heading]) -> dict[str, str]:
    """Name of a field -> its heading. Names are lower-case letters, digits and underscores, and unique."""
    named: dict[str, str] = {}
    for place, heading in enumerate(fields, 1):
        ascii_words = [word for word in words(heading.source) if word.isascii()]
        stem = re.sub(r"^(?=\d)", "field_", "_".join(ascii_words)[:50]) or f"field_{place}"
        name = stem if stem not in named and stem not in schema.COLUMNS else f"{stem}_{place}"
        named[name] = heading.source
    return named


def _field(values: pl.Series) -> tuple[str, list[str]]:
    """The kind of a field, and its values where it is a category."""
    known = values.drop_nulls()
    distinct = known.unique().sort()
    numeric = numbers.parse(distinct).filter(pl.col("before").is_null())["number"]  # "A12" is a code
    if distinct.len() and numeric.count() >= NUMBERS * distinct.len():
        return "number", []
    if 0 < distinct.len() <= MOST_VALUES:
        return "category", distinct.to_list()
    return "key", []


def _row(key: str | None, missing: Sequence[str], known: set[str]) -> list[str]:
    if not missing:
        return []
    needed = {"filed_at", *([schema.KEY[0]] if key else [])}
    lacks = [name for name in schema.COLUMNS if name not in known and name not in needed]
    entries = ["", "[row]", 'name = "row" # the name of one row: declaration, shipment ...']
    entries += [f"key = {_text(key)}"] if key else []
    return [*entries, f"lacks = {_list(lacks)}"]


def _columns(headings: Sequence[Heading]) -> list[str]:
    """One line per recognised heading, with the column that it was read as."""
    entries = [
        f"{_text(heading.source)} = {_text(heading.column)}"
        for heading in headings
        if heading.column and heading.column != heading.source
    ]
    return ["", "[columns] # how the headings were understood; correct what is wrong", *entries] if entries else []


def _outcome(table: Table, answers: Sequence[Heading]) -> list[str]:
    if not answers:
        return []
    words = []
    for value in texts.as_text(table.frame[answers[0].source]).unique().drop_nulls().sort().head(MOST_VALUES):
        finding = next((name for name, known in _WORDS.items() if value.strip().lower() in known), "irregular")
        words.append(f"{_text(value)} = {_text(finding)}")
    others = ", ".join(_plain(heading.source) for heading in answers[1:])
    comment = [f"# not made a field either, because it seems to contain findings: {others}"] if others else []
    return [
        "", *comment, "[outcome] # findings of inspections, where the same file contains them",
        f"finding = {_text(answers[0].source)}", f"words = {{ {', '.join(words)} }}",
        "known_after_days = 1",
    ]  # fmt: skip


def _declared(name: str, source: str, field: tuple[str, list[str]]) -> list[str]:
    kind, values = field
    listed = [f"values = {_list(values)}"] if values else []
    return ["", f"[field.{name}]", f"from = {_text(source)}", f'kind = "{kind}"', *listed]


def _profiles(known: set[str], often: Sequence[str]) -> list[str]:
    """Goods and origin, alone and with each field of `often`: a seizure usually repeats these."""
    base = [name for name, column in (("hs6", "hs_codes"), ("origin", "origin_country")) if column in known]
    tuples = [(name,) for name in base] + ([tuple(base)] if len(base) > 1 else [])
    tuples += [(base[0], name) for name in often] if base else [(name,) for name in often]
    if not tuples:
        return []
    made = [line for names in tuples for line in ("", f"[profile.{'_and_'.join(names)}]", f"columns = {_list(names)}")]
    return ["", "[profiles]", "strength = 10", 'stats = ["before", "seizure_rate"]', *made]


def _text(value: str) -> str:
    """A TOML string; the escapes of JSON are valid in TOML."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
