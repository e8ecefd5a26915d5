"""Thirty simulated nights, one after the other, into a lake with slates and reports; and once more, to no effect.

python tools/nights.py build/nights

Manifests arrive on the day when they are filed, findings on the day when they become known.
"""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from riskscore import cli
from riskscore.lake.io import Lake
from riskscore.simulate.write import simulate

FIRST, DAYS, PER_DAY, SEED = date(2024, 1, 1), 30, 400, 30
RATE = 1 / 200
"""More smuggling than the usual 1 in 1,500, so that thirty small nights find something."""


def main(folder: Path) -> None:
    """Run the nights below `folder`, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    inbox, findings = folder / "inbox", folder / "findings"
    for made in (inbox, findings):
        made.mkdir(parents=True)
    world = simulate(folder / "world", days=DAYS, per_day=PER_DAY, seed=SEED, smuggling_rate=RATE)
    Lake.create(folder / "lake")
    for _ in range(2):
        for number in range(DAYS):
            day = FIRST + timedelta(number)
            _arrive(world, inbox, findings, day)
            _night(folder, day)


def _arrive(world: Path, inbox: Path, findings: Path, day: date) -> None:
    """Let the day's files arrive, as old as files are that nobody writes to any more."""
    known = pl.read_parquet(world / "outcomes.parquet").filter(pl.col("known_at").dt.date() == day)
    known.write_parquet(findings / f"{day}.parquet")
    shutil.copy(world / "manifests" / f"{day}.parquet", inbox / f"{day}.parquet")
    for arrived in (inbox, findings):
        os.utime(arrived / f"{day}.parquet", (1, 1))


def _night(folder: Path, day: date) -> None:
    words = ["nightly", "--lake", folder / "lake", "--inbox", folder / "inbox"]
    words += ["--outcomes-inbox", folder / "findings", "--date", day, "--reports", folder / "reports"]
    try:
        cli.main([str(word) for word in words])
    except SystemExit as ended:
        if ended.code:
            raise


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/nights.py FOLDER")
    main(Path(sys.argv[1]))
