"""Disturb every command that writes, call it again, and compare with what it writes undisturbed.

    python bench/commands.py [--trials 800] [--seed 0] [--jobs 2] [--short] [--only NAME ...]

    three nights ─┬─▶ command ─────────────────────────────────────────────────▶ tables, files
                  ├─▶ command, kill -9 at a random moment after it began ─▶ again ─▶ the same
                  ├─▶ command on a full disk ─────────────────────────────▶ again ─▶ the same
                  ├─▶ command under a clock up to three days wrong ───────▶ again ─▶ the same
                  ├─▶ the command twice at once ──────────────────────────▶ again ─▶ the same
                  └─▶ beside another command ─▶ what one of the two orders writes

bench/kills.py does the same with one long night, and bench/writers.py lets eight commands write at once, for many
nights. Half of the trials are kills. A command has begun when a folder that it writes to has changed; one kill in four
comes before that. A disk is full when no file may be larger than so many bytes (RLIMIT_FSIZE), from 1 byte to the
largest file. Commands are forks of a process that has loaded the libraries (forked.py).

Tables must be equal row by row, except for the moments of writing (`trial.tables`), and files byte by byte, except for
those that have a moment in them (`MOMENTS`), which must be there. No process may hang or print a traceback or a defect,
`riskscore lake check` must find nothing, and a backup must be whole. Every process must end with 0, or with 1 or 2 and
at most six lines, or with 75 beside another.

Prints a table of the trials and a line of JSON at the end, and exits with 1 if a trial failed. Folders of failed trials
stay in build/commands.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import calls
import forked
import polars as pl
import trial

from riskscore.errors import LakeError, RiskscoreError
from riskscore.lake import backup, check, health
from riskscore.lake.open import open_lake
from riskscore.runs import mending

FOLDER = Path("build/commands")
HANGS = 300
MOMENTS = (".pdf", ".zip", ".json", ".md", ".html", ".pem")
"""Endings of files with a moment or with what is random in them."""

CLOCK = "scored_at"
"""Column of a file of scores with the moment of writing."""

LINES, CHARACTERS = 6, 300
"""Most lines on stderr, and most characters of each."""

NEW = "out/new"
"""The lake that `lake init` creates. It is compared as a lake, and not file by file."""

KINDS = ("kill", "kill", "kill", "kill", "full", "full", "clock", "pair")
BESIDE = "beside"
CODES = (0, 1, 2, 75)


@dataclass
class Look:
    """What is written: rows by table, hash or presence by file, and what is wrong with the lake or the backup."""

    tables: dict[str, pl.DataFrame]
    files: dict[str, str]
    wrong: list[str]


@dataclass
class Undisturbed:
    """What commands write undisturbed, in one order or another; of one command also the seconds and largest file."""

    base: Path
    looks: list[Look]
    began: float = 0.0
    seconds: float = 0.0
    largest: int = 1 << 16


def main() -> None:
    """Run the trials."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=800, help="number of trials")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random moments")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="trials at a time")
    parser.add_argument("--only", nargs="*", default=[], help="only these commands, or pairs of them such as a+b")
    parser.add_argument("--short", action="store_true", help="only the quick commands")
    options = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    bench = Bench(options.seed, learn=not options.short)
    names = options.only or (calls.SHORT if options.short else [*bench.names, *map("+".join, calls.PAIRS)])
    each = [(name, kind) for name in names for kind in _kinds(name)]
    random.Random(options.seed).shuffle(each)  # noqa: S311  no secret
    plan = [each[number % len(each)] for number in range(options.trials)]
    began = time.monotonic()
    labels = [f"{number}-{name}-{kind}" for number, (name, kind) in enumerate(plan)]
    failed = trial.series(
        FOLDER, labels, lambda number, place: bench.trial(number, place, *plan[number]), jobs=options.jobs, every=50
    )
    report = {"trials": options.trials, "seed": options.seed, "seconds": round(time.monotonic() - began)}
    _show(bench.tally)
    print(json.dumps(report | {"killed": bench.killed, "failures": len(failed), "failed": failed}), flush=True)
    sys.exit(1 if failed else 0)


def _kinds(name: str) -> Sequence[str]:
    if "+" in name:
        return (BESIDE, BESIDE)
    return [kind for kind in KINDS if kind != "pair" or name not in calls.ALONE]


def _show(tally: Counter[tuple[str, str]]) -> None:
    """Print how many trials there were, by command and kind."""
    kinds = [*dict.fromkeys(KINDS), BESIDE]
    print(f"{'':24}", *(f"{kind:>7}" for kind in kinds))
    for name in sorted({name for name, _ in tally}):
        print(f"{name:24}", *(f"{tally[name, kind] or '':>7}" for kind in kinds))


class Bench:
    """The lake before the trials, what each command writes undisturbed, and the server that starts commands."""

    def __init__(self, seed: int, *, learn: bool) -> None:
        self.seed = seed
        self.base = FOLDER / "base"
        os.environ["RISKSCORE_MODELS"] = str((self.base / "models").resolve())
        print(f"running {calls.NIGHTS} nights first", flush=True)
        calls.before(self.base, learn=learn)
        self.forks = forked.Forks()
        self.names = list(calls.commands(self.base))
        self.tally = Counter[tuple[str, str]]()
        self.killed = 0
        self._known: dict[str, Undisturbed] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def trial(self, number: int, folder: Path, name: str, kind: str) -> list[str]:
        """Make one trial, and return what is wrong."""
        chance = random.Random(f"{self.seed} {number}")  # noqa: S311  no secret
        try:
            expected = self.undisturbed(name)
            _copy(expected.base, folder)
            wrong, killed = Trial(folder, self.forks, expected, chance).run(name, kind)
        except (RiskscoreError, pl.exceptions.PolarsError, OSError) as error:
            wrong, killed = [f"{type(error).__name__}: {error}"], kind == "kill"
        with self._lock:
            self.tally[name, kind] += 1
            self.killed += killed
        return wrong

    def undisturbed(self, name: str) -> Undisturbed:
        """Return what a command or a pair of them writes undisturbed; it is called once."""
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._known:
                self._known[name] = self._of_pair(name) if "+" in name else self._of_one(name)
            return self._known[name]

    def _ready(self, name: str) -> Path:
        base = FOLDER / f"base-{name}"
        _copy(self.base, base)
        calls.prepare(base, *name.split("+"))
        return base

    def _of_one(self, name: str) -> Undisturbed:
        base, folder = self._ready(name), FOLDER / f"undisturbed-{name}"
        _copy(base, folder)
        this = Trial(folder, self.forks, Undisturbed(base, []), random.Random())  # noqa: S311
        held, seen, start, began = set(_files(folder)), watched(folder), time.monotonic(), 0.0
        for words in calls.commands(folder)[name]:
            run = this.start(words)
            while run.code is None:
                if not began and watched(folder) != seen:
                    began = time.monotonic() - start
                time.sleep(forked.STEP)
            if run.code or _unsound(run, name, "none"):
                raise LakeError(f"{name} ended with {run.code}: {run.errors}")
        seconds, found = time.monotonic() - start, look(folder)
        sizes = [path.stat().st_size for path in _files(folder) if path not in held]
        shutil.rmtree(folder)
        return Undisturbed(base, [found], began, seconds, max(sizes, default=1 << 16))

    def _of_pair(self, names: str) -> Undisturbed:
        base, looks = self._ready(names), list[Look]()
        for number, order in enumerate((names.split("+"), names.split("+")[::-1])):
            folder = FOLDER / f"undisturbed-{names}-{number}"
            _copy(base, folder)
            this = Trial(folder, self.forks, Undisturbed(base, []), random.Random())  # noqa: S311
            for _ in range(2):  # as in a trial, in which each is called again
                for name in order:
                    this.each(name)
            looks.append(look(folder))
            shutil.rmtree(folder)
        return Undisturbed(base, looks)


class Trial:
    """One trial in its folder."""

    def __init__(self, folder: Path, forks: forked.Forks, expected: Undisturbed, chance: random.Random) -> None:
        self.folder = folder
        self.forks = forks
        self.expected = expected
        self.chance = chance
        self.runs: list[tuple[str, forked.Fork]] = []

    def run(self, name: str, kind: str) -> tuple[list[str], bool]:
        """Disturb `name`, call it again, and return what is wrong and whether it was killed."""
        names = name.split("+")
        if kind == BESIDE:
            runs = []
            for each in self.chance.sample(names, 2):
                runs.append(self.start(calls.commands(self.folder)[each][0]))
                time.sleep(self.chance.choice((0, 0, self.chance.uniform(0, 3))))
            for run in runs:
                run.wait(HANGS)
        else:
            for words in calls.commands(self.folder)[name]:
                if self._disturbed(name, words, kind):
                    break
        killed = any(run.code == -signal.SIGKILL for _, run in self.runs)
        for each in names:
            self.each(each)
        wrong = [f"{run.code}: {run.errors[-400:]}" for each, run in self.runs if _unsound(run, each, kind)]
        found = look(self.folder)
        return wrong + found.wrong + min((differences(found, one) for one in self.expected.looks), key=len), killed

    def each(self, name: str) -> None:
        """Call a command to its end, undisturbed."""
        for words in calls.commands(self.folder)[name]:
            self.start(words).wait(HANGS)

    def start(self, words: calls.Words, *, limit: int = 0, shift: float = 0) -> forked.Fork:
        """Start a command."""
        log = self.folder / f"run-{len(self.runs)}"
        places = {"RISKSCORE_MODELS": str(self.folder / "models"), "RISKSCORE_DEFECTS": str(self.folder / "defects")}
        run = self.forks.start(log, words, places, limit=limit, shift=shift)
        self.runs.append((" ".join(map(str, words[:2])), run))
        return run

    def _disturbed(self, name: str, words: calls.Words, kind: str) -> bool:
        """Disturb one call; return whether it did not end as it would undisturbed."""
        if kind == "full":
            limit = int(math.exp(self.chance.uniform(0, math.log(max(2, self.expected.largest)))))
            runs = [self.start(words, limit=limit)]
        elif kind == "clock":
            runs = [self.start(words, shift=self.chance.uniform(-3, 3) * 86_400)]
        elif kind == "pair":
            runs = [self.start(words), self.start(words)]
        else:
            runs = [self.start(words)]
            self._kill(runs[0])
        codes = [run.wait(HANGS) for run in runs]
        return any(codes)

    def _kill(self, run: forked.Fork) -> None:
        """Kill a run at a random moment after it began to write; one in four before."""
        expected, seen, deadline = self.expected, watched(self.folder), time.monotonic() + HANGS
        if self.chance.random() < 0.25 or not expected.began:
            deadline = time.monotonic() + self.chance.uniform(0, expected.seconds)
        while run.code is None and time.monotonic() < deadline and watched(self.folder) == seen:
            time.sleep(forked.STEP)
        # More kills come early, because a busy machine notices late that a short command has begun.
        moment = time.monotonic() + self.chance.random() ** 2 * (expected.seconds - expected.began)
        while run.code is None and time.monotonic() < min(moment, deadline):
            time.sleep(forked.STEP)
        run.kill()


def _unsound(run: forked.Fork, name: str, kind: str) -> bool:
    """Whether a command ended as none may."""
    may_end = run.code in CODES or (kind == "kill" and run.code == -signal.SIGKILL)
    lines = run.errors.splitlines()
    is_long = len(lines) > LINES or any(len(line) > CHARACTERS for line in lines)
    if name == "lake check" and run.code == 1:  # it must find nothing, whatever is at work
        return True
    return not may_end or "Traceback" in run.errors or "defect of its own" in run.errors or (bool(run.code) and is_long)


def _copy(base: Path, folder: Path) -> None:
    """Copy a folder. Parquet files are never changed in place, so they are linked."""
    shutil.copytree(base, folder, copy_function=_link, ignore=shutil.ignore_patterns("run*.out", "run*.err"))


def _link(source: str, target: str) -> str:
    if source.endswith(".parquet"):
        os.link(source, target)
        return target
    return str(shutil.copy2(source, target))


def watched(folder: Path) -> tuple[int, ...]:
    """Return the times of change of the folders that commands write to."""
    lake = folder / "lake"
    tables = [path for table in sorted(lake.iterdir()) for path in (table, table / "_delta_log")]
    names = ("models", "models/first", "out", "inbox", "backup", "backup/files", "backup/states")
    places = [*tables, lake, *(folder / name for name in names)]
    return tuple(place.stat().st_mtime_ns for place in places if place.exists())


def look(folder: Path) -> Look:
    """Read what is in the lake and beside it."""
    lake = open_lake(folder / "lake")
    files = {str(path.relative_to(folder)): _content(path) for path in _files(folder)}
    wrong = [f"lake check: {finding.says}" for finding in mending.look(lake)]
    wrong += [f"{table.matter} orphans of {table.table} matter" for table in health.info(lake) if table.matter]
    if (folder / NEW).exists():  # a killed creation may leave drafts in it, and two at once a second, empty commit
        new = open_lake(folder / NEW)
        wrong += [f"check of the new lake: {finding.says}" for finding in mending.look(new)]
        wrong += [f"the new lake has rows in {name}" for name, rows in trial.tables(new).items() if rows.height]
    kept = folder / "backup"
    if (kept / "states").is_dir() and backup.states(kept):
        restored = folder / "restored"
        backup.restore(kept, restored)
        found = mending.look(open_lake(restored))  # of a night in progress, there are files that are not committed yet
        wrong += [f"check of the backup: {finding.says}" for finding in found if finding.kind != check.ORPHAN]
        shutil.rmtree(restored)
    return Look(trial.tables(lake), files, wrong)


def _files(folder: Path) -> Iterable[Path]:
    for name in ("out", "models", "inbox", "findings"):
        for path in sorted((folder / name).rglob("*")):
            is_seen = not any(part[0] == "." for part in path.relative_to(folder).parts)
            if path.is_file() and is_seen and not path.is_relative_to(folder / NEW):
                yield path


def _content(path: Path) -> str:
    if path.suffix in MOMENTS:
        return ""
    if path.suffix == ".parquet" and CLOCK in pl.read_parquet_schema(path):
        return hashlib.sha256(pl.read_parquet(path).drop(CLOCK).write_ndjson().encode()).hexdigest()
    return trial.sha256(path)


def differences(found: Look, expected: Look) -> list[str]:
    """Return what differs, as sentences."""
    wrong = trial.differing(found.tables, expected.tables)
    if found.files != expected.files:
        names = sorted({name for name, _ in found.files.items() ^ expected.files.items()})
        wrong.append(f"files differ: {', '.join(names)}")
    return wrong


if __name__ == "__main__":
    main()
