"""Mend the damaged files of a lake, or set them aside, so that the lake can be used again. Nothing is deleted.

    the backup has the same file               ─▶ put back, bit for bit
    a log that the newest version needs        ─▶ written again, from the sealed files that no other log names
    an old log, a checkpoint, a pointer to one ─▶ set aside, if the other logs are enough
    a file of data                             ─▶ set aside, and taken out of its table: its rows are lost, and counted

Damaged files go to the folder .aside of the lake, each under its name and the moment of the repair.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from riskscore import door
from riskscore.digests import sha256
from riskscore.errors import LakeError
from riskscore.lake import check, health, past, seals
from riskscore.lake.check import CHECKPOINT, COMMIT, DATA, HINT, OLD_COMMIT, OLD_DATA, ORPHAN, SEALS, Finding
from riskscore.lake.delta import DeltaLake
from riskscore.lake.protocol import STEP
from riskscore.lake.seals import LOG, Seal
from riskscore.lake.tables import NIGHT, RUN, TABLES, Table, conform
from riskscore.units import counted

ASIDE = ".aside"
"""Folder of a lake for the damaged files."""

Fetch = Callable[[str, str, Path], bool]
"""Puts a file of a table (table, file, target) back from a backup; False if the backup lacks it."""

_OF_LOG = (OLD_COMMIT, CHECKPOINT, HINT, COMMIT)

_ROUNDS = 6
"""How often the lake is checked again: a log that is mended shows what its table has, and so what else is wrong."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done about a finding; `lost` counts the rows that could not be saved. `done` is False if nothing was."""

    finding: Finding
    says: str
    lost: int = 0
    done: bool = True


@dataclass
class Repair:
    """One repair of a lake in a folder: `folder` of the lake, `aside` for damaged files, `fetch` from a backup."""

    lake: DeltaLake
    fetch: Fetch
    folder: Path
    aside: Path = field(init=False)
    _tried: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.aside = self.folder / ASIDE / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")

    def files(self) -> list[Mended]:
        """Mend what a check finds: from the backup first, and the log of each table before its files of data."""
        done, refused = list[Mended](), list[Mended]()
        for _ in range(_ROUNDS):
            left = self._ordered(check.files(self.lake))
            log = [finding for finding in left if finding.kind in _OF_LOG]
            tried = [self._put_back(finding) for finding in left if finding not in self._tried]
            if not any(each.done for each in tried):
                tried = [self._mended(finding) for finding in log or left]
                refused = [each for each in tried if not each.done]
            done += [each for each in tried if each.done]
            if not any(each.done for each in tried):
                break
        return done + refused

    def renew(self, table: str) -> None:
        """Set a whole table aside and create it anew, without rows."""
        target = self.aside / table / "whole"
        target.parent.mkdir(parents=True, exist_ok=True)
        if (self.folder / table).exists():
            shutil.move(self.folder / table, target)
        seals.replace(self.lake.store, table, {})
        DeltaLake.create(self.folder)

    def _ordered(self, found: Sequence[Finding]) -> list[Finding]:
        return sorted(
            found, key=lambda finding: (*_OF_LOG, DATA, OLD_DATA, SEALS, ORPHAN, check.TABLE).index(finding.kind)
        )

    def _put_back(self, finding: Finding) -> Mended:
        """Put a file, or what a lost table lacks, back from the backup; not `done` if the backup lacks it."""
        self._tried.append(finding)
        if finding.kind == check.TABLE:
            sealed, _ = seals.read(self.lake.store, finding.table)
            names = [*sealed, check.HINT_NAME]
            lost = [name for name in names if not (self.folder / finding.table / name).is_file()]
        else:
            lost = [finding.file] if finding.file and finding.kind != ORPHAN else []
        count = sum(self._restored(finding.table, file) for file in lost)
        return Mended(finding, f"put back from the backup: {counted(count, 'file')}", done=count > 0)

    def _restored(self, table: str, file: str) -> bool:
        with tempfile.TemporaryDirectory(dir=self.folder) as draft:
            copy = Path(draft) / "file"
            if not self.fetch(table, file, copy):
                return False
            self.set_aside(table, file)
            target = self.folder / table / file
            target.parent.mkdir(parents=True, exist_ok=True)
            copy.replace(target)
        return True

    def _mended(self, finding: Finding) -> Mended:
        """Mend without a backup."""
        ways: dict[str, Callable[[Finding], Mended | None]] = {
            SEALS: self._sealed,
            ORPHAN: lambda _: Mended(finding, "left as it is", done=False),
            OLD_DATA: self._let_go,
            DATA: self._taken_out,
            COMMIT: self._rewritten,
            **dict.fromkeys((OLD_COMMIT, CHECKPOINT, HINT), self._without),
        }
        mended = ways[finding.kind](finding) if finding.kind in ways else None
        return mended or Mended(finding, "cannot be mended without a backup that has it (--from)", done=False)

    def _sealed(self, finding: Finding) -> Mended:
        """Write the seals that can be read anew, and add those that are missing."""
        sealed, _ = seals.read(self.lake.store, finding.table)
        self.set_aside(seals.FOLDER, f"{finding.table}.txt")
        seals.replace(self.lake.store, finding.table, sealed)
        check.files(self.lake)
        return Mended(finding, "the others are kept, and missing ones were made again")

    def _let_go(self, finding: Finding) -> Mended:
        """Set aside a file that the newest version does not need."""
        self.set_aside(finding.table, finding.file or "")
        self._forget(finding.table, finding.file or "")
        return Mended(finding, "set aside; only past states of the table need it")

    def set_aside(self, table: str, file: str) -> None:
        """Move a file of a table, or what is in its place, to the folder for damaged files."""
        path = self.folder / table / file
        if os.path.lexists(path):
            target = self.aside / table / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)

    def _without(self, finding: Finding) -> Mended | None:
        """Set aside a file of the log that the others make up for; None if they do not."""
        file = finding.file or ""
        if finding.kind == CHECKPOINT:
            kept = _versions(self.folder / finding.table, "json")
            others = _versions(self.folder / finding.table, "checkpoint.parquet") - {int(Path(file).name[:20])}
            if not kept or set(range(max(others, default=-1) + 1, max(kept) + 1)) - kept:
                return None
        self.set_aside(finding.table, file)
        if finding.kind == CHECKPOINT:
            self.set_aside(finding.table, f"{LOG}/_last_checkpoint")
        self._forget(finding.table, file)
        if finding.kind == OLD_COMMIT:
            self._shorten(finding)
        elif check.is_readable(self.lake, finding.table):
            delta = self.lake.snapshot(finding.table)
            if delta is not None:
                delta.create_checkpoint()
                seals.add(self.lake.store, finding.table, [f"{LOG}/{delta.version():020}.checkpoint.parquet"])
        return Mended(finding, "set aside; the newest version of the table does not need it")

    def _shorten(self, finding: Finding) -> None:
        """Set aside the log before a gap, too: a log must not have one."""
        gap = int(Path(finding.file or "").name[:20])
        for version in _versions(self.folder / finding.table, "json"):
            if version < gap:
                self.set_aside(finding.table, seals.log_name(version))
                self._forget(finding.table, seals.log_name(version))

    def _rewritten(self, finding: Finding) -> Mended | None:
        """Write the log of a commit again; None if that is not possible."""
        table, file = finding.table, finding.file or ""
        version = int(Path(file).name[:20])
        folder = self.folder / table
        text = b""
        with contextlib.suppress(OSError):  # missing, or no file any more
            text = door.read(folder / file)
        if b'"remove"' in text or b"OPTIMIZE" in text:
            return None
        if version == 0 and _versions(folder, "checkpoint.parquet"):
            return None
        sealed, _ = seals.read(self.lake.store, table)
        named = _named(folder, except_for=version)
        sound = [name for name, seal in sealed.items() if name not in named and _is_sound(folder, name, seal)]
        self.set_aside(table, file)
        self._write_log(table, version, [])
        if not check.is_readable(self.lake, table):
            return Mended(finding, "written again without its files, which other damage hides")
        # Files that a lost compaction merged have rows that the table has already: they must not come twice.
        present = health.as_text(self.lake.read(table).collect(), TABLES[table]).implode()
        own = [
            name
            for name in sound
            if not health.as_text(_rows(TABLES[table], folder, name), TABLES[table]).is_in(present).all()
        ]
        self._write_log(table, version, own)
        return Mended(finding, f"written again, with {len(own)} of its files")

    def _write_log(self, table: str, version: int, names: Sequence[str]) -> None:
        folder = self.folder / table
        lines = _commit(TABLES[table], folder, version, names)
        (folder / LOG).mkdir(exist_ok=True)
        draft = folder / LOG / f"{version}.part"
        draft.write_text("\n".join(json.dumps(line) for line in lines) + "\n", "utf-8")
        draft.replace(folder / seals.log_name(version))
        seals.add(self.lake.store, table, [seals.log_name(version)])

    def _taken_out(self, finding: Finding) -> Mended:
        """Take a file out of its table."""
        self.set_aside(finding.table, finding.file or "")
        try:
            self.lake.commit(finding.table, lambda delta: delta.repair(dry_run=False))
        except (LakeError, DeltaError) as refused:
            return Mended(finding, f"set aside, but the table cannot be written: {refused}", done=False)
        self._forget(finding.table, finding.file or "")
        lost = finding.rows or 0
        return Mended(finding, f"set aside, with {lost:,} rows", lost)

    def _forget(self, table: str, file: str) -> None:
        sealed, _ = seals.read(self.lake.store, table)
        sealed.pop(file, None)
        seals.replace(self.lake.store, table, sealed)


def of(lake: DeltaLake, fetch: Fetch | None = None) -> Repair:
    """Begin a repair. Raises LakeError for a lake at an address, whose store has versions and copies of its own."""
    if lake.store.local is None:
        raise LakeError(f"the lake at {lake.uri} is not in a folder; restore its files with the tools of its store")
    return Repair(lake, fetch or (lambda *_: False), lake.store.local)


def _versions(folder: Path, ending: str) -> set[int]:
    return {int(path.name[:20]) for path in (folder / LOG).glob(f"{'[0-9]' * 20}.{ending}")}


def _named(folder: Path, except_for: int) -> set[str]:
    """The files that the logs and checkpoints of a table add or remove, but for one version."""
    names: set[str] = set()
    for version in _versions(folder, "json") - {except_for}:
        for entry in seals.entries(folder / seals.log_name(version)):
            names |= {str(entry[what].get("path")) for what in ("add", "remove") if what in entry}
    for version in _versions(folder, "checkpoint.parquet"):
        actions = pl.read_parquet(folder / LOG / f"{version:020}.checkpoint.parquet", columns=["add", "remove"])
        for what in ("add", "remove"):
            names |= set(actions[what].struct.field("path").drop_nulls())
    return names


def _is_sound(folder: Path, name: str, seal: Seal) -> bool:
    path = folder / name
    if name.startswith(LOG) or not path.is_file():
        return False
    return path.stat().st_size == seal.size and sha256(path) == seal.sha256


def _rows(table: Table, folder: Path, name: str) -> pl.DataFrame:
    """The rows of a file of data, as the table has them."""
    rows = pl.read_parquet(folder / name, hive_partitioning=False)
    night = date.fromisoformat(name.removeprefix(f"{NIGHT}=").split("/")[0]) if table.by_night else None
    return conform(table, rows.select(set(rows.columns) & set(table.columns)), night=night)


def _commit(table: Table, folder: Path, version: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """The actions of a commit that added the files `names`, as far as these tell."""
    lines: list[dict[str, Any]] = []
    runs: list[int] = []
    nights: list[str] = []
    for name in sorted(names):
        rows = _rows(table, folder, name)
        night = str(rows[NIGHT].max()) if table.by_night else None
        nights.append(str(rows[NIGHT].max()))
        runs += [rows[RUN].max()] if rows[RUN].count() else []  # type: ignore[list-item]
        add = {
            "path": name,
            "partitionValues": {NIGHT: night} if night else {},
            "size": (folder / name).stat().st_size,
            "modificationTime": int((folder / name).stat().st_mtime * 1000),
            "dataChange": True,
            "stats": json.dumps({"numRecords": rows.height}),
        }
        lines.append({"add": add})
    if runs:
        lines.append({"txn": {"appId": STEP, "version": max(runs)}})
    if version == 0:
        lines = _first(table) + lines
    info = {"timestamp": int(datetime.now(UTC).timestamp() * 1000), "operation": "WRITE", "operationParameters": {}}
    return [*lines, {"commitInfo": info | {past.TAG: max(nights, default=None), "repaired": True}}]


def _first(table: Table) -> list[dict[str, Any]]:
    """The protocol and the metadata of a new table."""
    with tempfile.TemporaryDirectory() as folder:
        DeltaTable.create(
            folder,
            schema=table.empty().to_arrow().schema,
            partition_by=table.partition,
            name=table.name,
            description=table.row,
        )
        entries = seals.entries(Path(folder) / seals.log_name(0))
    return [entry for entry in entries if "protocol" in entry or "metaData" in entry]
