"""Measure how often the nearest seizure has the same scheme, for several distances, compared with chance.

    simulated worlds ─▶ inspected consignments, as of their own filing ─┐
              truth  ─▶ smuggled consignments of the later days ────────┴─▶ nearest seizure known before: same scheme?

Chance is the share of known seizures with the same scheme on that day: the expected result for a seizure drawn at
random. 95% intervals come from bills resampled with replacement. Seizures on the consignment's own bill are left out.
Also prints the time to compare 100 consignments with the inspected ones, including the sentences.
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
"""Fewest known seizures for a consignment to count."""


def main() -> None:
    """Simulate or read the worlds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, nargs="*", default=[], help="simulated worlds; new ones by default")
    parser.add_argument("--seeds", type=int, nargs="*", default=[101, 102, 103], help="seeds of new worlds")
    parser.add_argument("--days", type=int, default=150, help="days of new worlds")
    parser.add_argument("--per-day", type=int, default=500, help="consignments per day of new worlds")
    parser.add_argument("--warm-up", type=int, default=60, help="first days, which are not judged")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        worlds = options.world or [
            _simulated(Path(folder), seed, options.days, options.per_day) for seed in options.seeds
        ]
        results = [judge(world, options.warm_up) for world in worlds]
    report(pl.concat(results))


def _simulated(folder: Path, seed: int, days: int, per_day: int) -> Path:
    path = folder / str(seed)
    riskscore.simulate(path, days=days, per_day=per_day, seed=seed, smuggling_rate=0.01)
    return path


def judge(world: Path, warm_up: int) -> pl.DataFrame:
    """Return one row per smuggled consignment: bill, `chance`, and whether the nearest seizure has its scheme."""
    features_declared = catalogue.load()
    booster = Booster.load(environment.model_folder(None), features_declared)
    paths = [world / "manifests"]
    log, outcomes, truth = (
        riskscore.read_history(paths),
        read_outcomes(world / "outcomes.parquet"),
        read_truth(world / "truth.parquet"),
    )
    manifests = sources.of_files(paths)
    start = time.perf_counter()
    history = Past(log, outcomes)
    past = gather(history, manifests, before=LATER, booster=booster, catalogue=features_declared)
    seconds_to_gather = time.perf_counter() - start
    first = truth["filed_at"].min() + timedelta(days=warm_up)  # type: ignore[operator]
    smuggled = truth.filter(pl.col("smuggled"), pl.col("filed_at") >= first).select(*KEY, known_at=pl.lit(LATER))
    rows, matrix = inspected.measure(manifests, smuggled, history, past.catalogue)
    moved = contributions(matrix, booster)
    few = slice(0, 100)
    start = time.perf_counter()
    comparable(Contributions(moved.keys[few], moved.names, moved.values[few], moved.base), rows[few], past)
    seconds_to_compare = time.perf_counter() - start
    print(
        f"{world.name}: {past.rows.height:,} inspected gathered in {seconds_to_gather:.1f} s, 100 compared "
        f"in {seconds_to_compare:.2f} s"
    )
    return _hits(_Smuggled(rows, matrix, moved), past, truth, booster)


class _Smuggled:
    """The smuggled consignments to compare with seizures."""

    def __init__(self, rows: pl.DataFrame, matrix: pl.DataFrame, moved: Contributions) -> None:
        self.rows, self.matrix, self.moved = rows, matrix, moved


def _hits(smuggled: _Smuggled, past: Inspected, truth: pl.DataFrame, booster: Booster) -> pl.DataFrame:
    schemes = truth.select(*KEY, "scheme")
    own_schemes, past_schemes = (
        frame.select(KEY).join(schemes, on=KEY, how="left", maintain_order="left")["scheme"].to_list()
        for frame in (smuggled.rows, past.rows)
    )
    bills = past.rows["bill_of_lading"].to_numpy()
    distances = _distances(smuggled, past, booster)
    results: list[dict[str, Any]] = []
    for number, row in enumerate(
        smuggled.rows.select(*KEY, day=pl.col("filed_at").dt.truncate("1d")).iter_rows(named=True)
    ):
        is_seizure = past.findings(row["day"])["finding"] == "seizure"
        seizures = np.flatnonzero(is_seizure.fill_null(False).to_numpy() & (bills != row["bill_of_lading"]))
        if len(seizures) < LEAST:
            continue
        same = np.array([past_schemes[seizure] == own_schemes[number] for seizure in seizures])
        nearest = {name: bool(same[distance(number, seizures).argmin()]) for name, distance in distances.items()}
        results.append({"bill": row["bill_of_lading"], "chance": float(same.mean()), **nearest})
    return pl.DataFrame(results)


def _distances(
    smuggled: _Smuggled, past: Inspected, booster: Booster
) -> dict[str, Callable[[int, NDArray[Any]], Floats]]:
    """Return name -> distance of one smuggled consignment to some of the inspected ones."""
    by_flag = groups(smuggled.moved.names, past.catalogue)
    flags, past_flags = sums(smuggled.moved.values, by_flag), sums(past.moved.values, by_flag)
    raw, past_raw = (features(frame, booster) for frame in (smuggled.matrix, past.matrix))
    leaves, past_leaves = (np.asarray(booster.trees.predict(rows, pred_leaf=True)) for rows in (raw, past_raw))
    middle, spread = np.nanmedian(past_raw, axis=0), np.nanstd(past_raw, axis=0)
    spread = np.where(spread > 0, spread, 1)
    scaled, past_scaled = (np.nan_to_num(np.clip((rows - middle) / spread, -3, 3)) for rows in (raw, past_raw))

    def absolute(values: Floats, past_values: Floats) -> Callable[[int, NDArray[Any]], Floats]:
        return lambda number, seizures: np.abs(past_values[seizures] - values[number]).sum(axis=1)

    return {
        "contributions by red flag": absolute(flags, past_flags),
        "contributions by feature": absolute(smuggled.moved.values, past.moved.values),
        "leaves": lambda number, seizures: (past_leaves[seizures] != leaves[number]).mean(axis=1),
        "raw features": absolute(scaled, past_scaled),
    }


def report(results: pl.DataFrame, draws: int = 2_000) -> None:
    """Print the share for each distance, and its ratio to chance, with intervals."""
    rng = np.random.default_rng(0)
    names = [name for name in results.columns if name != "bill"]
    values = results.select(pl.col(names).cast(pl.Float64)).to_numpy()
    numbers = results.select(pl.col("bill").rank("dense") - 1).to_series().to_numpy().astype(int)
    count = np.bincount(numbers).astype(float)
    totals = np.stack([np.bincount(numbers, column) for column in values.T], axis=1)
    weights = rng.multinomial(len(count), np.full(len(count), 1 / len(count)), draws)
    shares = (weights @ totals) / (weights @ count)[:, None]
    print(f"\n{results.height:,} smuggled consignments on {len(count):,} bills")
    print(f"{'nearest by':<28}{'same scheme':>12}{'95%':>18}{'times chance':>14}{'95%':>14}")
    for place, name in enumerate(names):
        low, high = np.quantile(shares[:, place], [0.025, 0.975])
        times = shares[:, place] / shares[:, names.index("chance")]
        less, more = np.quantile(times, [0.025, 0.975])
        ratio = values[:, place].mean() / values[:, names.index("chance")].mean()
        interval, span = f"{low:.1%} to {high:.1%}", f"{less:.1f} to {more:.1f}"
        print(f"{name:<28}{values[:, place].mean():>12.1%}{interval:>18}{ratio:>14.1f}{span:>14}")


if __name__ == "__main__":
    main()
