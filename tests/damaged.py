"""A lake of two nights with made-up scores, and random damage to its files, for tests of checks and repairs."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from two_nights import CAPACITY, NIGHTS, fill

from riskscore.casework import slates
from riskscore.lake.delta import DeltaLake
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
    for number in range(30):
        row = {"sender": f"SENDER {number}", "pattern": None, "text": "x", "at": datetime(2024, 3, 5, tzinfo=UTC)}
        lake.append("maps", pl.DataFrame([row], schema_overrides={"pattern": pl.String}), night=NIGHTS[0])
    return lake


def harm(folder: Path, chance: random.Random) -> str:
    """Damage one file of a lake, and say which and how."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    weights = [3 if "maps" in path.parts else 10 for path in paths]
    path = chance.choices(paths, weights)[0]
    data = path.read_bytes()
    kinds = ["delete", "cut", "flip", "flip", "garbage", "empty"] + (["edit"] * 3 if path.suffix == ".json" else [])
    kind = chance.choice(kinds)
    if kind == "delete":
        path.unlink()
    elif kind == "cut":
        path.write_bytes(data[: chance.randrange(len(data))])
    elif kind == "flip":
        changed = bytearray(data)
        for _ in range(chance.choice([1, 1, 3, 50])):
            changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(changed if bytes(changed) != data else data[:-1])
    elif kind == "garbage":
        path.write_bytes(chance.randbytes(len(data)))
    elif kind == "empty":
        path.write_bytes(b"")
    else:
        lines = data.splitlines()
        place = chance.randrange(len(lines))
        entry = json.loads(lines[place])
        inner = next(iter(entry.values()))
        inner[chance.choice(list(inner))] = chance.choice([7, None, "x", [], -(10**30)])
        lines[place] = json.dumps(entry).encode()
        path.write_bytes(b"\n".join(lines))
    return f"{path.relative_to(folder)} ({kind})"


def copy(source: Path, target: Path) -> DeltaLake:
    """Copy a lake, and open the copy, though it may be damaged later."""
    shutil.copytree(source, target)
    return DeltaLake.open(target)


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a lake, but what was set aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".aside" not in path.parts
    }
