"""Open a lake, or make one, at a folder or an address."""

from __future__ import annotations

from pathlib import Path

from riskscore.lake.delta import DeltaLake
from riskscore.lake.protocol import Lake
from riskscore.settings import NONE, Settings


def open_lake(uri: str | Path, settings: Settings = NONE) -> Lake:
    """Open the lake at `uri`. Raises LakeError where none is, or its store refuses."""
    return DeltaLake.open(uri, settings)


def create_lake(uri: str | Path) -> Lake:
    """Make a lake, or what is missing of one; what is there stays as it is.

    Raises LakeError where other things and no lake are in that place, or its store refuses.
    """
    return DeltaLake.create(uri)
