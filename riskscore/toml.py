"""Read TOML files within limits, with the same error message everywhere."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskscore import door, tree
from riskscore.errors import RiskscoreError, SettingsError

MAX_BYTES = 2**19
"""Largest TOML file in bytes; the largest that ships has 44,000."""

MAX_DOTS = 100
"""Most dots of a line. The time that a key `a.a.a` takes grows with the square of its dots."""


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a TOML file that is kept elsewhere, such as in a lake; `name` is what messages call it."""

    name: str
    text: str

    def __str__(self) -> str:
        return self.name


def load(path: str | Path | Text, what: str, *, error: type[RiskscoreError] = SettingsError) -> dict[str, Any]:
    """Read a TOML file, or a text that is one. `what` names its purpose in an error message, such as "the column map".

    Raises `error` if the file cannot be opened, is not TOML, or exceeds a limit.
    """
    try:
        return _parse(path.text if isinstance(path, Text) else door.read_text(path, MAX_BYTES))
    except OSError as missing:
        raise error(f"cannot read {what} {path}: {missing.strerror}") from None
    except ValueError as malformed:
        reason = " ".join(str(malformed).split())[:200]
        raise error(f"cannot read {what} {path}: it is not valid TOML ({reason})") from None


def _parse(text: str) -> dict[str, Any]:
    """The table of a TOML text. Raises ValueError."""
    if any(line.count(".") > MAX_DOTS for line in text.splitlines()):
        raise ValueError(f"a line has more than {MAX_DOTS} dots")
    # Some editors write a mark of the byte order in front.
    content: dict[str, Any] = tree.loaded(tomllib.loads, text.removeprefix("\ufeff"))
    return content
