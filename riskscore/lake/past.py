"""Seeing a table again as it was after a past night.

    grows       what was appended stays, so its past state is its rows of nights up to that one: always there
    written     each night's commit is a version of its own, tagged with the night; the state is the last version
    anew        that a night up to the wanted one left, as long as its files have not been cleared away

A compaction moves rows to other files and changes none, so the version after it serves as well as the one before, and
outlives it: the newest state is never lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

TAG = "night"
"""What a commit says of the night that made it, as a day in ISO 8601."""

_UPKEEP = {"OPTIMIZE", "VACUUM START", "VACUUM END"}
"""Operations that change no row."""


def version_after(history: Sequence[dict[str, Any]], night: date) -> int | None:
    """Version of a table as after `night`, from what its commits say, newest first; None where it was not begun."""
    serving: int | None = None
    for commit in history:
        if commit.get("operation") in _UPKEEP:
            serving = commit["version"] if serving is None else serving
            continue
        tag = commit.get(TAG)
        if tag is not None and date.fromisoformat(tag) <= night:
            return int(commit["version"] if serving is None else serving)
        serving = None
    return None
