"""One file read as far as a file alone can be: canonical goods lines, what was refused, and how it was understood.

path ─▶ members ─▶ table ─▶ headings ─▶ values ─▶ rules ─▶ lines + quarantine
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.cells import headings as columns
from riskscore.cells.headings import Heading
from riskscore.cells.values import FAULTS, Converter, currency_of
from riskscore.errors import ManifestError
from riskscore.manifest import archives, gather, quarantine, validate
from riskscore.manifest.formats import registry
from riskscore.manifest.formats.table import Table
from riskscore.settings import NONE, Settings


@dataclass(frozen=True)
class Kind:
    """What sort of file is read: its headings, columns and types, required ones, and what stands in for these.

    `stands_in` gives, in order of preference, the columns that are read where there is no heading of the required
    one; those of `fills` are also read where it is blank. What the service `lacks` is not looked for.
    """

    synonyms: columns.Synonyms
    columns: Mapping[str, pl.DataType | type[pl.DataType]]
    required: tuple[str, ...]
    stands_in: Mapping[str, tuple[str, ...]]
    fills: tuple[str, ...] = ("bill_of_lading",)
    lacks: tuple[str, ...] = ()


def manifest(settings: Settings = NONE) -> Kind:
    """The kind of file that holds goods lines, of a service that may have own fields and lack canonical columns."""
    return Kind(
        columns.with_fields(columns.manifest_synonyms(), settings),
        schema.columns(settings),
        tuple(name for name in schema.REQUIRED if name not in settings.lacks),
        {"bill_of_lading": ("house_bill", "master_bill"), "filed_at": ("loaded_at", "arrives_at")},
        lacks=settings.lacks,
    )


_SHOWN = 30


@dataclass(frozen=True)
class Understood:
    """How a file was read: format, encoding, delimiter and sheet (None where there is none), and its headings.

    `missing` names required columns that no heading was found for; `notes` say in plain words what was decided.
    """

    file: str
    format: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    headings: tuple[Heading, ...]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filed:
    """Valid goods lines of one file (canonical columns, `_file`, `_order`, `row`), and what did not become one."""

    lines: pl.DataFrame
    quarantine: pl.DataFrame
    rows_in: int
    understood: Understood


def open_tables(path: Path, mapping: dict[str, str], kind: Kind) -> list[Table]:
    """Tables of all members of `path`. Raises ManifestError where it cannot be read or its members differ in format."""

    def known(cells: Sequence[str]) -> int:
        found = {columns.recognise(cell, kind.synonyms, mapping).column for cell in cells if cell and len(cell) < 200}
        return len(found - {None})

    tables = [table for member in archives.open_file(path) for table in registry.load(member, known)]
    formats = sorted({table.format for table in tables})
    if len(formats) > 1:
        raise ManifestError(
            f"{path} holds files of different formats ({', '.join(formats)}); keep one format an archive"
        )
    return tables


def read(path: Path, mapping: dict[str, str], kind: Kind) -> Filed:
    """Read the file at `path`; `mapping` is a user's, from columns.read_map.

    Raises ManifestError where the file cannot be read at all or lacks a required column.
    """
    tables = open_tables(path, mapping, kind)
    return join([_read_table(table, mapping, kind) for table in tables], str(path))


def understand(path: Path, mapping: dict[str, str], kind: Kind) -> Understood:
    """Say how `path` would be read; a missing required column is told, not raised."""
    tables = open_tables(path, mapping, kind)
    found = [look(table, mapping, kind) for table in tables]
    if any(one.missing for one in found):
        return _joined(found, str(path))
    return join([_read_table(table, mapping, kind) for table in tables], str(path)).understood


def join(filed: Sequence[Filed], name: str) -> Filed:
    """Put the members of one file, or several files, together; `_file` and `_order` tell them apart."""
    lines: list[pl.DataFrame] = []
    start = 0
    for place, one in enumerate(filed):
        lines.append(
            one.lines.with_columns(
                pl.lit(place, pl.Int64).alias(gather.FILE), (pl.col(gather.ORDER) + start).alias(gather.ORDER)
            )
        )
        start += one.rows_in + 1
    return Filed(
        pl.concat(lines),
        pl.concat([one.quarantine for one in filed]),
        sum(one.rows_in for one in filed),
        _joined([one.understood for one in filed], name),
    )


def _joined(parts: Sequence[Understood], name: str) -> Understood:
    headings = dict.fromkeys(heading for part in parts for heading in part.headings)
    single = len(parts) == 1
    notes = [note if single else f"{part.file}: {note}" for part in parts for note in part.notes]
    missing = dict.fromkeys(column for part in parts for column in part.missing)
    return replace(
        parts[0],
        file=name,
        sheet=", ".join(dict.fromkeys(part.sheet for part in parts if part.sheet)) or None,
        headings=tuple(headings),
        missing=tuple(missing),
        notes=tuple(dict.fromkeys(notes)),
    )


def look(table: Table, mapping: dict[str, str], kind: Kind) -> Understood:
    """Recognise the headings of `table`, and find the required columns that are missing."""
    headings = [
        Heading(heading.source) if heading.column in kind.lacks else heading
        for heading in columns.assign(table.frame.columns, kind.synonyms, mapping)
    ]
    found = {heading.column for heading in headings}
    missing = [name for name in kind.required if not found & {name, *kind.stands_in.get(name, ())}]
    there = {"".join(columns.words(source)) or source for source in table.frame.columns}
    idle = [heading for heading in mapping if heading not in there]
    notes = (f"the column map names headings that are not there: {', '.join(idle)}",) if idle else ()
    return Understood(
        table.name,
        table.format,
        table.encoding,
        table.delimiter,
        table.sheet,
        tuple(headings),
        tuple(missing) if table.frame.width else (),
        (*table.notes, *notes),
    )


def _read_table(table: Table, mapping: dict[str, str], kind: Kind) -> Filed:
    understood = look(table, mapping, kind)
    require(understood, kind)
    converter = Converter(table.frame, understood.headings, own=kind.columns)
    lines, notes = canonical(converter, kind)
    weights = lines.select(pl.col("goods_items").list.len().fill_null(0).cast(pl.Int64).clip(1)).to_series()
    lines = lines.with_columns(
        pl.int_range(pl.len(), dtype=pl.Int64).alias(gather.ROW),
        weights.cum_sum().alias(gather.ORDER),
        pl.lit(0, pl.Int64).alias(gather.FILE),
    )
    faults = [*converter.faults]
    kept = _without(lines, faults)
    faults.append(_copies(table, kept))
    kept, contradictions = gather.complete(_without(kept, faults[-1:]))
    faults.append(validate.faults(_as_described(kept, kind.lacks), validate.Line))
    kept = _without(kept, faults[-1:])
    return Filed(
        kept.drop("described"),
        quarantine.build(table, pl.concat([pl.DataFrame(schema=FAULTS), *faults]), weights),
        int(weights.sum()) + table.broken.height,
        replace(understood, notes=(*understood.notes, *converter.notes, *notes, *contradictions)),
    )


def require(understood: Understood, kind: Kind) -> None:
    """Raise ManifestError for missing required columns, with what was found and what comes close."""
    names = understood.missing
    if not names:
        return
    near = {name: columns.nearest(name, understood.headings, kind.synonyms) for name in names}
    hints = [f"'{heading}' for {name}" for name, heading in near.items() if heading]
    shown = ", ".join(heading.source[:60] for heading in understood.headings[:_SHOWN])
    more = len(understood.headings) - _SHOWN
    found = shown + (f" and {more:,} more" if more > 0 else "")
    text = (
        f"{understood.file}: no heading was recognised as {', '.join(names)}; found: {found}"
        + (f"; did you mean {', '.join(hints)}?" if hints else "")
        + " (a column map, --columns MAP.toml, can name them)"
    )
    raise ManifestError("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


def canonical(converter: Converter, kind: Kind) -> tuple[pl.DataFrame, list[str]]:
    """All canonical columns, null where the file has none, and notes on what stands in for what."""
    notes: list[str] = []
    height = converter.frame.height
    found = {
        name: converter.read(name)
        if converter.has(name)
        else pl.Series(name, [None], dtype=dtype).new_from_index(0, height)
        for name, dtype in kind.columns.items()
    }
    for name, others in kind.stands_in.items():
        if converter.has(name) and name not in kind.fills:
            continue
        present = [other for other in others if converter.has(other)]
        for other in present:
            values = found[other] if other in found else converter.read(other)
            found[name] = found[name].zip_with(found[name].is_not_null(), values)
        if present and not converter.has(name):
            notes.append(f"no heading for {name}: taken from {', else '.join(present)}")
    if "currency" in found and not converter.has("currency") and (currency := currency_of(converter.headings)):
        named = pl.Series("currency", [currency]).new_from_index(0, height)
        found["currency"] = named.zip_with(found["declared_value"].is_not_null(), found["currency"])
    if "package_type" in found and not converter.has("package_type") and converter.packages is not None:
        found["package_type"] = converter.packages
    frame = pl.DataFrame([values.alias(name) for name, values in found.items()])
    frame = frame.with_columns(pl.lit(schema.NOTHING).alias(name) for name in schema.KEY if name in kind.lacks)
    return frame.select(pl.col(name).cast(dtype) for name, dtype in kind.columns.items()), notes


def _without(lines: pl.DataFrame, faults: Sequence[pl.DataFrame]) -> pl.DataFrame:
    faulty = [fault["row"] for fault in faults if fault.height]
    return lines.filter(~pl.col(gather.ROW).is_in(pl.concat(faulty).unique().implode())) if faulty else lines


def _copies(table: Table, lines: pl.DataFrame) -> pl.DataFrame:
    """Rows that repeat an earlier row of the file to the letter: exports do that, goods lines hardly ever.

    They are refused as `duplicate_row`: counting their weight twice would be worse than asking.
    """
    rows = lines.filter(gather.repeated(lines))[gather.ROW] if lines.height else lines[gather.ROW]
    if not rows.len():
        return pl.DataFrame(schema=FAULTS)
    source = table.frame[rows.to_list()]
    copies = rows.filter(~source.select(pl.struct(pl.all()).is_first_distinct()).to_series())
    bills = lines.filter(pl.col(gather.ROW).is_in(copies.implode()))
    return bills.select(
        gather.ROW,
        rule=pl.lit("duplicate_row"),
        column=pl.lit("bill_of_lading"),
        value=pl.col("bill_of_lading"),
    )


def _as_described(lines: pl.DataFrame, lacks: Sequence[str]) -> pl.DataFrame:
    """`lines` as the rules see them: described by the whole filing, and nothing missing that the service lacks."""
    lacking = [name for name in schema.REQUIRED if name in lacks]
    return lines.with_columns(pl.col("described").alias("goods_description")).with_columns(
        pl.lit(schema.NOTHING).alias(name) for name in lacking
    )
