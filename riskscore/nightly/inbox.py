"""Inbox: the folder where files arrive; which of them are whole, which were taken before, and where they go.

    INBOX/night.csv        whole: taken            ─▶ INBOX/done/night.csv, after its rows are in the lake
    INBOX/night.csv.part   half-written: left
    INBOX/late.parquet     still growing: left

A file is known by its content, so a copy under another name is not taken twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from riskscore.digests import sha256
from riskscore.errors import SettingsError
from riskscore.manifest.read import SUFFIXES
from riskscore.runs.log import File

DONE = "done"
"""Folder within the inbox that taken files are moved to."""

SETTLED_SECONDS = 5.0
"""A file that changed later than so long ago may still be growing."""

_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")


@dataclass(frozen=True, slots=True)
class Left:
    """A file that stays where it is, and why."""

    name: str
    why: str


class Inbox:
    """One inbox folder."""

    def __init__(self, folder: Path, *, settled: float = SETTLED_SECONDS) -> None:
        """Raises SettingsError where `folder` is none."""
        if not folder.is_dir():
            raise SettingsError(f"the inbox {folder} is no folder; make it, and let files arrive there")
        self.folder = folder
        self._settled = settled

    def look(self) -> tuple[list[File], list[Left]]:
        """Whole files by name, and those that are left where they are."""
        files: list[File] = []
        left: list[Left] = []
        for path in sorted(self.folder.iterdir()):
            if path.is_dir() or path.name.startswith("."):
                continue
            if why := self._unfit(path):
                left.append(Left(path.name, why))
            else:
                files.append(File(path.name, sha256(path), path.stat().st_size))
        return files, left

    def _unfit(self, path: Path) -> str | None:
        if path.suffix.lower() in _UNFINISHED:
            return "half-written, by its ending"
        if path.suffix.lower() not in SUFFIXES:
            return f"no manifest by its ending; expected {', '.join(SUFFIXES)}"
        try:
            age = time.time() - path.stat().st_mtime
            path.open("rb").close()
        except OSError as refused:
            return f"cannot be opened: {refused.strerror}"
        return f"changed {max(age, 0):.0f} s ago, it may still be growing" if age < self._settled else None

    def find(self, file: File) -> Path:
        """Where a file of a record is now: in the inbox, or done. Raises SettingsError where it is neither."""
        for path in (self.folder / file.name, *self._places(file)):
            if path.is_file() and path.stat().st_size == file.size and sha256(path) == file.sha256:
                return path
        raise SettingsError(
            f"{file.name}, which an unfinished run had begun to take, is gone from {self.folder} or was changed; "
            "put it back and run again"
        )

    def finish(self, files: Iterable[File]) -> None:
        """Move `files` to the folder of done ones; again is no harm."""
        done = self.folder / DONE
        done.mkdir(exist_ok=True)
        for file in files:
            path = self.folder / file.name
            if path.is_file() and sha256(path) == file.sha256:
                plain, marked = self._places(file)
                path.replace(marked if plain.exists() and sha256(plain) != file.sha256 else plain)

    def _places(self, file: File) -> tuple[Path, Path]:
        """Where a done file may be: under its own name or, where another has it, with its content's mark in front."""
        done = self.folder / DONE
        return done / file.name, done / f"{file.sha256[:12]}-{file.name}"
