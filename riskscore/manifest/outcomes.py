"""What inspections found, read from any format that a manifest may have.

Outcomes are what a model learns from, so a file with a row that cannot be read is refused by `read_outcomes`, with
the first such row named; `read` gives the good rows and the quarantine instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from riskscore.errors import ManifestError
from riskscore.manifest import gather, lines, quarantine, schema, validate
from riskscore.manifest.columns import outcome_synonyms, read_map
from riskscore.manifest.lines import Kind, Understood
from riskscore.manifest.tabular import Table
from riskscore.manifest.values import FAULTS, Converter


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


def kind() -> Kind:
    """The kind of file that holds outcomes; without a day when it became known, that of the inspection counts."""
    return Kind(
        outcome_synonyms(),
        schema.OUTCOME,
        ("bill_of_lading", "container_number", "known_at", "finding"),
        {"bill_of_lading": ("house_bill", "master_bill"), "known_at": ("inspected_at",)},
    )


def read(path: str | Path, *, columns: str | Path | None = None) -> Outcomes:
    """Read outcomes; `finding` is brought to schema.FINDINGS from the usual words.

    Raises ManifestError where the file cannot be read or lacks a required column, SettingsError for a wrong map.
    """
    expected = kind()
    mapping = read_map(columns, expected.synonyms)
    tables = lines.open_tables(Path(path), mapping, expected)
    parts = [_read_table(table, mapping, expected) for table in tables]
    return Outcomes(
        pl.concat([part.outcomes for part in parts]),
        pl.concat([part.quarantine for part in parts]),
        sum(part.rows_in for part in parts),
        parts[0].understood,
    )


def read_outcomes(path: str | Path, *, columns: str | Path | None = None) -> pl.DataFrame:
    """Read outcomes that are all sound: exactly schema.OUTCOME.

    Raises ManifestError where any row is not, naming the first one, and as `read` does.
    """
    found = read(path, columns=columns)
    if found.quarantine.height:
        line, rule, column, value = found.quarantine.select("line", "rule", "column", "value").row(0)
        raise ManifestError(
            f"{path}: {found.quarantine.height:,} of {found.rows_in:,} outcomes cannot be read, "
            f"the first on line {line}: {column or 'the line'} {value!r} ({rule}); correct or remove them"
        )
    return found.outcomes


def _read_table(table: Table, mapping: dict[str, str], expected: Kind) -> Outcomes:
    understood = lines.look(table, mapping, expected)
    lines.require(understood, expected)
    converter = Converter(table.frame, understood.headings)
    frame, _ = lines.canonical(converter, expected)
    frame = frame.with_row_index(gather.ROW).with_columns(pl.col(gather.ROW).cast(pl.Int64))
    faults = pl.concat([pl.DataFrame(schema=FAULTS), *converter.faults, validate.faults(frame, validate.Outcome)])
    ones = pl.Series([1], dtype=pl.Int64).new_from_index(0, frame.height)
    good = frame.filter(~pl.col(gather.ROW).is_in(faults["row"].unique().implode()))
    return Outcomes(
        good.drop(gather.ROW),
        quarantine.build(table, faults, ones),
        frame.height + table.broken.height,
        understood,
    )
