"""Progress: each long step says its name as it begins, and whoever listens shows it.

    with listening(print):
        step("reading")        # prints: reading

A step is told through the context, not through an argument of every function on the way. Where nobody listens,
nothing happens. A thread that somebody starts has a context of its own and tells nobody.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar

Listener = Callable[[str], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("progress", default=None)


def step(name: str) -> None:
    """Tell the listener that a step begins."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(name)


@contextlib.contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener` with the name of every step within the block."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


@contextlib.contextmanager
def prefixed(text: str) -> Iterator[None]:
    """Put `text` before the name of every step within the block."""
    outer = _LISTENER.get()
    if outer is None:
        yield
        return
    with listening(lambda name: outer(f"{text}: {name}")):
        yield
