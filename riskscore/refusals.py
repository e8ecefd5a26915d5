"""What is wrong outside riskscore, from the exceptions of libraries: the system refused, or a table is damaged."""

from __future__ import annotations

import os
import re

_NUMBER = re.compile(r"\(os error (\d{1,5})\)|\bOs \{ code: (\d{1,5})\b")
"""How libraries that are written in Rust tell the system's error, whatever the class of their exception."""

_LIBRARIES = ("polars", "pyarrow", "deltalake", "_internal")
_DAMAGED = re.compile(r"out of specification|magic bytes|corrupt|thrift", re.IGNORECASE)


def reason(error: BaseException) -> str | None:
    """What the system said, such as "No space left on device", or None if `error` is something else."""
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    if found := _NUMBER.search(str(error)):
        return os.strerror(int(found[1] or found[2]))
    return (str(error) or type(error).__name__) if isinstance(error, OSError) else None


def damage(error: BaseException) -> str | None:
    """What a library says about a damaged Parquet file, or None if `error` is something else."""
    text = str(error)
    return text if _DAMAGED.search(text) and type(error).__module__.startswith(_LIBRARIES) else None
