"""Sources of a sheet: model, catalogue and data, so that the same sheet can be made again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from riskscore import __version__
from riskscore.digests import sha256
from riskscore.language import mark
from riskscore.model.card import Card
from riskscore.sheet.track_record import EarlierFilings

_DIGITS = 16
"""Hex digits of a checksum that are shown: enough to identify a file."""


def of_model(card: Card, catalogue: str) -> list[tuple[str, str]]:
    """Name the model, the catalogue and the version of riskscore."""
    return [
        (mark("model"), f"{card.name} ({card.model_sha256[:_DIGITS]})"),
        (mark("catalogue"), catalogue),
        ("riskscore", __version__),
    ]


def of_files(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Return the name and checksum of each file. Raises OSError if one cannot be read."""
    return [(path.name, sha256(path)[:_DIGITS]) for path in paths]


def of_past(past: EarlierFilings) -> list[tuple[str, str]]:
    """Count the earlier consignments that were available, with the day of the last one."""
    last = past.last()
    return [(mark("earlier consignments"), f"{past.height}" + (f", {last}" if last else ""))]


def command(words: Sequence[str]) -> str:
    """Join words into a shell command."""
    return shlex.join(words)
