"""Thirty simulated nights, one after the other, into a lake with slates and reports; and once more, to no effect.

python tools/nights.py build/nights

Manifests arrive on the day when they are filed. What the slate opens is found the next day, as the simulation knows it:
every seizure is one that its inspectors would not have missed. The night after the thirty takes the last findings.
"""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from riskscore import cli
from riskscore.lake.open import create_lake, open_lake
from riskscore.simulation.write import simulate

FIRST, DAYS, PER_DAY, SEED = date(2024, 1, 1), 30, 1200, 30
RATE = 1 / 200
"""More smuggling than the usual 1 in 1,500, so that thirty small nights find something."""

CAPACITY = """
[default]
boxes = 3
scans = 2
documents = 4
audits = 2
shares = { score = 0.34, explore = 0.33, random = 0.33 }
"""
"""Few boxes at each port, and one of each share, so that the report has something to estimate from."""


def main(folder: Path) -> None:
    """Run the nights below `folder`, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    inbox, findings = folder / "inbox", folder / "findings"
    for made in (inbox, findings):
        made.mkdir(parents=True)
    world = simulate(folder / "world", days=DAYS, per_day=PER_DAY, seed=SEED, smuggling_rate=RATE)
    create_lake(folder / "lake")
    (folder / "ports.toml").write_text(CAPACITY, "utf-8")
    for _ in range(2):
        for number in range(DAYS):
            day = FIRST + timedelta(number)
            _arrive(world / "manifests" / f"{day}.parquet", inbox)
            _night(folder, day)
            _open(folder, world, day)
        _night(folder, FIRST + timedelta(DAYS))


def _arrive(file: Path, inbox: Path) -> None:
    """Let a file arrive, as old as files are that nobody writes to any more."""
    arrived = inbox / file.name
    if arrived != file:
        shutil.copy(file, arrived)
    os.utime(arrived, (1, 1))


def _open(folder: Path, world: Path, day: date) -> None:
    """Put what the boxes on the slate of `day` hold into the inbox of findings, known the day after."""
    lake = open_lake(folder / "lake")
    slates = lake.read("slates", columns=["bill_of_lading", "container_number", "action"], nights=(day, day))
    truth = pl.scan_parquet(world / "truth.parquet")
    opened = slates.filter(action="open").join(truth, on=["bill_of_lading", "container_number"])
    moment = pl.lit(datetime.combine(day, time(12), UTC) + timedelta(days=1))
    found = opened.select(
        "bill_of_lading",
        "container_number",
        "commodity",
        "quantity_kg",
        finding=pl.when("smuggled").then(pl.lit("seizure")).otherwise(pl.lit("clean")),
        inspected_at=moment,
        known_at=moment,
    ).sort("bill_of_lading", "container_number")
    file = folder / "findings" / f"{day}.parquet"
    found.collect().write_parquet(file)
    _arrive(file, folder / "findings")


def _night(folder: Path, day: date) -> None:
    words = ["nightly", "--lake", folder / "lake", "--inbox", folder / "inbox"]
    words += ["--outcomes-inbox", folder / "findings", "--date", day, "--reports", folder / "reports"]
    words += ["--capacity", folder / "ports.toml"]
    try:
        cli.main([str(word) for word in words])
    except SystemExit as ended:
        if ended.code:
            raise


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/nights.py FOLDER")
    main(Path(sys.argv[1]))
