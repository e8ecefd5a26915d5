"""Compact a lake, and export a table to a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from deltalake import DeltaTable

from riskscore import export as files
from riskscore import progress
from riskscore.lake import seals
from riskscore.lake.delta import LOG_KEPT, DeltaLake
from riskscore.lake.tables import TABLES, find

KEEP = timedelta(days=30)
"""How long files that the newest version does not need are kept: for running readers, and to read past states."""

_FEW = 20
"""A table with fewer versions keeps its whole log."""

LOG = timedelta(days=2)
"""How long the log of a table that only grows is kept: for running writers. Its past states need no log."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """Counts for one table: `merged` small files became `into` larger ones; `cleared` files were deleted.

    `log` is the number of files in its log afterwards.
    """

    table: str
    merged: int
    into: int
    cleared: int
    log: int | None


def compact(lake: DeltaLake, *, keep: timedelta = KEEP, log: timedelta = LOG) -> list[Compacted]:
    """Merge the small files of each table, night by night, and delete files that have not been needed for `keep`.

    The log of each table is shortened to `log`, or to `keep` where its versions are its past states. No row changes.
    Appends may run at the same time, as long as each takes less time than `keep`: a file that is being written looks
    like one that is not needed. Raises LakeError if the store refuses.
    """
    compacted = []
    for name in TABLES:
        progress.step(f"merging {name}")
        merged, into = lake.commit(name, _merge)
        progress.step(f"clearing {name}")
        cleared = _clear(lake, name, keep)
        lake.commit(name, partial(_shorten, kept=log if find(name).grows else keep))
        _forget_seals(lake, name)
        compacted.append(Compacted(name, merged, into, cleared, lake.store.count_log(name)))
    return compacted


def _forget_seals(lake: DeltaLake, table: str) -> None:
    """Forget the seals of files that were deleted here."""
    sealed, _ = seals.read(lake.store, table)
    present = lake.store.present(table, sealed)
    if len(present) < len(sealed):
        seals.replace(lake.store, table, {name: seal for name, seal in sealed.items() if name in present})


def _shorten(delta: DeltaTable, kept: timedelta) -> None:
    """Write a checkpoint and delete the log before it that is older than `kept`."""
    if delta.version() < _FEW:
        return
    hours = f"interval {int(kept.total_seconds() // 3600)} hours"
    if delta.metadata().configuration.get(LOG_KEPT) != hours:
        delta.alter.set_table_properties({LOG_KEPT: hours})
    delta.create_checkpoint()
    delta.cleanup_metadata()


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
