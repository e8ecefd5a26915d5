"""Find what is damaged in the files of a lake: missing, cut off or changed files of data and of the log.

Sizes come from the log of each table and checksums from the seals, so that no row is decoded. A file without a seal is
read once and sealed. At an address, only missing files and wrong sizes are found: a store keeps checksums of its own.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from riskscore import door, progress, tree
from riskscore.errors import LakeError
from riskscore.lake import health, seals
from riskscore.lake.delta import DeltaLake
from riskscore.lake.protocol import Lake
from riskscore.lake.seals import LOG, Seal
from riskscore.lake.store import Store
from riskscore.lake.tables import TABLES
from riskscore.settings import NONE, Settings

DATA, OLD_DATA, COMMIT, OLD_COMMIT = "data", "old data", "log", "old log"
CHECKPOINT, HINT = "checkpoint", "last checkpoint"
TABLE, SEALS, ORPHAN = "table", "seals", "orphan"
"""Kinds of findings: a file of data; of the log, which the newest version needs or not; and so on."""

HINT_NAME = f"{LOG}/_last_checkpoint"
"""The pointer to the last checkpoint; it has no seal."""

_VERSION = re.compile(r"(\d{20})\.(json|checkpoint\.parquet)")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `kind`, the table and file that it concerns, the rows that are in it, and a sentence.

    `night` is the night of the file, if it has one.
    """

    kind: str
    table: str
    file: str | None
    says: str
    rows: int | None = None
    night: str | None = None


def files(lake: DeltaLake, *, quick: bool = False) -> list[Finding]:
    """Check the files of every table; with `quick`, only that they are there and have their size.

    Files without a seal that can be read are sealed. Raises LakeError if the store refuses.
    """
    found = []
    folder = lake.store.local
    for table in TABLES:
        progress.step(f"checking {table}")
        sealed, broken = seals.read(lake.store, table)
        if folder and not sealed and (folder / seals.FOLDER).is_dir() and (folder / table).is_dir():
            found.append(Finding(SEALS, table, None, f"the checksums of {table} are lost; its files get new ones"))
        if broken:
            found.append(Finding(SEALS, table, None, f"{broken:,} checksums of {table} cannot be read"))
        log = list(_log(lake, table, sealed, quick=quick))
        waits = _what_waits(lake, table)
        if waits and not log:
            found.append(Finding(TABLE, table, None, f"the log of {table} has {waits}, which is no file"))
        found += log + ([] if waits else list(_data(lake, table, sealed, quick=quick, log_is_whole=not log)))
    return found


def can_be_opened(lake: DeltaLake) -> bool:
    """Whether opening the tables ends: it would wait for ever at a pipe or a device in a log."""
    return not any(_what_waits(lake, table) for table in TABLES)


def _what_waits(lake: DeltaLake, table: str) -> str | None:
    log = None if lake.store.local is None else lake.store.local / table / LOG
    for path in log.iterdir() if log is not None and log.is_dir() else ():
        if path.is_fifo() or path.is_char_device() or path.is_socket() or path.is_block_device():
            return path.name
    return None


def _log(lake: DeltaLake, table: str, sealed: dict[str, Seal], *, quick: bool) -> Iterator[Finding]:
    """Check the log of a table in a folder."""
    if lake.store.local is None:
        return
    folder = lake.store.local / table
    if not (folder / LOG).is_dir():
        if sealed:
            yield Finding(TABLE, table, None, f"the table {table} has no log")
        return
    present: dict[str, list[int]] = {"json": [], "checkpoint.parquet": []}
    for path in (folder / LOG).iterdir():
        match = _VERSION.fullmatch(path.name)
        if match:
            present[match[2]].append(int(match[1]))
    commits, checkpoints = sorted(present["json"]), set(present["checkpoint.parquet"])
    hint = _hint(folder)
    if hint is None and checkpoints:
        yield Finding(HINT, table, HINT_NAME, f"the pointer to the last checkpoint of {table} cannot be read")
    sound = []
    for version in sorted(checkpoints | ({hint} if hint is not None else set())):
        name = f"{LOG}/{version:020}.checkpoint.parquet"
        why = seals.fault(folder / name, sealed.get(name), quick=quick)
        if why:
            yield Finding(CHECKPOINT, table, name, f"the checkpoint of version {version} of {table} {why}")
        else:
            sound.append(version)
    base = max(sound, default=-1)
    committed = [*commits, *_sealed_versions(sealed)]
    newest = max([*committed, base])
    # A log may have been shortened; that of a rewritten table is shortened only together with its seals.
    first = min(commits if TABLES[table].grows else committed, default=newest)
    start = min(first, base + 1) if sound else first if checkpoints or hint is not None else 0
    unsealed = []
    for version in range(start, newest + 1):
        name = seals.log_name(version)
        why = seals.fault(folder / name, sealed.get(name), quick=quick) if version in commits else seals.MISSING
        if not why and name not in sealed:
            unsealed.append(name)
        if why:
            kind = COMMIT if version > base else OLD_COMMIT
            yield Finding(kind, table, name, f"the log of version {version} of {table} {why}")
    seals.add(lake.store, table, unsealed)


def _sealed_versions(sealed: dict[str, Seal]) -> list[int]:
    matches = (_VERSION.search(name) for name in sealed)
    return [int(match[1]) for match in matches if match and match[2] == "json"]


def _hint(folder: Path) -> int | None:
    """The version of the last checkpoint, by the pointer to it; None if there is none or it is damaged."""
    with contextlib.suppress(ValueError, OSError, TypeError, KeyError):
        told = tree.load_json(door.read(folder / HINT_NAME))
        version = told["version"]
        if not isinstance(version, int) or not 0 <= version < 10**15:
            return None
        path = folder / LOG / f"{version:020}.checkpoint.parquet"
        return version if not path.is_file() or _fits(told, path) else None
    return None


def _fits(told: dict[str, Any], path: Path) -> bool:
    """Whether the pointer tells the sizes of its checkpoint; a damaged checkpoint is found by itself."""
    try:
        added = pl.read_parquet(path, columns=["add"])["add"].struct.field("path")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return True
    sizes = {"size": len(added), "sizeInBytes": path.stat().st_size, "numOfAddFiles": added.count()}
    return set(told) == {"version", *sizes} and all(told[name] == size for name, size in sizes.items())


def _data(
    lake: DeltaLake, table: str, sealed: dict[str, Seal], *, quick: bool, log_is_whole: bool
) -> Iterator[Finding]:
    """Check the files that the newest version of a table has."""
    try:
        delta = lake.snapshot(table)
        actions = [] if delta is None else _actions(delta)
    except (LakeError, DeltaError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        if log_is_whole:
            yield Finding(TABLE, table, None, f"the table {table} cannot be opened")
        return
    present = lake.store.present(table, [action["path"] for action in actions])
    unsealed, is_whole = [], log_is_whole
    for action in actions:
        name = action["path"]
        why = seals.MISSING if name not in present else _fault(lake, table, action, sealed.get(name), quick=quick)
        if why:
            is_whole = False
            where = f"{table}/{name}"
            night = re.search(r"night=(\d{4}-\d\d-\d\d)", name)
            yield Finding(DATA, table, name, f"{where} {why}", action["num_records"], night[1] if night else None)
        elif name not in sealed:
            unsealed.append(name)
    seals.add(lake.store, table, [] if quick else unsealed)
    if log_is_whole:
        yield from _old_data(lake, table, sealed, {action["path"] for action in actions}, quick=quick)
    if delta is not None and is_whole and not quick:
        yield from _orphans(lake, table, delta)


def _old_data(
    lake: DeltaLake, table: str, sealed: dict[str, Seal], needed: set[str], *, quick: bool
) -> Iterator[Finding]:
    """Check the files that only older versions of a table have: past states of the ledger are read from them."""
    for name, seal in sealed.items() if lake.store.local is not None else ():
        if name not in needed and not name.startswith(LOG):
            why = seals.fault(lake.store.local / table / name, seal, quick=quick)  # type: ignore[operator]
            if why:
                yield Finding(OLD_DATA, table, name, f"{table}/{name}, which only past states need, {why}")


def _actions(delta: DeltaTable) -> list[dict[str, Any]]:
    return pl.DataFrame(delta.get_add_actions().select(["path", "size_bytes", "num_records"])).to_dicts()


def _fault(lake: DeltaLake, table: str, action: dict[str, Any], seal: Seal | None, *, quick: bool) -> str | None:
    if lake.store.local is None:
        return None
    path = lake.store.local / table / action["path"]
    size = path.stat().st_size
    if size != action["size_bytes"]:
        return seals.cut(size, action["size_bytes"])
    return None if quick and seal is None else seals.fault(path, seal, quick=quick)


def _orphans(lake: DeltaLake, table: str, delta: DeltaTable) -> Iterator[Finding]:
    try:
        matter = health.unfinished(lake, TABLES[table], delta)
    except (LakeError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as refused:
        yield Finding(TABLE, table, None, f"the table {table} cannot be read: {refused}"[:300])
        return
    for name in matter:
        yield Finding(
            ORPHAN, table, name, f"{table}/{name} has rows that the table lacks; run the killed command again"
        )


def opened(uri: str | Path, settings: Settings = NONE) -> DeltaLake:
    """Open a lake that may be damaged. Raises LakeError if there is none."""
    try:
        return DeltaLake.open(uri, settings)
    except LakeError:
        store = Store.of(uri)
        if store.local is None or not (store.local / seals.FOLDER).is_dir():
            raise
        return DeltaLake(store, settings=settings)


def is_readable(lake: Lake, table: str) -> bool:
    """Whether all rows of a table can be read."""
    try:
        lake.read(table).collect()
    except (LakeError, OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return False
    return True
