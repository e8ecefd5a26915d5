"""What inspections found, read from any format that a manifest may have.

Outcomes are what a model learns from, so a file with a row that cannot be read is refused by `read_outcomes`, with
the first such row named; `read` gives the good rows and the quarantine instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.cells import texts
from riskscore.cells.headings import Heading, outcome_synonyms, plainly, read_map
from riskscore.cells.values import FAULTS, Converter
from riskscore.errors import ManifestError
from riskscore.manifest import gather, lines, quarantine, validate
from riskscore.manifest.formats.table import Table
from riskscore.manifest.lines import Kind, Understood
from riskscore.manifest.read import files
from riskscore.settings import NONE, Finding, Settings


@dataclass(frozen=True)
class Outcomes:
    """Outcomes (exactly schema.OUTCOME), refused rows (quarantine.SCHEMA), rows read, and how they were understood."""

    outcomes: pl.DataFrame
    quarantine: pl.DataFrame
    rows_in: int
    understood: Understood

    @property
    def balance(self) -> int:
        """Rows read that are neither outcomes nor quarantined: always 0."""
        return self.rows_in - self.outcomes.height - self.quarantine.height


def kind(settings: Settings = NONE) -> Kind:
    """The kind of file that holds outcomes; without a day when it became known, that of the inspection counts."""
    return Kind(
        outcome_synonyms(),
        schema.OUTCOME,
        tuple(name for name in schema.OUTCOME_REQUIRED if name not in settings.lacks),
        {"bill_of_lading": ("house_bill", "master_bill"), "known_at": ("inspected_at",)},
        lacks=tuple(name for name in settings.lacks if name in schema.KEY),
    )


def _declared(settings: Settings) -> dict[str, str]:
    """The column map of a service that writes its findings beside what was filed: they are known days after filing."""
    if settings.outcome is None:
        return {}
    filed = {heading: "known_at" for heading, column in settings.columns.items() if column == "filed_at"}
    key = {} if settings.key is None else {settings.key: schema.KEY[0]}
    keys = {heading: column for heading, column in settings.columns.items() if column in schema.KEY}
    headings = filed | key | keys | {settings.outcome.source: "finding"}
    return plainly(headings)


def read(path: str | Path, *, columns: str | Path | None = None, settings: Settings = NONE) -> Outcomes:
    """Read outcomes; `finding` is brought to schema.FINDINGS from the usual words, or from those of the `service`.

    Where a service's settings say in which column of its manifests the finding stands, such a file is one of outcomes
    too: each is known so many days after the filing. Raises ManifestError where the file cannot be read or lacks a
    required column, SettingsError for a wrong map.
    """
    expected = kind(settings)
    mapping = _declared(settings) | read_map(columns, expected.synonyms)
    return _read(lines.open_tables(Path(path), mapping, expected), mapping, expected, settings.outcome)


def read_outcomes(path: str | Path, *, columns: str | Path | None = None, settings: Settings = NONE) -> pl.DataFrame:
    """Read outcomes that are all sound: exactly schema.OUTCOME.

    Raises ManifestError where any row is not, naming the first one, and as `read` does.
    """
    return _sound(path, read(path, columns=columns, settings=settings))


def read_findings(paths: Iterable[str | Path], settings: Settings) -> pl.DataFrame:
    """What the manifests at `paths` (files, patterns, folders) themselves say of findings, as the settings tell.

    Exactly schema.OUTCOME; without a row where the settings name no such column. Raises as `read_outcomes` does.
    """
    empty = pl.DataFrame(schema=schema.OUTCOME)
    if settings.outcome is None:
        return empty
    mapping, expected = _declared(settings), kind(settings)
    found = [empty]
    for path in files(paths):
        every = lines.open_tables(path, mapping, expected)
        told = [table for table in every if settings.outcome.source in table.frame.columns]
        if told:
            found.append(_sound(path, _read(told, mapping, expected, settings.outcome)))
    return pl.concat(found)


def _sound(path: str | Path, found: Outcomes) -> pl.DataFrame:
    """The outcomes, where every row of the file is one; else ManifestError with the first that is not."""
    if found.quarantine.height:
        line, rule, column, value = found.quarantine.select("line", "rule", "column", "value").row(0)
        raise ManifestError(
            f"{path}: {found.quarantine.height:,} of {found.rows_in:,} outcomes cannot be read, "
            f"the first on line {line}: {column or 'the line'} {value!r} ({rule}); correct or remove them"
        )
    return found.outcomes


def _read(tables: Sequence[Table], mapping: dict[str, str], expected: Kind, own: Finding | None) -> Outcomes:
    """The outcomes of the tables of one file."""
    parts = [_read_table(table, mapping, expected, own) for table in tables]
    return Outcomes(
        pl.concat([part.outcomes for part in parts]),
        pl.concat([part.quarantine for part in parts]),
        sum(part.rows_in for part in parts),
        parts[0].understood,
    )


def _read_table(table: Table, mapping: dict[str, str], expected: Kind, own: Finding | None) -> Outcomes:
    understood = lines.look(table, mapping, expected)
    shift = timedelta()
    if own is not None and own.source in table.frame.columns:
        table, shift = _with_findings(table, own), timedelta(days=own.known_after_days)
        # A manifest with findings in it: nothing but what the settings name speaks of the inspection.
        named = [heading if heading.users else Heading(heading.source) for heading in understood.headings]
        understood = replace(understood, headings=tuple(named))
    lines.require(understood, expected)
    converter = Converter(table.frame, understood.headings)
    frame, _ = lines.canonical(converter, expected)
    frame = frame.with_columns(pl.col("known_at") + shift).with_row_index(gather.ROW)
    frame = frame.with_columns(pl.col(gather.ROW).cast(pl.Int64))
    faults = pl.concat([pl.DataFrame(schema=FAULTS), *converter.faults, validate.faults(frame, validate.Outcome)])
    ones = pl.Series([1], dtype=pl.Int64).new_from_index(0, frame.height)
    good = frame.filter(~pl.col(gather.ROW).is_in(faults["row"].unique().implode()))
    return Outcomes(
        good.drop(gather.ROW),
        quarantine.build(table, faults, ones),
        frame.height + table.broken.height,
        understood,
    )


def _with_findings(table: Table, own: Finding) -> Table:
    """The rows of a manifest that say something of a finding, in the words of schema.FINDINGS where they are known."""
    said = texts.as_text(table.frame[own.source]).str.strip_chars().replace("", None)
    told = said.replace(dict(own.words)).alias(own.source)
    there = told.is_not_null()
    return replace(table, frame=table.frame.with_columns(told).filter(there), lines=table.lines.filter(there))
