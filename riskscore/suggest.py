"""What to write instead of a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def instead(name: str, known: Iterable[str], *, most: int = 1) -> str:
    """ "did you mean X?" where names come close to `name`, at most `most` of them; else "choose from ..."."""
    names = list(known)
    near = difflib.get_close_matches(name, names, most)
    return f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(names)}"
