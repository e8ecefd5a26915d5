"""Read what the engine works on: manifests, history, outcomes, models and their cards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from riskscore.features import own
from riskscore.history import past
from riskscore.manifest import outcomes as findings
from riskscore.manifest import read as reader
from riskscore.manifest.log import read_log
from riskscore.model import trust, use
from riskscore.model.booster import Booster
from riskscore.model.card import Card
from riskscore.settings import NONE, Settings


def read(
    paths: str | Path | Sequence[str | Path], *, columns: str | Path | None = None, settings: Settings = NONE
) -> reader.Manifest:
    """Read one manifest file or several into canonical columns.

    Args:
        paths: files in CSV, TSV, Parquet, JSON, JSON Lines, XLSX, XLSB, XLS or ODS, or messages (EDIFACT CUSCAR or
            IFTMCS, ASYCUDA, IE315, ICS2, WCO, China, US AMS, X12 309, SCMTR or DCSA), plain or in gzip or zip.
        columns: a TOML file that maps the file's own headings to canonical columns, for headings that are not known.
        settings: own fields of a service, from `read_settings`.

    Returns:
        A manifest with `consignments` (the latest version of each, one row per consignment), `earlier` (versions
        before), `quarantine` (rows that break a rule, with file, line, rule and value) and `understood` (how the file
        was read). No row is lost: every row is in one of the three tables.

    Raises:
        ManifestError: if a file cannot be read at all, or lacks a required column.
        SettingsError: if `columns` is not a valid map.

    Example::

        import riskscore

        manifest = riskscore.read("sample_manifests/haiphong-2019.csv")
        manifest.consignments.height, manifest.quarantine.height
    """
    files = [paths] if isinstance(paths, str | Path) else paths
    return reader.read_many(files, columns=columns, settings=settings).as_filed()


def read_history(paths: Sequence[str | Path], settings: Settings = NONE, *, more: Sequence[str] = ()) -> pl.DataFrame:
    """Read consignments filed in the past, as the `history` of a `Past`.

    Args:
        paths: manifest files, patterns such as `days/*.parquet`, or folders.
        settings: own fields of a service, from `read_settings`.
        more: columns to read besides those that the ledger needs.

    Returns:
        Every filing, one row each, with the columns that the ledger needs and `more`.

    Raises:
        ManifestError: if a file cannot be read.

    Example::

        import riskscore

        history = riskscore.read_history(["sample_manifests/history.parquet"])
    """
    return read_log(paths, only=list(dict.fromkeys([*past.columns(settings), *more])), settings=settings)


def read_outcomes(
    path: str | Path | None, *, history: Sequence[str | Path] = (), settings: Settings = NONE
) -> pl.DataFrame | None:
    """Read what inspections found, from a file of outcomes, from past manifests that contain it, or both.

    Args:
        path: file of outcomes with `bill_of_lading`, `container_number`, `known_at` and `finding` (clean, irregular
            or seizure), and optionally `inspected_at`, `selected_by`, `commodity`, `quantity_kg` and `note`.
        history: past manifests; used where `settings` say in which column a finding is.
        settings: own fields of a service, from `read_settings`.

    Returns:
        One row per outcome (`schema.OUTCOME`), or None if there is neither a file nor a finding.

    Raises:
        ManifestError: if a file cannot be read, or has a row that breaks a rule.

    Example::

        import riskscore

        outcomes = riskscore.read_outcomes("sample_manifests/outcomes.parquet")
    """
    in_manifests = findings.read_findings(history, settings)
    in_file = [] if path is None else [findings.read_outcomes(path, settings=settings)]
    outcomes = pl.concat([*in_file, in_manifests]).unique(maintain_order=True)
    return outcomes if in_file or outcomes.height else None


def read_card(model: str | Path | None = None, settings: Settings = NONE) -> Card:
    """Read the card of a model: what it was trained on and how well it does. Raises ModelError as `load_model` does."""
    return load_model(model, settings).card


def load_model(model: str | Path | None = None, settings: Settings = NONE) -> Booster:
    """Load a model: a folder, its name in the folder of models, or None for the champion.

    Raises ModelError if it is damaged, is the champion and not as it was promoted, lacks the signature that the
    settings ask for, or uses features that the catalogue declares differently. Raises SettingsError if there is none.
    """
    name, files = use.files(model)
    trust.check(name, files, settings)
    return Booster.of(files, own.catalogue(settings), f"the model {name}")
