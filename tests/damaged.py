"""A lake of two nights with made-up scores, and random damage to its files, for tests of checks and repairs."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from two_nights import CAPACITY, NIGHTS, fill

from riskscore.casework import slates
from riskscore.lake import seals
from riskscore.lake.delta import DeltaLake
from riskscore.lake.protocol import Lake
from riskscore.lake.seals import LOG
from riskscore.runs import ledger, log


def lake_of_two_nights(folder: Path) -> DeltaLake:
    """Two finished nights, outcomes, and 30 column maps, so that one table has checkpoints."""
    lake = DeltaLake.create(folder)
    for number, night in enumerate(NIGHTS, start=1):
        run = log.begin(lake, number, night, {"manifests": [], "outcomes": []})
        assert run is not None
        fill(lake, night, number)
        ledger.close(lake, run)
        slates.draw(lake, night, CAPACITY, "lottery 7", number)
        counts = {"run": number, "night": str(night), "manifests": {"filings": 150}, "scores": {"scored": 150}}
        log.record(lake, run, log.FINISHED, counts)
    add_maps(lake)
    return lake


def add_maps(lake: Lake) -> None:
    """Write 30 column maps, one after the other, so that their table has checkpoints."""
    for number in range(30):
        row = {"sender": f"SENDER {number}", "pattern": None, "text": "x", "at": datetime(2024, 3, 5, tzinfo=UTC)}
        lake.append("maps", pl.DataFrame([row], schema_overrides={"pattern": pl.String}), night=NIGHTS[0])


def harm(folder: Path, chance: random.Random) -> str:
    """Damage one file or folder below `folder`, and say which and how."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    weights = [3 if "maps" in path.parts else 10 for path in paths]
    path = chance.choices(paths, weights)[0]
    data = path.read_bytes()
    like = [other for other in paths if _are_alike(other, path) and other.read_bytes() != data]
    kinds = [*_KINDS, *["other"] * min(2, len(like)), *["edit"] * (3 if path.suffix == ".json" else 0)]
    kind = chance.choice(kinds)
    if kind == "edit":
        path.write_bytes(_edited(data, chance))
    elif kind == "other":  # as after a wrong copy
        shutil.copyfile(chance.choice(like), path)
    elif kind in _SPOILT:
        spoilt = _SPOILT[kind](data, chance)
        path.write_bytes(spoilt if spoilt != data else data[:-1])
    elif kind == "folder":
        lost = path.parent if path.parent not in (folder, folder / seals.FOLDER) else path
        shutil.rmtree(lost) if lost.is_dir() else path.unlink()
        return f"{lost.relative_to(folder)} ({kind})"
    else:
        path.unlink()
        INSTEAD[kind](path)
    return f"{path.relative_to(folder)} ({kind})"


def _are_alike(other: Path, path: Path) -> bool:
    """Whether two files are of one kind: both data, or both of a log."""
    return (other.suffix, LOG in other.parts) == (path.suffix, LOG in path.parts) and path.suffix != ".txt"


def _flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 3, 50])):
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _zeroed(data: bytes, chance: random.Random) -> bytes:
    """A block that the disk has lost, which may be the last one."""
    start = chance.choice([0, len(data) // 2, max(0, len(data) - 512)])
    return data[:start] + bytes(len(data[start : start + 512])) + data[start + 512 :]


def _edited(data: bytes, chance: random.Random) -> bytes:
    """One value of one line of JSON is another one, maybe of another type."""
    lines = data.splitlines()
    place = chance.randrange(len(lines))
    entry = json.loads(lines[place])
    inner = next((part for part in entry.values() if isinstance(part, dict) and part), entry)
    inner[chance.choice(list(inner))] = chance.choice([7, None, "x", [], -(10**30)])
    lines[place] = json.dumps(entry).encode()
    return b"\n".join(lines)


_SPOILT: Mapping[str, Callable[[bytes, random.Random], bytes]] = {
    "cut": lambda data, chance: data[: chance.randrange(len(data))],
    "flip": _flipped,
    "zeros": _zeroed,
    "garbage": lambda data, chance: chance.randbytes(len(data)),
    "empty": lambda _, __: b"",
    "longer": lambda data, chance: data + chance.choice([b"\0" * 512, data, b"{}\n"]),
}
"""What becomes of the content of a file."""

INSTEAD: Mapping[str, Callable[[Path], object]] = {
    "delete": lambda _: None,
    "link": lambda path: path.symlink_to("nowhere"),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "pipe": os.mkfifo,
    "directory": Path.mkdir,
}
"""What is in the place of a file."""

_KINDS = [*_SPOILT, *["delete", "flip"] * 2, "link", "device", "pipe", "directory", "folder"]


def copy(source: Path, target: Path) -> DeltaLake:
    """Copy a lake, and open the copy, though it may be damaged later."""
    shutil.copytree(source, target)
    return DeltaLake.open(target)


def content(folder: Path, *, with_seals: bool = True) -> dict[str, bytes]:
    """Every file of a lake, but what was set aside; a repair writes seals in another order."""
    left_out = {".aside"} if with_seals else {".aside", seals.FOLDER}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and left_out.isdisjoint(path.parts)
    }
