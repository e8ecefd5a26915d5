"""Open or create a lake in a folder or at an address."""

from __future__ import annotations

from pathlib import Path

from riskscore.lake.delta import DeltaLake
from riskscore.lake.protocol import Lake
from riskscore.settings import NONE, Settings


def open_lake(uri: str | Path, settings: Settings = NONE) -> Lake:
    """Open the lake at `uri`. Raises LakeError if there is none or its store refuses."""
    return DeltaLake.open(uri, settings)


def create_lake(uri: str | Path) -> Lake:
    """Create a lake at `uri`, or the missing tables of one; existing tables stay unchanged.

    Raises LakeError if the place has other files but no lake, or its store refuses.
    """
    return DeltaLake.create(uri)
