"""Compact a lake, and export a table to a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

from riskscore import export as files
from riskscore import progress
from riskscore.lake import past, seals
from riskscore.lake.delta import LOG_KEPT, DeltaLake, rewrites
from riskscore.lake.protocol import REWRITE
from riskscore.lake.tables import NIGHT, TABLES, find

KEEP = timedelta(days=30)
"""How long files that the newest version does not need are kept: for running readers, and to read past states."""

_FEW = 20
"""A table with fewer versions keeps its whole log."""

_SMALL = 100 << 20
"""Bytes of a file that is not small any more."""

_AT_ONCE = 500_000
"""Rows that are merged in one commit; a single night may have more."""

_NIGHT = f"partition.{NIGHT}"
"""Column with the night of a file in what Delta Lake says of it."""

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
        merged, into = _merge(lake, name)
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


def _merge(lake: DeltaLake, table: str) -> tuple[int, int]:
    """Merge the small files of a table; return how many became how many."""
    merged = into = 0
    delta = lake.snapshot(table)
    for nights in [] if delta is None else _batches(_fragments(delta)):
        removed, added = lake.commit(table, partial(_rewrite, nights=nights))
        merged, into = merged + removed, into + added
    return merged, into


def _fragments(delta: DeltaTable) -> pl.DataFrame:
    """Return `night` (null in a table that has no nights), `files` and `rows` of what has several small files."""
    files = pl.DataFrame(delta.get_add_actions(flatten=True))
    night = pl.col(_NIGHT).cast(pl.Date) if _NIGHT in files.columns else pl.lit(None, pl.Date)
    each = files.group_by(night.alias(NIGHT)).agg(
        files=pl.len(), rows=pl.col("num_records").sum(), small=(pl.col("size_bytes") < _SMALL).sum()
    )
    return each.filter(pl.col("small") > 1).sort(NIGHT)


def _batches(fragments: pl.DataFrame) -> list[list[date | None]]:
    """Return nights that are merged in one commit: so many that their rows fit into memory, at least one."""
    numbered = fragments.with_columns(batch=(pl.col("rows").cum_sum() - pl.col("rows")) // _AT_ONCE)
    return [part[NIGHT].to_list() for part in numbered.partition_by("batch", maintain_order=True)]


def _rewrite(delta: DeltaTable, nights: list[date | None]) -> tuple[int, int]:
    """Merge the files of `nights` in one commit; return the number of files before and after.

    Delta Lake's own `optimize` does not notice that another one, or an overwrite, has just replaced the same files: the
    rows would be in the table twice. So this is an overwrite with a number that only one writer can use.
    """
    found = _fragments(delta).filter(pl.col(NIGHT).is_in(nights, nulls_equal=True))
    if found.is_empty():
        return 0, 0
    days = found[NIGHT].drop_nulls().to_list()
    rows = pl.scan_delta(delta)
    rows = rows.filter(pl.col(NIGHT).is_in(days)) if days else rows
    before = len(delta.file_uris())
    write_deltalake(
        delta,
        rows.collect(),
        mode="overwrite",
        predicate=f"{NIGHT} IN ({', '.join(f'DATE {str(day)!r}' for day in days)})" if days else None,
        commit_properties=CommitProperties(
            custom_metadata={past.MERGED: str(found.height)},
            app_transactions=[Transaction(REWRITE, rewrites(delta) + 1)],
        ),
    )
    delta.update_incremental()
    removed = int(found["files"].sum())
    return removed, len(delta.file_uris()) - before + removed


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
