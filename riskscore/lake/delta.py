"""A lake of Delta tables, read lazily, appended to whole or not at all, each nightly step exactly once.

An append with a run carries the transaction (step, run). A second one of the same number is not made, even where two
processes try at once: one of them meets the other's commit, looks again, and leaves.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from riskscore.errors import LakeError
from riskscore.lake import fields, past
from riskscore.lake.protocol import STEP
from riskscore.lake.store import Store
from riskscore.lake.tables import MARK, NIGHT, TABLES, Table, conform, find
from riskscore.settings import NONE, Settings

T = TypeVar("T")

ATTEMPTS = 14
"""Commits that are tried, each of them several times by Delta Lake itself, before a writer gives up."""

_FIRST_WAIT, _LONGEST_WAIT = 0.05, 2.0

_GROWS = {"delta.checkpointInterval": "20"}
_REWRITTEN = _GROWS | {
    "delta.enableExpiredLogCleanup": "false",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}
"""A table that is written anew is seen again by its versions, so its log remembers all of them; see past.py."""


class _Table(DeltaTable):
    """A Delta table whose local files have their plain names, which Polars opens, not those of an address."""

    def file_uris(self, *filters: Any, **options: Any) -> list[str]:
        """Names of the files of this version."""
        return [name if "://" in name else unquote(name) for name in super().file_uris(*filters, **options)]


class DeltaLake:
    """A lake as `protocol.Lake` describes it, in Delta tables on a store."""

    def __init__(self, store: Store, night: date | None = None, settings: Settings = NONE) -> None:
        self.store = store
        self.night = night
        self.settings = settings

    def __repr__(self) -> str:
        return f"DeltaLake({self.store.uri!r})" + (f".at({self.night})" if self.night else "")

    @property
    def uri(self) -> str:
        """The folder or the address of the lake."""
        return self.store.uri

    def telling(self, doing: str) -> AbstractContextManager[None]:
        """Turn what the store refuses within the block into a LakeError that says what was being done."""
        return self.store.telling(doing)

    @classmethod
    def create(cls, uri: str | Path) -> DeltaLake:
        """Make a lake, or what is missing of one; what is there stays as it is.

        Raises LakeError where other things and no lake are in that place, or its store refuses.
        """
        lake = cls(Store.of(uri))
        lake.store.check_readable()
        with lake.store.telling("make"):
            strays = sorted(lake.store.entries() - set(TABLES))
            if strays and not lake._made():
                shown = ", ".join(strays[:3]) + (" ..." if len(strays) > 3 else "")
                raise LakeError(
                    f"{lake.store.uri} is no lake and is not empty: {shown} {'is' if len(strays) == 1 else 'are'} "
                    "there; name a new or empty folder"
                )
        for table in TABLES.values():
            lake._create(table)
        return lake

    @classmethod
    def open(cls, uri: str | Path, settings: Settings = NONE) -> DeltaLake:
        """Open the lake at `uri`. Raises LakeError where none is, or its store refuses."""
        lake = cls(Store.of(uri), settings=settings)
        lake.store.check_readable()
        with lake.store.telling("open"):
            if not lake._made():
                raise LakeError(f"there is no lake at {lake.store.uri}; `riskscore lake init` makes one")
        return lake

    def at(self, night: date) -> DeltaLake:
        """The lake as after `night`, to be read only: what nights up to and with that one wrote."""
        return DeltaLake(self.store, night, self.settings)

    def read(
        self, table: str, *, columns: Sequence[str] | None = None, nights: tuple[date, date] | None = None
    ) -> pl.LazyFrame:
        """Read a table as it is now, or as after the night of `at`: its declared columns, or those named.

        `nights` are the first and the last night whose rows are wanted; only their files are opened. A column that
        the table got later is null in older rows. Raises LakeError where the state is no longer there.
        """
        declared = find(table)
        delta = self.snapshot(table)
        if delta is None:
            rows = declared.empty().lazy()
        else:
            with self.store.telling(f"read {table} of"):
                rows = _conformed(pl.scan_delta(delta), declared)
        for first, last in [nights] if nights else []:
            rows = rows.filter(pl.col(NIGHT).is_between(first, last))
        if self.night is not None and declared.grows:
            rows = rows.filter(pl.col(NIGHT) <= self.night)
        wanted = self.columns(table) if columns is None else list(columns)
        if table == fields.TABLE:
            rows = fields.unpacked(rows, self.settings, wanted)
        return rows.select(wanted)

    def columns(self, table: str) -> list[str]:
        """The columns of a table, as `read` gives them."""
        declared = list(find(table).columns)
        own = fields.names(self.settings) if table == fields.TABLE else []
        return [name for name in declared if name != fields.OWN] + own if own else declared

    def append(
        self,
        table: str,
        frame: pl.DataFrame,
        *,
        run: int | None = None,
        night: date | None = None,
        step: str = STEP,
    ) -> bool:
        """Append rows, all or none; return whether it was done.

        With `run` it is done once: False, and nothing written, where `step` of that run or of a later one is in the
        table already. An empty frame counts too. `run` and `night` fill these columns where the frame lacks them. Other
        writers may be at work; their commits and this one all succeed. Raises LakeError as `conform` does, where
        the store refuses, and where conflicts do not end.
        """
        rows = fields.packed(frame, self.settings) if table == fields.TABLE else frame
        rows = conform(find(table), rows, night=night, run=run)
        return self._write(table, rows, "append", night or _last(rows), None if run is None else (step, run))

    def overwrite(self, table: str, frame: pl.DataFrame, *, run: int, night: date, step: str = STEP) -> bool:
        """Write a table anew, as a whole, once for each run; as `append` otherwise.

        Raises LakeError for a table that grows: rows of these stay.
        """
        declared = find(table)
        if declared.grows:
            raise LakeError(f"rows of the table {table} stay as they are; append to it")
        rows = conform(declared, frame, night=night, run=run)
        return self._write(table, rows, "overwrite", night, (step, run))

    def done(self, table: str, run: int, *, step: str = STEP) -> bool:
        """Whether `step` of this run, or of a later one, is in the table."""
        return _has(self.snapshot(table), step, run)

    def version(self, table: str) -> int | None:
        """Number of the table's version, or None where it has none yet."""
        delta = self.snapshot(table)
        return None if delta is None else delta.version()

    def snapshot(self, table: str) -> DeltaTable | None:
        """The table as Delta Lake has it: now, or as after the night of `at`; None where it had not begun."""
        declared = find(table)
        with self.store.telling(f"read {table} of"):
            try:
                delta = _Table(self.store.table(table), storage_options=self.store.options)
            except TableNotFoundError:
                return None
            if self.night is None or declared.grows:
                return delta
            version = past.version_after(delta.history(), self.night)
            if version is None:
                return None
            delta.load_as_version(version)
        return self._complete(delta, table)

    def _complete(self, delta: DeltaTable, table: str) -> DeltaTable:
        """`delta`, a past version, whose files are all there still."""
        names = pl.DataFrame(delta.get_add_actions().select(["path"]))["path"].to_list()
        gone = len(names) - len(self.store.present(table, names))
        if gone:
            raise LakeError(
                f"the table {table} as after {self.night} can no longer be read: {gone:,} of its {len(names):,} files "
                "were cleared away by `riskscore lake compact`, which keeps the past for as long as --keep-days says"
            )
        return delta

    def _made(self) -> bool:
        return DeltaTable.is_deltatable(self.store.table(MARK), self.store.options)

    def _create(self, table: Table) -> DeltaTable:
        with self.store.telling(f"make {table.name} in"):
            return DeltaTable.create(
                self.store.table(table.name),
                schema=table.empty().to_arrow().schema,
                mode="ignore",
                partition_by=table.partition,
                name=table.name,
                description=table.row,
                configuration=_GROWS if table.grows else _REWRITTEN,
                storage_options=self.store.options,
            )

    def _write(
        self,
        name: str,
        rows: pl.DataFrame,
        mode: Literal["append", "overwrite"],
        night: date | None,
        once: tuple[str, int] | None,
    ) -> bool:
        """Commit `rows`, marked as of `night`; `once` is the step and run that must not be in the table yet."""
        marks: dict[str, str | int | None] = {past.TAG: night.isoformat() if night else None}
        properties = CommitProperties(
            custom_metadata=marks | {"run": once[1] if once else None},
            app_transactions=[Transaction(*once)] if once else None,
        )

        def commit(delta: DeltaTable) -> bool:
            if once is not None and _has(delta, *once):
                return False
            known = {field.name for field in delta.schema().fields}
            write_deltalake(
                delta,
                rows,
                mode=mode,
                schema_mode=None if known == set(rows.columns) else "merge",
                commit_properties=properties,
            )
            return True

        return self.commit(name, commit)

    def commit(self, name: str, change: Callable[[DeltaTable], T]) -> T:
        """Make `change` to the newest version of a table; again, on a newer one, where another writer was faster.

        Raises LakeError where the store refuses, and where conflicts do not end.
        """
        if self.night is not None:
            raise LakeError(f"the lake as after {self.night} is past; only the present can be written to")
        table = find(name)
        for wait in _waits():
            delta = self.snapshot(name) or self._create(table)
            with self.store.telling(f"write {name} of"):
                try:
                    return change(delta)
                except CommitFailedError:
                    time.sleep(wait)
        raise LakeError(
            f"the table {name} of the lake at {self.store.uri} could not be written: other writers were faster "
            f"{ATTEMPTS} times; try again when they are done"
        )


def _has(delta: DeltaTable | None, step: str, run: int) -> bool:
    last = None if delta is None else delta.transaction_version(step)
    return last is not None and last >= run


def _last(rows: pl.DataFrame) -> date | None:
    """The last night that wrote any of `rows`."""
    night = rows[NIGHT].max()
    return night if isinstance(night, date) else None


def _waits() -> Iterator[float]:
    """Seconds to wait after each failed attempt: longer and longer, and never the same for two writers."""
    for attempt in range(ATTEMPTS):
        yield min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT) * random.uniform(0.5, 1.5)  # noqa: S311  no secret


def _conformed(rows: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """Rows with every declared column in its type; those that the files lack are null."""
    found = rows.collect_schema()
    changed = [
        pl.col(name).cast(dtype) if name in found else pl.lit(None, dtype).alias(name)
        for name, dtype in table.columns.items()
        if found.get(name) != dtype
    ]
    return rows.with_columns(changed) if changed else rows
