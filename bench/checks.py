"""Verify independently that the reported checks clear a flag: the riskiest consignments of each night, computed again.

    simulated world ─▶ matrix ─▶ the riskiest share of each night ─▶ what_would_clear ─▶ checks
    features/checks.toml, model.txt, calibration.json, read here ───────────────────────────┴─▶ same or different

The second computation uses nothing from riskscore.explanation. For every flag the reported checks are applied to its
row of the matrix and scored by plain LightGBM. For some flags every set of checks is tried, to prove that no smaller
set is enough.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
import tomllib
from collections import Counter
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import lightgbm
import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore import environment, folders
from riskscore.explanation.checks import usual
from riskscore.explanation.minimal_checks import what_would_clear
from riskscore.features import build, own
from riskscore.features import catalogue as families
from riskscore.history.past import Past
from riskscore.manifest import read
from riskscore.manifest.outcomes import read_outcomes
from riskscore.model import smoothing
from riskscore.model.booster import Booster
from riskscore.schema import KEY
from riskscore.simulation.write import simulate

Floats = NDArray[np.float64]

WARM_DAYS = 60
"""First days of a world, whose flags are not used because parties have no history yet."""


def main() -> None:
    """Compute the checks of a world's flags twice, and print the results and all differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, help="simulated world; by default a new one of 130 days by 1,500")
    parser.add_argument("--seed", type=int, default=77, help="seed of the new world")
    parser.add_argument("--flags", type=int, default=1_000, help="number of flags to verify")
    parser.add_argument("--share", type=float, default=0.01, help="riskiest share of a night that is flagged")
    parser.add_argument("--brute", type=int, default=1_000, help="flags for which every set of checks is tried")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = options.world or Path(folder) / "world"
        if options.world is None:
            simulate(world, days=130, per_day=1_500, seed=options.seed)
        model = environment.model_folder(None)
        booster = Booster.load(model, own.catalogue())
        flags, matrix, others = flagged(world, booster, options.share, options.flags)
    started = time.perf_counter()
    cleared = what_would_clear(
        matrix, booster, flags["limit"].to_list(), own.catalogue(), usual=usual(booster.card.reference, others)
    )
    seconds = time.perf_counter() - started
    print(f"{cleared.height:,} flags of {flags['night'].n_unique()} nights: checks found in {seconds:.2f} s")
    wrong = Verifier(model, matrix, others).differences(cleared, flags["limit"].to_numpy(), options.brute)
    show(cleared)
    for error, count in wrong.items():
        print(f"{error}: {count:,}")
    sys.exit(1 if sum(count for error, count in wrong.items() if not error.startswith("tried")) else 0)


def flagged(world: Path, booster: Booster, share: float, most: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the last `most` flags (`night`, `limit`), their rows of the matrix, and the rows that are not flagged."""
    filed = read.read_many(read.files([world / "manifests"]))
    catalogue = smoothing.catalogue_for(booster.card, own.catalogue())
    matrix = build.build(
        filed.consignments,
        Past(history=filed.consignments, outcomes=read_outcomes(world / "outcomes.parquet"), earlier=filed.earlier),
        catalogue,
    )
    margins = booster.margin(matrix.select(booster.features).cast(pl.Float32).to_numpy())
    night = pl.col("filed_at").dt.date()
    first = matrix.select(night.min()).item() + timedelta(WARM_DAYS)
    ranked = (
        matrix.with_columns(margin=pl.Series(margins), night=night)
        .filter(pl.col("night") >= first)
        .sort("night", "margin", *KEY, descending=[False, True, False, False])
        .with_columns(
            place=pl.int_range(pl.len()).over("night"), red=(pl.len().over("night") * share).ceil().cast(pl.Int64)
        )
        .with_columns(limit=pl.col("margin").filter(pl.col("place") == pl.col("red")).first().over("night"))
    )
    red = pl.col("place") < pl.col("red")
    flags = ranked.filter(red & (pl.col("margin") > pl.col("limit"))).tail(most)
    return flags.select("night", "limit"), flags.select(matrix.columns), ranked.filter(~red).select(matrix.columns)


def _declared() -> dict[str, dict[str, object]]:
    """Return feature -> its declaration, read from the files."""
    files = [path for path in folders.features().glob("*.toml") if path.stem in families.FAMILIES]
    return {name: entry for path in files for name, entry in tomllib.loads(path.read_text()).items()}


class Verifier:
    """The same flags, computed only from the files of the model and of the checks."""

    def __init__(self, model: Path, matrix: pl.DataFrame, others: pl.DataFrame) -> None:
        self.trees = lightgbm.Booster(model_file=str(model / "model.txt"))
        self.curve = json.loads((model / "calibration.json").read_text())
        reference = json.loads((model / "card.json").read_text()).get("reference", {}).get("features", {})
        declared = tomllib.loads((folders.features() / "checks.toml").read_text())
        self.names = self.trees.feature_name()
        features = _declared()
        self.facts = {name for name, feature in features.items() if "fact" in feature}
        self.filed = matrix.select(self.names).cast(pl.Float32).to_numpy()
        self.efforts = {name: check["effort"] for name, check in declared["check"].items()}
        self.clean: dict[str, dict[int, float]] = {}
        for check in declared["check"]:
            self.clean[check] = {}
            settled = {name: entry["clean"] for name, entry in features.items() if entry.get("settled_by") == check}
            for name, value in settled.items():
                clean = {"usual": _median(reference.get(name), others[name]), "absent": math.nan}.get(value, value)
                if clean is not None:
                    self.clean[check][self.names.index(name)] = float(np.float32(clean))
        self.margins = self._margins(self.filed)
        self.raises = self._raises()

    def _margins(self, rows: NDArray[np.float32]) -> Floats:
        return np.asarray(self.trees.predict(rows, raw_score=True), dtype=np.float64)

    def _raises(self) -> set[tuple[int, int]]:
        """Return row and column of each clean value that raises the score by itself."""
        raising = set()
        for column, value in (pair for clean in self.clean.values() for pair in clean.items()):
            rows = self.filed.copy()
            rows[:, column] = value
            raising |= {(int(row), column) for row in np.flatnonzero(self._margins(rows) > self.margins)}
        return raising

    def changes(self, row: int, check: str) -> dict[int, float]:
        """Return what a clean check changes in a flag: column -> value."""
        filed = self.filed[row]
        return {
            column: value
            for column, value in self.clean[check].items()
            if not np.isnan(filed[column]) and filed[column] != value and (row, column) not in self.raises
        }

    def after(self, row: int, sets: list[tuple[str, ...]]) -> NDArray[np.float32]:
        """Return a flag's row after each of some sets of checks."""
        rows = np.repeat(self.filed[row][None], len(sets), axis=0)
        for place, chosen in enumerate(sets):
            for check in chosen:
                for column, value in self.changes(row, check).items():
                    rows[place, column] = value
        return rows

    def differences(self, cleared: pl.DataFrame, limits: Floats, brute: int) -> dict[str, int]:
        """Count the differences between the reported result and this computation."""
        wrong: Counter[str] = Counter()
        reported = [[check["id"] for check in checks] for checks in cleared["checks"].to_list()]
        rows = np.concatenate([self.after(row, [tuple(chosen)]) for row, chosen in enumerate(reported)])
        margins = self._margins(rows)
        chances = 1 / (1 + np.exp(-(self.curve["slope"] * margins + self.curve["intercept"])))
        wrong["margins that differ"] = int((margins != cleared["margin_after"].to_numpy()).sum())
        wrong["probabilities that differ by more than 1e-12"] = int(
            (np.abs(chances - cleared["probability_after"].to_numpy()) > 1e-12).sum()
        )
        wrong["flags wrongly reported as cleared or not"] = int(
            ((margins < limits) != cleared["enough"].to_numpy()).sum()
        )
        touched = (rows != self.filed) & ~(np.isnan(rows) & np.isnan(self.filed))
        facts = np.array([name in self.facts for name in self.names])
        wrong["flags with a changed fact"] = int((touched & facts).any(axis=1).sum())
        for row, checks in enumerate(cleared["checks"].to_list()):
            named = {name for check in checks for name in check["features"]}
            changed = {self.names[column] for column in np.flatnonzero(touched[row])}
            wrong["flags with wrongly reported features"] += named != changed
            wrong["flags whose score a clean check raises"] += bool(margins[row] > self.margins[row])
        wrong.update(self._smaller(cleared, reported, limits, min(brute, cleared.height)))
        return dict(wrong)

    def _smaller(self, cleared: pl.DataFrame, reported: list[list[str]], limits: Floats, most: int) -> dict[str, int]:
        """Try all sets and count flags with a smaller set that is enough, or an equally small one with less effort."""
        wrong = {"flags with a smaller set": 0, "flags with an easier set": 0, "flags with a better set": 0, "tried": 0}
        order = ("desk", "yard", "scan", "open")
        for row in np.linspace(0, cleared.height - 1, most).astype(int):
            active = [check for check in self.clean if self.changes(row, check)]
            sets = [chosen for size in range(1, len(active) + 1) for chosen in combinations(active, size)]
            margins = self._margins(self.after(row, sets)) if sets else np.zeros(0)
            wrong["tried"] += len(sets)
            enough = [(chosen, margin) for chosen, margin in zip(sets, margins, strict=True) if margin < limits[row]]
            size, margin = len(reported[row]), cleared["margin_after"][int(row)]
            if not cleared["enough"][int(row)]:
                wrong["flags with a smaller set"] += bool(enough)
                wrong["flags with a better set"] += bool(len(margins) and margins.min() < margin)
                continue
            costs = {
                chosen: (max(efforts), sum(efforts))
                for chosen, _ in enough
                if (efforts := [order.index(self.efforts[check]) for check in chosen])
            }
            cost = costs.get(tuple(check for check in active if check in reported[row]), (len(order), 0))
            as_small = [(chosen, after) for chosen, after in enough if len(chosen) == size]
            wrong["flags with a smaller set"] += any(len(chosen) < size for chosen, _ in enough)
            wrong["flags with an easier set"] += any(costs[chosen] < cost for chosen, _ in as_small)
            wrong["flags with a better set"] += any(
                costs[chosen] == cost and after < margin for chosen, after in as_small
            )
        wrong["tried: sets of checks"] = wrong.pop("tried")
        return wrong


def _median(described: dict[str, list[float]] | None, others: pl.Series) -> float | None:
    """Return the usual value: from the card's deciles, else from the rows that are not flagged."""
    if described:
        share = 0.0
        for edge, part in zip(described["edges"], described["shares"], strict=False):
            share += part
            if share >= 0.5:
                return edge
    return others.median()  # type: ignore[return-value]  # a column of numbers


def show(flags: pl.DataFrame) -> None:
    """Print how many checks the flags need, how much effort they take, and which checks they are."""
    count, cleared = pl.col("checks").list.len(), flags.filter("enough")
    sizes = cleared.select(size=pl.when(count > 2).then(pl.lit("3 or more")).otherwise(count.cast(pl.String)))
    parts = {
        f"cleared by {size} check(s)": int((sizes["size"] == size).sum()) for size in sorted(sizes["size"].unique())
    }
    parts["not cleared by any checks: open it"] = flags.height - cleared.height
    efforts = cleared["checks"].list.eval(pl.element().struct.field("effort"))
    parts["  of the cleared, with desk checks only"] = int(efforts.list.eval(pl.element() == "desk").list.all().sum())
    for effort in ("scan", "open"):
        parts[f"  of the cleared, with effort '{effort}'"] = int(efforts.list.contains(effort).sum())
    for label, number in parts.items():
        print(f"{label:42s}{number:7,}{number / max(flags.height, 1):8.1%}")
    checks = cleared.explode("checks").unnest("checks")["id"].value_counts(sort=True)
    print("checks that clear flags: " + ", ".join(f"{name} {number}" for name, number in checks.iter_rows()))
    print(f"proven: no smaller set is enough, or no set is enough: {flags['proven'].mean():.1%}")


if __name__ == "__main__":
    main()
