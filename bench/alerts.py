"""Measure matching 100,000 alerts against a night of 50,000 consignments, with the commands that a service would run.

    python bench/alerts.py [--alerts 100000] [--rows 50000]

The night and the names in the alerts come from two simulated worlds, kept in build/bench. Seven in ten alerts name
parties; one in seven of these is a party of the night in another spelling. The others name addresses, containers,
vessels and routes. Prints seconds of wall clock and peak memory of `alerts import` (a CSV file into a lake) and `alerts
match` (read manifest and lake, match, write Parquet), and how many of the planted parties were found.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import polars as pl

FOLDER = Path("build/bench")
NIGHT = "2024-01-01"
SEED = 41
RISKSCORE = [sys.executable, "-m", "riskscore"]
FORMS = (" CO LTD", " CO., LTD.", " LIMITED", " LTD", " LLC", " GMBH", " PTE LTD", " INC")


def main() -> None:
    """Make missing inputs, then measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=100_000, help="number of alerts")
    parser.add_argument("--rows", type=int, default=50_000, help="consignments of the night")
    options = parser.parse_args()
    night, others = world("alerts-night", options.rows, SEED), world("alerts-others", options.alerts, SEED + 1)
    alerts = FOLDER / "alerts.csv"
    planted = make(night, others, options.alerts, alerts)
    lake, out = FOLDER / "alerts-lake", FOLDER / "alerts-matches.parquet"
    shutil.rmtree(lake, ignore_errors=True)
    run([*RISKSCORE, "lake", "init", str(lake)])
    importing = run([*RISKSCORE, "alerts", "import", str(alerts), "--lake", str(lake), "--provider", "Bench"])
    matching = run(
        [*RISKSCORE, "alerts", "match", str(night), "--lake", str(lake), "--date", NIGHT, "--out", str(out), "--json"]
    )
    matches = pl.read_parquet(out)
    hits = matches.filter(pl.col("alert_id").is_in(planted))["alert_id"].n_unique()
    for name, (seconds, peak) in {"import": importing, "match": matching}.items():
        print(f"{name:<8}{seconds:6.1f} s  {peak:5.2f} GB")
    print(f"{options.alerts:,} alerts, {options.rows:,} consignments, {matches.height:,} matches")
    print(f"{hits:,} of {len(planted):,} planted parties found")


def world(name: str, rows: int, seed: int) -> Path:
    """Simulate one day of manifests, once, and return the file."""
    folder = FOLDER / f"{name}-{rows}"
    if not (folder / "manifests").is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        run([*RISKSCORE, "simulate", str(folder), "--days", "1", "--per-day", str(rows), "--seed", str(seed)])
    return next((folder / "manifests").iterdir())


def make(night: Path, others: Path, count: int, path: Path) -> list[str]:
    """Write `count` alerts to `path`; return the ids of those that name a party of the night in another spelling."""
    rng = random.Random(SEED)  # noqa: S311  no secret
    filed, other = pl.read_parquet(night), pl.read_parquet(others)
    parties = count * 7 // 10
    names = other["shipper_name"].append(other["consignee_name"]).drop_nulls().unique(maintain_order=True)
    shippers = filed["shipper_name"].drop_nulls().unique(maintain_order=True)
    shippers = shippers.filter(shippers.str.contains("^[A-Z]{5,} [A-Z]{5,} [A-Z]+ ")).to_list()
    respelt = [other_spelling(name, rng) for name in rng.sample(shippers, min(parties // 7, len(shippers)))]
    listed = (names.head(parties - len(respelt)).to_list() + respelt)[-parties:]
    tenth = other.head((count - len(listed)) // 3)
    ids = [f"P{place}" for place in range(len(listed))]
    rows = pl.concat(
        [
            pl.DataFrame({"id": ids, "kind": "party", "name": listed}),
            tenth.select(kind=pl.lit("address"), address="shipper_address").drop_nulls(),
            tenth.select(kind=pl.lit("container"), container_number="container_number"),
            tenth.head(tenth.height // 2).select(kind=pl.lit("vessel"), name="vessel_name", imo="vessel_imo"),
            tenth.head(tenth.height // 2).select(
                kind=pl.lit("route"),
                origin="port_of_loading",
                destination="port_of_discharge",
                goods=pl.col("hs_codes").list.join("; "),
            ),
        ],
        how="diagonal",
    )
    more = names.slice(parties, count - rows.height)
    rows = pl.concat([rows, more.to_frame("name").with_columns(kind=pl.lit("party"))], how="diagonal")
    rows.with_columns(reliability=pl.lit("B2"), handling=pl.lit("green")).write_csv(path)
    return [f"Bench/{alert}" for alert in ids[len(listed) - len(respelt) :]]


def other_spelling(name: str, rng: random.Random) -> str:
    """Return `name` with another legal form, other capitals, and sometimes without one letter of a long word."""
    words = name.title().split()
    long = [place for place, word in enumerate(words) if len(word) > 7]
    if long and rng.random() < 0.5:
        place = rng.choice(long)
        at = rng.randrange(2, len(words[place]) - 2)
        words[place] = words[place][:at] + words[place][at + 1 :]
    return " ".join(words) + rng.choice(FORMS)


def run(command: list[str]) -> tuple[float, float]:
    """Run a command and return its seconds and peak memory in GB. Raises SystemExit if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  our own commands
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 2**20


if __name__ == "__main__":
    main()
