"""Learning from selective inspections, with what corrects for it and without, judged on what was chosen by lot.

    simulated world ─▶ outcomes of its inspections ─▶ with chances and unopened rows ─┐
                                    └───────────────▶ as if they were a sample ───────┴─▶ the weeks after, seed by seed

Officers' rules and tips choose most of what is opened; one box in 200 is opened at random. Judged are the truth about
every consignment of the later weeks, of which the random inspections are a sample, and these inspections themselves.
The calibration error stands beside the one that a perfectly calibrated model would show on so few rows.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.features import catalogue as catalogues
from riskscore.history.past import Past
from riskscore.manifest import read
from riskscore.manifest.outcomes import read_outcomes
from riskscore.scoring.score import score
from riskscore.simulation.write import simulate
from riskscore.training import metrics
from riskscore.training.dataset import Dataset, dataset
from riskscore.training.labels import Labels
from riskscore.training.reliability import calibration_error
from riskscore.training.train import fit
from riskscore.training.weights import BESIDE
from riskscore.training.worlds import read_truth

FIRST = date(2024, 1, 1)
LATER_DAYS = 30
RATE = 0.01
"""Fifteen times the rate of `simulate`, so that weeks are not empty."""

FIGURES = (
    "ROC-AUC",
    "PR-AUC",
    "recall at 1%",
    "recall at 5%",
    "recall at 10%",
    "calibration error",
    "expected / found",
)

Floats = NDArray[np.float64]


def main() -> None:
    """Play the seeds and print the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=6)
    asked.add_argument("--days", type=int, default=150)
    asked.add_argument("--per-day", type=int, default=600)
    given = asked.parse_args()
    played = []
    for seed in range(1, given.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            played.append(play(Path(folder) / "world", seed, given.days, given.per_day))
        print(f"seed {seed}: {played[-1]['told']}", flush=True)
    for title in ("truth", "random"):
        rows = [one[title] for one in played if one[title] is not None]
        if rows:
            _print(title, np.array(rows), len(rows))


def play(folder: Path, seed: int, days: int, per_day: int) -> dict[str, object]:
    """Simulate one world, learn from its inspections both ways, and judge the later days."""
    simulate(folder, days=days, per_day=per_day, seed=seed, smuggling_rate=RATE, start=FIRST)
    filed = read.read_many(read.files([folder / "manifests"]))
    outcomes, truth = read_outcomes(folder / "outcomes.parquet"), read_truth(folder / "truth.parquet")
    until = FIRST + timedelta(days - LATER_DAYS - 1)
    early, known = pl.col("filed_at").dt.date() <= until, pl.col("known_at").dt.date() <= until
    learned = dataset(
        filed.consignments.filter(early),
        Labels(outcomes.filter(known)),
        Past(earlier=filed.earlier.filter(early)),
        beside=BESIDE,
    )
    before = Past(filed.consignments.filter(early), earlier=filed.earlier)
    later = dataset(filed.consignments.filter(~early), Labels(outcomes, truth), before)
    catalogue = catalogues.load()
    models = [fit([data], catalogue, seed=seed) for data in (learned, _uncorrected(learned))]
    by_lot = (later.rows["selected_by"] == "random").fill_null(False).to_numpy()
    scored = [score(later.matrix, model) for model in models]
    found = {"truth": np.ones(later.rows.height, dtype=np.bool_), "random": by_lot}
    judged = {name: _judged(scored, later, at, seed) for name, at in found.items()}
    calibration = models[0].card.calibration
    told = (
        f"{learned.rows.height:,} opened, {learned.positives} seizures; calibrated on {calibration['on']}; "
        f"later {later.rows.height:,} with {later.positives} smuggled, {int(by_lot.sum())} opened at random"
    )
    return {**judged, "told": told}


def _uncorrected(data: Dataset) -> Dataset:
    """`data` as if nobody had kept how its rows were chosen."""
    rows = data.rows.with_columns(selected_by=pl.lit(None, pl.String), inclusion=pl.lit(None, pl.Float64))
    return replace(data, rows=rows, closed=None)


def _judged(scored: Sequence[pl.DataFrame], later: Dataset, at: NDArray[np.bool_], seed: int) -> Floats | None:
    """FIGURES of each model, and last the error by chance: float64[3, figures]; None without both labels."""
    target = later.target[at]
    if not 0 < target.sum() < len(target):
        return None
    rows = []
    for frame in scored:
        probabilities = frame["probability"].to_numpy()[at]
        part = metrics.judge(frame["margin"].to_numpy()[at], target, probabilities, seed=seed)
        recall = {entry["share"]: entry["recall"]["value"] for entry in part["at"]}
        rows.append(
            [part["roc_auc"]["value"], part["pr_auc"]["value"], recall[0.01], recall[0.05], recall[0.1],
             part["calibration_error"], part["expected_positives"] / part["positives"]]
        )  # fmt: skip
    probabilities = scored[0]["probability"].to_numpy()[at]
    rng = np.random.default_rng(seed)
    drawn = [(rng.random(len(target)) < probabilities).astype(np.int8) for _ in range(200)]
    chance = [calibration_error(probabilities, labels) for labels in drawn]
    rows.append([np.nan] * 5 + [float(np.quantile(chance, 0.95)), np.nan])
    return np.array(rows)


def _print(title: str, rows: Floats, seeds: int) -> None:
    """A table of means over seeds, and the paired difference with its 95% interval."""
    what = {"truth": "truth about every later consignment", "random": "random inspections of the later days alone"}
    print(f"\nJudged on the {what[title]}, {seeds} seeds")
    print(f"{'':20s}{'with':>10s}{'without':>10s}{'difference':>22s}{'by chance':>12s}")
    for place, name in enumerate(FIGURES):
        ours, theirs, chance = rows[:, :, place].T
        gap = ours - theirs
        spread = 1.96 * gap.std(ddof=1) / np.sqrt(seeds) if seeds > 1 else np.nan
        by_chance = "" if np.isnan(chance).all() else f"{chance.mean():12.4f}"
        print(f"{name:20s}{ours.mean():10.4f}{theirs.mean():10.4f}{gap.mean():+12.4f} ± {spread:.4f}{by_chance}")


if __name__ == "__main__":
    main()
