"""Worlds: simulated ones as datasets, labelled with the truth about every consignment.

WORLD/manifests/*.parquet, outcomes.parquet, truth.parquet ─▶ features as of each day ─▶ Dataset
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from riskscore.errors import ManifestError
from riskscore.features.catalogue import Catalogue
from riskscore.history.past import Past
from riskscore.manifest import read
from riskscore.manifest.outcomes import read_outcomes
from riskscore.training.dataset import Dataset, dataset
from riskscore.training.labels import Labels
from riskscore.training.period import Held, hold


def read_world(
    folder: Path, catalogue: Catalogue, until: date | None = None, hold_back: int = 0
) -> tuple[Dataset, Held]:
    """Read a world that `riskscore simulate` wrote, and what of its days is held back; see `period.hold`.

    Raises ManifestError where a part of it is missing or damaged.
    """
    filed = read.read_many(read.files([folder / "manifests"]))
    found, truth = read_outcomes(folder / "outcomes.parquet"), read_truth(folder / "truth.parquet")
    held = hold(filed.consignments, until, hold_back)
    newest, earlier = held.filings(filed.consignments, filed.earlier)
    known = held.of(found, "known_at")
    return dataset(newest, Labels(known, truth), Past(earlier=earlier), catalogue), held


def read_truth(path: str | Path) -> pl.DataFrame:
    """Read what a simulation knows about every consignment. Raises ManifestError where the file is no Parquet."""
    try:
        return pl.read_parquet(path)
    except FileNotFoundError:
        raise ManifestError(f"{path}: there is no such file") from None
    except pl.exceptions.PolarsError as damaged:
        raise ManifestError(f"{path} cannot be read as Parquet ({damaged}); `riskscore simulate` writes it") from None
