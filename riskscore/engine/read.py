"""Read what the engine works on: manifests, the past, outcomes and the card of a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from riskscore import environment
from riskscore.features import own
from riskscore.history import past
from riskscore.manifest import outcomes as findings
from riskscore.manifest import read as reader
from riskscore.manifest.log import read_log
from riskscore.model.booster import Booster
from riskscore.model.card import Card
from riskscore.settings import NONE, Settings


def read(
    paths: str | Path | Sequence[str | Path], *, columns: str | Path | None = None, settings: Settings = NONE
) -> reader.Manifest:
    """Read one manifest file or several: CSV, TSV, Parquet, JSON, JSON Lines or XLSX, plain or packed.

    `columns` is a TOML file that says which heading means which canonical column, for headings that are not known;
    `settings` are those of a service, as `read_settings` reads them. Raises ManifestError where a file cannot be read
    at all; a row that breaks a rule goes to `quarantine`.
    """
    files = [paths] if isinstance(paths, str | Path) else paths
    return reader.read_many(files, columns=columns, settings=settings)


def read_history(paths: Sequence[str | Path], settings: Settings = NONE, *, more: Sequence[str] = ()) -> pl.DataFrame:
    """Read past consignments from files, patterns or folders: the columns that the ledger reads, and `more`."""
    return read_log(paths, only=list(dict.fromkeys([*past.columns(settings), *more])), settings=settings)


def read_outcomes(
    path: str | Path | None, *, history: Sequence[str | Path] = (), settings: Settings = NONE
) -> pl.DataFrame | None:
    """Read what inspections found, from a file of outcomes and from past manifests that say it themselves.

    Returns None where neither is given. Raises ManifestError where a file cannot be read or has a row that cannot be.
    """
    in_manifests = findings.read_findings(history, settings)
    in_file = [] if path is None else [findings.read_outcomes(path, settings=settings)]
    outcomes = pl.concat([*in_file, in_manifests]).unique(maintain_order=True)
    return outcomes if in_file or outcomes.height else None


def read_card(model: str | Path | None = None, settings: Settings = NONE) -> Card:
    """Read what a model was trained on and how well it does. Raises ModelError as `load_model` does."""
    return load_model(model, settings).card


def load_model(model: str | Path | None = None, settings: Settings = NONE) -> Booster:
    """Load a model: a folder, the name of one in the folder of models, or None for the champion.

    Raises ModelError where it is damaged or measures something else than the catalogue, SettingsError where there is
    no such folder.
    """
    return Booster.load(environment.model_folder(model), own.catalogue(settings))
