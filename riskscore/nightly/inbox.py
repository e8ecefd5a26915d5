"""The inbox: the folder where files arrive. Says which files are complete and new, and moves loaded ones to done/.

    INBOX/night.csv        complete: loaded          ─▶ INBOX/done/night.csv, once its rows are in the lake
    INBOX/night.csv.part   still being written: left
    INBOX/late.parquet     still growing: left

Files are compared by content, so a copy under another name is not loaded twice.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from riskscore import door
from riskscore.digests import sha256
from riskscore.errors import SettingsError
from riskscore.manifest.archives import MAX_BYTES
from riskscore.manifest.read import SUFFIXES
from riskscore.runs.log import File

DONE = "done"
"""Folder inside the inbox that loaded files are moved to."""

SETTLED_SECONDS = 5.0
"""A file that changed fewer seconds ago than this may still be growing."""

_FILLED = 4
"""Times that a file may be larger than what is kept of it on the disk; a file system may compress files."""

_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")


@dataclass(frozen=True, slots=True)
class Left:
    """A file that stays in the inbox, and why."""

    name: str
    why: str


class Inbox:
    """One inbox folder."""

    def __init__(self, folder: Path, *, settled: float = SETTLED_SECONDS) -> None:
        """Open the inbox in `folder`. Raises SettingsError if it is not a folder."""
        if not folder.is_dir():
            raise SettingsError(f"the inbox {folder} is not a folder; create it and have the files delivered there")
        self.folder = folder
        self._settled = settled

    def look(self) -> tuple[list[File], list[Left]]:
        """Return the complete files, sorted by name, and the files that stay where they are."""
        files: list[File] = []
        left: list[Left] = []
        for path in sorted(self.folder.iterdir()):
            if path.is_dir() or path.name.startswith("."):
                continue
            try:
                if why := self._why_left(path):
                    left.append(Left(path.name, why))
                else:
                    files.append(File(path.name, sha256(path), path.stat().st_size))
            except OSError as refused:
                left.append(Left(path.name, f"cannot be opened: {refused.strerror}"))
        return files, left

    def _why_left(self, path: Path) -> str | None:
        """Why a file stays, or None. Raises OSError where it cannot be opened."""
        ending = path.suffix.lower()
        if ending in _UNFINISHED:
            return f"still being written, as its ending {ending} says"
        if ending not in SUFFIXES:
            return f"unknown kind of file; the name must end in one of {', '.join(SUFFIXES)}"
        with door.open_file(path) as file:
            found = os.fstat(file.fileno())
        # Its checksum would take hours, and it takes no room.
        if found.st_size > max(MAX_BYTES, _FILLED * found.st_blocks * 512):
            return f"cannot be read: it has {found.st_size:,} bytes, and nearly all of them are holes"
        age = time.time() - found.st_mtime
        return f"changed {max(age, 0):.0f} s ago, so it may still be growing" if age < self._settled else None

    def find(self, file: File) -> Path:
        """Return where a recorded file is now: in the inbox or in done/. Raises SettingsError if it is in neither."""
        for path in (self.folder / file.name, *self._done_paths(file)):
            if path.is_file() and path.stat().st_size == file.size and sha256(path) == file.sha256:
                return path
        raise SettingsError(
            f"{file.name}, which an unfinished run needs, is missing from {self.folder} or has changed; "
            "put the original file back and run again"
        )

    def finish(self, files: Iterable[File]) -> None:
        """Move `files` to done/; files that are there already are left alone."""
        done = self.folder / DONE
        done.mkdir(exist_ok=True)
        for file in files:
            path = self.folder / file.name
            if path.is_file() and sha256(path) == file.sha256:
                plain, marked = self._done_paths(file)
                path.replace(marked if plain.exists() and sha256(plain) != file.sha256 else plain)

    def _done_paths(self, file: File) -> tuple[Path, Path]:
        """Where a file may be in done/: under its name or, if that name is in use, with its hash in front."""
        done = self.folder / DONE
        return done / file.name, done / f"{file.sha256[:12]}-{file.name}"
