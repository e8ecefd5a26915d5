"""Score consignments: rank them by risk, and give reasons for the riskiest."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TypedDict, Unpack

import polars as pl

from riskscore import progress
from riskscore.engine.assessment import Assessment, with_reasons
from riskscore.engine.inputs import inputs
from riskscore.engine.read import load_model
from riskscore.errors import SettingsError
from riskscore.features import own
from riskscore.history.past import NOTHING, Past
from riskscore.language import ENGLISH, Language
from riskscore.manifest.read import Manifest
from riskscore.settings import NONE, Settings

EXPLAINED = 0.01
"""Share of the riskiest consignments that get reasons when the caller does not say."""


class Parts(TypedDict, total=False):
    """What callers may give in place of `past` and `explained`."""

    history: pl.DataFrame | None
    outcomes: pl.DataFrame | None
    earlier: pl.DataFrame | None
    explain_share: float


_FIELDS = {"history", "outcomes", "earlier"}


def score(
    consignments: Manifest | pl.DataFrame,
    past: Past = NOTHING,
    *,
    model: str | Path | None = None,
    settings: Settings = NONE,
    explained: float = EXPLAINED,
    language: Language = ENGLISH,
    **parts: Unpack[Parts],
) -> pl.DataFrame:
    """Rank consignments by smuggling risk, riskiest first, with reasons for those at the top.

    Args:
        consignments: what `read` returns, or a table of canonical columns (`schema.COLUMNS`), one row per
            consignment: Polars, PyArrow or pandas. Missing optional columns count as null.
        past: what was filed and found before. Without it every party, lane and container is new.
        model: folder of a model, or its name in the folder of models. None takes the champion of that folder, or the
            shipped model if none was promoted.
        settings: own fields of a service, from `read_settings`; the consignments have them after the canonical columns.
        explained: how many of the riskiest get reasons: a share (float, 0 to 1) or a number (int).
        language: language of the reasons, checks and what could not be assessed.
        parts: `history`, `outcomes` and `earlier` in place of `past`, and `explain_share` in place of `explained`.

    Returns:
        One row per consignment, with `bill_of_lading`, `container_number`, `filed_at`, `port_of_loading`,
        `port_of_discharge`, `probability` (0 to 1), `margin` (log-odds), `rank` (1 = riskiest), `reasons` and
        `mitigating` (lists of `indicator`, `feature`, `sentence`, `check`, `contribution`), `not_assessed` (list
        of texts), `model` (its version), `catalogue` (hash of the feature declarations) and `scored_at`. The three
        lists are null in rows that were not explained.

    Raises:
        ManifestError: if a table lacks a required column, has other types, or has a consignment twice.
        SettingsError: if `explained` is a share outside 0 to 1, or there is no such model folder.
        ModelError: if the model is damaged or uses features that the catalogue declares differently.

    Example::

        import riskscore

        manifest = riskscore.read("sample_manifests/haiphong-2019.csv")
        past = riskscore.Past(
            history=riskscore.read_history(["sample_manifests/history.parquet"]),
            outcomes=riskscore.read_outcomes("sample_manifests/outcomes.parquet"),
        )
        ranked = riskscore.score(manifest, past, explained=3)
        ranked.select("rank", "container_number", "probability", "reasons").head(3)
    """
    if parts:
        explained = parts.pop("explain_share", explained)
        past = _past(past, parts)
    if isinstance(explained, float) and not 0 <= explained <= 1:
        raise SettingsError(f"the share of consignments to explain must be between 0 and 1, not {explained:g}")
    rows, past = inputs(consignments, past, settings)
    assessed = Assessment.of(rows, past, load_model(model, settings), own.catalogue(settings))
    most = explained if isinstance(explained, int) else math.ceil(explained * rows.height)
    return add_reasons(assessed, assessed.ranked(), pl.col("rank") <= most, language)


def _past(past: Past, parts: Parts) -> Past:
    """The past, given as a whole or in `parts`."""
    unknown = sorted(parts.keys() - _FIELDS)
    if unknown:
        raise TypeError(f"score() got an unexpected keyword argument {unknown[0]!r}")
    if parts and past is not NOTHING:
        raise SettingsError("give the past either as `past` or as `history`, `outcomes` and `earlier`, not as both")
    return Past(**parts) if parts else past  # type: ignore[misc]


def add_reasons(
    assessed: Assessment, ranked: pl.DataFrame, chosen: pl.Expr, language: Language = ENGLISH
) -> pl.DataFrame:
    """Return `ranked` with reasons for the rows whose scores meet the condition `chosen`."""
    rows = assessed.scores.select(chosen.arg_true()).to_series()
    progress.step(f"explaining {rows.len():,}")
    reasons, _ = assessed.explain(rows, language)
    return with_reasons(ranked, reasons)
