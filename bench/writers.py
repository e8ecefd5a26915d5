"""Several writers on one lake at once, night after night: nothing is lost, and nothing is doubled.

    python bench/writers.py [--rounds 50] [--seed 0]

Each round is a new night. All of these start within the time that a night takes, each in a process of its own, and at
the same moment the two that record one file, and the two that strike from one slate:

    nightly, nightly                  on one inbox: one does the work; the other leaves with 75, or finds nothing new
    record FILE                       findings of the night before
    record FILE, record FILE          the same findings by two, one of them of a manifest that comes this night
    record --bill ..., twice          single findings
    slate strike, slate strike        on the slate of the night before
    slate add                         a box that the round before struck from its slate
    lake info; lake compact           the second in every fifth round

After each round no process may have ended with a traceback or otherwise than said, and in the lake there must be, once:
each filing of each manifest, each finding (of those that two recorders give, one in force: see jobs/record.py), each
change of a slate, one draw for each scored box, and a beginning and an end of each run. Every file must be in done/,
every report written, and no orphan may matter.

Prints a line of JSON in the end and exits 1 at the first round that fails. The lake stays in build/writers then.
"""

from __future__ import annotations

import argparse
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
"""Every so many rounds the lake is compacted meanwhile."""

Change = tuple[date, str, str, str, str]
"""What was changed: night, bill, container, event and reason."""


@dataclass
class Told:
    """What was given to the lake so far. Findings are known by their notes."""

    once: list[str] = field(default_factory=list)
    in_force: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Run the rounds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50, help="how many nights")
    parser.add_argument("--seed", type=int, default=0, help="of the moments at which processes start")
    asked = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    folder = FOLDER / "lake-and-inboxes"
    world = trial.make(folder, asked.rounds + 1, PER_DAY, SEED)
    trial.arrive(trial.filed(world, 0), folder / "inbox" / f"{trial.FIRST}.parquet")
    began = time.monotonic()
    trial.done(folder / "run-0", *trial.nightly(folder, trial.FIRST))
    seconds = time.monotonic() - began
    print(f"a night alone takes {seconds:.1f} s", flush=True)
    chance = random.Random(asked.seed)  # noqa: S311  no secret
    told, wrong, number = Told(), list[str](), 0
    for number in range(1, asked.rounds + 1):
        commands = prepare(folder, world, number, told, chance)
        wrong = [*play(folder, number, commands, seconds, told, chance), *check(folder, number, told)]
        if wrong:
            print(f"round {number}: {'; '.join(wrong)}; see {folder}", flush=True)
            break
        if number % 5 == 0:
            print(f"{number} rounds, {len(told.once)} findings, {len(told.changes)} changes", flush=True)
    rows = open_lake(folder / "lake").read("outcomes").collect()
    out = {"rounds": number, "seed": asked.seed, "second_run": dict(told.codes), "changes": len(told.changes)}
    out |= {"findings": len(told.once) + len(told.in_force), "rows_twice_in_force_once": len(rows) - rows_of(rows)}
    print(json.dumps(out | {"failures": int(bool(wrong))}), flush=True)
    if wrong:
        sys.exit(1)
    shutil.rmtree(FOLDER)


def rows_of(rows: pl.DataFrame) -> int:
    """How many of the outcomes there are with each counted once."""
    return rows.select(*KEY, "inspected_at", "known_at", "note").n_unique()


def prepare(folder: Path, world: Path, number: int, told: Told, chance: random.Random) -> dict[str, list[object]]:
    """Let the files of a round arrive; return its commands by name, and note in `told` what they give."""
    lake, before = folder / "lake", trial.FIRST + timedelta(number - 1)
    night = trial.FIRST + timedelta(number)
    boxes = slates.in_force(open_lake(lake), before)
    keys = boxes.select(KEY).rows()
    chance.shuffle(keys)
    tonight = trial.filed(world, number)

    def findings(what: str, chosen: list[tuple[str, ...]]) -> pl.DataFrame:
        at = datetime.combine(before, clock(12), UTC) + timedelta(days=1)
        given = [
            {**dict(zip(KEY, key, strict=True)), "inspected_at": at, "known_at": at, "finding": "clean"}
            for key in chosen
        ]
        notes = [f"{what} {place} of round {number}" for place in range(len(chosen))]
        return pl.DataFrame(given, schema_overrides={"inspected_at": schema.UTC, "known_at": schema.UTC}).with_columns(
            note=pl.Series(notes)
        )

    arrived, alone, by_hand = (findings(what, [keys.pop() for _ in range(3)]) for what in ("inbox", "file", "single"))
    new = tonight.select(KEY).join(boxes, on=KEY, how="anti", maintain_order="left")  # no amendment of one of these
    both, ahead = findings("both", [keys.pop() for _ in range(3)]), findings("ahead", new.rows()[-1:])
    trial.arrive(arrived, folder / "findings" / f"{before}.parquet")
    alone.write_parquet(folder / f"alone-{number}.parquet")
    pl.concat([both, ahead]).write_parquet(folder / f"both-{number}.parquet")
    told.once += [*arrived["note"], *alone["note"], *by_hand["note"]]
    told.in_force.extend(both["note"])
    told.ahead.extend(ahead["note"])
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
    chosen += [(*row[:3], "added", f"back in round {number}") for row in told.changes[-3:] if row[3] == "struck"][:1]
    for place, (day, bill, container, event, reason) in enumerate(chosen):
        box = ["--date", day, "--bill", bill, "--container", container, "--reason", reason]
        commands[f"slate-{place}"] = ["slate", "add" if event == "added" else "strike", "--lake", lake, *box]
    told.changes += chosen
    if number % COMPACT == 0:
        commands["compact"] = ["lake", "compact", lake]
    return commands


def play(
    folder: Path,
    number: int,
    commands: dict[str, list[object]],
    seconds: float,
    told: Told,
    chance: random.Random,
) -> list[str]:
    """Start each command at a moment of its own and wait for all of them; return what ended as it should not."""
    moments = {name: chance.uniform(0, seconds) for name in commands}
    moments |= {"nightly-1": 0.0, "both-2": moments["both-1"], "slate-1": moments["slate-0"]}
    began, running, wrong = time.monotonic(), dict[str, trial.Started](), list[str]()
    for name in sorted(commands, key=lambda name: moments[name]):
        time.sleep(max(0.0, moments[name] - (time.monotonic() - began)))
        running[name] = trial.start(folder / f"round-{name}", *commands[name])
    worked: list[object] = []
    for name, started in running.items():
        code = started.process.wait()
        nightly = name.startswith("nightly")
        if "Traceback" in started.said or code not in ((0, BusyError.exit_code) if nightly else (0,)):
            wrong.append(f"{name} ended with {code}: {started.said}")
        elif nightly and code:
            told.codes["busy"] += 1
            if "another nightly run is using" not in started.said:
                wrong.append(f"{name} ended with {code} and did not say why: {started.said}")
        elif nightly:
            report = json.loads(started.printed)["report"]
            told.codes["nothing new"] += report is None
            worked += [] if report is None else [report["run"]]
    if worked != [number + 1]:
        wrong.append(f"runs that did the work: {worked}")
    return wrong


def check(folder: Path, number: int, told: Told) -> list[str]:
    """What is lost or doubled in the lake and its inboxes after a round, in words."""
    lake = open_lake(folder / "lake")
    nights = [trial.FIRST + timedelta(day) for day in range(number + 1)]
    wrong = [*_findings(lake, told), *_slates(lake, told)]
    for night in nights:
        manifest = read(folder / "inbox" / "done" / f"{night}.parquet")
        filed = pl.concat([manifest.earlier, manifest.consignments]).select(*schema.COLUMNS)
        there = lake.read("consignments", nights=(night, night), columns=list(schema.COLUMNS)).collect()
        order = [*KEY, "filed_at", "version"]
        if not there.sort(order).equals(filed.sort(order)):
            wrong.append(f"filings of {night}: {there.height} for {filed.height}, or others")
    events = Counter(lake.read("runs", columns=["run", "step"]).collect().rows())
    if events != {(run, step): 1 for run in range(1, number + 2) for step in ("begun", "finished")}:
        wrong.append(f"events of runs: {events}")
    for inbox in (folder / "inbox", folder / "findings"):
        wrong += [f"{path} waits" for path in inbox.iterdir() if path.is_file() and path.name[0] != "."]
    if len(list((folder / "findings" / "done").iterdir())) != number:
        wrong.append("findings are not all in done/")
    missing = [night for run, night in enumerate(nights, 1) if not _page(folder, night, run).exists()]
    wrong += [f"no report of {night}" for night in missing]
    return wrong + [f"{one.matter} orphans of {one.table} matter" for one in health.info(lake) if one.matter]


def _page(folder: Path, night: date, run: int) -> Path:
    return folder / "inbox" / "reports" / f"{night}-run-{run}.html"


def _findings(lake: Lake, told: Told) -> list[str]:
    """Findings that are not in the lake as they should; those ahead of their manifest come a round later."""
    rows = lake.read("outcomes", columns=[*OUTCOME, "recorded_at"]).collect()
    counts, force = Counter(rows["note"]), Counter(corrections.in_force(rows)["note"])
    wrong = [f"finding {note!r} is there {counts[note]} times" for note in told.once if counts[note] != 1]
    wrong += [
        f"finding {note!r} is in force {force[note]} times"
        for note in (*told.once, *told.in_force, *told.ahead[:-1])
        if force[note] != 1
    ]
    waiting = "".join(lake.read("quarantine").filter(rule="unknown_consignment").collect()["row"])
    last = told.ahead[-1]
    if force[last] != 1 and last not in waiting:
        wrong.append(f"finding {last!r} is nowhere")
    strange = set(counts) - {*told.once, *told.in_force, *told.ahead}
    return wrong + [f"findings that nobody gave: {strange}"] * bool(strange)


def _slates(lake: Lake, told: Told) -> list[str]:
    """Changes of slates and draws that are not in the lake once."""
    rows = lake.read("slates").collect()
    drawn = rows.filter(event=slates.SELECTED)
    changed = rows.filter(pl.col("event") != slates.SELECTED)
    wrong = []
    if Counter(changed.select("night", *KEY, "event", "reason").rows()) != Counter(told.changes):
        odd = set(changed.select("night", *KEY, "event", "reason").rows()) ^ set(told.changes)
        wrong.append(f"changes of slates: {changed.height} for {len(told.changes)}; {odd}")
    scored = lake.read("scores", columns=["night", *KEY]).unique().collect()
    if sorted(drawn.select("night", *KEY).rows()) != sorted(scored.rows()):
        wrong.append(f"draws: {drawn.height} for {scored.height} scored boxes")
    return wrong


if __name__ == "__main__":
    main()
