"""Keep what a library prints on stderr about a damaged file from people, who are told in one line.

The libraries that are written in Rust print where they panicked before they raise an exception. That goes to the file
descriptor, past sys.stderr.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2
_lock = threading.Lock()
_held: list[int] = []
"""A copy of stderr for each thread that is silent; the first one is the one to go back to."""


@contextmanager
def silent() -> Iterator[None]:
    """Send stderr nowhere while the block runs, whichever threads are in such blocks at the same time."""
    with _lock:
        is_open = _hold()
    try:
        yield
    finally:
        with _lock:
            if is_open:
                _release()


def _hold() -> bool:
    """Point stderr to nowhere; False where the process has no stderr."""
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
        copy = os.dup(_STDERR)
    except (OSError, ValueError):
        return False
    if not _held:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)
    _held.append(copy)
    return True


def _release() -> None:
    """Give stderr back once the last of the threads is done."""
    if len(_held) > 1:
        os.close(_held.pop())
        return
    os.dup2(_held[0], _STDERR)
    os.close(_held.pop())
