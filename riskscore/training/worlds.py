"""Worlds: simulated worlds as datasets, labelled with the truth about every consignment.

WORLD/manifests/*.parquet, outcomes.parquet, truth.parquet ─▶ features as of each day ─▶ Dataset
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from riskscore import door
from riskscore.errors import ManifestError
from riskscore.features.catalogue import Catalogue
from riskscore.history.past import Past
from riskscore.manifest import read
from riskscore.manifest.outcomes import read_outcomes
from riskscore.training.dataset import Dataset, dataset
from riskscore.training.labels import Labels
from riskscore.training.period import Period, hold_back_days


def read_world(
    folder: Path, catalogue: Catalogue, until: date | None = None, hold_back: int = 0
) -> tuple[Dataset, Period]:
    """Read a world that `riskscore simulate` wrote, and return its dataset and the days to learn from.

    `until` and `hold_back` as in `period.hold_back_days`. Raises ManifestError if a file is missing or damaged.
    """
    filed = read.read_many(read.files([folder / "manifests"]))
    outcomes, truth = read_outcomes(folder / "outcomes.parquet"), read_truth(folder / "truth.parquet")
    period = hold_back_days(filed.consignments, until, hold_back)
    newest, earlier = period.filings(filed.consignments, filed.earlier)
    outcomes = period.keep(outcomes, "known_at")
    return dataset(newest, Labels(outcomes, truth), Past(earlier=earlier), catalogue), period


def read_truth(path: str | Path) -> pl.DataFrame:
    """Read what a simulation knows about every consignment. Raises ManifestError if the file is not Parquet."""
    advice = "use the truth.parquet that `riskscore simulate` writes"
    with door.guarded(ManifestError, f"{path} cannot be read as Parquet ({{reason}}); {advice}"):
        try:
            with door.open_file(path) as file:
                return pl.read_parquet(file)
        except FileNotFoundError:
            raise ManifestError(f"{path}: there is no such file") from None
