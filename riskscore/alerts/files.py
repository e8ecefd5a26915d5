"""Read alerts from CSV, JSON, STIX 2.1, workbooks and Parquet; write them as CSV, JSON and STIX 2.1.

file ─▶ archives ─┬─ STIX bundle ─▶ stix.py
                  └─ any other   ─▶ tabular ─▶ headings ─▶ rules ─▶ alerts + quarantine
alerts ─▶ those that may be shared by their handling ─▶ csv · json · stix
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from riskscore import door, export
from riskscore.alerts import bundle, rules, stix
from riskscore.alerts.schema import ALERT, HANDLINGS, strictness
from riskscore.cells.wordings import words
from riskscore.errors import ManifestError, SettingsError
from riskscore.manifest import archives, quarantine
from riskscore.manifest.formats import registry
from riskscore.manifest.formats.table import Table

FORMATS = (".csv", ".json", ".stix")
"""Endings of the files that can be written. A STIX bundle is JSON too, so it has a different ending."""

_WORDINGS = {
    "alert_id": ("id", "reference", "entry", "entry id", "ref"),
    "kind": ("type",),
    "name": ("party", "party name", "vessel", "vessel name", "full name"),
    "aliases": ("alias", "also known as", "aka", "other names"),
    "address": ("addresses",),
    "country": ("country code",),
    "container_number": ("container", "container no"),
    "vessel_imo": ("imo", "imo number"),
    "origin": ("from", "port of loading"),
    "destination": ("to", "port of discharge"),
    "goods": ("hs codes", "commodity", "commodities"),
    "reason": ("description", "text", "remarks", "note"),
    "provider": ("source", "service", "agency"),
    "reliability": ("grade", "admiralty", "admiralty code", "rating"),
    "handling": ("tlp", "handling code", "marking"),
    "valid_from": ("begins", "start", "start date"),
    "valid_until": ("expires", "end", "end date", "valid to"),
    "status": ("state",),
    "updated_at": ("modified", "updated", "last updated"),
}
_HEADINGS = {
    "".join(words(wording)): column for column, wordings in _WORDINGS.items() for wording in (column, *wordings)
}


@dataclass(frozen=True, slots=True)
class Read:
    """Alerts of some files (ALERT), refused rows (quarantine.SCHEMA), and the number of rows read."""

    alerts: pl.DataFrame
    quarantine: pl.DataFrame
    rows_in: int

    @property
    def balance(self) -> int:
        """Rows that are neither alerts nor in quarantine: always 0."""
        return self.rows_in - self.alerts.height - self.quarantine.height


def read(paths: Sequence[Path], *, provider: str | None = None) -> Read:
    """Read alerts; `provider` is used where a file names none. Raises ManifestError if a file cannot be read."""
    parts = [_read(table, provider) for path in paths for table in _tables(path)]
    return Read(
        pl.concat([pl.DataFrame(schema=ALERT), *(part.alerts for part in parts)]),
        pl.concat([quarantine.empty(), *(part.quarantine for part in parts)]),
        sum(part.rows_in for part in parts),
    )


def _tables(path: Path) -> list[Table]:
    tables = []
    for member in archives.open_file(path):
        if stix.is_bundle(member.data):
            tables.append(stix.read(member.name, member.data))
        else:
            tables += registry.load(member, lambda cells: sum(_column(cell) is not None for cell in cells))
    return tables


def _column(heading: str) -> str | None:
    return _HEADINGS.get("".join(words(heading)))


def _read(table: Table, provider: str | None) -> Read:
    if table.frame.is_empty() and table.broken.is_empty():
        return Read(pl.DataFrame(schema=ALERT), quarantine.empty(), 0)
    columns: dict[str, pl.Series] = {}
    for heading in table.frame.columns:
        column = _column(heading)
        if column is not None and column not in columns:
            columns[column] = table.frame[heading].alias(column)
    if not set(columns) & {"name", "address", "container_number", "vessel_imo", "origin", "destination"}:
        raise ManifestError(
            f"{table.name}: no heading says what the alerts name; expected at least one of name, address, "
            f"container_number, vessel_imo, origin, destination; found {', '.join(table.frame.columns[:8]) or 'none'}"
        )
    with door.guarded(ManifestError, f"{table.name} has values that cannot be read ({{reason}}); export it again"):
        alerts, faults = rules.accept(pl.DataFrame(columns), provider)
        line_counts = pl.Series([1], dtype=pl.Int64).new_from_index(0, table.frame.height)
        return Read(alerts, quarantine.build(table, faults, line_counts), table.frame.height + table.broken.height)


def shareable(alerts: pl.DataFrame, strictest: str) -> tuple[pl.DataFrame, int]:
    """Return the alerts whose handling is at most `strictest`, and the number of the others.

    Raises SettingsError for an unknown handling code.
    """
    if strictest not in HANDLINGS:
        raise SettingsError(f"--handling {strictest!r} is unknown; it must be one of {', '.join(HANDLINGS)}")
    allowed = alerts.filter(pl.col("handling").is_in(HANDLINGS[: strictness(strictest) + 1]))
    return allowed, alerts.height - allowed.height


def write(alerts: pl.DataFrame, path: Path) -> None:
    """Write `alerts` (ALERT) to `path`, in the format of its ending (FORMATS); no partial file.

    No cell of a CSV can run as a formula. Raises SettingsError if the path cannot be written.
    """
    suffix = path.suffix.lower()
    export.check(path, endings=FORMATS)
    if suffix == ".stix":
        export.write_text(json.dumps(bundle.bundle(alerts), ensure_ascii=False, indent=1) + "\n", path)
        return
    rows = alerts.select(list(ALERT)).sort("alert_id")
    if suffix == ".json":
        records = rows.with_columns(pl.col(pl.Date, pl.Datetime).dt.to_string("iso:strict")).to_dicts()
        export.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", path)
    else:
        export.write((rows.with_columns(pl.col(rules.LISTS).list.join("; ")), path))
