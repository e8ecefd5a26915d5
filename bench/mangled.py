"""Read thousands of mangled files: each is read, or refused in one line, in time and in little memory.

    .venv/bin/python -m bench.mangled [--cases 20000] [--first 0] [--hours 0] [--names] [--keep DIR]

Manifests of every format, which must balance, and all else that is read from outside (bench/readers.py). With --hours,
cases go on after those, with other seeds each day, until the time is over. With --names, the texts of ports that are no
codes are looked up, too, which takes five times as long.

A worker reads the cases and reports each; where it dies, the case is a failure and another worker goes on. A file that
failed goes to tests/failures/, from where tests/manifest/test_mangled_files.py reads it at each `make test`, and what
was said to build/mangled. Mend the kind, and keep the file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

MAX_SECONDS, MAX_MESSAGE = 10, 1_000
BUILD = Path("build/mangled")
KEPT = Path(__file__).resolve().parents[1] / "tests" / "failures"
"""Files that failed once, as SEED--READER, or NAME--READER for those that people made."""

MAX_KEPT = 200_000
_HANGS, _MEMORY, _PROGRESS, _ROUND = 60, 6 * 2**30, 500, 5_000


def judge(path: Path, name: str = "") -> tuple[str, str]:
    """Read `path` as the reader `name`: what became of it (read, refused or FAILED), and the message."""
    from bench import readers  # noqa: PLC0415
    from riskscore.errors import RiskscoreError  # noqa: PLC0415  (the parent does without)
    from riskscore.manifest.read import read  # noqa: PLC0415

    try:
        if name in readers.NAMES:
            readers.read(name, path)
            return "read", ""
        manifest = read(path)
    except RiskscoreError as error:
        said = str(error)
        if not said.isprintable() or len(said) >= MAX_MESSAGE:
            return "FAILED", f"a message of {len(said)} characters: {said[:300]!r}"
        return "refused", said
    except BaseException:  # noqa: BLE001  (panics of Rust are no Exceptions)
        return "FAILED", traceback.format_exc()[-1500:]
    if manifest.balance:
        return "FAILED", f"balance {manifest.balance}"
    return "read", f"{manifest.consignments.height} and {manifest.quarantine.height}"


def work(cases: int, first: int, names: str) -> None:
    """Read cases from `first` on, and print a line before each and one with its outcome."""
    from bench import mutations  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    said_to = os.fdopen(os.dup(1), "w", encoding="utf-8")  # libraries may write on 1 and 2, and must not
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as stderr:
        os.dup2(stderr.fileno(), 1)
        os.dup2(stderr.fileno(), 2)
        path = Path(folder) / "m"
        if names != "names":
            _without_names()
        for seed in range(first, cases):
            name = mutations.READERS[seed % len(mutations.READERS)]
            data = mutations.case(name, seed)
            path.write_bytes(data)
            print(json.dumps([seed, name, len(data)]), file=said_to, flush=True)
            signal.setitimer(signal.ITIMER_PROF, _HANGS)  # whose signal ends the worker
            before, start = reset_peak(), time.process_time()
            outcome, said = judge(path, name)
            seconds = time.process_time() - start
            signal.setitimer(signal.ITIMER_PROF, 0)
            if stderr.seek(0) == 0 and (told := stderr.read()):
                outcome, said = "FAILED", f"wrote on the terminal: {told[:1000].decode('utf-8', 'replace')}"
                stderr.truncate(0)
            print(json.dumps([outcome, seconds, peak() - before, said]), file=said_to, flush=True)


def _without_names() -> None:
    """Leave every text of a port or country as it is, instead of looking it up among the names of all places."""
    import polars as pl  # noqa: PLC0415

    from riskscore.cells.places import names  # noqa: PLC0415

    def unknown(texts: pl.DataFrame, *_: object) -> pl.DataFrame:
        return texts.select("text", asked=pl.lit(None, pl.String), found="upper", slip=pl.lit(False))

    names._from_names = unknown
    names._settled = lambda _, read, *__: read


def reset_peak() -> int:
    """Forget the largest memory so far. Returns the memory in use, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def peak() -> int:
    """The largest memory since it was last forgotten, in bytes."""
    return _status("VmHWM")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024


def main(cases: int, first: int, names: str, keep: Path) -> int:
    """Read the cases, and print counts, the slowest and the largest. Returns the number of failures."""
    BUILD.mkdir(parents=True, exist_ok=True)
    start, counts = time.monotonic(), Counter[tuple[str, str]]()
    slowest: list[tuple[float, int, str]] = []
    largest: list[tuple[int, int, str, int]] = []
    failures = 0
    while first < cases:
        command = [sys.executable, "-m", "bench.mangled", "work", str(cases), str(first), names]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:  # noqa: S603
            for line in worker.stdout or ():
                seed, name, size = json.loads(line)
                told = (worker.stdout.readline() if worker.stdout else "") or None
                outcome, seconds, more, said = json.loads(told) if told else ("FAILED", 0, 0, f"died: {worker.wait()}")
                if seconds > MAX_SECONDS:
                    outcome, said = "FAILED", f"{seconds:.1f} s"
                counts[name, outcome] += 1
                slowest = sorted([*slowest, (seconds, seed, name)], reverse=True)[:5]
                largest = sorted([*largest, (more, seed, name, size)], reverse=True)[:5]
                first = seed + 1
                if first % _PROGRESS == 0:
                    print(f"{first:,} of {cases:,}: {_in_short(counts)}", flush=True)
                if outcome == "FAILED":
                    failures += 1
                    _keep(seed, name, said, keep)
        if worker.returncode and not counts:
            raise SystemExit(f"the worker cannot start ({worker.returncode})")
    _report(counts, time.monotonic() - start)
    print("slowest:", *(f"{seconds:.2f} s ({name} {seed})" for seconds, seed, name in slowest))
    print("largest:", *(f"{more / 2**20:.0f} MB from {size:,} B ({name} {seed})" for more, seed, name, size in largest))
    return failures


def _called() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000, help="number of cases")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--hours", type=float, default=0, help="go on for so long")
    parser.add_argument("--names", action="store_const", const="names", default="", help="look up names of ports, too")
    parser.add_argument("--keep", type=Path, default=KEPT, help="folder for files that fail")
    options = parser.parse_args()
    end, first = time.monotonic() + 3600 * options.hours, options.first
    failures = main(first + options.cases, first, options.names, options.keep)
    first = max(first + options.cases, int(time.time()) // 86_400 * 10_000_000)  # other files than yesterday's
    while time.monotonic() < end:
        failures += main(first + _ROUND, first, options.names, options.keep)
        first += _ROUND
    return failures


def _in_short(counts: Counter[tuple[str, str]]) -> str:
    totals = Counter[str]()
    for (_, outcome), count in counts.items():
        totals[outcome] += count
    return ", ".join(f"{count:,} {outcome}" for outcome, count in totals.items())


def _keep(seed: int, name: str, said: str, keep: Path) -> None:
    from bench import mutations  # noqa: PLC0415

    print(f"FAILED {name} {seed}: {said.strip().splitlines()[-1][:300]}", flush=True)
    data = mutations.case(name, seed)
    place = keep if len(data) <= MAX_KEPT else BUILD  # a large one is made again from its seed
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{seed}--{name}").write_bytes(data)
    (BUILD / f"{seed}--{name}.said").write_text(said)


def replay(path: Path) -> tuple[str, str]:
    """Read a file of KEPT in a process of its own, with the limits of all cases: what became of it, and the message."""
    command = [sys.executable, "-m", "bench.mangled", "judge", str(path)]
    root = Path(__file__).resolve().parents[1]
    try:
        ran = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=_HANGS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return "FAILED", f"{_HANGS} s"
    if ran.returncode or not ran.stdout:
        return "FAILED", f"died: {ran.returncode} {ran.stderr[-500:]}"
    outcome, said = json.loads(ran.stdout.splitlines()[-1])
    return outcome, said


def _report(counts: Counter[tuple[str, str]], seconds: float) -> None:
    print(f"{sum(counts.values()):,} cases in {seconds:.0f} s")
    outcomes = ("read", "refused", "FAILED")
    print(f"{'':<30}" + "".join(f"{outcome:>9}" for outcome in outcomes))
    for name in sorted({name for name, _ in counts}):
        print(f"{name:<30}" + "".join(f"{counts[name, outcome]:>9,}" for outcome in outcomes))


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    elif sys.argv[1:2] == ["judge"]:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        with tempfile.TemporaryDirectory() as place:
            again = shutil.copyfile(sys.argv[2], Path(place) / "m")
            print(json.dumps(judge(Path(again), sys.argv[2].rpartition("--")[2])))
    else:
        raise SystemExit(1 if _called() else 0)
