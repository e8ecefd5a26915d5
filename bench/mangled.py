"""Read thousands of mangled manifests: each is balanced, or refused in one line, in time and in little memory.

    .venv/bin/python -m bench.mangled [cases] [first] [names]     (20,000 by default, about half an hour on one core)

With `names`, the texts of ports that are no codes are looked up, too, which takes five times as long.

A worker reads the cases and reports each; where it dies, the case is a failure and another worker goes on. Failures
go to build/mangled, with the file that failed.
"""

from __future__ import annotations

import json
import os
import resource
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
_HANGS, _MEMORY, _PROGRESS = 60, 6 * 2**30, 500


def judge(path: Path) -> tuple[str, str]:
    """Read `path`: what became of it (read, refused or FAILED), and the message."""
    from riskscore.errors import RiskscoreError  # noqa: PLC0415  (the parent does without)
    from riskscore.manifest.read import read  # noqa: PLC0415

    try:
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
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as stderr:
        os.dup2(stderr.fileno(), 2)
        path = Path(folder) / "m"
        if names != "names":
            _without_names()
        for seed in range(first, cases):
            name = mutations.NAMES[seed % len(mutations.NAMES)]
            data = mutations.case(name, seed)
            path.write_bytes(data)
            print(json.dumps([seed, name, len(data)]), flush=True)
            signal.setitimer(signal.ITIMER_PROF, _HANGS)  # whose signal ends the worker
            before, start = reset_peak(), time.process_time()
            outcome, said = judge(path)
            seconds = time.process_time() - start
            signal.setitimer(signal.ITIMER_PROF, 0)
            if stderr.seek(0) == 0 and (told := stderr.read()):
                outcome, said = "FAILED", f"wrote on stderr: {told[:1000].decode('utf-8', 'replace')}"
                stderr.truncate(0)
            print(json.dumps([outcome, seconds, peak() - before, said]), flush=True)


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


def main(cases: int = 20_000, first: int = 0, names: str = "") -> int:
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
                    _keep(seed, name, said)
        if worker.returncode and not counts:
            raise SystemExit(f"the worker cannot start ({worker.returncode})")
    _report(counts, time.monotonic() - start)
    print("slowest:", *(f"{seconds:.2f} s ({name} {seed})" for seconds, seed, name in slowest))
    print("largest:", *(f"{more / 2**20:.0f} MB from {size:,} B ({name} {seed})" for more, seed, name, size in largest))
    return failures


def _in_short(counts: Counter[tuple[str, str]]) -> str:
    totals = Counter[str]()
    for (_, outcome), count in counts.items():
        totals[outcome] += count
    return ", ".join(f"{count:,} {outcome}" for outcome, count in totals.items())


def _keep(seed: int, name: str, said: str) -> None:
    from bench import mutations  # noqa: PLC0415

    print(f"FAILED {name} {seed}: {said.strip().splitlines()[-1][:300]}", flush=True)
    (BUILD / f"{seed}-{name}").write_bytes(mutations.case(name, seed))
    (BUILD / f"{seed}-{name}.said").write_text(said)


def _report(counts: Counter[tuple[str, str]], seconds: float) -> None:
    print(f"{sum(counts.values()):,} cases in {seconds:.0f} s")
    outcomes = ("read", "refused", "FAILED")
    print(f"{'':<30}" + "".join(f"{outcome:>9}" for outcome in outcomes))
    for name in sorted({name for name, _ in counts}):
        print(f"{name:<30}" + "".join(f"{counts[name, outcome]:>9,}" for outcome in outcomes))


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        raise SystemExit(1 if main(*map(int, sys.argv[1:3]), *sys.argv[3:4]) else 0)
