"""Docstrings: `PYTHONOPTIMIZE=2` removes them, and libraries such as Altair cannot be loaded without."""

from __future__ import annotations

import os
import sys

_VARIABLE, _WITH_DOCSTRINGS = "PYTHONOPTIMIZE", "1"


def keep() -> None:
    """Where Python runs without docstrings, run the same command line again with them."""
    if sys.flags.optimize < 2 or os.environ.get(_VARIABLE) == _WITH_DOCSTRINGS:
        return
    ours = len(sys.orig_argv) - len(sys.argv) + 1
    options = [word for word in sys.orig_argv[1:ours] if word != "-OO"]
    words = [sys.executable, *options, *sys.orig_argv[ours:]]
    os.execve(sys.executable, words, os.environ | {_VARIABLE: _WITH_DOCSTRINGS})  # noqa: S606  no shell, our own words
