"""TOML files: the one place where they are opened, so that each that cannot be read ends in the same clear line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from riskscore.errors import RiskscoreError, SettingsError


def load(path: str | Path, what: str, *, error: type[RiskscoreError] = SettingsError) -> dict[str, Any]:
    """Read a TOML file; `what` names it in a message, such as "the column map".

    Raises `error` where the file cannot be opened or is not TOML.
    """
    try:
        return tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as missing:
        raise error(f"cannot read {what} {path}: {missing.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as malformed:
        reason = " ".join(str(malformed).split())[:200]
        raise error(f"cannot read {what} {path}: it is not valid TOML ({reason})") from None
