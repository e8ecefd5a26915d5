"""Nights on a lake: how fast, with how much memory, and whether a long past makes them slower.

    python bench/nights.py [--per-day 2000] [--pairs 3]

Two lakes, one with 24 months of filings and findings, one with the last 2 of them, take the same night of 50,000
consignments, in turns, each time from a fresh copy: seconds from inbox to slate, and their ratio. What the long lake's
ledger said is compared with a computation over its whole log. Then the short lake takes a night of 500,000. The past
is put into the lakes month by month, without being scored; a small night before the measured one makes their ledgers.
Everything is simulated and kept in build/bench. Prints a table and writes build/bench/nights.json.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
from night import FOLDER, Run, riskscore

from riskscore import schema
from riskscore.engine.read import read as read_manifest
from riskscore.engine.score import score
from riskscore.history import past
from riskscore.history.filings import sessions
from riskscore.history.past import Past
from riskscore.lake.open import create_lake, open_lake
from riskscore.lake.protocol import Lake
from riskscore.runs import log

FIRST = date(2024, 1, 1)
LONG, SHORT, MONTH = 730, 60, 30
SEED = 43
EVE = FIRST + timedelta(LONG)
NIGHT = EVE + timedelta(1)


def main() -> None:
    """Measure, print, and write build/bench/nights.json; exits with 1 where ledger and log disagree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--per-day", type=int, default=2_000, help="consignments filed on each day of the past")
    parser.add_argument("--pairs", type=int, default=3, help="times that both lakes take the night")
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    past = _simulated(f"past-{asked.per_day}", LONG + 1, asked.per_day, FIRST)
    lakes = {days: _lake(past, days, asked.per_day) for days in (LONG, SHORT)}
    usual, large = (_manifest(rows) for rows in (50_000, 500_000))
    taken = [{days: _night(lake, usual) for days, lake in lakes.items()} for _ in range(asked.pairs)]
    seconds = {days: [turn[days].seconds for turn in taken] for days in lakes}
    same = _same(FOLDER / "lake-taken", lakes[LONG], usual)
    busy = _night(lakes[SHORT], large)
    found = {
        "cores": os.cpu_count(),
        "filed a day before": asked.per_day,
        "seconds after 24 months": round(statistics.median(seconds[LONG]), 1),
        "seconds after 2 months": round(statistics.median(seconds[SHORT]), 1),
        "ratio": round(statistics.median(turn[LONG].seconds / turn[SHORT].seconds for turn in taken), 2),
        "peak gb after 24 months": round(max(turn[LONG].peak_gb for turn in taken), 2),
        "peak gb after 2 months": round(max(turn[SHORT].peak_gb for turn in taken), 2),
        "scores as over the whole log": same,
        "consignments a second of 50,000": round(50_000 / statistics.median(seconds[SHORT])),
        "seconds of 500,000": round(busy.seconds, 1),
        "consignments a second of 500,000": round(500_000 / busy.seconds),
        "peak gb of 500,000": round(busy.peak_gb, 2),
    }
    for name, value in found.items():
        print(f"{name:<34} {value!s:>10}")
    (FOLDER / "nights.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    sys.exit(not same)


def _simulated(name: str, days: int, per_day: int, start: date) -> Path:
    """A simulated world, made once."""
    out = FOLDER / name
    if not out.exists():
        riskscore("simulate", out, "--days", days, "--per-day", per_day, "--seed", SEED, "--start", start)
    return out


def _manifest(rows: int) -> Path:
    """One night's filings, in one file."""
    return next((_simulated(f"night-of-{rows}", 1, rows, NIGHT) / "manifests").glob("*.parquet"))


def _lake(past: Path, days: int, per_day: int) -> Path:
    """A lake with the last `days` of the past in it, and its eve taken by a real run; made once."""
    folder = FOLDER / f"lake-{per_day}-{days}"
    if folder.exists():
        return folder
    draft = create_lake(folder.with_suffix(".draft"))
    outcomes = pl.read_parquet(past / "outcomes.parquet").with_columns(night=pl.col("known_at").dt.date())
    nights = [EVE - timedelta(days - day) for day in range(days)]
    for start in range(0, days, MONTH):
        _fill(draft, past, outcomes, 1 + start // MONTH, nights[start : start + MONTH])
    inbox = _inbox(past / "manifests" / f"{EVE}.parquet")
    riskscore("nightly", "--lake", draft.store.uri, "--inbox", inbox, "--date", EVE)
    folder.with_suffix(".draft").rename(folder)
    return folder


def _fill(lake: Lake, past: Path, outcomes: pl.DataFrame, number: int, days: list[date]) -> None:
    """Put the filings and findings of the nights `days` into the lake, as one run."""
    filed = pl.concat(
        schema.conform(pl.read_parquet(past / "manifests" / f"{day}.parquet")).with_columns(night=pl.lit(day))
        for day in days
    )
    filed = filed.with_columns(started=pl.lit(None, pl.Date)).unique([*schema.KEY, "version"], maintain_order=True)
    run = log.begin(lake, number, days[-1], {"manifests": [], "outcomes": []})
    if run is None:
        raise SystemExit(f"run {number} is there already")
    lake.append("consignments", filed.with_columns(sessions(filed)), run=number, night=days[-1])
    known = outcomes.filter(pl.col("night").is_between(days[0], days[-1]))
    lake.append("outcomes", known.with_columns(recorded_at="known_at"), run=number, night=days[-1])
    counts = {"manifests": {"filings": filed.height // len(days)}, "night": days[-1].isoformat()}
    log.record(lake, run, log.FINISHED, counts, at=datetime.combine(days[-1], datetime.max.time(), UTC))


def _inbox(manifest: Path) -> Path:
    """A new inbox with one file in it, as old as files are that nobody writes to any more."""
    inbox = FOLDER / "inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir()
    os.utime(shutil.copy(manifest, inbox), (1, 1))
    return inbox


def _night(lake: Path, manifest: Path) -> Run:
    """Let a copy of `lake` take the night of `manifest`."""
    taken = FOLDER / "lake-taken"
    shutil.rmtree(taken, ignore_errors=True)
    shutil.copytree(lake, taken)
    inbox = _inbox(manifest)
    os.sync()
    measured = riskscore("nightly", "--lake", taken, "--inbox", inbox, "--date", NIGHT)
    if len(list((inbox / "done").iterdir())) != 1:
        raise SystemExit("the night took nothing")
    return measured


def _same(taken: Path, lake: Path, manifest: Path) -> bool:
    """Whether the night's scores are those of its filings judged by the whole log, to the last bit."""
    _night(lake, manifest)
    after = open_lake(taken)
    scores = after.read("scores", nights=(NIGHT, NIGHT)).select(*schema.KEY, "margin", "rank").collect()
    before = after.read("consignments", columns=[*past.columns(), "night"])
    manifests = read_manifest(manifest)
    whole = score(
        manifests.consignments,
        Past(
            history=before.filter(pl.col("night") < NIGHT).drop("night").collect(),
            outcomes=after.read("outcomes", columns=list(schema.OUTCOME)).collect(),
            earlier=manifests.earlier,
        ),
        explained=0,
    )
    order = list(schema.KEY)
    return scores.sort(order).equals(whole.select(scores.columns).sort(order))


if __name__ == "__main__":
    main()
