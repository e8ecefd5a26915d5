"""Set fields of one consignment by hand, as if the manifest had said so.

    "gross_weight_kg" = "18 t" ─▶ the reader of that column ─▶ 18000.0 ─▶ the rules of a goods line ─▶ the changed row

Values are read like cells of a manifest under the heading that names the field. An empty text empties the field.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from riskscore import schema
from riskscore.cells import headings as columns
from riskscore.cells.headings import Heading
from riskscore.cells.values import COUNTS, NUMBERS, VOCABULARIES, Converter
from riskscore.errors import SettingsError
from riskscore.manifest import validate
from riskscore.settings import NONE, Settings
from riskscore.suggest import instead


def set_fields(row: pl.DataFrame, values: Mapping[str, str], settings: Settings = NONE) -> pl.DataFrame:
    """Return `row` (one consignment, columns schema.columns) with other values in some fields.

    `values` maps a canonical column, a field of the service, or a heading that a manifest might have ("Gross Wt (lbs)")
    to a text. Raises SettingsError where a field is unknown or is part of the consignment's key, or where a value
    cannot be read or breaks a rule.
    """
    headings: dict[str, Heading] = {}
    for name in values:
        heading = _heading(name, settings)
        column = heading.column or ""
        if column in headings:
            raise SettingsError(f"{column} is set twice, as {headings[column].source!r} and {name!r}; set it once")
        headings[column] = heading
    changed = row.with_columns(
        pl.lit(_read(heading, values[heading.source], settings)).cast(row.schema[column]).alias(column)
        for column, heading in headings.items()
    )
    lacking = [pl.lit(schema.NOTHING).alias(name) for name in schema.REQUIRED if name in settings.lacks]
    for _, rule, column, _ in validate.faults(
        changed.with_columns(pl.lit(0, pl.Int64).alias("row"), *lacking), validate.Line
    ).iter_rows():
        if column in headings:
            raise _refused(column, values[headings[column].source], rule.replace("_", " "))
    return changed


def _heading(name: str, settings: Settings) -> Heading:
    """The field that `name` means. Raises SettingsError where there is none that can be set."""
    known = [column for column in schema.columns(settings) if column not in settings.lacks]
    plain = name.strip()
    synonyms = columns.manifest_synonyms()
    heading = (
        Heading(name, plain) if plain in known else columns.recognise(name, synonyms, columns.declared_map(settings))
    )
    if heading.column in schema.KEY:
        raise SettingsError(f"{heading.column} cannot be set: it identifies the consignment")
    if heading.column not in known:
        fields = [column for column in known if column not in schema.KEY]
        raise SettingsError(f"there is no field {name!r} to set; {instead(plain.lower(), fields, most=3)}")
    return heading


def _read(heading: Heading, text: str, settings: Settings) -> pl.Series:
    """The value of one cell. Raises SettingsError where it cannot be read."""
    column = heading.column or ""
    if not text.strip():
        return pl.Series(column, [None], dtype=schema.columns(settings)[column])
    converter = Converter(pl.DataFrame({heading.source: [text]}), [heading], types=schema.columns(settings))
    value = converter.read(column)
    for fault in converter.faults:
        raise _refused(column, text, fault["rule"][0].replace("_", " "))
    if value.is_null().item():
        words = columns.table()["values"].get(column, ()) if column in VOCABULARIES else ()
        unread = "not a number" if column in (*NUMBERS, *COUNTS) else "nothing in it could be read"
        raise _refused(column, text, f"use one of {', '.join(words)}" if words else unread)
    return value


def _refused(column: str, text: str, why: str) -> SettingsError:
    empty = "" if column in schema.REQUIRED else f" ({column}= leaves it empty)"
    return SettingsError(f"cannot set {column} to {text!r}: {why}{empty}")
