"""Where a lake is: a folder or an address, the options that open it, and what its store says when it refuses.

Options may hold passwords. They are in no repr, and `refusal` takes their values out of what a store says.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deltalake.exceptions import DeltaError
from deltalake.fs import DeltaStorageHandler
from pyarrow.fs import FileSelector, FileType, PyFileSystem

from riskscore import environment
from riskscore.errors import LakeError

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_UNFIT = set("%=[]|^\\")
"""Characters that mean something in the names of Delta Lake's files: % an escape, = the value of a column."""

_TOLD = 400
"""Characters of a store's own message that are passed on."""


@dataclass(frozen=True, slots=True)
class Store:
    """A place for tables. `local` is its folder, or None where it has an address."""

    uri: str
    local: Path | None
    options: dict[str, str] | None = field(repr=False)

    @classmethod
    def of(cls, uri: str | Path) -> Store:
        """The place that `uri` names. Raises LakeError for an address with a password in it."""
        text = str(uri)
        text = text.removeprefix("file://")
        unfit = sorted(set(text) & _UNFIT)
        if unfit:
            raise LakeError(f"a lake cannot be at {text}: no name on the way to it may have a {' or '.join(unfit)}")
        if "://" not in text:
            folder = Path(text).absolute()
            return cls(str(folder), folder, None)
        if "@" in text.split("://", 1)[1].split("/", 1)[0]:
            raise LakeError(
                f"the address of a lake must not hold a user or a password; set ${environment.STORAGE}_... instead"
            )
        return cls(text.rstrip("/"), None, environment.storage())

    def table(self, name: str) -> str:
        """Address of the table called `name`."""
        return f"{self.uri}/{name}"

    def entries(self) -> set[str]:
        """Names of what is directly in the place; empty where it does not exist."""
        if self.local is not None:
            return {entry.name for entry in self.local.iterdir()} if self.local.exists() else set()
        return {info.base_name for info in self._files().get_file_info(FileSelector("", allow_not_found=True))}

    def present(self, table: str, files: Collection[str]) -> set[str]:
        """Those of these files of a table that are there."""
        if self.local is not None:
            return {file for file in files if (self.local / table / file).exists()}
        found = self._files().get_file_info([f"{table}/{file}" for file in files])
        return {file for file, info in zip(files, found, strict=True) if info.type != FileType.NotFound}

    def _files(self) -> PyFileSystem:
        return PyFileSystem(DeltaStorageHandler(self.uri, self.options))

    @contextlib.contextmanager
    def telling(self, doing: str) -> Iterator[None]:
        """Turn what the store or Delta Lake refuses into a LakeError that says what was being done."""
        try:
            yield
        except (DeltaError, OSError) as refused:
            raise LakeError(f"cannot {doing} the lake at {self.uri}: {self.refusal(refused)}") from None

    def refusal(self, refused: Exception) -> str:
        """What `refused` says, in one line and without any option's value."""
        if isinstance(refused, OSError) and refused.strerror:
            return refused.strerror
        told = " ".join(_COLOURS.sub("", str(refused)).replace("↳", "-").split())
        for name, value in (self.options or {}).items():
            if len(value) > 3 and not name.endswith(("endpoint", "endpoint_url", "region")):
                told = told.replace(value, "***")
        return told if len(told) <= _TOLD else told[: _TOLD - 3] + "..."

    def check_readable(self) -> None:
        """Raise LakeError where the folder is there and must not be looked into."""
        if self.local is not None and self.local.exists() and not os.access(self.local, os.R_OK | os.X_OK):
            raise LakeError(f"cannot open the lake at {self.uri}: no permission to read that folder")
