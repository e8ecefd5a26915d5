"""Reports of defects: what went wrong inside riskscore, written to a file for those who can mend it.

    error ─▶ number (equal for equal defects) ─▶ FOLDER/NUMBER.txt, for its owner only

The traceback has no values of variables, but messages of libraries may quote a manifest.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from riskscore import __version__, environment
from riskscore.visible import PASSWORD

_LIBRARIES = ("polars", "deltalake", "pyarrow", "lightgbm", "numpy")
_LONGEST = 100_000
"""Characters of a traceback, and of what libraries printed, that are kept."""


def number(error: BaseException) -> str:
    """Eight characters that are the same whenever the same kind of error comes from the same lines of code."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.name}:{frame.lineno}" for frame in frames]
    return hashlib.sha256("\n".join([type(error).__name__, *places[-12:]]).encode()).hexdigest()[:8]


def write(error: BaseException, arguments: Sequence[str], printed: str = "") -> tuple[str, Path | None]:
    """Write the report of `error`; return its number, and its path or None where no folder can be written.

    `arguments` are those of the command line. `printed` is what libraries wrote to stderr. A later report of the same
    number replaces the earlier one, so that a defect of every night does not fill the disk.
    """
    label = number(error)
    content = _text(label, error, arguments, printed).encode(errors="backslashreplace")
    for folder in (environment.defects(), None):
        try:
            place = Path(tempfile.mkdtemp(prefix="riskscore-")) if folder is None else folder
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = place / f".{label}.{os.getpid()}.part"
            draft.touch(0o600)
            draft.write_bytes(content)
            return label, draft.replace(place / f"{label}.txt")
        except OSError:
            continue
    return label, None


def _text(label: str, error: BaseException, arguments: Sequence[str], printed: str) -> str:
    libraries = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    trace = "".join(traceback.format_exception(error))[-_LONGEST:]
    lines = [
        f"Defect {label} of riskscore {__version__}, {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        f"Python {platform.python_version()} on {platform.platform()}; {libraries}",
        f"Command: riskscore {shlex.join(arguments)[:_LONGEST]}",
        "",
        trace,
    ]
    lines += ["Printed by libraries:", printed[-_LONGEST:]] if printed.strip() else []
    return PASSWORD.sub("***@", "\n".join(lines)) + "\n"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "of unknown version"
