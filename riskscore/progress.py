"""Progress: long steps report their name when they begin, and a listener shows it.

    with listening(print):
        step("reading")        # prints: reading

The listener is in a context variable, so functions need no argument for it. Without a listener nothing happens. A new
thread has its own context, so steps in it are not reported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

Listener = Callable[[str], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("progress", default=None)


def step(name: str) -> None:
    """Report that a step begins."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(name)


@contextlib.contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener` with the name of each step in the block."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


@contextlib.contextmanager
def prefixed(text: str) -> Iterator[None]:
    """Put `text` before the name of each step in the block."""
    outer = _LISTENER.get()
    if outer is None:
        yield
        return
    with listening(lambda name: outer(f"{text}: {name}")):
        yield
