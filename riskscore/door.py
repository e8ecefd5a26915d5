"""The door: every file from outside is opened here, and what libraries raise about its content becomes one error here.

    path ─▶ a regular file? ─▶ small enough? ─▶ bytes, text, or a stream
    with guarded(...): work of libraries on the content ─▶ an error of the house with one line

A named pipe, a socket or a device is refused at once, also through a link: reading it could wait for ever or never end.
"""

from __future__ import annotations

import csv
import errno
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BufferedReader
from pathlib import Path

from riskscore.errors import ManifestError, RiskscoreError

MAX_TEXT = 256 * 2**20
"""Largest file in bytes that is read as one text, such as a model."""

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a folder"),
)
_SHOWN = 160
_OF_CONTENT = (OSError, ValueError, LookupError, ArithmeticError, RecursionError, MemoryError, csv.Error, zlib.error)
"""What Python raises where content is not what was expected. A TypeError or AttributeError is a defect of ours."""
_LIBRARIES = ("polars", "pyarrow", "pyo3_runtime")


class NotAFileError(OSError):
    """What is at the path is no regular file. `strerror` says what it is."""

    def __init__(self, path: Path, mode: int) -> None:
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "something else")
        super().__init__(errno.EINVAL, f"it is {kind}, not a file", str(path))


class TooLargeError(OSError):
    """The file is larger than what is read of its kind. `strerror` says how much that is."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(errno.EFBIG, f"it is larger than {most:,} bytes", str(path))


def open_file(path: str | Path) -> BufferedReader:
    """Open a regular file for reading, without waiting. Raises NotAFileError, or OSError where it cannot be opened."""
    path = Path(path)
    # Looked at before it is opened, because opening a device may already change it, and again in case it was exchanged.
    _check(path, path.stat().st_mode)
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _check(path, os.fstat(handle).st_mode)
        os.pread(handle, 1, 0)  # a file of the system, such as /proc/kmsg, may have nothing to read as yet
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read(path: str | Path, most: int = MAX_TEXT) -> bytes:
    """Read all of a regular file. Raises TooLargeError above `most` bytes, and as `open_file` does."""
    with open_file(path) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise TooLargeError(Path(path), most)
    return content


def read_text(path: str | Path, most: int = MAX_TEXT) -> str:
    """Read a regular file as UTF-8. Raises UnicodeDecodeError, and as `read` does."""
    return read(path, most).decode("utf-8")


@contextmanager
def guarded(error: type[RiskscoreError], message: str) -> Iterator[None]:
    """Raise `error` for whatever a library raises in the block; "{reason}" in `message` becomes the reason.

    Errors of the house and interruptions pass. A panic of a library in Rust is no Exception, but ends no night here.
    """
    try:
        yield
    except RiskscoreError:
        raise
    except BaseException as failed:
        if not isinstance(failed, _OF_CONTENT) and not _is_of_a_library(failed):
            raise
        raise error(message.replace("{reason}", _reason(failed))) from None


def content_of(name: str) -> AbstractContextManager[None]:
    """Turn what a library raises about the values of the file `name` into a ManifestError of one line."""
    return guarded(ManifestError, f"{name} has values that cannot be read ({{reason}}); export it again")


def _check(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotAFileError(path, mode)


def _is_of_a_library(failed: BaseException) -> bool:
    """Whether Polars or Arrow raised it, or a library in Rust panicked; none of them is imported for it."""
    modules = {kind.__module__.partition(".")[0] for kind in type(failed).__mro__}
    return not modules.isdisjoint(_LIBRARIES)


def _reason(failed: BaseException) -> str:
    text = "".join(c if c.isprintable() else " " for c in str(failed))
    return " ".join(text.split())[:_SHOWN] or type(failed).__name__
