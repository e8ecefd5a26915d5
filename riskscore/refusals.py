"""Why the operating system refused: no space, no permission, no such file. Libraries say it in different ways."""

from __future__ import annotations

import os
import re

_NUMBER = re.compile(r"\(os error (\d{1,5})\)")
"""How libraries that are written in Rust end the system's message, whatever the class of their exception."""


def reason(error: BaseException) -> str | None:
    """What the system said, such as "No space left on device", or None if `error` is something else."""
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    if found := _NUMBER.search(str(error)):
        return os.strerror(int(found[1]))
    return (str(error) or type(error).__name__) if isinstance(error, OSError) else None
