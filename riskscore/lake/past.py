"""Find the state of a table after a past night.

    only grows    appended rows stay, so the past state is the rows of nights up to that one; it is always available
    rewritten     each night's commit is a version, tagged with the night; the past state is the last version of a
                  night up to that one, as long as its files have not been deleted

A compaction moves rows to other files without changing them. So the version after it is as good as the one before,
and outlives it: the newest state is never lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

TAG = "night"
"""Key of a commit's metadata with the night that made it, as a day in ISO 8601."""

MERGED = "merged"
"""Key of the metadata of a commit that merged files."""

_UPKEEP = {"OPTIMIZE", "VACUUM START", "VACUUM END"}
"""Operations that change no row."""


def version_after(history: Sequence[dict[str, Any]], night: date) -> int | None:
    """Return the version of a table after `night`, from its commits, newest first; None if it did not exist yet."""
    serving: int | None = None
    for commit in history:
        if commit.get("operation") in _UPKEEP or MERGED in commit:
            serving = commit["version"] if serving is None else serving
            continue
        tag = commit.get(TAG)
        if tag is not None and date.fromisoformat(tag) <= night:
            return int(commit["version"] if serving is None else serving)
        serving = None
    return None
