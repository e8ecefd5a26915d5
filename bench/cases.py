"""How often the nearest seizure is of the same scheme, by each way of telling what is near, against chance.

    simulated worlds ─▶ inspected consignments, as of their own filing ─┐
              truth  ─▶ smuggled consignments of the later days ────────┴─▶ nearest seizure known before: same scheme?

Chance is the share of the seizures known on that day that are of the same scheme: what a seizure drawn by lot would
have given. Intervals of 95% come from bills drawn again with replacement. Seizures on the consignment's own bill are
left out. Timed besides: 100 consignments against the inspected ones, in words.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import riskscore
from riskscore import environment
from riskscore.cases import comparable, gather, inspected, sources
from riskscore.cases.inspected import Inspected
from riskscore.explanation.contributions import Contributions, contributions, groups, sums
from riskscore.features import catalogue
from riskscore.history.past import Past
from riskscore.manifest.outcomes import read_outcomes
from riskscore.model.booster import Booster
from riskscore.schema import KEY
from riskscore.scoring.score import features
from riskscore.training.worlds import read_truth

Floats = NDArray[np.float64]

LATER = datetime(9999, 1, 1, tzinfo=UTC)
LEAST = 5
"""Seizures that must be known before a consignment is asked about."""


def main() -> None:
    """Simulate or read the worlds and print the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--world", type=Path, nargs="*", default=[], help="simulated worlds; else some are made")
    asked.add_argument("--seeds", type=int, nargs="*", default=[101, 102, 103])
    asked.add_argument("--days", type=int, default=150)
    asked.add_argument("--per-day", type=int, default=500)
    asked.add_argument("--warm-up", type=int, default=60, help="days without questions")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as made:
        worlds = given.world or [_simulated(Path(made), seed, given.days, given.per_day) for seed in given.seeds]
        found = [judge(world, given.warm_up) for world in worlds]
    report(pl.concat(found))


def _simulated(folder: Path, seed: int, days: int, per_day: int) -> Path:
    path = folder / str(seed)
    riskscore.simulate(path, days=days, per_day=per_day, seed=seed, smuggling_rate=0.01)
    return path


def judge(world: Path, warm_up: int) -> pl.DataFrame:
    """A row a smuggled consignment: bill, `chance`, and for each way whether the nearest seizure is of its scheme."""
    known = catalogue.load()
    booster = Booster.load(environment.model_folder(None), known)
    paths = [world / "manifests"]
    log, found, truth = (
        riskscore.read_history(paths),
        read_outcomes(world / "outcomes.parquet"),
        read_truth(world / "truth.parquet"),
    )
    whole = sources.of_files(paths)
    start = time.perf_counter()
    everything = Past(log, found)
    past = gather(everything, whole, before=LATER, booster=booster, catalogue=known)
    gathered = time.perf_counter() - start
    first = truth["filed_at"].min() + timedelta(days=warm_up)  # type: ignore[operator]
    asked = truth.filter(pl.col("smuggled"), pl.col("filed_at") >= first).select(*KEY, known_at=pl.lit(LATER))
    rows, matrix = inspected.measure(whole, asked, everything, past.catalogue)
    moved = contributions(matrix, booster)
    few = slice(0, 100)
    start = time.perf_counter()
    comparable(Contributions(moved.keys[few], moved.names, moved.values[few], moved.base), rows[few], past)
    compared = time.perf_counter() - start
    print(
        f"{world.name}: {past.rows.height:,} inspected gathered in {gathered:.1f} s, 100 compared in {compared:.2f} s"
    )
    return _hits(_Question(rows, matrix, moved), past, truth, booster)


class _Question:
    """The smuggled consignments that are asked about."""

    def __init__(self, rows: pl.DataFrame, matrix: pl.DataFrame, moved: Contributions) -> None:
        self.rows, self.matrix, self.moved = rows, matrix, moved


def _hits(asked: _Question, past: Inspected, truth: pl.DataFrame, booster: Booster) -> pl.DataFrame:
    schemes = truth.select(*KEY, "scheme")
    of = [
        frame.select(KEY).join(schemes, on=KEY, how="left", maintain_order="left")["scheme"].to_list()
        for frame in (asked.rows, past.rows)
    ]
    bills = past.rows["bill_of_lading"].to_numpy()
    ways = _ways(asked, past, booster)
    told: list[dict[str, Any]] = []
    for number, row in enumerate(
        asked.rows.select(*KEY, day=pl.col("filed_at").dt.truncate("1d")).iter_rows(named=True)
    ):
        known = past.findings(row["day"])["finding"] == "seizure"
        there = np.flatnonzero(known.fill_null(False).to_numpy() & (bills != row["bill_of_lading"]))
        if len(there) < LEAST:
            continue
        same = np.array([of[1][place] == of[0][number] for place in there])
        near = {name: bool(same[far(number, there).argmin()]) for name, far in ways.items()}
        told.append({"bill": row["bill_of_lading"], "chance": float(same.mean()), **near})
    return pl.DataFrame(told)


def _ways(asked: _Question, past: Inspected, booster: Booster) -> dict[str, Callable[[int, NDArray[Any]], Floats]]:
    """Name -> distance of one question to some of the inspected."""
    by = groups(asked.moved.names, past.catalogue)
    own, theirs = sums(asked.moved.values, by), sums(past.moved.values, by)
    raw, others = (features(frame, booster) for frame in (asked.matrix, past.matrix))
    leaf, leaves = (np.asarray(booster.trees.predict(rows, pred_leaf=True)) for rows in (raw, others))
    middle, spread = np.nanmedian(others, axis=0), np.nanstd(others, axis=0)
    spread = np.where(spread > 0, spread, 1)
    plain, plains = (np.nan_to_num(np.clip((rows - middle) / spread, -3, 3)) for rows in (raw, others))

    def apart(one: Floats, many: Floats) -> Callable[[int, NDArray[Any]], Floats]:
        return lambda number, there: np.abs(many[there] - one[number]).sum(axis=1)

    return {
        "contributions by red flag": apart(own, theirs),
        "contributions by feature": apart(asked.moved.values, past.moved.values),
        "leaves": lambda number, there: (leaves[there] != leaf[number]).mean(axis=1),
        "raw features": apart(plain, plains),
    }


def report(found: pl.DataFrame, draws: int = 2_000) -> None:
    """Print the share of each way, and how many times chance it is, with intervals."""
    rng = np.random.default_rng(0)
    ways = [name for name in found.columns if name != "bill"]
    values = found.select(pl.col(ways).cast(pl.Float64)).to_numpy()
    numbers = found.select(pl.col("bill").rank("dense") - 1).to_series().to_numpy().astype(int)
    count = np.bincount(numbers).astype(float)
    totals = np.stack([np.bincount(numbers, column) for column in values.T], axis=1)
    weights = rng.multinomial(len(count), np.full(len(count), 1 / len(count)), draws)
    shares = (weights @ totals) / (weights @ count)[:, None]
    print(f"\n{found.height:,} smuggled consignments on {len(count):,} bills")
    print(f"{'nearest by':<28}{'same scheme':>12}{'95%':>18}{'times chance':>14}{'95%':>14}")
    for place, name in enumerate(ways):
        low, high = np.quantile(shares[:, place], [0.025, 0.975])
        times = shares[:, place] / shares[:, ways.index("chance")]
        less, more = np.quantile(times, [0.025, 0.975])
        ratio = values[:, place].mean() / values[:, ways.index("chance")].mean()
        interval, span = f"{low:.1%} to {high:.1%}", f"{less:.1f} to {more:.1f}"
        print(f"{name:<28}{values[:, place].mean():>12.1%}{interval:>18}{ratio:>14.1f}{span:>14}")


if __name__ == "__main__":
    main()
