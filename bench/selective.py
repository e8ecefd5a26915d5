"""Compare training on selective inspections with and without corrections for the selection.

    simulated world ─▶ outcomes of its inspections ─▶ with chances and unopened rows ─┐
                                    └───────────────▶ as if they were a sample ───────┴─▶ the weeks after, seed by seed

Officers' rules and tips choose most of the opened boxes; one box in 200 is opened at random. Both models are judged on
the truth about every consignment of the later weeks, and on the random inspections of these weeks, which are a sample
of them. The calibration error is compared with that of a perfectly calibrated model on as many rows.
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
from riskscore.judging import metrics
from riskscore.judging.reliability import calibration_error
from riskscore.manifest import read
from riskscore.manifest.outcomes import read_outcomes
from riskscore.scoring.score import score
from riskscore.simulation.write import simulate
from riskscore.training.dataset import Dataset, dataset
from riskscore.training.labels import Labels
from riskscore.training.train import fit
from riskscore.training.weights import BESIDE
from riskscore.training.worlds import read_truth

FIRST = date(2024, 1, 1)
LATER_DAYS = 30
RATE = 0.01
"""Share of smuggled consignments: fifteen times the default of `simulate`, so that every week has some."""

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
    """Run all seeds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=6, help="number of simulated worlds")
    parser.add_argument("--days", type=int, default=150, help="days of each world")
    parser.add_argument("--per-day", type=int, default=600, help="consignments per day")
    options = parser.parse_args()
    results = []
    for seed in range(1, options.seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            results.append(run(Path(folder) / "world", seed, options.days, options.per_day))
        print(f"seed {seed}: {results[-1]['summary']}", flush=True)
    for title in ("truth", "random"):
        rows = [result[title] for result in results if result[title] is not None]
        if rows:
            _print(title, np.array(rows), len(rows))


def run(folder: Path, seed: int, days: int, per_day: int) -> dict[str, object]:
    """Simulate one world, train on its inspections with and without corrections, and judge on the later days."""
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
    at_random = (later.rows["selected_by"] == "random").fill_null(False).to_numpy()
    scored = [score(later.matrix, model) for model in models]
    subsets = {"truth": np.ones(later.rows.height, dtype=np.bool_), "random": at_random}
    figures = {name: _figures(scored, later, at, seed) for name, at in subsets.items()}
    calibration = models[0].card.calibration
    summary = (
        f"{learned.rows.height:,} opened, {learned.positives} seizures; calibrated on {calibration['on']}; later: "
        f"{later.rows.height:,} consignments, {later.positives} smuggled, {int(at_random.sum())} opened at random"
    )
    return {**figures, "summary": summary}


def _uncorrected(data: Dataset) -> Dataset:
    """Return `data` without the record of how its rows were chosen."""
    rows = data.rows.with_columns(selected_by=pl.lit(None, pl.String), inclusion=pl.lit(None, pl.Float64))
    return replace(data, rows=rows, closed=None)


def _figures(scored: Sequence[pl.DataFrame], later: Dataset, at: NDArray[np.bool_], seed: int) -> Floats | None:
    """Return FIGURES of each model, and last the error by chance: float64[3, figures]; None without both labels."""
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
    """Print a table of means over seeds, and the paired difference with its 95% interval."""
    names = {"truth": "truth about every later consignment", "random": "random inspections of the later days only"}
    print(f"\nJudged on the {names[title]}, {seeds} seeds")
    print(f"{'':20s}{'with':>10s}{'without':>10s}{'difference':>22s}{'by chance':>12s}")
    for place, name in enumerate(FIGURES):
        corrected, uncorrected, chance = rows[:, :, place].T
        gap = corrected - uncorrected
        spread = 1.96 * gap.std(ddof=1) / np.sqrt(seeds) if seeds > 1 else np.nan
        by_chance = "" if np.isnan(chance).all() else f"{chance.mean():12.4f}"
        means = f"{corrected.mean():10.4f}{uncorrected.mean():10.4f}"
        print(f"{name:20s}{means}{gap.mean():+12.4f} ± {spread:.4f}{by_chance}")


if __name__ == "__main__":
    main()
