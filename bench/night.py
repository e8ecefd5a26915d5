"""Measure a night of one million consignments with two million in the year before, compared with the minimum work.

    python bench/night.py [--rows 1000000] [--past 2000000]

Scores a Parquet file to a Parquet file with reasons for the top 1%, with the command that a service would run. Seconds
and peak memory are compared with the minimum (the "floor"): reading that file, and LightGBM's `predict` alone on a
ready float32 matrix of the same shape. A tenth of the night shows how the time grows. The simulated world is kept in
build/bench. Prints a table and writes build/bench/night.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FOLDER = Path("build/bench")
FIRST = date(2024, 1, 1)
DAYS = 365
SEED = 41
MATRIX_ROWS = 100_000
"""Rows with real features in the matrix of the floor; they are repeated up to its height."""

MATRIX = """
import sys
import numpy as np, polars as pl
from riskscore.features import build, catalogue
from riskscore import schema
from riskscore.history.past import Past
night, yesterday, matrix, rows = sys.argv[1:]
sample, past = (schema.conform(pl.read_parquet(path)) for path in (night, yesterday))
features = build.build(sample.head(int(rows)), Past(past)).select(catalogue.load().names)
np.save(matrix, np.resize(features.to_numpy(order="c"), (sample.height, features.width)))
"""
"""Makes the ready matrix, in a separate process, because a child's peak memory starts at its parent's."""

FLOOR = """
import json, sys, time
import lightgbm, numpy as np, polars as pl
night, matrix, model = sys.argv[1:]
ready, trees = np.load(matrix), lightgbm.Booster(model_file=model)
start = time.perf_counter()
pl.read_parquet(night)
read = time.perf_counter()
trees.predict(ready, raw_score=True)
print(json.dumps({"read": read - start, "predict": time.perf_counter() - read}))
"""

TENTH = """
import sys
import polars as pl  # noqa: PLC0415
night, tenth = sys.argv[1:]
pl.scan_parquet(night).gather_every(10).collect().write_parquet(tenth)
"""


@dataclass(frozen=True)
class Run:
    """One measured process: seconds of wall clock, and peak resident memory."""

    seconds: float
    peak_gb: float
    output: str


def run(command: list[str]) -> Run:
    """Run `command` to its end. Raises SystemExit with its output if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own commands
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"{' '.join(command)} failed:\n{output}")
    return Run(seconds, usage.ru_maxrss / 2**20, output)


def python(code: str, *arguments: object) -> Run:
    """Run `code` in a new Python process."""
    return run([sys.executable, "-c", code, *map(str, arguments)])


def riskscore(*arguments: object) -> Run:
    """Run the command line."""
    return run([sys.executable, "-m", "riskscore", *map(str, arguments)])


def world(rows: int, past: int) -> tuple[Path, Path, Path]:
    """Simulate, once, a year of `past` consignments and a night of `rows` after it; return history, outcomes, night."""
    year, night = FOLDER / f"year-{past}", FOLDER / f"night-{rows}"
    for out, days, per_day, start in ((year, DAYS, past // DAYS, FIRST), (night, 1, rows, FIRST + timedelta(DAYS))):
        if not out.exists():
            riskscore("simulate", out, "--days", days, "--per-day", per_day, "--seed", SEED, "--start", start)
    return year / "manifests", year / "outcomes.parquet", next((night / "manifests").glob("*.parquet"))


def score(night: Path, past: Path, outcomes: Path) -> Run:
    """Score `night` to Parquet with reasons for the top 1%."""
    out = FOLDER / "scored.parquet"
    return riskscore("score", night, "--history", past, "--outcomes", outcomes, "--out", out)


def floor(night: Path, past: Path) -> tuple[Run, dict[str, float]]:
    """Read `night` and predict a ready matrix of its height; return the process and the seconds of the two steps."""
    matrix = FOLDER / "matrix.npy"
    python(MATRIX, night, max(past.iterdir()), matrix, MATRIX_ROWS)
    measured = python(FLOOR, night, matrix, "models/default/model.txt")
    matrix.unlink()
    return measured, json.loads(measured.output)


def tenth(night: Path) -> Path:
    """Return a file with every tenth consignment of `night`."""
    path = FOLDER / f"tenth-of-{night.parts[-3]}.parquet"
    if not path.exists():
        python(TENTH, night, path)
    return path


def main() -> None:
    """Measure, print, and write build/bench/night.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="consignments of the night")
    parser.add_argument("--past", type=int, default=2_000_000, help="consignments of the year before")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    past, outcomes, night = world(options.rows, options.past)
    full, part = score(night, past, outcomes), score(tenth(night), past, outcomes)
    minimum, steps = floor(night, past)
    least = steps["read"] + steps["predict"]
    report = {
        "cores": os.cpu_count(),
        "rows": options.rows,
        "past": options.past,
        "seconds": round(full.seconds, 1),
        "peak_gb": round(full.peak_gb, 2),
        "seconds_of_a_tenth": round(part.seconds, 1),
        "peak_gb_of_a_tenth": round(part.peak_gb, 2),
        "floor_read_seconds": round(steps["read"], 1),
        "floor_predict_seconds": round(steps["predict"], 1),
        "floor_peak_gb": round(minimum.peak_gb, 2),
        "times_the_floor": round(full.seconds / least, 2),
    }
    for name, value in report.items():
        print(f"{name.replace('_', ' '):<24} {value:>12,}")
    (FOLDER / "night.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
