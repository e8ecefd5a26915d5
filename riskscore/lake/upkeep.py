"""Compact a lake, and export a table to a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from deltalake import DeltaTable

from riskscore import export as files
from riskscore import progress
from riskscore.lake.delta import DeltaLake
from riskscore.lake.tables import TABLES, find

KEEP = timedelta(days=30)
"""How long files that the newest version does not need are kept: for running readers, and to read past states."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """Counts for one table: `merged` small files became `into` larger ones; `cleared` files were deleted."""

    table: str
    merged: int
    into: int
    cleared: int


def compact(lake: DeltaLake, *, keep: timedelta = KEEP) -> list[Compacted]:
    """Merge the small files of each table, night by night, and delete files that have not been needed for `keep`.

    No row changes. Appends may run at the same time, as long as each takes less time than `keep`: a file that is being
    written looks like one that is not needed. Raises LakeError if the store refuses.
    """
    compacted = []
    for name in TABLES:
        progress.step(f"merging {name}")
        merged, into = lake.commit(name, _merge)
        progress.step(f"clearing {name}")
        compacted.append(Compacted(name, merged, into, _clear(lake, name, keep)))
    return compacted


def _merge(delta: DeltaTable) -> tuple[int, int]:
    metrics = delta.optimize.compact()
    return int(metrics["numFilesRemoved"]), int(metrics["numFilesAdded"])


def _clear(lake: DeltaLake, table: str, keep: timedelta) -> int:
    hours = int(keep.total_seconds() // 3600)

    def clear(delta: DeltaTable) -> int:
        expired = delta.vacuum(hours, dry_run=True, enforce_retention_duration=False, full=True)
        files = len(lake.store.present(table, expired))
        if files:  # a vacuum commits twice, even if there is nothing to delete
            delta.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True)
        return files

    return lake.commit(table, clear)


def export(lake: DeltaLake, table: str, path: Path, *, night: date | None = None, as_of: date | None = None) -> int:
    """Write a table to a .parquet, .csv or .jsonl file, completely or not at all; return the number of rows.

    `night` exports the rows that this night wrote, `as_of` the table as it was after that night. Raises SettingsError
    if `path` cannot be written, and LakeError as `DeltaLake.read` does.
    """
    find(table)
    files.check(path)
    state = lake if as_of is None else lake.at(as_of)
    lazy = state.read(table, nights=None if night is None else (night, night))
    with lake.store.wrap_errors(f"read {table} of"):
        rows = lazy.collect()
    files.write((rows, path))
    return rows.height
