"""Let several processes write to one lake at once, night after night: no row may be lost or written twice.

    python bench/writers.py [--rounds 50] [--seed 0]

Each round is a new night. All these commands start within the time that a night takes, each in its own process. The two
that record the same file start at the same moment, and so do the two that strike boxes from the same slate:

    nightly, nightly                  on one inbox: one does the work, the other exits with 75 or finds nothing new
    record FILE                       findings of the night before
    record FILE, record FILE          the same findings twice; one of them belongs to a manifest of this night
    record --bill ...                 single findings
    slate strike, slate strike        on the slate of the night before
    slate add                         a box that the round before struck from its slate
    lake info; lake compact           the second in every fifth round

After each round no process may have ended with a traceback or with another exit code. The lake must contain once: each
filing of each manifest, each finding (of those recorded twice, one in force: see casework/outcomes.py), each change of
a slate, one draw for each scored box, and a beginning and an end of each run. Every file must be in done/, every report
must be written, and no orphan may matter.

Prints a line of JSON at the end and exits with 1 at the first round that fails; then the lake stays in build/writers.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import polars as pl
import trial

from riskscore import schema
from riskscore.casework import slates
from riskscore.errors import BusyError
from riskscore.lake import health
from riskscore.lake.open import open_lake
from riskscore.lake.protocol import Lake
from riskscore.manifest import corrections
from riskscore.manifest.read import read
from riskscore.schema import KEY, OUTCOME

FOLDER = Path("build/writers")
PER_DAY, SEED = 60, 9
COMPACT = 5
"""The lake is compacted in one of this many rounds."""

Change = tuple[date, str, str, str, str]
"""A change of a slate: night, bill, container, event and reason."""


@dataclass
class Expected:
    """What the commands so far have written to the lake. Findings are identified by their notes."""

    once: list[str] = field(default_factory=list)
    in_force: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Run the rounds."""
    options = trial.options(__doc__, FOLDER, rounds=(50, "number of nights"))
    folder = FOLDER / "lake-and-inboxes"
    world = trial.make(folder, options.rounds + 1, PER_DAY, SEED)
    trial.arrive(trial.filed(world, 0), folder / "inbox" / f"{trial.FIRST}.parquet")
    began = time.monotonic()
    trial.done(folder / "run-0", *trial.nightly(folder, trial.FIRST))
    seconds = time.monotonic() - began
    print(f"a night alone takes {seconds:.1f} s", flush=True)
    chance = random.Random(options.seed)  # noqa: S311  no secret
    expected, wrong, number = Expected(), list[str](), 0
    for number in range(1, options.rounds + 1):
        commands = prepare(folder, world, number, expected, chance)
        wrong = [*run(folder, number, commands, seconds, expected, chance), *check(folder, number, expected)]
        if wrong:
            print(f"round {number}: {'; '.join(wrong)}; see {folder}", flush=True)
            break
        if number % 5 == 0:
            print(f"{number} rounds, {len(expected.once)} findings, {len(expected.changes)} changes", flush=True)
    rows = open_lake(folder / "lake").read("outcomes").collect()
    report = {"rounds": number, "seed": options.seed, "second_run": dict(expected.codes)}
    report |= {"changes": len(expected.changes), "findings": len(expected.once) + len(expected.in_force)}
    report |= {"rows_twice_in_force_once": len(rows) - distinct(rows)}
    print(json.dumps(report | {"failures": int(bool(wrong))}), flush=True)
    if wrong:
        sys.exit(1)
    shutil.rmtree(FOLDER)


def distinct(rows: pl.DataFrame) -> int:
    """Return the number of different outcomes."""
    return rows.select(*KEY, "inspected_at", "known_at", "note").n_unique()


def prepare(
    folder: Path, world: Path, number: int, expected: Expected, chance: random.Random
) -> dict[str, list[object]]:
    """Put the files of a round into the inboxes; return its commands by name, and add what they write to `expected`."""
    lake, before = folder / "lake", trial.FIRST + timedelta(number - 1)
    night = trial.FIRST + timedelta(number)
    boxes = slates.in_force(open_lake(lake), before)
    keys = boxes.select(KEY).rows()
    chance.shuffle(keys)
    tonight = trial.filed(world, number)

    def findings(name: str, chosen: list[tuple[str, ...]]) -> pl.DataFrame:
        at = datetime.combine(before, clock(12), UTC) + timedelta(days=1)
        rows = [
            {**dict(zip(KEY, key, strict=True)), "inspected_at": at, "known_at": at, "finding": "clean"}
            for key in chosen
        ]
        notes = [f"{name} {place} of round {number}" for place in range(len(chosen))]
        return pl.DataFrame(rows, schema_overrides={"inspected_at": schema.UTC, "known_at": schema.UTC}).with_columns(
            note=pl.Series(notes)
        )

    arrived, alone, by_hand = (findings(name, [keys.pop() for _ in range(3)]) for name in ("inbox", "file", "single"))
    new = tonight.select(KEY).join(boxes, on=KEY, how="anti", maintain_order="left")  # not an amendment of these boxes
    both, ahead = findings("both", [keys.pop() for _ in range(3)]), findings("ahead", new.rows()[-1:])
    trial.arrive(arrived, folder / "findings" / f"{before}.parquet")
    alone.write_parquet(folder / f"alone-{number}.parquet")
    pl.concat([both, ahead]).write_parquet(folder / f"both-{number}.parquet")
    expected.once += [*arrived["note"], *alone["note"], *by_hand["note"]]
    expected.in_force.extend(both["note"])
    expected.ahead.extend(ahead["note"])
    trial.arrive(tonight, folder / "inbox" / f"{night}.parquet")

    commands: dict[str, list[object]] = {
        "nightly-1": trial.nightly(folder, night),
        "nightly-2": trial.nightly(folder, night),
        "file": ["record", folder / f"alone-{number}.parquet", "--lake", lake],
        "both-1": ["record", folder / f"both-{number}.parquet", "--lake", lake],
        "both-2": ["record", folder / f"both-{number}.parquet", "--lake", lake],
        "info": ["lake", "info", lake],
    }
    for place, row in enumerate(by_hand.iter_rows(named=True)):
        words: list[object] = ["record", "--lake", lake, "--bill", row[KEY[0]], "--container", row[KEY[1]]]
        moment = f"{row['known_at']:%Y-%m-%dT%H:%M:%SZ}"
        words += ["--finding", row["finding"], "--note", row["note"], "--inspected-at", moment, "--known-at", moment]
        commands[f"single-{place}"] = words
    opened = boxes.filter(pl.col("action") == "open").select(KEY).rows()
    chosen: list[Change] = [(before, *key, "struck", f"strike of round {number}") for key in chance.sample(opened, 2)]
    struck = [row for row in expected.changes[-3:] if row[3] == "struck"][:1]
    chosen += [(*row[:3], "added", f"back in round {number}") for row in struck]
    for place, (day, bill, container, event, reason) in enumerate(chosen):
        box = ["--date", day, "--bill", bill, "--container", container, "--reason", reason]
        commands[f"slate-{place}"] = ["slate", "add" if event == "added" else "strike", "--lake", lake, *box]
    expected.changes += chosen
    if number % COMPACT == 0:
        commands["compact"] = ["lake", "compact", lake]
    return commands


def run(
    folder: Path,
    number: int,
    commands: dict[str, list[object]],
    seconds: float,
    expected: Expected,
    chance: random.Random,
) -> list[str]:
    """Start each command at a random moment and wait for all of them; return the commands that ended wrongly."""
    moments = {name: chance.uniform(0, seconds) for name in commands}
    moments |= {"nightly-1": 0.0, "both-2": moments["both-1"], "slate-1": moments["slate-0"]}
    began, running, wrong = time.monotonic(), dict[str, trial.Started](), list[str]()
    for name in sorted(commands, key=lambda name: moments[name]):
        time.sleep(max(0.0, moments[name] - (time.monotonic() - began)))
        running[name] = trial.start(folder / f"round-{name}", *commands[name])
    completed: list[object] = []
    for name, started in running.items():
        code = started.process.wait()
        nightly = name.startswith("nightly")
        if "Traceback" in started.errors or code not in ((0, BusyError.exit_code) if nightly else (0,)):
            wrong.append(f"{name} ended with exit code {code}: {started.errors}")
        elif nightly and code:
            expected.codes["busy"] += 1
            if "another nightly run is using" not in started.errors:
                wrong.append(f"{name} ended with exit code {code} without the reason: {started.errors}")
        elif nightly:
            report = json.loads(started.printed)["report"]
            expected.codes["nothing new"] += report is None
            completed += [] if report is None else [report["run"]]
    if completed != [number + 1]:
        wrong.append(f"runs that did the work: {completed}")
    return wrong


def check(folder: Path, number: int, expected: Expected) -> list[str]:
    """Return what is lost or written twice in the lake and its inboxes after a round, as sentences."""
    lake = open_lake(folder / "lake")
    nights = [trial.FIRST + timedelta(day) for day in range(number + 1)]
    wrong = [*_findings(lake, expected), *_slates(lake, expected)]
    for night in nights:
        manifest = read(folder / "inbox" / "done" / f"{night}.parquet")
        filed = pl.concat([manifest.earlier, manifest.consignments]).select(*schema.COLUMNS)
        stored = lake.read("consignments", nights=(night, night), columns=list(schema.COLUMNS)).collect()
        order = [*KEY, "filed_at", "version"]
        if not stored.sort(order).equals(filed.sort(order)):
            wrong.append(f"filings of {night}: {stored.height} instead of {filed.height}, or other filings")
    events = Counter(lake.read("runs", columns=["run", "step"]).collect().rows())
    if events != {(run, step): 1 for run in range(1, number + 2) for step in ("begun", "finished")}:
        wrong.append(f"wrong events of runs: {events}")
    for inbox in (folder / "inbox", folder / "findings"):
        wrong += [f"{path} is still in the inbox" for path in inbox.iterdir() if path.is_file() and path.name[0] != "."]
    if len(list((folder / "findings" / "done").iterdir())) != number:
        wrong.append("not all findings are in done/")
    missing = [night for run_number, night in enumerate(nights, 1) if not _page(folder, night, run_number).exists()]
    wrong += [f"no report of {night}" for night in missing]
    return wrong + [f"{table.matter} orphans of {table.table} matter" for table in health.info(lake) if table.matter]


def _page(folder: Path, night: date, run_number: int) -> Path:
    return folder / "inbox" / "reports" / f"{night}-run-{run_number}.html"


def _findings(lake: Lake, expected: Expected) -> list[str]:
    """Return findings that are wrong in the lake; those ahead of their manifest are imported one round later."""
    rows = lake.read("outcomes", columns=[*OUTCOME, "recorded_at"]).collect()
    counts, force = Counter(rows["note"]), Counter(corrections.in_force(rows)["note"])
    wrong = [f"finding {note!r} was written {counts[note]} times" for note in expected.once if counts[note] != 1]
    wrong += [
        f"finding {note!r} is in force {force[note]} times"
        for note in (*expected.once, *expected.in_force, *expected.ahead[:-1])
        if force[note] != 1
    ]
    waiting = "".join(lake.read("quarantine").filter(rule="unknown_consignment").collect()["row"])
    last = expected.ahead[-1]
    if force[last] != 1 and last not in waiting:
        wrong.append(f"finding {last!r} is missing")
    unexpected = set(counts) - {*expected.once, *expected.in_force, *expected.ahead}
    return wrong + [f"findings that no command recorded: {unexpected}"] * bool(unexpected)


def _slates(lake: Lake, expected: Expected) -> list[str]:
    """Return changes of slates and draws that are not in the lake exactly once."""
    rows = lake.read("slates").collect()
    drawn = rows.filter(event=slates.SELECTED)
    changed = rows.filter(pl.col("event") != slates.SELECTED)
    wrong = []
    if Counter(changed.select("night", *KEY, "event", "reason").rows()) != Counter(expected.changes):
        different = set(changed.select("night", *KEY, "event", "reason").rows()) ^ set(expected.changes)
        wrong.append(f"changes of slates: {changed.height} instead of {len(expected.changes)}; {different}")
    scored = lake.read("scores", columns=["night", *KEY]).unique().collect()
    if sorted(drawn.select("night", *KEY).rows()) != sorted(scored.rows()):
        wrong.append(f"draws: {drawn.height} instead of {scored.height}, one per scored box")
    return wrong


if __name__ == "__main__":
    main()
