"""Keeping a lake small, and taking a table out of it as a file."""

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
"""How long files that the newest version does not need are kept, for readers at work and to see the past."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was done to one table: `merged` small files became `into` larger ones; `cleared` were removed for good."""

    table: str
    merged: int
    into: int
    cleared: int


def compact(lake: DeltaLake, *, keep: timedelta = KEEP) -> list[Compacted]:
    """Merge the small files of each table, night by night, and clear away files that were not needed for `keep`.

    No row changes. Appends may go on meanwhile, as long as each takes less time than `keep`: a file that is being
    written looks like one that nobody needs. Raises LakeError where the store refuses.
    """
    done = []
    for name in TABLES:
        progress.step(f"merging {name}")
        merged, into = lake.commit(name, _merge)
        progress.step(f"clearing {name}")
        done.append(Compacted(name, merged, into, _clear(lake, name, keep)))
    return done


def _merge(delta: DeltaTable) -> tuple[int, int]:
    metrics = delta.optimize.compact()
    return int(metrics["numFilesRemoved"]), int(metrics["numFilesAdded"])


def _clear(lake: DeltaLake, table: str, keep: timedelta) -> int:
    hours = int(keep.total_seconds() // 3600)

    def clear(delta: DeltaTable) -> int:
        expired = delta.vacuum(hours, dry_run=True, enforce_retention_duration=False, full=True)
        there = len(lake.store.present(table, expired))
        if there:  # else nothing: a clearing commits twice, even where all is cleared
            delta.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True)
        return there

    return lake.commit(table, clear)


def export(lake: DeltaLake, table: str, path: Path, *, night: date | None = None, as_of: date | None = None) -> int:
    """Write a table to a .parquet, .csv or .jsonl file, whole or not at all; return how many rows it has.

    `night` takes what that night wrote; `as_of` the state as after that night. Raises SettingsError where `path`
    cannot be written and LakeError as `DeltaLake.read` does.
    """
    find(table)
    files.check(path)
    seen = lake if as_of is None else lake.at(as_of)
    wanted = seen.read(table, nights=None if night is None else (night, night))
    with lake.store.telling(f"read {table} of"):
        rows = wanted.collect()
    files.write((rows, path))
    return rows.height
