"""Read the outcomes of inspections, from any format that a manifest may have.

A model learns from outcomes, so `read_outcomes` refuses a file with a row that cannot be read, and names the first such
row. `read` returns the good rows and the quarantine instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.cells import texts
from riskscore.cells.headings import Heading, by_plain_words, declared_map, outcome_synonyms, read_map
from riskscore.cells.not_understood import summed
from riskscore.cells.values import FAULTS, Converter
from riskscore.errors import ManifestError
from riskscore.manifest import gather, lines, quarantine, row_keys, unread, validate
from riskscore.manifest.formats.table import Table
from riskscore.manifest.hints import AMBIGUOUS, NO_HINTS, ORDER_OPTIONS, Hints, of_map
from riskscore.manifest.lines import Kind
from riskscore.manifest.read import files
from riskscore.manifest.understood import Understood
from riskscore.settings import NONE, Finding, Settings
from riskscore.units import counted


@dataclass(frozen=True)
class Outcomes:
    """Outcomes (exactly schema.OUTCOME), refused rows (quarantine.SCHEMA), rows read, and how the file was read."""

    outcomes: pl.DataFrame
    quarantine: pl.DataFrame
    rows_in: int
    understood: Understood

    @property
    def balance(self) -> int:
        """Rows read that are neither outcomes nor quarantined: always 0."""
        return self.rows_in - self.outcomes.height - self.quarantine.height


def kind(settings: Settings = NONE) -> Kind:
    """The kind of file that contains outcomes; without `known_at` the day of the inspection counts."""
    return Kind(
        outcome_synonyms(),
        schema.OUTCOME,
        tuple(name for name in schema.OUTCOME_REQUIRED if name not in settings.lacks),
        {"bill_of_lading": ("house_bill", "master_bill"), "known_at": ("inspected_at",)},
        lacks=tuple(name for name in settings.lacks if name in schema.KEY),
        numbered=row_keys.headings(settings),
    )


_KEYS = (*schema.KEY, "house_bill", "master_bill")
_FILED = ("filed_at", "loaded_at", "arrives_at")
"""Columns with the moment of filing, or what stands in for it."""


def _declared(settings: Settings) -> dict[str, str]:
    """The column map for outcomes that a service keeps apart from its manifests, under the same headings."""
    if settings.outcome is None:
        return {}
    dated = {heading: "known_at" for heading, column in settings.columns.items() if column == "filed_at"}
    key = {} if settings.key is None else {settings.key: schema.KEY[0]}
    keys = {heading: column for heading, column in settings.columns.items() if column in schema.KEY}
    return by_plain_words(dated | key | keys | {settings.outcome.source: "finding"})


def read(
    path: str | Path, *, columns: str | Path | None = None, settings: Settings = NONE, hints: Hints = NO_HINTS
) -> Outcomes:
    """Read outcomes; the usual words for a `finding`, or those of the service, become one of schema.FINDINGS.

    `columns` is a TOML file that maps headings to columns. Where the service's settings say which column of its
    manifests contains the finding, such a manifest can be read as outcomes too. Each is known on the day that the file
    says, or else the set number of days after filing. Raises ManifestError where the file cannot be read or lacks a
    required column, SettingsError where the map is wrong.
    """
    expected = kind(settings)
    mapping = _declared(settings) | read_map(columns, expected.synonyms)
    tables = lines.open_tables(Path(path), mapping, expected, hints.before(of_map(columns)))
    with unread.content_of(str(path)):
        return _read(tables, mapping, expected, settings)


def read_outcomes(
    path: str | Path, *, columns: str | Path | None = None, settings: Settings = NONE, hints: Hints = NO_HINTS
) -> pl.DataFrame:
    """Read a file of outcomes without any refused row: exactly schema.OUTCOME.

    Raises ManifestError where a row is refused, naming the first one, and as `read` does.
    """
    return _without_refusals(path, read(path, columns=columns, settings=settings, hints=hints))


def read_findings(paths: Iterable[str | Path], settings: Settings) -> pl.DataFrame:
    """Read the findings that the manifests at `paths` (files, patterns, folders) contain themselves.

    Returns exactly schema.OUTCOME, empty where the settings name no such column. Raises as `read_outcomes` does.
    """
    empty = pl.DataFrame(schema=schema.OUTCOME)
    if settings.outcome is None:
        return empty
    mapping, expected = _declared(settings), kind(settings)
    parts = [empty]
    for path in files(paths):
        tables = lines.open_tables(path, mapping, expected)
        with_findings = [table for table in tables if settings.outcome.source in table.frame.columns]
        if with_findings:
            with unread.content_of(str(path)):
                parts.append(_without_refusals(path, _read(with_findings, mapping, expected, settings)))
    return pl.concat(parts)


def _without_refusals(path: str | Path, read_in: Outcomes) -> pl.DataFrame:
    """The outcomes of a file without any refused row; else ManifestError with the first refused row."""
    if read_in.quarantine.height:
        line, rule, column, value = read_in.quarantine.select("line", "rule", "column", "value").row(0)
        advice = {
            AMBIGUOUS: f"say the {ORDER_OPTIONS}",
            "unknown_word": f"write {', '.join(schema.FINDINGS)} or a usual word for one of them, "
            "or list a service's own words in `words` under [outcome] of the settings",
        }.get(rule, "correct or remove them")
        raise ManifestError(
            f"{path}: {read_in.quarantine.height:,} of {read_in.rows_in:,} outcomes cannot be read, "
            f"the first on line {line}: {column or 'the line'} {value!r} ({rule}); {advice}"
        )
    return read_in.outcomes


def _read(tables: Sequence[Table], mapping: dict[str, str], expected: Kind, settings: Settings) -> Outcomes:
    """The outcomes of the tables of one file."""
    parts = [_read_table(table, mapping, expected, settings) for table in tables]
    return Outcomes(
        pl.concat([part.outcomes for part in parts]),
        pl.concat([part.quarantine for part in parts]),
        sum(part.rows_in for part in parts),
        parts[0].understood,
    )


def _read_table(table: Table, mapping: dict[str, str], expected: Kind, settings: Settings) -> Outcomes:
    own = settings.outcome
    if own is not None and own.source in table.frame.columns:
        table = _with_findings(table, own)
        understood = _within_manifest(table, own, settings, expected)
    else:
        own, understood = None, lines.understand_headings(table, mapping, expected)
    lines.check_required(understood, expected, table.frame)
    converter = Converter(table.frame, understood.headings, date_order=table.date_order)
    frame, _ = lines.canonical(converter, expected)
    _refuse_several(converter)
    notes: list[str] = []
    if own is not None:
        known, notes = _known(frame["known_at"], converter, own)
        frame = frame.with_columns(known)
    frame = frame.with_row_index(gather.ROW).with_columns(pl.col(gather.ROW).cast(pl.Int64))
    known_too_early = _known_before_inspected(frame)
    refusing, unread_values = unread.apart(converter.faults, frame, expected.required, expected.stands_in)
    broken = [*refusing, validate.faults(frame, validate.Outcome), known_too_early]
    faults = pl.concat([pl.DataFrame(schema=FAULTS), *broken])
    ones = pl.Series([1], dtype=pl.Int64).new_from_index(0, frame.height)
    good = frame.filter(~pl.col(gather.ROW).is_in(faults["row"].unique().implode()))
    return Outcomes(
        good.drop(gather.ROW),
        quarantine.build(table, faults, ones),
        frame.height + table.broken.height,
        replace(
            understood,
            notes=(*understood.notes, *converter.notes, *notes),
            not_understood=summed([*converter.not_understood, *unread_values]),
        ),
    )


def _within_manifest(table: Table, own: Finding, settings: Settings, expected: Kind) -> Understood:
    """The headings of a manifest with findings: its keys and moments, read as the manifest is, and the findings."""
    if own.known_at is not None and own.known_at not in table.frame.columns:
        raise ManifestError(
            f"{table.name}: no heading {own.known_at!r}, which [outcome] known_at names; correct it or remove it"
        )
    read = lines.understand_headings(table, declared_map(settings), lines.manifest(settings))
    of_findings = {own.source: "finding"} | ({} if own.known_at is None else {own.known_at: "known_at"})
    filed = next((name for name in _FILED if any(heading.column == name for heading in read.headings)), None)
    headings = [
        Heading(heading.source, of_findings[heading.source])
        if heading.source in of_findings
        else replace(heading, column="filed_at" if heading.column == filed and filed else heading.column)
        if heading.column in (*_KEYS, filed)
        else Heading(heading.source)
        for heading in read.headings
    ]
    known = {heading.column for heading in headings} | ({"known_at"} if filed else set())
    missing = [name for name in expected.required if not known & {name, *expected.stands_in.get(name, ())}]
    return replace(read, headings=tuple(headings), missing=tuple(missing) if table.frame.width else ())


def _known(dated: pl.Series, converter: Converter, own: Finding) -> tuple[pl.Series, list[str]]:
    """When each finding was known: the day that the file says, or else the set number of days after filing.

    A finding that the file dates before its own row was filed counts as known at the filing. Otherwise the row would
    be scored with its own finding.
    """
    if not converter.has("filed_at"):
        return dated, []
    filed = converter.read("filed_at")
    shifted = pl.select(filed + timedelta(days=own.known_after_days)).to_series()
    early = (dated < filed).fill_null(False)
    known = dated.zip_with(dated.is_not_null(), shifted)
    known = known.zip_with(~early, filed).alias("known_at")
    if own.known_at is None:
        return known, []
    count = counted(dated.null_count(), "finding")
    notes = [f"{count} without a date: known {counted(own.known_after_days, 'day')} after filing"]
    notes = notes if dated.null_count() else []
    if early.any():
        notes.append(f"{counted(int(early.sum()), 'finding')} dated before the filing: known at the filing")
    return known, notes


def _known_before_inspected(frame: pl.DataFrame) -> pl.DataFrame:
    """Faults (columns FAULTS) of results that became known on a day before the inspection."""
    return frame.filter(pl.col("known_at").dt.date() < pl.col("inspected_at").dt.date()).select(
        pl.col(gather.ROW).alias("row"),
        rule=pl.lit("known_before_inspected"),
        column=pl.lit("known_at"),
        value=pl.col("known_at").dt.strftime("%Y-%m-%d"),
    )


def _refuse_several(converter: Converter) -> None:
    """Record a fault for each row with several containers: nobody knows in which one the finding was made."""
    if converter.beside is None:
        return
    boxes = converter.beside["boxes"]
    rows = ((boxes.list.len() > 1).fill_null(False) | converter.beside["is_part"]).arg_true()
    rule = pl.Series(["several_containers"]).new_from_index(0, rows.len())
    numbers = boxes.gather(rows).list.eval(pl.element().struct.field("number")).list.join(", ")
    converter.fault(rows, rule, "container_number", numbers)


def _with_findings(table: Table, own: Finding) -> Table:
    """The rows of a manifest that have a finding; the service's words for it become those of schema.FINDINGS."""
    words = texts.as_text(table.frame[own.source]).str.strip_chars().replace("", None)
    findings = words.replace(dict(own.words)).alias(own.source)
    has_finding = findings.is_not_null()
    return replace(
        table, frame=table.frame.with_columns(findings).filter(has_finding), lines=table.lines.filter(has_finding)
    )
