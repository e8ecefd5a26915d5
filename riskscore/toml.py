"""Read TOML files, with the same error message everywhere."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskscore.errors import RiskscoreError, SettingsError


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a TOML file that is kept elsewhere, such as in a lake; `name` is what messages call it."""

    name: str
    text: str

    def __str__(self) -> str:
        return self.name


def load(path: str | Path | Text, what: str, *, error: type[RiskscoreError] = SettingsError) -> dict[str, Any]:
    """Read a TOML file, or a text that is one. `what` names its purpose in an error message, such as "the column map".

    Raises `error` if the file cannot be opened or is not TOML.
    """
    try:
        return tomllib.loads(path.text if isinstance(path, Text) else Path(path).read_text("utf-8"))
    except OSError as missing:
        raise error(f"cannot read {what} {path}: {missing.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as malformed:
        reason = " ".join(str(malformed).split())[:200]
        raise error(f"cannot read {what} {path}: it is not valid TOML ({reason})") from None
