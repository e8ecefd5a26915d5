"""Suggest what to write instead of an unknown name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def instead(name: str, known: Iterable[str], *, most: int = 1) -> str:
    """ "did you mean X?" with at most `most` similar names, or "choose from ..." with all if none is similar."""
    names = list(known)
    near = difflib.get_close_matches(name, names, most)
    return f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(names)}"
