"""Kill a nightly run at random moments, run it again, and compare with a run that nobody disturbed.

    python bench/kills.py [--trials 200] [--seed 0]

    nine nights ─┬─▶ the tenth, undisturbed ──────────────────────────▶ tables, files, report
                 └─▶ the tenth, kill -9 ─▶ [again, kill -9] ─▶ again ─▶ the same tables, files, report, each trial

The run is the real command in a process of its own. It is killed after a time drawn evenly from nothing to a little
more than the undisturbed run took; of every fourth trial the second run is killed likewise, and a third one ends it.
The night has two manifests, with rows that break a rule and rows that were filed before, and findings, some of which
break a rule, repeat what is known, or come with their manifest only that night. It is the tenth because Delta Lake
writes a checkpoint at the twentieth version of a table, which that night makes.

Tables must be equal row for row. Left out is the clock alone: when an event or row was written (`Table.stamps`:
`at`, `recorded_at`, `scored_at`), and in the records of `runs` the moment and the seconds; but what the run wrote must
carry the moment when it first began. Of the files in `quarantine` the names are compared, not the trial's folder. Every
file must be in done/ once and in the inbox no more, the report must be there with the same counts, and `riskscore lake
info` must find no orphan that matters.

Prints a line of JSON in the end and exits 1 where a trial failed. Its folder stays in build/kills.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import polars as pl
import trial

from riskscore.lake.open import open_lake
from riskscore.runs.log import BEGUN, FINISHED

FOLDER = Path("build/kills")
NIGHTS, PER_DAY, SEED = 10, 100, 7
LAST = trial.FIRST + timedelta(NIGHTS - 1)
AFTER = 1.1
"""Kills are drawn up to so many times the seconds of an undisturbed run."""

AGAIN = 4
"""Of every so many trials one has its second run killed too."""

STEPS = (
    ("manifests", "consignments", "nightly", NIGHTS),
    ("manifests", "quarantine", "manifests", NIGHTS),
    ("outcomes", "quarantine", "outcomes", NIGHTS),
    ("outcomes", "outcomes", "nightly", NIGHTS),
    ("measures", "measures", "nightly", NIGHTS),
    ("scores", "scores", "nightly", NIGHTS),
    ("slate", "slates", f"slate {LAST}", 1),
)
"""Steps of a run with the table and the transaction that each commits, in their order."""


ASIDE = ("ledger", "models", "champions")
"""Tables that a run need not add to: the ledger is written anew at times, the registry by hand."""


@dataclass
class Seen:
    """What the trials came to; a kill that came too late is counted in `ended`."""

    killed: int = 0
    ended: int = 0
    at: Counter[str] = field(default_factory=Counter)
    orphans: int = 0
    drafts: int = 0


def main() -> None:
    """Run the trials."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=200, help="how often a run is killed")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    asked = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    print(f"{NIGHTS - 1} nights before", flush=True)
    base = before()
    whole = FOLDER / "undisturbed"
    shutil.copytree(base, whole)
    began = time.monotonic()
    trial.done(whole / "run", *trial.nightly(whole, LAST))
    seconds = time.monotonic() - began
    expected = look(whole)
    check(whole, expected)
    print(f"an undisturbed run takes {seconds:.1f} s", flush=True)
    chance = random.Random(asked.seed)  # noqa: S311  no secret
    seen, failed = Seen(), []
    for number in range(1, asked.trials + 1):
        folder = FOLDER / f"trial-{number}"
        shutil.copytree(base, folder)
        moments = [chance.uniform(0, AFTER * seconds) for _ in range(1 if number % AGAIN else 2)]
        wrong = attempt(folder, moments, expected, seen)
        if wrong:
            failed.append(number)
            (folder / "wrong.txt").write_text("\n".join(wrong) + "\n", "utf-8")
            print(f"trial {number}, killed after {moments}: {'; '.join(wrong)}; see {folder}", flush=True)
        else:
            shutil.rmtree(folder)
        if number % 10 == 0:
            print(f"{number} trials, {seen.killed} kills, {len(failed)} failures", flush=True)
    told = {"trials": asked.trials, "seed": asked.seed, "seconds_undisturbed": round(seconds, 2)}
    told |= {"killed_before_the_end": seen.killed, "ended_before_the_kill": seen.ended, "killed_at": dict(seen.at)}
    told |= {"orphans_without_harm": seen.orphans, "drafts_left": seen.drafts}
    print(json.dumps(told | {"failures": len(failed), "failed": failed}), flush=True)
    sys.exit(1 if failed else 0)


def before() -> Path:
    """A lake with all nights but the last, whose files have arrived."""
    base = FOLDER / "base"
    world = trial.make(base, NIGHTS, PER_DAY, SEED)
    found = pl.read_parquet(world / "outcomes.parquet")
    half = found.height // 2
    for day in range(NIGHTS - 1):
        trial.arrive(trial.filed(world, day), base / "inbox" / f"{trial.FIRST + timedelta(day)}.parquet")
        if day == 1:
            trial.arrive(found.head(half), base / "findings" / "early.parquet")
        trial.done(base / "run", *trial.nightly(base, trial.FIRST + timedelta(day)))
    rows, yesterday = trial.filed(world, NIGHTS - 1), trial.filed(world, NIGHTS - 2)
    broken = rows.head(5).with_columns(filed_at=pl.lit(None, rows.schema["filed_at"]))
    middle = rows.height // 2
    trial.arrive(rows.head(middle), base / "inbox" / "last-1.parquet")
    trial.arrive(pl.concat([rows.slice(middle), yesterday.head(20), broken]), base / "inbox" / "last-2.parquet")
    early = found.head(3).with_columns(known_at=pl.col("inspected_at").dt.offset_by("-1d"))
    nobody = found.head(3).with_columns(bill_of_lading=pl.lit("NOBODY"))
    late = pl.concat([found.slice(half), found.head(5), early, nobody])
    trial.arrive(late, base / "findings" / "late.parquet")
    return base


def attempt(folder: Path, moments: list[float], expected: Look, seen: Seen) -> list[str]:
    """Kill a run after each of `moments`, then run to the end; return what is wrong then."""
    words = trial.nightly(folder, LAST)
    for number, moment in enumerate(moments, start=1):
        run = trial.start(folder / f"run-{number}", *words)
        try:
            code = run.process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.process.pid, signal.SIGKILL)
            code = run.process.wait()
        if code == 0:
            seen.ended += 1
        elif code == -signal.SIGKILL:
            seen.killed += 1
            seen.at[reached(folder)] += 1
        else:
            return [f"run {number} ended with {code}: {run.said}"]
    run = trial.start(folder / "run-last", *words)
    if code := run.process.wait():
        return [f"the last run ended with {code}: {run.said}"]
    return compare(folder, expected, seen)


def reached(folder: Path) -> str:
    """The step that a killed run was at."""
    lake = open_lake(folder / "lake")
    events = lake.read("runs").filter(run=NIGHTS).collect()["step"].to_list()
    if FINISHED in events:
        return "after the end"
    if BEGUN not in events:
        return "before it began"
    return next((step for step, table, name, run in STEPS if not lake.done(table, run, step=name)), "finishing")


@dataclass
class Look:
    """What a night leaves: tables, files by path with their content's mark, and reports by name."""

    tables: dict[str, pl.DataFrame]
    files: dict[str, str]
    reports: dict[str, str]
    drafts: int
    orphans: int
    matter: int
    clocks: set[str]


def look(folder: Path) -> Look:
    """Look at everything below `folder`."""
    lake = open_lake(folder / "lake")
    inboxes = [path for name in ("inbox", "findings") for path in (folder / name).rglob("*") if path.is_file()]
    shown = [path for path in inboxes if not path.name.startswith(".")]
    reports = [path for path in shown if path.parent.name == "reports"]
    info = json.loads(trial.done(folder / "info", "lake", "info", folder / "lake", "--json").printed)["tables"]
    began = lake.read("runs").filter(run=NIGHTS, step=BEGUN).collect()["at"].to_list()
    stamped = [("scores", "scored_at"), ("outcomes", "recorded_at"), ("slates", "at")]
    return Look(
        trial.tables(lake),
        {str(path.relative_to(folder)): mark(path) for path in shown if path not in reports},
        {path.name: trial.timeless(path.read_text("utf-8")) if path.suffix == ".json" else "" for path in reports},
        len(inboxes) - len(shown),
        sum(table["orphans"] for table in info),
        sum(table["matter"] for table in info),
        {
            f"{table}.{name}"
            for table, name in stamped
            if lake.read(table).filter(run=NIGHTS).select(pl.col(name).unique()).collect()[name].to_list() != began
        },
    )


def mark(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check(folder: Path, whole: Look) -> None:
    """Make sure that the undisturbed run has something of all that is compared. Raises SystemExit where not."""
    empty = [name for name, rows in whole.tables.items() if name not in ASIDE and rows.filter(run=NIGHTS).is_empty()]
    waiting = [path for path in whole.files if Path(path).parent.name != "done"]
    if empty or waiting or whole.matter or whole.orphans or whole.clocks or len(whole.reports) != 2 * NIGHTS:
        raise SystemExit(f"the undisturbed run is no measure: {empty}, {waiting}, {whole}; see {folder}")


def compare(folder: Path, expected: Look, seen: Seen) -> list[str]:
    """What of a night is not as `expected`, in words."""
    found = look(folder)
    seen.orphans += found.orphans
    seen.drafts += max(0, found.drafts - expected.drafts)
    wrong = [
        f"table {name}: {rows.height} rows for {expected.tables[name].height}, or others"
        for name, rows in found.tables.items()
        if not rows.equals(expected.tables[name])
    ]
    for what, now, then in (
        ("files", found.files, expected.files),
        ("reports", found.reports, expected.reports),
    ):
        if now != then:
            odd = sorted({name for name, _ in now.items() ^ then.items()})
            wrong.append(f"{what} differ: {', '.join(odd)}")
    if found.matter:
        wrong.append(f"{found.matter} orphans matter")
    if found.clocks:
        wrong.append(f"not of the moment when the run began: {', '.join(sorted(found.clocks))}")
    return wrong


if __name__ == "__main__":
    main()
