"""Disturb every command that writes, call it again, and compare with what it writes undisturbed.

    python bench/commands.py [--trials 800] [--seed 0] [--short] [--only NAME ...]

    three nights ─┬─▶ command ─────────────────────────────────────────────────▶ tables, files
                  ├─▶ command, kill -9 at a random moment after it began ─▶ again ─▶ the same
                  ├─▶ command on a full disk ─────────────────────────────▶ again ─▶ the same
                  ├─▶ command under a clock up to three days wrong ───────▶ again ─▶ the same
                  └─▶ the command twice at once ──────────────────────────▶ again ─▶ the same

bench/kills.py does the same with one long night, and bench/writers.py lets different commands write at once. Half of
the trials are kills. A command has begun when a folder that it writes to has changed; one kill in four comes before
that. A disk is full when no file may be larger than so many bytes (RLIMIT_FSIZE), from 1 byte to the largest file.

Tables must be equal row by row, except for the moments of writing (`Table.stamps`), and files byte by byte, except for
those that have a moment in them (`MOMENTS`), which must be there. No process may print a traceback or hang, no orphan
may matter, and every process must end with 0, or with 1 or 2 and one line, or with 75 beside another.

Prints a line of JSON at the end and exits with 1 if a trial failed. Folders of failed trials stay in build/commands.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import trial

from riskscore.casework import slates
from riskscore.lake import health
from riskscore.lake.open import open_lake
from riskscore.schema import KEY

FOLDER = Path("build/commands")
NIGHTS, PER_DAY, SEED = 3, 40, 7
LEARNED = 40
"""Days of the world that a model learns from."""

SHORT = ["record", "record-one", "strike", "alerts-import", "alerts-expire", "compact"]
RATE = ("--smuggling-rate", 0.05)
HANGS = 300
MOMENTS = (".pdf", ".zip", ".json", ".md", ".html")
BY_HAND: dict[str, list[str]] = {
    "alerts": ["night", "updated_at"],
    "champions": ["night", "detail"],
    **{name: ["night"] for name in ("alert_decisions", "maps", "models", "outcomes")},
}
"""Columns with the moment or the day of writing, in tables that people write to."""

KINDS = ("kill", "kill", "kill", "kill", "full", "full", "clock", "pair")
CODES = (0, 1, 2, 75)

Words = list[object]
Disturb = Callable[[Path, Words, random.Random], str]


@dataclass
class Look:
    """What is written: rows by table, hash or presence by file, and orphans that matter."""

    tables: dict[str, pl.DataFrame]
    files: dict[str, str]
    matter: int


@dataclass
class Undisturbed:
    """What a command writes undisturbed: seconds until it began and until it ended, and its largest file."""

    look: Look
    began: float
    seconds: float
    largest: int


def main() -> None:
    """Run the trials."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=800, help="number of trials")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random moments")
    parser.add_argument("--only", nargs="*", default=[], help="only these commands")
    parser.add_argument("--short", action="store_const", const=SHORT, default=[], help="only the quick commands")
    options = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    print(f"running {NIGHTS} nights and a training first", flush=True)
    wanted = options.only or options.short
    base = before(learn=not options.short)
    names = wanted or list(commands(base))
    expected = {name: undisturbed(base, name) for name in names}
    print("undisturbed, in s:", *(f"{name} {one.seconds:.1f}" for name, one in expected.items()), flush=True)
    chance = random.Random(options.seed)  # noqa: S311  no secret
    tally, failed = Counter[str](), list[str]()
    for number in range(options.trials):
        name, kind = names[number % len(names)], chance.choice(KINDS)
        folder = FOLDER / f"{number}-{name}-{kind}"
        shutil.copytree(base, folder)
        wrong, how = attempt(folder, name, kind, expected[name], chance)
        tally[f"{kind}: {how}"] += 1
        if wrong:
            failed.append(folder.name)
            (folder / "wrong.txt").write_text("\n".join(wrong) + "\n", "utf-8")
            print(f"{folder}: {how}: {'; '.join(wrong)[:600]}", flush=True)
        else:
            shutil.rmtree(folder)
        if number % 50 == 49:
            print(f"{number + 1} trials, {len(failed)} failures", flush=True)
    report = {"trials": options.trials, "seed": options.seed, "disturbed": dict(sorted(tally.items()))}
    print(json.dumps(report | {"failures": len(failed), "failed": failed}), flush=True)
    sys.exit(1 if failed else 0)


def before(*, learn: bool) -> Path:
    """Run nights in a new lake, perhaps train a model, and write the files that the commands take in."""
    base = FOLDER / "base"
    world = trial.make(base, NIGHTS + 2, PER_DAY, SEED)
    for day in range(NIGHTS):
        trial.arrive(trial.filed(world, day), base / "inbox" / f"{trial.FIRST + timedelta(day)}.parquet")
        trial.done(base / "run", *trial.nightly(base, trial.FIRST + timedelta(day)))
    for day in (NIGHTS, NIGHTS + 1):
        trial.filed(world, day).write_parquet(base / f"later-{day}.parquet")
    filed = pl.concat([trial.filed(world, day) for day in range(NIGHTS)])
    boxes = filed.select(*KEY).unique(maintain_order=True)
    findings = boxes.head(40).with_columns(
        inspected_at=pl.lit(datetime(2024, 1, 5, tzinfo=UTC)),
        known_at=pl.lit(datetime(2024, 1, 6, tzinfo=UTC)),
        finding=pl.when(pl.int_range(pl.len()) % 8 == 0).then(pl.lit("seizure")).otherwise(pl.lit("clean")),
    )
    findings.head(6).write_parquet(base / "findings.parquet")
    findings.slice(6).write_parquet(base / "earlier.parquet")
    trial.done(base / "run", "record", base / "earlier.parquet", "--lake", base / "lake")
    lines = [f"{place},container,{box},tip {place}" for place, (_, box) in enumerate(boxes.head(8).rows())]
    (base / "alerts.csv").write_text("id,kind,container_number,reason\n" + "\n".join(lines) + "\n", "utf-8")
    (base / "known.csv").write_text(f"id,kind,container_number,reason\nK1,container,{boxes[0, 1]},known\n", "utf-8")
    trial.done(base / "run", "alerts", "import", base / "known.csv", "--lake", base / "lake", "--provider", "Made up")
    _run(base, ["columns", base / "later-3.parquet", "--save", base / "map.toml"])
    if not learn:
        return base
    trial.done(base / "run", "simulate", base / "learned", "--days", LEARNED, "--per-day", PER_DAY, "--seed", 3, *RATE)
    _run(base, ["train", "--world", base / "learned", "--out", base / "models" / "first"])
    return base


def commands(folder: Path) -> dict[str, list[Words]]:
    """Return every command that writes, by name, as the calls that follow each other."""
    lake, out = folder / "lake", folder / "out"
    night = trial.FIRST + timedelta(NIGHTS - 1)
    drawn = slates.in_force(open_lake(lake), night)
    opened = drawn.filter(pl.col("action") == "open").row(0, named=True)
    box = ["--bill", opened[KEY[0]], "--container", opened[KEY[1]]]
    here, made = ["--lake", lake], ["--reason", "made up"]
    alert = "Made up/K1"
    moments = ["--inspected-at", "2024-01-05", "--known-at", "2024-01-06"]
    strike = ["slate", "strike", *here, "--date", night, *box, *made]
    promote = ["models", "promote", "first", *here, "--from", trial.FIRST, "--override", "made up"]
    return {
        "record": [["record", folder / "findings.parquet", *here]],
        "record-one": [["record", *here, *box, "--finding", "clean", *moments]],
        "strike": [strike],
        "add": [strike, ["slate", "add", *here, "--date", night, *box, *made]],
        "alerts-import": [["alerts", "import", folder / "alerts.csv", *here, "--provider", "Made up"]],
        "alerts-decide": [["alerts", "decide", alert, *here, "--value", "AAAU1234567", *made]],
        "alerts-expire": [["alerts", "expire", alert, *here, *made]],
        "maps-add": [["maps", "add", "someone", folder / "map.toml", *here]],
        "compact": [["lake", "compact", lake]],
        "promote": [promote],
        "retire": [["models", "retire", "first", *here, *made]],
        "backfill": [trial.nightly(folder, trial.FIRST + timedelta(day)) for day in (NIGHTS, NIGHTS + 1)],
        "train": [["train", "--world", folder / "learned", "--out", folder / "models" / "second"]],
        "export": [["lake", "export", lake, "scores", out / "scores.parquet"]],
        "score": [["score", folder / "later-3.parquet", "--out", out / "ranked.parquet"]],
        "package": [["alerts", "package", out / "case.zip", *here, *box]],
    }


def prepared(folder: Path, name: str) -> list[Words]:
    """Put the files of a command in place, and return its calls."""
    (folder / "out").mkdir(exist_ok=True)
    if name == "backfill":
        for day in (NIGHTS, NIGHTS + 1):
            trial.arrive(pl.read_parquet(folder / f"later-{day}.parquet"), folder / "inbox" / f"later-{day}.parquet")
    return commands(folder)[name]


def undisturbed(base: Path, name: str) -> Undisturbed:
    """Run a command undisturbed. Raises SystemExit if it fails."""
    folder = FOLDER / f"undisturbed-{name}"
    shutil.copytree(base, folder)
    calls, seen = prepared(folder, name), watched(folder)
    start, began, held = time.monotonic(), 0.0, look(folder).files
    for words in calls:
        run = _start(folder, words)
        while run.process.poll() is None:
            if not began and watched(folder) != seen:
                began = time.monotonic() - start
            time.sleep(0.002)
        if run.process.returncode or "Traceback" in run.errors:
            raise SystemExit(f"{name} ended with {run.process.returncode}: {run.errors}")
    seconds, found = time.monotonic() - start, look(folder)
    sizes = [path.stat().st_size for path in _files(folder) if str(path.relative_to(folder)) not in held]
    shutil.rmtree(folder)
    return Undisturbed(found, began, seconds, max(sizes, default=1 << 16))


def attempt(folder: Path, name: str, kind: str, expected: Undisturbed, chance: random.Random) -> tuple[list[str], str]:
    """Disturb a command and call it again. Return what is wrong, and what became of the disturbed call."""
    calls = prepared(folder, name)
    runs: list[trial.Started] = []
    how = "ended"
    for words in calls:
        run = _disturbed(folder, words, kind, expected, chance)
        runs += run
        if run[0].process.returncode:
            how = "disturbed"
            break
    if kind == "full" and how == "disturbed" and runs[0].errors.count("\n") > 6:
        return [f"{runs[0].errors.count(chr(10))} lines: {runs[0].errors[-300:]}"], how
    for words in calls:
        run = _start(folder, words)
        _wait(run)
        runs.append(run)
    wrong = [f"{run.process.returncode}: {run.errors[-400:]}" for run in runs if not _sound(run, kind)]
    return wrong + differences(look(folder), expected.look), how


def _disturbed(
    folder: Path, words: Words, kind: str, expected: Undisturbed, chance: random.Random
) -> list[trial.Started]:
    if kind == "full":
        limit = int(math.exp(chance.uniform(0, math.log(max(2, expected.largest)))))
        runs = [_start(folder, words, limit=limit)]
    elif kind == "clock":
        runs = [_start(folder, words, shift=chance.uniform(-3, 3) * 86_400)]
    elif kind == "pair":
        runs = [_start(folder, words), _start(folder, words)]
    else:
        runs = [_start(folder, words)]
        _kill(folder, runs[0], expected, chance)
    for run in runs:
        _wait(run)
    return runs


def _kill(folder: Path, run: trial.Started, expected: Undisturbed, chance: random.Random) -> None:
    """Kill a run at a random moment after it began to write; one in four before."""
    seen, deadline = watched(folder), time.monotonic() + HANGS
    if chance.random() < 0.25 or not expected.began:
        deadline = time.monotonic() + chance.uniform(0, expected.seconds)
    while run.process.poll() is None and time.monotonic() < deadline and watched(folder) == seen:
        time.sleep(0.001)
    moment = time.monotonic() + chance.uniform(0, 1.1 * (expected.seconds - expected.began))
    while run.process.poll() is None and time.monotonic() < min(moment, deadline):
        time.sleep(0.001)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.process.pid, signal.SIGKILL)


def _sound(run: trial.Started, kind: str) -> bool:
    code = run.process.returncode
    return (code in CODES or (kind == "kill" and code == -signal.SIGKILL)) and "Traceback" not in run.errors


def _run(folder: Path, words: Words) -> None:
    run = _start(folder, words)
    if run.process.wait():
        raise SystemExit(f"riskscore {' '.join(map(str, words))}: {run.errors}")


def _start(folder: Path, words: Words, *, limit: int = 0, shift: float = 0) -> trial.Started:
    """Start a command, with files of `limit` bytes at most, or with a clock that is `shift` seconds wrong."""
    number = len(list(folder.glob("run-*.out")))
    log = folder / f"run-{number}"
    wrong = [sys.executable, Path(__file__).with_name("clock.py"), shift] if shift else []
    command = [*map(str, wrong or [sys.executable, "-m", "riskscore"]), *map(str, words)]
    environment = os.environ | {"RISKSCORE_MODELS": str(folder / "models"), "POLARS_MAX_THREADS": "1"}

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    pipe = subprocess.PIPE if limit else None  # what it says is not on the full disk
    with log.with_suffix(".out").open("wb") as out, log.with_suffix(".err").open("wb") as err:
        process = subprocess.Popen(  # noqa: S603  our own
            command,
            stdout=subprocess.DEVNULL if limit else out,
            stderr=pipe or err,
            start_new_session=True,
            env=environment,
            preexec_fn=full if limit else None,  # noqa: PLW1509  no threads here
        )
    return trial.Started(process, log)


def _wait(run: trial.Started) -> None:
    try:
        said = run.process.communicate(timeout=HANGS)[1]
    except subprocess.TimeoutExpired:
        os.killpg(run.process.pid, signal.SIGKILL)
        said = run.process.communicate()[1]
        said = (said or b"") + b"Traceback: it hung"
    if said:
        run.log.with_suffix(".err").write_bytes(said)


def watched(folder: Path) -> tuple[int, ...]:
    """Return the times of change of the folders that commands write to."""
    tables = [path for table in sorted((folder / "lake").iterdir()) for path in (table, table / "_delta_log")]
    places = [*tables, folder / "models", folder / "models" / "first", folder / "out", folder / "inbox"]
    return tuple(place.stat().st_mtime_ns for place in places if place.exists())


def look(folder: Path) -> Look:
    """Read what is in the lake and beside it."""
    lake = open_lake(folder / "lake")
    tables = {name: rows.drop(BY_HAND.get(name, [])) for name, rows in trial.tables(lake).items()}
    return Look(
        tables,
        {str(path.relative_to(folder)): _content(path) for path in _files(folder)},
        sum(table.matter for table in health.info(lake)),
    )


def _files(folder: Path) -> Iterable[Path]:
    for name in ("out", "models", "inbox", "findings"):
        found = sorted((folder / name).rglob("*"))
        yield from (path for path in found if path.is_file() and path.name[0] != ".")


def _content(path: Path) -> str:
    return "" if path.suffix in MOMENTS else trial.sha256(path)


def differences(found: Look, expected: Look) -> list[str]:
    """Return what differs, as sentences."""
    wrong = [
        f"table {name}: {rows.height} rows instead of {expected.tables[name].height}, or other rows"
        for name, rows in found.tables.items()
        if not rows.equals(expected.tables[name])
    ]
    if found.files != expected.files:
        names = sorted({name for name, _ in found.files.items() ^ expected.files.items()})
        wrong.append(f"files differ: {', '.join(names)}")
    return wrong + [f"{found.matter} orphans matter"] * bool(found.matter)


if __name__ == "__main__":
    main()
