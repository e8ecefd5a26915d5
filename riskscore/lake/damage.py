"""Damage: which file of a lake is damaged, looked for after something that was read from the lake made a command fail.

    table is read ─▶ remembered        a library fails, or a value makes no sense ─▶ the first file that has changed

Libraries say what they could not decode and seldom where. The checksums are not compared before each reading, because
that would read every file twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riskscore.lake.seals import Seal
    from riskscore.lake.store import Store

SECONDS = 8.0
"""How long is looked for the file. `riskscore lake check` takes as long as it needs."""

_read: dict[tuple[str, str], Store] = {}
"""The tables in folders that were read, by the folder of the lake and the name of the table; the last one last."""


def forget() -> None:
    """Forget all tables, because a command begins."""
    _read.clear()


def remember(store: Store, table: str) -> None:
    """Remember that a table is read."""
    _read.pop((store.uri, table), None)
    _read[store.uri, table] = store


def told() -> str | None:
    """Say which file of the tables that were read is damaged; None if none is found in SECONDS."""
    from riskscore.lake import seals  # noqa: PLC0415  every command imports this module, and few read a lake

    end = time.monotonic() + SECONDS
    for quick in (True, False):
        for (uri, table), store in reversed(_read.items()):
            sealed, _ = seals.read(store, table)
            for path, seal in _files(store, table, sealed, quick=quick):
                fault = seals.fault(path, seal, quick=quick)
                if fault and fault != seals.MISSING:  # an old file may be gone, and readers say if a needed one is
                    return f"{path.relative_to(uri)} {fault}; see `riskscore lake check {uri}`"
                if time.monotonic() > end:
                    return None
    return None


def _files(store: Store, table: str, sealed: dict[str, Seal], *, quick: bool) -> Iterator[tuple[Path, Seal | None]]:
    """The files of a table in a folder with their seals; with `quick`, only those that have one."""
    if store.local is None:
        return
    folder = store.local / table
    for path in sorted((*folder.rglob("*.parquet"), *folder.rglob("*.json"))):
        seal = sealed.get(str(path.relative_to(folder)))
        if seal is not None or not quick:
            yield path, seal
