"""Who may read what riskscore writes: its owner alone, because it names traders and holds intelligence.

    with private():     files that are made in the block are 0600, folders 0700
    share(path)         what names nobody, such as a model or a simulated world, is as open as the caller's umask allows

This is done by the umask and not by modes, so that a folder with a default ACL can let a group read.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

_PRIVATE = 0o077
_lock = threading.Lock()
_open: list[int] = []
"""The umask of the caller, once for each block that is open in any thread."""


@contextlib.contextmanager
def private() -> Iterator[None]:
    """Make files in the block for their owner only. The umask belongs to the process, so all threads do."""
    with _lock:
        umask = os.umask(_PRIVATE)
        _open.append(_open[0] if _open else umask)
    try:
        yield
    finally:
        with _lock:
            umask = _open.pop()
            if not _open:
                os.umask(umask)


def share(path: Path) -> None:
    """Give a file, or a folder with all in it, the permissions that it would have without `private`."""
    for each in (path, *(path.rglob("*") if path.is_dir() else ())):
        each.chmod((0o777 if each.is_dir() else 0o666) & ~_umask())


def _umask() -> int:
    with _lock:
        if _open:
            return _open[0]
        umask = os.umask(_PRIVATE)
        os.umask(umask)
        return umask
