"""Seals: the checksum of every file of a lake in a folder, kept from the moment that it was committed.

    .seals/scores.txt    SHA-256, size, CRC-32 of the line, name ─ one line for each file of data or of the log

Delta Lake keeps the size of a file and no checksum, so a changed byte could be read as another value. Lines are only
added; of two lines for one file the last counts. A line that does not fit its CRC is left out. A file without a seal
(of an older lake, or after a kill between commit and seal) gets one when it is checked.
"""

from __future__ import annotations

import contextlib
import os
import stat
import uuid
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl

from riskscore import door, tree
from riskscore.digests import sha256
from riskscore.lake.store import Store

FOLDER = ".seals"
"""Folder of the seals in a lake."""

LOG = "_delta_log"
"""Folder of the log in a table."""

CHANGED, MISSING, UNREADABLE, NO_FILE = "has been changed", "is missing", "cannot be read", "is no file"


@dataclass(frozen=True, slots=True)
class Seal:
    """The SHA-256 and the size in bytes of a file."""

    sha256: str
    size: int


def log_name(version: int) -> str:
    """Return the name of the log of a version, in its table."""
    return f"{LOG}/{version:020}.json"


def read(store: Store, table: str) -> tuple[dict[str, Seal], int]:
    """Return the seals of a table by the names of the files, and the number of lines that cannot be read."""
    path = _path(store, table)
    if path is None or not path.exists():
        return {}, 0
    found: dict[str, Seal] = {}
    try:
        lines = door.read(path).split(b"\n")
    except OSError:  # no file any more, or its disk fails
        return {}, 1
    broken = 0
    for line in lines:
        parts = line.decode("utf-8", "replace").split(" ", 3)
        if len(parts) == 4 and parts[2] == _crc(parts[0], parts[1], parts[3]):
            found[parts[3]] = Seal(parts[0], int(parts[1]))
        else:
            broken += bool(line)
    return found, broken


def add(store: Store, table: str, names: Iterable[str]) -> None:
    """Seal files of a table as they are now. Nothing happens at an address, or where the disk refuses."""
    path = _path(store, table)
    if path is None or store.local is None:
        return
    with contextlib.suppress(OSError):  # a commit that is made must not fail; a check adds the seal
        text = "".join(_line(name, store.local / table / name) for name in names)
        path.parent.mkdir(exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK, 0o644)  # a pipe waits otherwise
        with os.fdopen(handle, "ab") as file:
            file.write(text.encode())


def add_commits(store: Store, table: str, since: int) -> None:
    """Seal the logs of the versions after `since`, and the files that these added."""
    if store.local is None:
        return
    version, names = since + 1, list[str]()
    while (path := store.local / table / log_name(version)).exists():
        names.append(log_name(version))
        checkpoint = f"{LOG}/{version:020}.checkpoint.parquet"
        names += [checkpoint] if (store.local / table / checkpoint).exists() else []
        names += sorted(added(path))
        version += 1
    if names:
        add(store, table, [name for name in names if (store.local / table / name).exists()])


def added(log: Path) -> set[str]:
    """Return the names of the files that a commit adds; empty if its log cannot be read."""
    return {unquote(str(entry["add"]["path"])) for entry in entries(log) if "path" in entry.get("add", {})}


def entries(log: Path) -> list[dict[str, Any]]:
    """Return the actions of a commit that can be read."""
    found: list[dict[str, Any]] = []
    for line in door.read(log).split(b"\n"):
        with contextlib.suppress(ValueError):
            entry = tree.load_json(line)
            is_action = isinstance(entry, dict) and all(isinstance(part, dict) for part in entry.values())
            found += [entry] if is_action else []
    return found


def fault(path: Path, seal: Seal | None, *, quick: bool = False) -> str | None:
    """Return what is wrong with a file, by its seal or else by reading it; None if nothing is.

    With `quick`, a file that has a seal is only checked for its size.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return NO_FILE
        if seal is None:
            return None if _can_be_read(path) else UNREADABLE
        if status.st_size != seal.size:
            return cut(status.st_size, seal.size)
        return CHANGED if not quick and sha256(path) != seal.sha256 else None
    except FileNotFoundError:
        return MISSING
    except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return UNREADABLE


def _can_be_read(path: Path) -> bool:
    """Whether every line of a log can be read; raises what Polars raises if a Parquet file cannot."""
    if path.suffix == ".parquet":
        pl.read_parquet(path, hive_partitioning=False)
        return True
    lines = [line for line in door.read(path).split(b"\n") if line.strip()]
    return bool(lines) and len(entries(path)) == len(lines)


def cut(size: int, expected: int) -> str:
    """Return what is wrong with a file of `size` bytes that should have `expected`."""
    return f"has another size ({size:,} bytes instead of {expected:,})"


def replace(store: Store, table: str, kept: dict[str, Seal]) -> None:
    """Write the seals of a table anew."""
    path = _path(store, table)
    if path is not None and path.parent.exists():
        draft = path.with_suffix(f".{uuid.uuid4().hex}.part")  # of its own, because two may compact at once
        try:
            draft.write_text("".join(_text(name, seal) for name, seal in sorted(kept.items())), "utf-8")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def _path(store: Store, table: str) -> Path | None:
    return None if store.local is None else store.local / FOLDER / f"{table}.txt"


def _line(name: str, path: Path) -> str:
    return _text(name, Seal(sha256(path), path.stat().st_size))


def _text(name: str, seal: Seal) -> str:
    return f"{seal.sha256} {seal.size} {_crc(seal.sha256, str(seal.size), name)} {name}\n"


def _crc(*parts: str) -> str:
    return f"{zlib.crc32(' '.join(parts).encode()):08x}"
