"""100,000 alerts against a night of 50,000 consignments, by the commands that a service would run.

    python bench/alerts.py [--alerts 100000] [--rows 50000]

The night and the names of the alerts come from two simulated worlds, kept in build/bench. Seven alerts in ten name
parties, one of them in seven a party of the night in another spelling; the others name addresses, containers, vessels
and routes. Prints seconds by the wall clock and peak memory of `alerts import` (a CSV file into a lake) and of
`alerts match` (manifest and lake read, matched, written to Parquet), and how many of the planted parties were found.
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
    """Make what is missing, then measure."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--alerts", type=int, default=100_000)
    asked.add_argument("--rows", type=int, default=50_000)
    given = asked.parse_args()
    night, others = world("alerts-night", given.rows, SEED), world("alerts-others", given.alerts, SEED + 1)
    listed = FOLDER / "alerts.csv"
    planted = make(night, others, given.alerts, listed)
    lake, out = FOLDER / "alerts-lake", FOLDER / "alerts-matches.parquet"
    shutil.rmtree(lake, ignore_errors=True)
    run([*RISKSCORE, "lake", "init", str(lake)])
    taking = run([*RISKSCORE, "alerts", "import", str(listed), "--lake", str(lake), "--provider", "Bench"])
    matching = run(
        [*RISKSCORE, "alerts", "match", str(night), "--lake", str(lake), "--date", NIGHT, "--out", str(out), "--json"]
    )
    found = pl.read_parquet(out)
    hit = found.filter(pl.col("alert_id").is_in(planted))["alert_id"].n_unique()
    for name, (seconds, peak) in {"import": taking, "match": matching}.items():
        print(f"{name:<8}{seconds:6.1f} s  {peak:5.2f} GB")
    print(f"{given.alerts:,} alerts, {given.rows:,} consignments, {found.height:,} matches")
    print(f"{hit:,} of {len(planted):,} planted parties found")


def world(name: str, rows: int, seed: int) -> Path:
    """Manifests of one simulated day."""
    folder = FOLDER / f"{name}-{rows}"
    if not (folder / "manifests").is_dir():
        FOLDER.mkdir(parents=True, exist_ok=True)
        run([*RISKSCORE, "simulate", str(folder), "--days", "1", "--per-day", str(rows), "--seed", str(seed)])
    return next((folder / "manifests").iterdir())


def make(night: Path, others: Path, count: int, path: Path) -> list[str]:
    """Write `count` alerts to `path`; return the ids of those that name a party of the night in another spelling."""
    rng = random.Random(SEED)  # noqa: S311  no secret
    own, other = pl.read_parquet(night), pl.read_parquet(others)
    parties = count * 7 // 10
    names = other["shipper_name"].append(other["consignee_name"]).drop_nulls().unique(maintain_order=True)
    known = own["shipper_name"].drop_nulls().unique(maintain_order=True)
    known = known.filter(known.str.contains("^[A-Z]{5,} [A-Z]{5,} [A-Z]+ ")).to_list()
    spelt = [respelt(name, rng) for name in rng.sample(known, min(parties // 7, len(known)))]
    listed = (names.head(parties - len(spelt)).to_list() + spelt)[-parties:]
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
    return [f"Bench/{place}" for place in ids[len(listed) - len(spelt) :]]


def respelt(name: str, rng: random.Random) -> str:
    """`name` with another legal form, other capitals, and perhaps one letter of a long word lost or swapped."""
    words = name.title().split()
    long = [place for place, word in enumerate(words) if len(word) > 7]
    if long and rng.random() < 0.5:
        place = rng.choice(long)
        at = rng.randrange(2, len(words[place]) - 2)
        words[place] = words[place][:at] + words[place][at + 1 :]
    return " ".join(words) + rng.choice(FORMS)


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak memory in GB of a command. Raises SystemExit where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  our own commands
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 2**20


if __name__ == "__main__":
    main()
