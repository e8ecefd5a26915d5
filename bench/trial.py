"""Shared by kills.py, commands.py and writers.py: a small world, commands as processes, a lake without the clock."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from riskscore.lake.open import create_lake
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import TABLES
from riskscore.simulation.write import simulate

FIRST = date(2024, 1, 1)
RATE = 0.02
"""More smuggling than usual, so that small nights have findings."""

CAPACITY = """
[default]
boxes = 2
scans = 1
documents = 1
audits = 1
shares = { score = 0.34, explore = 0.33, random = 0.33 }
"""

CLOCK = ("begun", "seconds", "at")
"""Entries of a record that depend on the clock: when a run began, how long its steps took, when a change was made."""

BY_HAND = ("alerts", "alert_decisions", "champions", "maps", "models", "outcomes", "quarantine")
"""Tables in which rows by hand, without a run, have the day of writing as their night."""


@dataclass
class Started:
    """A running command; its output goes to two files, so that it never waits for a reader."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def printed(self) -> str:
        """Its output on stdout."""
        return self.log.with_suffix(".out").read_text("utf-8")

    @property
    def errors(self) -> str:
        """Its output on stderr."""
        return self.log.with_suffix(".err").read_text("utf-8")


def options(told: str, folder: Path, **numbers: tuple[int, str]) -> argparse.Namespace:
    """Read the command line (each of `numbers` is an option with its default and help), and empty `folder`."""
    parser = argparse.ArgumentParser(description=told.splitlines()[0])
    for name, (usual, help_) in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=usual, help=help_)
    parser.add_argument("--seed", type=int, default=0, help="seed of all that is random")
    found = parser.parse_args()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return found


def start(log: Path, *words: object) -> Started:
    """Start `riskscore WORDS` in a new process group."""
    command = [sys.executable, "-m", "riskscore", *map(str, words)]
    with log.with_suffix(".out").open("wb") as out, log.with_suffix(".err").open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, start_new_session=True)  # noqa: S603  our own
    return Started(process, log)


def done(log: Path, *words: object) -> Started:
    """Run a command to its end. Raises SystemExit if it fails."""
    started = start(log, *words)
    if code := started.process.wait():
        raise SystemExit(f"riskscore {' '.join(map(str, words))} ended with exit code {code}:\n{started.errors}")
    return started


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def nightly(folder: Path, night: date) -> list[object]:
    """Return the words of the nightly command for the folder from `make`."""
    places = ["--lake", folder / "lake", "--inbox", folder / "inbox", "--outcomes-inbox", folder / "findings"]
    return ["nightly", *places, "--date", night, "--capacity", folder / "ports.toml", "--json"]


def make(folder: Path, days: int, per_day: int, seed: int) -> Path:
    """Create `folder` with an empty lake, two empty inboxes and a capacity; return the simulated world next to it."""
    shutil.rmtree(folder, ignore_errors=True)
    for inbox in ("inbox", "findings"):
        (folder / inbox).mkdir(parents=True)
    (folder / "ports.toml").write_text(CAPACITY, "utf-8")
    create_lake(folder / "lake")
    world = folder.with_name(folder.name + "-world")
    shutil.rmtree(world, ignore_errors=True)
    return simulate(world, days=days, per_day=per_day, seed=seed, smuggling_rate=RATE, start=FIRST)


def arrive(rows: pl.DataFrame, path: Path) -> None:
    """Put a file into an inbox, with an old time of change, so that it counts as complete."""
    draft = path.with_name(f".{path.name}")
    rows.write_parquet(draft)
    os.utime(draft, (1, 1))
    draft.rename(path)


def put(text: str, path: Path) -> None:
    """Put a text into an inbox as a file, with an old time of change, so that it counts as complete."""
    draft = path.with_name(f".{path.name}")
    draft.write_text(text, "utf-8")
    os.utime(draft, (1, 1))
    draft.rename(path)


def filed(world: Path, day: int) -> pl.DataFrame:
    """Read the manifest of one day of a world; the first day is 0."""
    return pl.read_parquet(world / "manifests" / f"{FIRST + timedelta(day)}.parquet")


def nights(folder: Path, world: Path, count: int, before: Callable[[int], object] = lambda _: None) -> None:
    """Run the first `count` nights of a world, each with its manifest; `before` is called with the number of each."""
    for day in range(count):
        arrive(filed(world, day), folder / "inbox" / f"{FIRST + timedelta(day)}.parquet")
        before(day)
        done(folder / "run", *nightly(folder, FIRST + timedelta(day)))


def series(
    folder: Path, names: Sequence[str], attempt: Callable[[int, Path], list[str]], *, jobs: int = 1, every: int = 10
) -> list[str]:
    """Make a trial for each of `names`, `jobs` at a time, and return the names of those that failed.

    `attempt` gets the number of a trial and its folder, which it makes, and returns what is wrong. The folder of a
    trial that failed stays.
    """
    failed: list[str] = []

    def one(number: int) -> None:
        place = folder / names[number]
        wrong = attempt(number, place)
        if wrong:
            failed.append(names[number])
            place.mkdir(exist_ok=True)
            (place / "wrong.txt").write_text("\n".join(wrong) + "\n", "utf-8")
            print(f"{place}: {'; '.join(wrong)[:600]}", flush=True)
        else:
            shutil.rmtree(place)
        if number % every == every - 1:
            print(f"{number + 1} trials, {len(failed)} failures", flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, range(len(names))))
    return failed


def differing(found: dict[str, pl.DataFrame], expected: dict[str, pl.DataFrame]) -> list[str]:
    """Return the tables that differ, as sentences."""
    return [
        f"table {name}: {rows.height} rows instead of {expected[name].height}, or other rows"
        for name, rows in found.items()
        if not rows.equals(expected[name])
    ]


def tables(lake: Lake) -> dict[str, pl.DataFrame]:
    """Read every table, sorted, without the clock, and with file names without their folder.

    The clock is in `Table.stamps` and CLOCK, and where a row by hand has its day or moment instead of somebody else's:
    in `night`, and in the `updated_at` of an alert whose provider states none.
    """
    by_name = {}
    for name, table in TABLES.items():
        rows = lake.read(name).collect()
        if name == "alerts":
            is_ours = pl.col("updated_at") == pl.col("imported_at")
            rows = rows.with_columns(updated_at=pl.when(~is_ours).then("updated_at"))
        if name in BY_HAND:
            rows = rows.with_columns(night=pl.when(pl.col("run").is_not_null()).then("night"))
        if name == "champions":
            rows = rows.with_columns(pl.col("detail").map_elements(timeless, return_dtype=pl.String))
        rows = rows.drop(table.stamps)
        if name == "runs":
            rows = rows.with_columns(pl.col("detail").map_elements(timeless, return_dtype=pl.String))
        if name == "quarantine":
            rows = rows.with_columns(pl.col("file").str.split("/").list.last())
        by_name[name] = rows.sort([column for column, dtype in rows.schema.items() if not dtype.is_nested()])
    return by_name


def timeless(text: str) -> str:
    """Return a record (JSON) without CLOCK."""
    return json.dumps({name: value for name, value in json.loads(text).items() if name not in CLOCK}, sort_keys=True)
