"""Find the files that are one manifest only together: the tables of US AMS data in a folder.

    ams/header.csv, ams/billgen.csv, ams/container.csv, june.csv  ─▶  (ams/header.csv, ...), (june.csv,)

Every other file is a manifest of its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

from riskscore import door
from riskscore.manifest.formats.messages import ams_tables

_HEAD = 8 * 2**10
_ENDINGS = (".csv", ".tsv", ".txt", ".gz")
_GZIP = b"\x1f\x8b"


def together(paths: Iterable[Path]) -> list[tuple[Path, ...]]:
    """`paths` in their order, those of one manifest in one tuple; a folder of AMS tables counts as its files."""
    found: dict[object, list[Path]] = {}
    for place, path in enumerate(paths):
        for file in _tables_in(path) or [path]:
            key: object = file.parent if _is_table(file) else place
            found.setdefault(key, []).append(file)
    return [tuple(dict.fromkeys(group)) for group in found.values()]


def name(paths: tuple[Path, ...]) -> str:
    """What messages call a manifest: its file, or the folder of its files."""
    return str(paths[0] if len(paths) == 1 else paths[0].parent)


def _tables_in(path: Path) -> list[Path]:
    """The files of a folder whose tables are all tables of AMS data; empty for anything else."""
    if not path.is_dir():
        return []
    files = sorted(file for file in path.iterdir() if file.is_file() and file.suffix.lower() in _ENDINGS)
    return files if files and all(map(_is_table, files)) else []


def _is_table(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with door.open_file(path) as file:
            head = file.read(_HEAD)
        if head.startswith(_GZIP):
            head = zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except (OSError, ValueError, zlib.error):
        return False
    return ams_tables.kind_of(head) is not None
