"""The place of a lake: a folder or an address, the options that open it, and the messages of its store.

Options may contain passwords. They are in no repr, and `refusal` removes their values from messages of the store.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.fs import DeltaStorageHandler
from pyarrow.fs import FileSelector, FileType, PyFileSystem

from riskscore import environment, refusals
from riskscore.errors import DamageError, LakeError

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_FRAMES = re.compile(r" 0: <unknown> 1: .*")
"""The places in a library's own code at the end of its message."""

_UNFIT = set("%=[]|^\\")
"""Characters with a meaning in the names of Delta Lake's files: % is an escape, = the value of a column."""

_SHORTENED = re.compile(r"(?=.*not found).*_delta_log/\d{20}", re.IGNORECASE | re.DOTALL)
"""What Delta Lake says if a file of a log was deleted since it was listed."""

T = TypeVar("T")

ATTEMPTS = 14
"""How often a writer tries to commit before it gives up; Delta Lake itself tries each of them several times."""

_FIRST_WAIT, _LONGEST_WAIT = 0.05, 2.0
_LONGEST = 400
"""Characters of a message from the store that are shown."""


def folder(place: str | Path, what: str) -> Path:
    """The folder `place`, which needs not exist. Raises LakeError for an address; `what` says what needs a folder."""
    text = str(place).removeprefix("file://")
    if "://" in text:
        raise LakeError(f"{what} needs a folder, and {place} is an address; use the versions and copies of its store")
    return Path(text)


@dataclass(frozen=True, slots=True)
class Store:
    """A place for tables. `local` is its folder, None if it has an address; `options` open an address."""

    uri: str
    local: Path | None
    options: dict[str, str] | None = field(repr=False)

    @classmethod
    def of(cls, uri: str | Path) -> Store:
        """Return the store at `uri`. Raises LakeError for an address with a password, or a name that cannot be used."""
        text = str(uri)
        text = text.removeprefix("file://")
        unfit = sorted(set(text) & _UNFIT)
        if unfit:
            raise LakeError(f"a lake cannot be at {text}: its path must not contain {' or '.join(unfit)}")
        if "://" not in text:
            folder = Path(text).absolute()
            return cls(str(folder), folder, None)
        if "@" in text.split("://", 1)[1].split("/", 1)[0]:
            raise LakeError(
                f"the address of a lake must not contain a user or a password; set ${environment.STORAGE}_... instead"
            )
        return cls(text.rstrip("/"), None, environment.storage())

    def table(self, name: str) -> str:
        """Return the address of the table called `name`."""
        return f"{self.uri}/{name}"

    def entries(self) -> set[str]:
        """Return the names of files and folders directly in the place; empty if it does not exist."""
        if self.local is not None:
            return {entry.name for entry in self.local.iterdir()} if self.local.exists() else set()
        return {info.base_name for info in self._files().get_file_info(FileSelector("", allow_not_found=True))}

    def present(self, table: str, files: Collection[str]) -> set[str]:
        """Return those of `files` of a table that exist."""
        if self.local is not None:
            return {file for file in files if (self.local / table / file).exists()}
        infos = self._files().get_file_info([f"{table}/{file}" for file in files])
        return {file for file, info in zip(files, infos, strict=True) if info.type != FileType.NotFound}

    def count_log(self, table: str) -> int | None:
        """Return the number of files in the log of a table; None at an address."""
        return None if self.local is None else sum(1 for _ in (self.local / table / "_delta_log").glob("*"))

    def _files(self) -> PyFileSystem:
        return PyFileSystem(DeltaStorageHandler(self.uri, self.options))

    @contextlib.contextmanager
    def wrap_errors(self, doing: str) -> Iterator[None]:
        """Turn errors of the store or of Delta Lake into a LakeError: cannot `doing` the lake at ...

        It is a DamageError where Delta Lake cannot read what is in a folder.
        """
        try:
            yield
        except (DeltaError, OSError) as refused:
            message = f"cannot {doing} the lake at {self.uri}: {self.refusal(refused)}"
            if self.local is None or refusals.reason(refused) is not None:
                raise LakeError(message) from None
            raise DamageError(f"{message}; see `riskscore lake check`") from None

    def refusal(self, refused: Exception) -> str:
        """Return the message of `refused` in one line, without the value of any option."""
        if isinstance(refused, OSError) and refused.strerror:
            return refused.strerror
        message = _FRAMES.sub("", " ".join(_COLOURS.sub("", str(refused)).replace("↳", "-").split()))
        for name, value in (self.options or {}).items():
            if len(value) > 3 and not name.endswith(("endpoint", "endpoint_url", "region")):
                message = message.replace(value, "***")
        return message if len(message) <= _LONGEST else message[: _LONGEST - 3] + "..."

    def check_readable(self) -> None:
        """Raise LakeError if what is there is no folder, or may not be read."""
        if self.local is not None and self.local.exists() and not self.local.is_dir():
            raise LakeError(f"cannot open the lake at {self.uri}: it is a file, not a folder")
        if self.local is not None and self.local.exists() and not os.access(self.local, os.R_OK | os.X_OK):
            raise LakeError(f"cannot open the lake at {self.uri}: no permission to read that folder")


def is_passing(refused: Exception) -> bool:
    """Whether it works on the newest version: another writer was faster, or a compaction has just shortened the log."""
    return isinstance(refused, CommitFailedError) or _SHORTENED.search(str(refused)) is not None


def again(work: Callable[[], T]) -> T:
    """Call `work`, and call it again if the log was shortened meanwhile; then a checkpoint has what was deleted."""
    try:
        return work()
    except (DeltaError, OSError) as refused:
        if not is_passing(refused):
            raise
    return work()


def waits() -> Iterator[float]:
    """Yield the seconds to wait after each failed attempt: increasing, and random, so that two writers differ."""
    for attempt in range(ATTEMPTS):
        yield min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT) * random.uniform(0.5, 1.5)  # noqa: S311  no secret
