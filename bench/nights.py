"""Measure nights on a lake: seconds, memory, and whether a long history makes them slower.

    python bench/nights.py [--per-day 2000] [--pairs 3]

Two lakes, one with 24 months of filings and findings and one with the last 2 months, run the same night of 50,000
consignments in turns, each time from a fresh copy. Measured are the seconds from inbox to slate, and their ratio. The
scores of the long lake are compared with scores from its complete log. Then the short lake runs a night of 500,000. The
history is put into the lakes month by month, without scoring; a small night before the measured one builds the ledgers.
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

LABELS = {
    "filed a day before": "filed per day in the history",
    "scores as over the whole log": "same scores as from the full log",
    "consignments a second of 50,000": "consignments per second, 50,000",
    "seconds of 500,000": "seconds for 500,000",
    "consignments a second of 500,000": "consignments per second, 500,000",
    "peak gb of 500,000": "peak gb for 500,000",
}
"""Key of the report -> printed label, where they differ."""


def main() -> None:
    """Measure, print, and write build/bench/nights.json; exits with 1 if ledger and log disagree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--per-day", type=int, default=2_000, help="consignments filed per day of the history")
    parser.add_argument("--pairs", type=int, default=3, help="times that each lake runs the night")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    past = _simulated(f"past-{options.per_day}", LONG + 1, options.per_day, FIRST)
    lakes = {days: _lake(past, days, options.per_day) for days in (LONG, SHORT)}
    usual, large = (_manifest(rows) for rows in (50_000, 500_000))
    pairs = [{days: _night(lake, usual) for days, lake in lakes.items()} for _ in range(options.pairs)]
    seconds = {days: [pair[days].seconds for pair in pairs] for days in lakes}
    same = _same(FOLDER / "lake-taken", lakes[LONG], usual)
    busy = _night(lakes[SHORT], large)
    report = {
        "cores": os.cpu_count(),
        "filed a day before": options.per_day,
        "seconds after 24 months": round(statistics.median(seconds[LONG]), 1),
        "seconds after 2 months": round(statistics.median(seconds[SHORT]), 1),
        "ratio": round(statistics.median(pair[LONG].seconds / pair[SHORT].seconds for pair in pairs), 2),
        "peak gb after 24 months": round(max(pair[LONG].peak_gb for pair in pairs), 2),
        "peak gb after 2 months": round(max(pair[SHORT].peak_gb for pair in pairs), 2),
        "scores as over the whole log": same,
        "consignments a second of 50,000": round(50_000 / statistics.median(seconds[SHORT])),
        "seconds of 500,000": round(busy.seconds, 1),
        "consignments a second of 500,000": round(500_000 / busy.seconds),
        "peak gb of 500,000": round(busy.peak_gb, 2),
    }
    for name, value in report.items():
        print(f"{LABELS.get(name, name):<34} {value!s:>10}")
    (FOLDER / "nights.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    sys.exit(not same)


def _simulated(name: str, days: int, per_day: int, start: date) -> Path:
    """Return a simulated world, made once."""
    out = FOLDER / name
    if not out.exists():
        riskscore("simulate", out, "--days", days, "--per-day", per_day, "--seed", SEED, "--start", start)
    return out


def _manifest(rows: int) -> Path:
    """Return the file with one night's filings."""
    return next((_simulated(f"night-of-{rows}", 1, rows, NIGHT) / "manifests").glob("*.parquet"))


def _lake(past: Path, days: int, per_day: int) -> Path:
    """Return a lake with the last `days` of the history, and with a real run of the night before; made once."""
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
    """Put the filings and findings of some nights into the lake, as one run."""
    filed = pl.concat(
        schema.conform(pl.read_parquet(past / "manifests" / f"{day}.parquet")).with_columns(night=pl.lit(day))
        for day in days
    )
    filed = filed.with_columns(started=pl.lit(None, pl.Date)).unique([*schema.KEY, "version"], maintain_order=True)
    run = log.begin(lake, number, days[-1], {"manifests": [], "outcomes": []})
    if run is None:
        raise SystemExit(f"run {number} is already in the lake")
    lake.append("consignments", filed.with_columns(sessions(filed)), run=number, night=days[-1])
    known = outcomes.filter(pl.col("night").is_between(days[0], days[-1]))
    lake.append("outcomes", known.with_columns(recorded_at="known_at"), run=number, night=days[-1])
    counts = {"manifests": {"filings": filed.height // len(days)}, "night": days[-1].isoformat()}
    log.record(lake, run, log.FINISHED, counts, at=datetime.combine(days[-1], datetime.max.time(), UTC))


def _inbox(manifest: Path) -> Path:
    """Create an inbox with one file that counts as complete, because its time of change is old."""
    inbox = FOLDER / "inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir()
    os.utime(shutil.copy(manifest, inbox), (1, 1))
    return inbox


def _night(lake: Path, manifest: Path) -> Run:
    """Run the night of `manifest` on a copy of `lake`."""
    copy = FOLDER / "lake-taken"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(lake, copy)
    inbox = _inbox(manifest)
    os.sync()
    measured = riskscore("nightly", "--lake", copy, "--inbox", inbox, "--date", NIGHT)
    if len(list((inbox / "done").iterdir())) != 1:
        raise SystemExit("the night did not import the manifest")
    return measured


def _same(copy: Path, lake: Path, manifest: Path) -> bool:
    """Return whether the night's scores equal, to the last bit, the scores from the complete log."""
    _night(lake, manifest)
    after = open_lake(copy)
    scores = after.read("scores", nights=(NIGHT, NIGHT)).select(*schema.KEY, "margin", "rank").collect()
    before = after.read("consignments", columns=[*past.columns(), "night"])
    filed = read_manifest(manifest)
    from_log = score(
        filed.consignments,
        Past(
            history=before.filter(pl.col("night") < NIGHT).drop("night").collect(),
            outcomes=after.read("outcomes", columns=list(schema.OUTCOME)).collect(),
            earlier=filed.earlier,
        ),
        explained=0,
    )
    order = list(schema.KEY)
    return scores.sort(order).equals(from_log.select(scores.columns).sort(order))


if __name__ == "__main__":
    main()
