"""Lock: one nightly run at a time. The system releases it when the process ends, even if it is killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from riskscore.errors import BusyError, SettingsError

NAME = ".riskscore.lock"


@contextlib.contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold the lock of `folder`.

    Raises BusyError if another process holds it, SettingsError if no lock file can be made.
    """
    path = folder / NAME
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as refused:
        raise SettingsError(
            f"cannot lock {folder}: {refused.strerror}; it must be a folder that this user may write to"
        ) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"another nightly run is using {folder}; this run has changed nothing") from None
        yield
    finally:
        os.close(handle)
