"""Read one file: its canonical goods lines, the rows that were refused, and how it was understood.

path ─▶ members ─▶ table ─▶ headings ─▶ values ─▶ rules ─▶ lines + quarantine
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import polars as pl

from riskscore import door, schema
from riskscore.cells import closest, content, damage, money, name_and_address
from riskscore.cells import headings as columns
from riskscore.cells.headings import Heading
from riskscore.cells.not_understood import summed
from riskscore.cells.values import FAULTS, Converter
from riskscore.cells.wordings import words
from riskscore.errors import ManifestError, StowPlanError
from riskscore.manifest import (
    archives,
    cancellations,
    carried,
    consolidations,
    gather,
    letterhead,
    moments,
    quarantine,
    row_keys,
    several,
    sources,
    unread,
    validate,
)
from riskscore.manifest.formats import registry
from riskscore.manifest.formats.table import STOW_PLAN, Table, of_headings
from riskscore.manifest.hints import NO_HINTS, Hints, ways_out
from riskscore.manifest.understood import Understood, joined
from riskscore.settings import NONE, Settings


@dataclass(frozen=True)
class Kind:
    """A kind of file: known headings, columns with their types, required columns, and what can replace these.

    `stands_in` gives, in order of preference, the columns that are read where a required one has no heading. For the
    columns in `fills` they are also read where a cell is blank. Columns that the service `lacks` are not looked for.
    Where `numbered` names headings, each row gets a key made from its cells under them.
    """

    synonyms: columns.Synonyms
    columns: Mapping[str, pl.DataType | type[pl.DataType]]
    required: tuple[str, ...]
    stands_in: Mapping[str, tuple[str, ...]]
    fills: tuple[str, ...] = ("bill_of_lading",)
    lacks: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()


def manifest(settings: Settings = NONE) -> Kind:
    """The kind of file that contains goods lines; a service may have its own fields and lack canonical columns."""
    return Kind(
        columns.with_fields(columns.manifest_synonyms(), settings),
        schema.columns(settings),
        tuple(name for name in schema.REQUIRED if name not in settings.lacks),
        {"bill_of_lading": ("house_bill", "master_bill"), "filed_at": ("loaded_at", "arrives_at")},
        lacks=settings.lacks,
        numbered=row_keys.headings(settings),
    )


_SHOWN, _LONG = 30, 500


@dataclass(frozen=True)
class FileLines:
    """Valid goods lines of one file (canonical columns, `_file`, `_order`, `row`) and its quarantine.

    `rows_in` is the number of goods lines in the file, the refused ones and the `cancelled` included. `cancelled` has
    columns CANCELLED and `_file`. `written` is when the file was written, in ns since 1970; `paths` are its files.
    """

    lines: pl.DataFrame
    quarantine: pl.DataFrame
    rows_in: int
    understood: Understood
    cancelled: pl.DataFrame
    written: int = 0
    paths: tuple[Path, ...] = ()


def open_tables(
    path: Path | tuple[Path, ...], mapping: dict[str, str], kind: Kind, hints: Hints = NO_HINTS
) -> list[Table]:
    """Tables of all members of `path`, or of several paths that are one manifest together (sources.together).

    Raises ManifestError where a file cannot be read or the members differ in format.
    """
    paths = path if isinstance(path, tuple) else (path,)
    members = [member for file in paths for member in archives.open_file(file)]
    tables, others = registry.together(sources.name(paths), members, hints)
    for member in others:
        tables += registry.load(member, of_headings(columns.counter(kind.synonyms, mapping, len(kind.required))), hints)
    plans = [table for table in tables if table.kind == STOW_PLAN]
    tables = letterhead.filled([one for one in tables if one.kind != STOW_PLAN], kind.synonyms, mapping)
    if plans and not tables:
        raise StowPlanError(plans[0].name, plans[0].format)
    formats = sorted({table.format for table in tables})
    if len(formats) > 1:
        raise ManifestError(
            f"{sources.name(paths)} contains files of different formats ({', '.join(formats)}); "
            "make one archive per format"
        )
    return row_keys.numbered(tables, kind.numbered) if kind.numbered else tables


def read(paths: tuple[Path, ...], mapping: dict[str, str], kind: Kind, hints: Hints = NO_HINTS) -> FileLines:
    """Read one manifest, the files at `paths`; `mapping` is the column map (headings.read_map).

    Raises ManifestError where the file cannot be read at all or lacks a required column.
    """
    tables = open_tables(paths, mapping, kind, hints)
    clock = moments.Clock.of(paths[0], hints)
    with door.content_of(sources.name(paths)):
        file = join([_read_table(table, mapping, kind, clock) for table in tables], sources.name(paths))
        turns = file.lines[gather.FILE], file.cancelled[gather.FILE]
        cancelled = cancellations.before_refiled(file.lines, file.cancelled, *turns)
    return replace(file, cancelled=cancelled, written=max(path.stat().st_mtime_ns for path in paths), paths=paths)


def understand(paths: tuple[Path, ...], mapping: dict[str, str], kind: Kind, hints: Hints = NO_HINTS) -> Understood:
    """Return how the manifest at `paths` would be read. Missing required columns are listed and raise nothing.

    Raises ManifestError where the file cannot be read at all.
    """
    tables = open_tables(paths, mapping, kind, hints)
    with door.content_of(sources.name(paths)):
        parts = [understand_headings(table, mapping, kind, hints) for table in tables]
        if any(part.missing for part in parts):
            return joined(parts, sources.name(paths))
        clock = moments.Clock.of(paths[0], hints)
        return join([_read_table(table, mapping, kind, clock) for table in tables], sources.name(paths)).understood


def join(parts: Sequence[FileLines], name: str) -> FileLines:
    """Join the members of one file, or several files; `_file` numbers them, `_order` runs on from each to the next."""
    lines: list[pl.DataFrame] = []
    start = 0
    for place, part in enumerate(parts):
        lines.append(
            part.lines.with_columns(
                pl.lit(place, pl.Int64).alias(gather.FILE), (pl.col(gather.ORDER) + start).alias(gather.ORDER)
            )
        )
        start += part.rows_in + 1
    return FileLines(
        pl.concat(lines),
        pl.concat([part.quarantine for part in parts]),
        sum(part.rows_in for part in parts),
        joined([part.understood for part in parts], name),
        pl.concat(
            part.cancelled.with_columns(pl.lit(place, pl.Int64).alias(gather.FILE)) for place, part in enumerate(parts)
        ),
    )


def understand_headings(table: Table, mapping: dict[str, str], kind: Kind, hints: Hints = NO_HINTS) -> Understood:
    """Recognise the headings of `table`, and list the required columns that neither it nor the `hints` give."""
    headings = [
        Heading(heading.source) if heading.column in kind.lacks else heading
        for heading in columns.assign(table.frame.columns, kind.synonyms, mapping)
    ]
    headings, found = (headings, []) if table.is_message else content.recognise(table.frame, headings)
    known = {heading.column for heading in headings} | ({"filed_at"} if hints.filed_at else set())
    missing = [name for name in kind.required if not known & {name, *kind.stands_in.get(name, ())}]
    plain = {"".join(words(source)) or source for source in table.frame.columns}
    unused = [heading for heading in mapping if heading not in plain]
    notes = [f"the column map names headings that the file does not have: {', '.join(unused)}"] if unused else []
    notes += found
    if missing and (hint := _hint(table.delimiter, table.sheet, table.frame.columns)):
        notes.append(hint)
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


def _hint(delimiter: str | None, sheet: str | None, names: Sequence[str]) -> str:
    """The likely cause of headings that are not recognised, where their `names` show it; else an empty text."""
    if delimiter is not None and len(names) == 1:
        return "only one heading was found; the delimiter must be a comma, semicolon, tab, pipe, caret or tilde"
    if sheet is not None and any(re.fullmatch(r"column \d+", name) for name in names):
        return "columns without a heading are called 'column 1', 'column 2' ...; name each column, and unmerge headings"
    return ""


def _read_table(table: Table, mapping: dict[str, str], kind: Kind, clock: moments.Clock) -> FileLines:
    understood = understand_headings(table, mapping, kind, clock.hints)
    check_required(understood, kind, table.frame)
    table, given_once = carried.carry(table, understood.headings)
    converter = _converter(table, understood.headings, kind)
    read, notes = canonical(converter, kind)
    notes += ways_out(converter.faults)
    lines = read if converter.has("filed_at") else clock.without_stand_in(read)
    lines = lines.with_row_index(gather.ROW).with_columns(pl.col(gather.ROW).cast(pl.Int64))
    lines, told = several.apart(lines, converter)
    notes += told
    lines = consolidations.keyed(consolidations.flagged(lines))
    items = lines.select(pl.col("goods_items").list.len().fill_null(0).cast(pl.Int64).clip(1)).to_series()
    # A row of the file counts once for each of its goods items in each of its boxes.
    weights = (
        items
        if converter.beside is None
        else lines.select(gather.ROW, items).group_by(gather.ROW, maintain_order=True).sum().to_series(1)
    )
    lines = lines.with_columns(items.cum_sum().alias(gather.ORDER), pl.lit(0, pl.Int64).alias(gather.FILE))
    faults, unread_values = unread.apart(converter.faults, read, (*kind.required, *schema.KEY), kind.stands_in)
    valid = _without(lines, faults)
    faults.append(_copies(table, valid))
    valid, contradictions = gather.complete(_without(valid, faults[-1:]))
    valid, cancelled, told = clock.fill(valid, table)
    cancelled = cancellations.before_refiled(valid, cancelled, table.lines.gather(valid[gather.ROW]), cancelled["line"])
    notes += told
    faults.append(validate.faults(_as_described(valid, kind.lacks), validate.Line))
    valid = _without(valid, faults[-1:])
    return FileLines(
        valid.drop("described"),
        quarantine.build(table, pl.concat([pl.DataFrame(schema=FAULTS), *faults]), weights),
        int(weights.sum()) + table.broken.height + cancelled.height,
        replace(
            understood,
            notes=(*understood.notes, *given_once, *converter.notes, *notes, *contradictions),
            not_understood=summed([*converter.not_understood, *unread_values]),
        ),
        cancelled,
    )


def _converter(table: Table, headings: Sequence[Heading], kind: Kind) -> Converter:
    """The reader of the table's cells, once what a spreadsheet damaged and what shares a cell is told apart."""
    frame, damaged, notes = damage.mend(table.frame, headings)
    if not table.is_message:
        frame, headings, told = name_and_address.taken_apart(frame, headings)
        notes = [*notes, *told]
    order, is_message = table.date_order, table.is_message
    return Converter(frame, headings, damaged, notes, types=kind.columns, date_order=order, is_message=is_message)


def check_required(understood: Understood, kind: Kind, frame: pl.DataFrame) -> None:
    """Raise ManifestError where required columns are missing, with the headings of the file and the nearest ones.

    A heading is not proposed for a column that its values in `frame` contradict.
    """
    names = understood.missing
    if not names:
        return
    fits = {
        name: [
            heading
            for heading in understood.headings
            if not content.contradicts(name, heading.source, frame[heading.source])
        ]
        for name in names
    }
    near = {name: closest.nearest(name, fits[name], kind.synonyms) for name in names}
    hints = [f"'{heading}' for {name}" for name, heading in near.items() if heading]
    named = [heading.source[:60].rstrip() for heading in understood.headings[:_SHOWN]]
    named = [name for name, end in zip(named, accumulate(len(name) + 2 for name in named), strict=True) if end <= _LONG]
    more = len(understood.headings) - len(named)
    found = ", ".join(named) + (f" and {more:,} more" if more > 0 else "")
    any_known = any(heading.column for heading in understood.headings)
    advice = _hint(understood.delimiter, understood.sheet, [heading.source for heading in understood.headings]) or (
        f"{'rename the' if any_known else 'add a line of'} headings, or map them in a TOML file (--columns MAP.toml)"
    )
    text = (
        f"{understood.file}: no heading was recognised as {', '.join(names)}; found: {found}"
        + f"; {advice}"
        + (f"; did you mean {', '.join(hints)}?" if hints else "")
    )
    raise ManifestError("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


def canonical(converter: Converter, kind: Kind) -> tuple[pl.DataFrame, list[str]]:
    """Return all canonical columns, null where the file has none, and notes on which column replaces another."""
    notes: list[str] = []
    height = converter.frame.height
    series = {
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
            values = series[other] if other in series else converter.read(other)
            series[name] = series[name].zip_with(series[name].is_not_null(), values)
        if present and not converter.has(name):
            notes.append(f"no heading for {name}; its values come from {', else from '.join(present)}")
    money.settle(series, converter.amounts, converter.notes)
    if "package_type" in series and not converter.has("package_type") and converter.packages is not None:
        series["package_type"] = converter.packages
    frame = pl.DataFrame([values.alias(name) for name, values in series.items()])
    frame = frame.with_columns(pl.lit(schema.NOTHING).alias(name) for name in schema.KEY if name in kind.lacks)
    return frame.select(pl.col(name).cast(dtype) for name, dtype in kind.columns.items()), notes


def _without(lines: pl.DataFrame, faults: Sequence[pl.DataFrame]) -> pl.DataFrame:
    faulty = [fault["row"] for fault in faults if fault.height]
    return lines.filter(~pl.col(gather.ROW).is_in(pl.concat(faulty).unique().implode())) if faulty else lines


def _copies(table: Table, lines: pl.DataFrame) -> pl.DataFrame:
    """Rows that are identical to an earlier row of the file; faulty exports repeat rows, goods lines hardly ever do.

    They are refused as `duplicate_row`, because counting their weight twice would be worse.
    """
    # One row may have lines for several boxes, which are no copies of each other.
    rows = lines.filter(gather.repeated(lines))[gather.ROW].unique().sort() if lines.height else lines[gather.ROW]
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
    """`lines` for the rules: with the description of their filing, and a dash in the columns that the service lacks."""
    lacking = [name for name in schema.REQUIRED if name in lacks]
    return lines.with_columns(pl.col("described").alias("goods_description")).with_columns(
        pl.lit(schema.NOTHING).alias(name) for name in lacking
    )
