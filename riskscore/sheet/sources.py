"""Sources: which model, catalogue and data a sheet rests on, so that it can be made again and come out the same."""

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
"""Hex digits of a checksum that are shown: enough to tell one content from any other at hand."""


def of_model(card: Card, catalogue: str) -> list[tuple[str, str]]:
    """What scored and told."""
    return [
        (mark("model"), f"{card.name} ({card.model_sha256[:_DIGITS]})"),
        (mark("catalogue"), catalogue),
        ("riskscore", __version__),
    ]


def of_files(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Each file by its name and content. Raises OSError where one cannot be read."""
    return [(path.name, sha256(path)[:_DIGITS]) for path in paths]


def of_past(past: EarlierFilings) -> list[tuple[str, str]]:
    """How much of the past was at hand."""
    last = past.last()
    return [(mark("earlier consignments"), f"{past.height}" + (f", {last}" if last else ""))]


def command(words: Sequence[str]) -> str:
    """A command as it is typed."""
    return shlex.join(words)
