"""Back up a lake in a folder, and restore it bit for bit. A backup is incremental and verified.

    BACKUP/files/3f/3f9a...        every file once, under its SHA-256
    BACKUP/states/20261201T....json   one backup: every file of the lake with its checksum, size and time

A second backup copies only files that the first one lacks. The logs of all tables are listed as they are at one moment,
and before the files of data, so that a night may run meanwhile: what it adds later is in the next backup. Otherwise a
backup could have the end of a run without its rows.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from riskscore import door, export, progress, refusals, tree
from riskscore.digests import sha256
from riskscore.errors import LakeError, SettingsError
from riskscore.lake import seals
from riskscore.lake.delta import DeltaLake
from riskscore.lake.repair import ASIDE
from riskscore.lake.seals import LOG
from riskscore.lake.tables import TABLES

_FILES, _STATES = "files", "states"

_DIGEST = re.compile(r"[0-9a-f]{64}")

_ATTEMPTS = 20
"""How often the logs are listed, or a backup begins again, because another process changed the logs meanwhile."""

_PRIVATE = 0o700
"""A backup has names and intelligence, so only its owner may read it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a lake: its name, SHA-256, size in bytes and time of change in nanoseconds."""

    name: str
    sha256: str
    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class State:
    """One backup: its name, the files of the lake in it, and how many of them and bytes were copied this time."""

    name: str
    entries: tuple[Entry, ...]
    copied: int = 0
    copied_bytes: int = 0


def back_up(lake: DeltaLake, backup: Path) -> State:
    """Back up `lake` into the folder `backup`, which may have earlier backups of it.

    Raises LakeError for a lake at an address, a file that differs from its seal (nothing is then added to the list of
    backups), a folder that is no backup, or logs that are changed all the time. Raises SettingsError if the disk
    refuses; what was copied is kept, and the next backup goes on from there.
    """
    folder = _folder(lake)
    with _writing(backup):
        _prepare(backup, folder)
        for _ in range(_ATTEMPTS):
            with contextlib.suppress(_ChangedError):
                return _back_up(lake, folder, backup)
    raise LakeError(f"the logs of the lake at {folder} were changed {_ATTEMPTS} times meanwhile; try again later")


@contextlib.contextmanager
def _writing(place: Path) -> Iterator[None]:
    """Raise SettingsError with the name of `place` if the system refuses to write there."""
    try:
        yield
    except OSError as refused:  # a full disk names no file
        if refused.filename is not None and not Path(refused.filename).is_relative_to(place):
            raise
        raise SettingsError(f"cannot write to {place}: {refusals.reason(refused)}") from refused


class _ChangedError(Exception):
    """The logs were changed while they were listed, or shortened before they were copied."""


def _back_up(lake: DeltaLake, folder: Path, backup: Path) -> State:
    before = {entry.name: entry for name in states(backup)[-1:] for entry in read(backup, name).entries}
    entries, copied, copied_bytes = list[Entry](), 0, 0
    for table, names in _parts(folder):
        progress.step(f"backing up {table or 'seals'}")
        sealed = seals.read(lake.store, table)[0] if table else {}
        for name in names:
            try:
                entry, is_new = _enter(folder, name, before.get(name), backup)
            except FileNotFoundError:  # deleted by a compaction meanwhile, so that no version needs it
                if (folder / name).exists():
                    raise
                if _is_commit(folder / name):  # what replaced it is not in the list
                    raise _ChangedError from None
                continue
            seal = sealed.get(name.partition("/")[2])
            if is_new and seal is not None and _is_fixed(name) and seal.sha256 != entry.sha256:
                raise LakeError(
                    f"{folder / name} is damaged, so no backup is made; see `riskscore lake check {folder}`"
                )
            entries.append(entry)
            copied += is_new
            copied_bytes += entry.size if is_new else 0
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    _write(backup / _STATES / f"{name}.json", {"files": [asdict(entry) for entry in entries]})
    return State(name, tuple(entries), copied, copied_bytes)


def _enter(folder: Path, name: str, known: Entry | None, backup: Path) -> tuple[Entry, bool]:
    """Return the entry of a file of the lake, and whether it was copied; `known` is its entry in the last backup."""
    path = folder / name
    status = path.stat()
    same = known is not None and (known.size, known.changed) == (status.st_size, status.st_mtime_ns)
    if known is not None and same and _is_fixed(name) and _stored(backup, known.sha256).exists():
        return known, False
    digest, is_new = _keep(path, backup)
    return Entry(name, digest, status.st_size, status.st_mtime_ns), is_new


def states(backup: Path) -> list[str]:
    """Return the names of the backups in a folder, oldest first. Raises LakeError if it is no folder of backups."""
    if not (backup / _STATES).is_dir() or not (backup / _FILES).is_dir():
        raise LakeError(f"there is no backup in {backup}; make one with `riskscore lake backup`")
    return sorted(path.stem for path in (backup / _STATES).glob("*.json"))


def read(backup: Path, name: str | None = None) -> State:
    """Return one backup, by default the last. Raises LakeError if there is none, or its list is damaged."""
    names = states(backup)
    if not names or (name is not None and name not in names):
        shown = f"it has {', '.join(names[-3:])}" if names else "it is empty"
        raise LakeError(f"the backup in {backup} has no state {name or ''}; {shown}")
    path = backup / _STATES / f"{name or names[-1]}.json"
    try:
        content = tree.load_json(door.read(path))
        entries = tuple(Entry(**entry) for entry in content["files"])
        is_whole = content["sha256"] == _digest(content["files"]) and all(map(_is_safe, entries))
    except (OSError, ValueError, TypeError, KeyError):
        is_whole, entries = False, ()
    if not is_whole:
        raise LakeError(f"the list of files {path} is damaged; name an earlier state")
    return State(path.stem, entries)


def verify(backup: Path, state: State) -> list[str]:
    """Return the names of the files of `state` that the backup lacks or that are damaged in it."""
    progress.step("verifying the backup")
    return [entry.name for entry in state.entries if not _is_kept(backup, entry)]


def restore(backup: Path, target: Path, name: str | None = None) -> State:
    """Write a lake as it was backed up into a new or empty folder: all files, or none.

    Raises LakeError if the backup is damaged or `target` is not empty, and SettingsError if the disk refuses.
    """
    export.check_into(target.parent)
    state = read(backup, name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise LakeError(f"{target} is there and not empty; name a new folder for the restored lake")
    draft = target.parent / f".{target.name}.{uuid.uuid4().hex}.part"
    with _writing(target.parent):
        draft.mkdir(parents=True, mode=_PRIVATE)
        try:
            progress.step("restoring")
            for entry in state.entries:
                path = draft / entry.name
                path.parent.mkdir(parents=True, exist_ok=True)
                put(backup, entry, path)
            if target.exists():
                target.rmdir()
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return state


def put(backup: Path, entry: Entry, path: Path) -> None:
    """Write one file of a backup to `path`. Raises LakeError if it is missing or damaged in the backup."""
    stored = _stored(backup, entry.sha256)
    if not stored.is_file():
        raise LakeError(f"the backup in {backup} lacks {entry.name}; nothing was restored")
    if _copy(stored, path) != entry.sha256 or sha256(path) != entry.sha256:
        raise LakeError(f"{entry.name} is damaged in the backup in {backup}; nothing was restored")
    os.utime(path, ns=(entry.changed, entry.changed))


def finder(backup: Path) -> Any:
    """Return a function for `repair`: it puts a file of a table back as the last backup that has it whole kept it."""
    found: dict[str, Entry] = {}
    for name in states(backup):
        found |= {entry.name: entry for entry in read(backup, name).entries}

    def fetch(table: str, file: str, target: Path) -> bool:
        entry = found.get(f"{table}/{file}")
        if entry is None or not _is_kept(backup, entry):
            return False
        put(backup, entry, target)
        return True

    return fetch


def _folder(lake: DeltaLake) -> Path:
    if lake.store.local is None:
        raise LakeError(f"the lake at {lake.uri} is not in a folder; back it up with the tools of its store")
    return lake.store.local


def _prepare(backup: Path, folder: Path) -> None:
    export.check_into(backup)
    if backup.resolve().is_relative_to(folder.resolve()):
        raise LakeError(f"the backup {backup} would be in the lake; name a folder outside, on another disk")
    if backup.is_dir() and any(path.name not in (_FILES, _STATES) for path in backup.iterdir()):
        states(backup)
    for part in (_FILES, _STATES):
        (backup / part).mkdir(parents=True, exist_ok=True, mode=_PRIVATE)


def _logs(folder: Path) -> dict[str, list[Path]]:
    """The files of the logs of all tables at one moment. Raises _ChangedError if they are changed all the time."""
    last: dict[str, list[Path]] | None = None
    for _ in range(_ATTEMPTS):
        logs = {table: sorted((folder / table / LOG).glob("*")) for table in TABLES}
        if logs == last:
            return logs
        last = logs
    raise _ChangedError


def _is_commit(path: Path) -> bool:
    """Whether a file of this name is a commit or a checkpoint of a log."""
    return path.parent.name == LOG and path.name[0].isdigit() and path.suffix in (".json", ".parquet")


def _parts(folder: Path) -> Iterator[tuple[str | None, list[str]]]:
    """Yield the names of the files of the lake: the seals and others, then each table with its log.

    The seals come first, so that they do not name commits that are not in the list.
    """
    others = [path for path in folder.iterdir() if path.name not in TABLES and path.name != ASIDE]
    paths = [path for other in others for path in ([other] if other.is_file() else sorted(other.rglob("*")))]
    yield None, _names(folder, paths)
    logs = _logs(folder)
    for table in TABLES:
        data = sorted(path for path in (folder / table).rglob("*") if path.parent.name != LOG)
        yield table, _names(folder, logs[table] + data)


def _names(folder: Path, paths: list[Path]) -> list[str]:
    """The names of those `paths` that are files; a commit that has just been deleted is one of them."""
    files = [path for path in paths if (_is_commit(path) or path.is_file()) and not path.is_symlink()]
    return [str(path.relative_to(folder)) for path in files]


def _is_fixed(name: str) -> bool:
    """Whether a file of this name is written once and never changes."""
    return not name.startswith(seals.FOLDER) and not name.endswith("_last_checkpoint")


def _keep(path: Path, backup: Path) -> tuple[str, bool]:
    """Copy a file into the backup unless it has it; return its SHA-256 and whether it was copied."""
    draft = backup / _FILES / f".{uuid.uuid4().hex}.part"
    try:
        digest = _copy(path, draft)
        stored = _stored(backup, digest)
        if stored.exists() and sha256(stored) == digest:
            return digest, False
        if sha256(draft) != digest:
            raise LakeError(f"{path} reads differently after it was copied to {backup}; check that disk")
        stored.parent.mkdir(exist_ok=True, mode=_PRIVATE)
        draft.replace(stored)
        return digest, True
    finally:
        draft.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> str:
    """Copy a file, durably; return the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(1 << 20):
            digest.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def _stored(backup: Path, digest: str) -> Path:
    return backup / _FILES / digest[:2] / digest


def _is_kept(backup: Path, entry: Entry) -> bool:
    stored = _stored(backup, entry.sha256)
    return stored.is_file() and stored.stat().st_size == entry.size and sha256(stored) == entry.sha256


def _is_safe(entry: Entry) -> bool:
    """Whether the name of a file stays in the lake, and its checksum is one."""
    parts = Path(entry.name).parts
    return not Path(entry.name).is_absolute() and ".." not in parts and bool(_DIGEST.fullmatch(entry.sha256))


def _digest(entries: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()


def _write(path: Path, content: dict[str, Any]) -> None:
    draft = path.with_suffix(".part")
    try:
        with draft.open("w", encoding="utf-8") as file:
            json.dump(content | {"sha256": _digest(content["files"])}, file, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
