"""Kill a nightly run at random moments, run it again, and compare with an undisturbed run.

    python bench/kills.py [--trials 200] [--seed 0]

    nine nights ─┬─▶ the tenth, undisturbed ──────────────────────────▶ tables, files, report
                 └─▶ the tenth, kill -9 ─▶ [again, kill -9] ─▶ again ─▶ the same tables, files, report, each trial

The run is the real command in its own process. It is killed after a random time, from 0 to a little more than the
undisturbed run took. In every fourth trial the second run is killed too, and a third one completes the night. The night
has manifests, with rows that break a rule and rows that were filed before, a stow plan that differs from one of them, a
cancellation, a box that an alert names, and findings, some of which break a rule, repeat known ones, or arrive together
with their manifest. It is the tenth night because Delta Lake writes a
checkpoint at the twentieth version of a table, which is reached that night.

Tables must be equal row by row, except for the clock: when an event or row was written (`Table.stamps`: `at`,
`recorded_at`, `scored_at`), and the moment and the seconds in the records of `runs`. But the rows of the run must have
the moment when it first began. For files in `quarantine` the names are compared, not the folder of the trial. Every
file must be in done/ once and no longer in the inbox, the report must exist with the same counts, and `riskscore lake
info` must find no orphan that matters.

Prints a line of JSON at the end and exits with 1 if a trial failed. Folders of failed trials stay in build/kills.
"""

from __future__ import annotations

import contextlib
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
"""Latest moment of a kill, as a multiple of the seconds of an undisturbed run."""

AGAIN = 4
"""In one of this many trials the second run is killed too."""

STEPS = (
    ("manifests", "consignments", "nightly", NIGHTS),
    ("manifests", "quarantine", "manifests", NIGHTS),
    ("outcomes", "quarantine", "outcomes", NIGHTS),
    ("outcomes", "outcomes", "nightly", NIGHTS),
    ("measures", "measures", "nightly", NIGHTS),
    ("scores", "scores", "nightly", NIGHTS),
    ("slate", "slates", f"slate {LAST}", 1),
)
"""Steps of a run in order, with the table and the transaction that each commits."""


ASIDE = ("ledger", "models", "champions", "alerts", "alert_decisions", "maps")
"""Tables that a run may leave unchanged: the ledger is rewritten at times, and others are changed by users."""

PLAN = (
    "UNB+UNOA:2+SMPH+TEMTERM+240110:1800+SQ118W'UNH+1+BAPLIE:D:95B:UN:SMDG22'BGM++P118W+9'DTM+137:2401101800:201'"
    "TDT+20+118W+++SMPH:172:20+++9501813:146::SAMPHIRE QUEEN'LOC+5+CNSHA:139:6'LOC+61+GHTEM:139:6'"
    "LOC+147+0140384::5'MEA+VGM++KGM:27400'LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'RFF+BM:1'EQD+CN+TGBU4471200+22G1+++5'"
    "LOC+147+0140584::5'MEA+VGM++KGM:31000'LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'RFF+BM:1'EQD+CN+TGBU4471217+45G1+++5'"
    "UNT+19+1'UNZ+1+SQ118W'"
)
FILED = (
    "bill_of_lading,container_number,filed_at,port_of_loading,port_of_discharge,goods_description,gross_weight_kg,"
    "vessel_name,voyage\nSMPH118W0042,TGBU4471200,2024-01-10,CNSHA,GHTEM,GLAZED TILES,18000,Samphire Queen,118-W\n"
)
CANCELLED = (
    "UNB+UNOA:2+DRWN+GHCUS+240110:1800+X1'UNH+1+CUSCAR:D:95B:UN'BGM+785+D1+1'DTM+137:202401101800:203'"
    "TDT+20+31W+1++DRWN:172:20+++9501813:146::DARROW WREN'LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'"
    "EQD+CN+TGBU4471200+22G1:102:5'CNI+1'RFF+BM:DRWN77'LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'NAD+CN+++BUYER TWO'"
    "GID+1+100:CT'FTX+AAA+++TILES'MEA+AAE+G+KGM:18000'SGP+TGBU4471200+100'UNT+18+1'UNZ+1+X1'"
)
"""A stow plan that differs from a manifest, and a cancellation; both are made up."""


@dataclass
class Tally:
    """Counts over all trials; a kill that came too late is counted in `ended`."""

    killed: int = 0
    ended: int = 0
    at: Counter[str] = field(default_factory=Counter)
    orphans: int = 0
    drafts: int = 0


def main() -> None:
    """Run the trials."""
    options = trial.options(__doc__, FOLDER, trials=(200, "number of trials"))
    print(f"running {NIGHTS - 1} nights first", flush=True)
    base = before()
    undisturbed = FOLDER / "undisturbed"
    shutil.copytree(base, undisturbed)
    began = time.monotonic()
    trial.done(undisturbed / "run", *trial.nightly(undisturbed, LAST))
    seconds = time.monotonic() - began
    expected = look(undisturbed)
    check(undisturbed, expected)
    print(f"an undisturbed run takes {seconds:.1f} s", flush=True)
    chance = random.Random(options.seed)  # noqa: S311  no secret
    tally = Tally()

    def kill(number: int, folder: Path) -> list[str]:
        shutil.copytree(base, folder)
        moments = [chance.uniform(0, AFTER * seconds) for _ in range(1 if (number + 1) % AGAIN else 2)]
        wrong = attempt(folder, moments, expected, tally)
        return [f"killed after {moments} s", *wrong] if wrong else []

    failed = trial.series(FOLDER, [f"trial-{number}" for number in range(1, options.trials + 1)], kill)
    report = {"trials": options.trials, "seed": options.seed, "seconds_undisturbed": round(seconds, 2)}
    report |= {"killed_before_the_end": tally.killed, "ended_before_the_kill": tally.ended}
    report |= {"killed_at": dict(tally.at)}
    report |= {"orphans_without_harm": tally.orphans, "drafts_left": tally.drafts}
    print(json.dumps(report | {"failures": len(failed), "failed": failed}), flush=True)
    sys.exit(1 if failed else 0)


def before() -> Path:
    """Run all nights but the last in a new lake, and put the files of the last night into the inboxes."""
    base = FOLDER / "base"
    world = trial.make(base, NIGHTS, PER_DAY, SEED)
    outcomes = pl.read_parquet(world / "outcomes.parquet")
    half = outcomes.height // 2

    def findings(day: int) -> None:
        if day == 1:
            trial.arrive(outcomes.head(half), base / "findings" / "early.parquet")

    trial.nights(base, world, NIGHTS - 1, findings)
    rows, yesterday = trial.filed(world, NIGHTS - 1), trial.filed(world, NIGHTS - 2)
    broken = rows.head(5).with_columns(filed_at=pl.lit(None, rows.schema["filed_at"]))
    middle = rows.height // 2
    trial.arrive(rows.head(middle), base / "inbox" / "last-1.parquet")
    trial.arrive(pl.concat([rows.slice(middle), yesterday.head(20), broken]), base / "inbox" / "last-2.parquet")
    for name, text in {"plan.edi": PLAN, "filed.csv": FILED, "cancelled.edi": CANCELLED}.items():
        trial.put(text, base / "inbox" / name)
    alert = f"id,kind,container_number,reason\n1,container,{rows['container_number'][0]},made up\n"
    (base / "alerts.csv").write_text(alert, "utf-8")
    trial.done(base / "run", "alerts", "import", base / "alerts.csv", "--lake", base / "lake", "--provider", "Made up")
    early = outcomes.head(3).with_columns(known_at=pl.col("inspected_at").dt.offset_by("-1d"))
    unknown = outcomes.head(3).with_columns(bill_of_lading=pl.lit("NOBODY"))
    late = pl.concat([outcomes.slice(half), outcomes.head(5), early, unknown])
    trial.arrive(late, base / "findings" / "late.parquet")
    return base


def attempt(folder: Path, moments: list[float], expected: Look, tally: Tally) -> list[str]:
    """Kill a run after each of `moments`, then run to the end; return the differences from `expected`."""
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
            tally.ended += 1
        elif code == -signal.SIGKILL:
            tally.killed += 1
            tally.at[reached(folder)] += 1
        else:
            return [f"run {number} ended with exit code {code}: {run.errors}"]
    run = trial.start(folder / "run-last", *words)
    if code := run.process.wait():
        return [f"the last run ended with exit code {code}: {run.errors}"]
    return compare(folder, expected, tally)


def reached(folder: Path) -> str:
    """Return the step that a killed run was at."""
    lake = open_lake(folder / "lake")
    events = lake.read("runs").filter(run=NIGHTS).collect()["step"].to_list()
    if FINISHED in events:
        return "after the end"
    if BEGUN not in events:
        return "before it began"
    return next((step for step, table, name, run in STEPS if not lake.done(table, run, step=name)), "finishing")


@dataclass
class Look:
    """The result of a night: tables, files by path with their hash, and reports by name."""

    tables: dict[str, pl.DataFrame]
    files: dict[str, str]
    reports: dict[str, str]
    drafts: int
    orphans: int
    matter: int
    clocks: set[str]


def look(folder: Path) -> Look:
    """Read everything below `folder`."""
    lake = open_lake(folder / "lake")
    files = [path for name in ("inbox", "findings") for path in (folder / name).rglob("*") if path.is_file()]
    visible = [path for path in files if not path.name.startswith(".")]
    reports = [path for path in visible if path.parent.name == "reports"]
    info = json.loads(trial.done(folder / "info", "lake", "info", folder / "lake", "--json").printed)["tables"]
    began = lake.read("runs").filter(run=NIGHTS, step=BEGUN).collect()["at"].to_list()
    stamped = [("scores", "scored_at"), ("outcomes", "recorded_at"), ("slates", "at")]
    return Look(
        trial.tables(lake),
        {str(path.relative_to(folder)): trial.sha256(path) for path in visible if path not in reports},
        {path.name: trial.timeless(path.read_text("utf-8")) if path.suffix == ".json" else "" for path in reports},
        len(files) - len(visible),
        sum(table["orphans"] for table in info),
        sum(table["matter"] for table in info),
        {
            f"{table}.{name}"
            for table, name in stamped
            if lake.read(table).filter(run=NIGHTS).select(pl.col(name).unique()).collect()[name].to_list() != began
        },
    )


def check(folder: Path, expected: Look) -> None:
    """Check that the undisturbed run has rows in every compared table, and no faults. Raises SystemExit otherwise."""
    tables = {name: rows for name, rows in expected.tables.items() if name not in ASIDE}
    empty = [name for name, rows in tables.items() if rows.filter(run=NIGHTS).is_empty()]
    waiting = [path for path in expected.files if Path(path).parent.name != "done"]
    faults = expected.matter or expected.orphans or expected.clocks or len(expected.reports) != 2 * NIGHTS
    if empty or waiting or faults:
        raise SystemExit(
            f"the undisturbed run is not usable: no rows in {empty}, still waiting {waiting}, {expected.matter} of "
            f"{expected.orphans} orphans matter, {expected.clocks}, {len(expected.reports)} reports; see {folder}"
        )


def compare(folder: Path, expected: Look, tally: Tally) -> list[str]:
    """Return the differences between a night and `expected`, as sentences."""
    result = look(folder)
    tally.orphans += result.orphans
    tally.drafts += max(0, result.drafts - expected.drafts)
    wrong = trial.differing(result.tables, expected.tables)
    for kind, contents, wanted in (
        ("files", result.files, expected.files),
        ("reports", result.reports, expected.reports),
    ):
        if contents != wanted:
            names = sorted({name for name, _ in contents.items() ^ wanted.items()})
            wrong.append(f"{kind} differ: {', '.join(names)}")
    if result.matter:
        wrong.append(f"{result.matter} orphans matter")
    if result.clocks:
        wrong.append(f"columns without the moment when the run began: {', '.join(sorted(result.clocks))}")
    return wrong


if __name__ == "__main__":
    main()
