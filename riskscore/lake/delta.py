"""A lake of Delta tables: read lazily, appended to completely or not at all, each nightly step exactly once.

An append with a run has the transaction (step, run) in its commit. A second commit with the same number is not made,
even if two processes try at once: one of them meets the other's commit, checks again, and stops.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import unquote

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from riskscore import export
from riskscore.errors import DamageError, LakeError
from riskscore.lake import damage, fields, past, seals
from riskscore.lake.protocol import REWRITE, STEP, TURN
from riskscore.lake.store import ATTEMPTS, Store, again, is_passing, waits
from riskscore.lake.tables import MARK, NIGHT, TABLES, Table, conform, find
from riskscore.settings import NONE, Settings
from riskscore.units import counted

T = TypeVar("T")

LOG_KEPT = "delta.logRetentionDuration"
"""The property of a table that says how old its log may become."""

_GROWS = {"delta.checkpointInterval": "20", LOG_KEPT: "interval 2 days"}
_REWRITTEN = {
    "delta.checkpointInterval": "20",
    "delta.enableExpiredLogCleanup": "false",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}
"""Past states of a rewritten table are its versions, so only `compact` shortens its log; see past.py."""


_CLEARED = "deleted by `riskscore lake compact`, which keeps old files for --keep-days"


class _Table(DeltaTable):
    """A Delta table whose local files have plain names, which Polars can open, instead of escaped ones."""

    def file_uris(self, *filters: Any, **options: Any) -> list[str]:
        """Return the names of the files of this version."""
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
        """The folder or address of the lake."""
        return self.store.uri

    def wrap_errors(self, doing: str) -> AbstractContextManager[None]:
        """Turn errors of the store in the block into a LakeError: cannot `doing` the lake at ..."""
        return self.store.wrap_errors(doing)

    @classmethod
    def create(cls, uri: str | Path) -> DeltaLake:
        """Create a lake at `uri`, or the missing tables of one; existing tables stay unchanged.

        Raises LakeError if the place has other files but no lake, or its store refuses.
        """
        lake = cls(Store.of(uri))
        lake.store.check_readable()
        if lake.store.local is not None:
            export.check_into(lake.store.local)
        with lake.store.wrap_errors("create"):
            strays = sorted(lake.store.entries() - {*TABLES, seals.FOLDER})  # a creation may have been killed
            if strays and not lake._exists():
                shown = ", ".join(strays[:3]) + (" ..." if len(strays) > 3 else "")
                raise LakeError(
                    f"{lake.store.uri} is not a lake and is not empty: {shown} {'is' if len(strays) == 1 else 'are'} "
                    "there; name a new or empty folder"
                )
        for table in TABLES.values():
            lake._create(table)
        return lake

    @classmethod
    def open(cls, uri: str | Path, settings: Settings = NONE) -> DeltaLake:
        """Open the lake at `uri`. Raises LakeError if there is none or its store refuses."""
        lake = cls(Store.of(uri), settings=settings)
        lake.store.check_readable()
        with lake.store.wrap_errors("open"):
            if not lake._exists():
                raise LakeError(f"there is no lake at {lake.store.uri}; create one with `riskscore lake init`")
        return lake

    def at(self, night: date) -> DeltaLake:
        """Return the lake as it was after `night`, read-only: what nights up to and including that one wrote."""
        return DeltaLake(self.store, night, self.settings)

    def read(
        self, table: str, *, columns: Sequence[str] | None = None, nights: tuple[date, date] | None = None
    ) -> pl.LazyFrame:
        """Read the declared columns of a table, or `columns`, as it is now or was after the night of `at`.

        `nights` (first, last) limits the rows to those that these nights wrote; only their files are opened. A column
        that was added to the table later is null in older rows. Raises LakeError if that past state has been deleted.
        """
        declared = find(table)
        delta = self.snapshot(table)
        if delta is None:
            rows = declared.empty().lazy()
        else:
            with self.store.wrap_errors(f"read {table} of"):
                self._check_present(delta, table, nights)
                rows = _conformed(pl.scan_delta(delta), declared)
        for first, last in [nights] if nights else []:
            rows = rows.filter(pl.col(NIGHT).is_between(first, last))
        if self.night is not None and declared.grows:
            rows = rows.filter(pl.col(NIGHT) <= self.night)
        wanted = self.columns(table) if columns is None else list(columns)
        if table == fields.TABLE:
            rows = fields.unpack(rows, self.settings, wanted)
        return rows.select(wanted)

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table, as `read` gives them."""
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
        turn: int | None = None,
    ) -> bool:
        """Append rows, all or none; return whether they were written.

        With `run` this is done once: if `step` of that run or of a later one is in the table already, nothing is
        written and the result is False. An empty frame counts too. `run` and `night` fill these columns if the frame
        lacks them. With `turn`, nothing is written either if somebody has taken a turn since. Other writers may be at
        work: their commits and this one all succeed. Raises LakeError as `conform` does, if the store refuses, or if
        other writers are faster ATTEMPTS times.
        """
        rows = fields.pack(frame, self.settings) if table == fields.TABLE else frame
        rows = conform(find(table), rows, night=night, run=run)
        once = ([] if run is None else [(step, run)]) + ([] if turn is None else [(TURN, turn + 1)])
        return self._write(table, rows, "append", night or _last(rows), once)

    def overwrite(self, table: str, frame: pl.DataFrame, *, run: int, night: date, step: str = STEP) -> bool:
        """Replace all rows of a table, once per run; otherwise like `append`.

        Raises LakeError for a table that only grows.
        """
        declared = find(table)
        if declared.grows:
            raise LakeError(f"rows of the table {table} cannot be replaced; append to it")
        rows = conform(declared, frame, night=night, run=run)
        return self._write(table, rows, "overwrite", night, [(step, run)])

    def done(self, table: str, run: int, *, step: str = STEP) -> bool:
        """Whether `step` of this run, or of a later one, is in the table."""
        return _has(self.snapshot(table), step, run)

    def turn(self, table: str) -> int:
        """The number of turns that writers have taken on a table; see turns.py."""
        delta = self.snapshot(table)
        return 0 if delta is None else delta.transaction_version(TURN) or 0

    def version(self, table: str) -> int | None:
        """Return the number of the table's version; None if the table does not exist yet."""
        delta = self.snapshot(table)
        return None if delta is None else delta.version()

    def snapshot(self, table: str) -> DeltaTable | None:
        """Return the Delta table as it is now or was after the night of `at`; None if it did not exist yet."""
        declared = find(table)
        damage.remember(self.store, table)
        with self.store.wrap_errors(f"read {table} of"):
            try:
                delta = again(lambda: _Table(self.store.table(table), storage_options=self.store.options))
            except TableNotFoundError:
                return None
            if self.night is None or declared.grows:
                return delta
            history = delta.history()
            version = past.version_after(history, self.night)
            if version is None and history and history[-1]["version"] > 0:
                raise LakeError(f"the table {table} as it was after {self.night} can no longer be read: {_CLEARED}")
            if version is None:
                return None
            delta.load_as_version(version)
        return self._check_complete(delta, table)

    def _check_present(self, delta: DeltaTable, table: str, nights: tuple[date, date] | None) -> None:
        """Raise LakeError if a file that will be read is missing in the folder of the lake."""
        if self.store.local is None:
            return
        names = pl.DataFrame(delta.get_add_actions().select(["path"]))["path"].to_list()
        folder = self.store.local / table
        missing = [name for name in names if _may_have(name, nights) and not (folder / name).is_file()]
        if missing:
            raise DamageError(
                f"the lake at {self.uri} is damaged: {counted(len(missing), 'file')} of the table {table} "
                f"{'is' if len(missing) == 1 else 'are'} missing; see `riskscore lake check`"
            )

    def _check_complete(self, delta: DeltaTable, table: str) -> DeltaTable:
        """Return `delta`, a past version. Raises LakeError if any of its files was deleted."""
        names = pl.DataFrame(delta.get_add_actions().select(["path"]))["path"].to_list()
        deleted = len(names) - len(self.store.present(table, names))
        if deleted:
            raise LakeError(
                f"the table {table} as it was after {self.night} can no longer be read: {deleted:,} of its "
                f"{len(names):,} files: {_CLEARED}"
            )
        return delta

    def _exists(self) -> bool:
        return DeltaTable.is_deltatable(self.store.table(MARK), self.store.options)

    def _create(self, table: Table) -> DeltaTable:
        with self.store.wrap_errors(f"create {table.name} in"):
            is_new = not DeltaTable.is_deltatable(self.store.table(table.name), self.store.options)
            created = DeltaTable.create(
                self.store.table(table.name),
                schema=table.empty().to_arrow().schema,
                mode="ignore",
                partition_by=table.partition,
                name=table.name,
                description=table.row,
                configuration=_GROWS if table.grows else _REWRITTEN,
                storage_options=self.store.options,
            )
            if is_new or (created.version() == 0 and not seals.read(self.store, table.name)[0]):  # or killed before
                seals.add_commits(self.store, table.name, -1)
            return created

    def _write(
        self,
        name: str,
        rows: pl.DataFrame,
        mode: Literal["append", "overwrite"],
        night: date | None,
        once: Sequence[tuple[str, int]],
    ) -> bool:
        """Commit `rows`, tagged with `night`; `once` are the steps and numbers that must not be in the table yet."""
        marks: dict[str, str | int | None] = {past.TAG: night.isoformat() if night else None}
        properties = CommitProperties(
            custom_metadata=marks | {"run": next((number for step, number in once if step != TURN), None)}
        )

        def commit(delta: DeltaTable) -> bool:
            if any(_has(delta, *step) for step in once):
                return False
            turns = [(REWRITE, rewrites(delta) + 1)] if mode == "overwrite" else []
            properties.app_transactions = [Transaction(*step) for step in (*once, *turns)] or None
            present = {field.name for field in delta.schema().fields}
            write_deltalake(
                delta,
                rows,
                mode=mode,
                schema_mode=None if present == set(rows.columns) else "merge",
                commit_properties=properties,
            )
            return True

        return self.commit(name, commit)

    def commit(self, name: str, change: Callable[[DeltaTable], T]) -> T:
        """Apply `change` to the newest version of a table, and again if another writer was faster.

        Returns what `change` returns. Raises LakeError if the store refuses or other writers are faster ATTEMPTS times.
        """
        if self.night is not None:
            raise LakeError(f"this is the lake as it was after {self.night}; only its present state can be written to")
        table = find(name)
        for wait in waits():
            delta = self.snapshot(name) or self._create(table)
            with self.store.wrap_errors(f"write {name} of"):
                before = delta.version()
                try:
                    result = change(delta)
                except (DeltaError, OSError) as refused:
                    if not is_passing(refused):
                        raise
                    time.sleep(wait)
                else:
                    seals.add_commits(self.store, name, before)
                    return result
        raise LakeError(
            f"the table {name} of the lake at {self.store.uri} could not be written: other writers were faster "
            f"{ATTEMPTS} times; try again when they are done"
        )


def _may_have(name: str, nights: tuple[date, date] | None) -> bool:
    """Whether a file may have rows of the nights from first to last."""
    night = name.removeprefix(f"{NIGHT}=").split("/")[0] if name.startswith(f"{NIGHT}=") else None
    return nights is None or night is None or str(nights[0]) <= night <= str(nights[1])


def rewrites(delta: DeltaTable) -> int:
    """The number of commits that replaced files of a table; of two with the same number, only one succeeds."""
    return delta.transaction_version(REWRITE) or 0


def _has(delta: DeltaTable | None, step: str, run: int) -> bool:
    last = None if delta is None else delta.transaction_version(step)
    return last is not None and last >= run


def _last(rows: pl.DataFrame) -> date | None:
    """Return the last night that wrote any of `rows`."""
    night = rows[NIGHT].max()
    return night if isinstance(night, date) else None


def _conformed(rows: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """Return `rows` with every declared column in its type; columns that the files lack are null."""
    present = rows.collect_schema()
    changed = [
        pl.col(name).cast(dtype) if name in present else pl.lit(None, dtype).alias(name)
        for name, dtype in table.columns.items()
        if present.get(name) != dtype
    ]
    return rows.with_columns(changed) if changed else rows
