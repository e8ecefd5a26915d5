"""Score consignments: rank them by risk, and give reasons for the riskiest."""

from __future__ import annotations

import math
from pathlib import Path

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


def score(
    consignments: Manifest | pl.DataFrame,
    past: Past = NOTHING,
    *,
    model: str | Path | None = None,
    settings: Settings = NONE,
    explained: float = EXPLAINED,
    language: Language = ENGLISH,
) -> pl.DataFrame:
    """Rank consignments by risk, riskiest first, with reasons for those at the top.

    Args:
        consignments: what `read` returns, or a table of canonical columns (`schema.COLUMNS`), one row a consignment.
            Missing columns are null. A PyArrow or pandas table will do.
        past: what was filed and found before. Without it every party, lane and container is new.
        model: folder of a model, or the name of one in the folder of models; None takes the champion of these, or the
            one that ships where none was promoted.
        settings: those of a service; the consignments have its own fields behind the canonical columns.
        explained: how many of the riskiest get reasons: a share of them (float, 0 to 1) or a number (int).
        language: in which reasons, checks and what could not be assessed are told.

    Returns one row for each consignment: bill_of_lading, container_number, filed_at, port_of_loading,
    port_of_discharge, probability, margin (log-odds), rank (1 = riskiest), reasons and mitigating (lists of structs:
    indicator, feature, sentence, check, contribution), not_assessed (list), model (its version), catalogue (hash of
    what was measured and said), scored_at. Reasons are null in rows that were not explained.
    Raises ManifestError where consignments or outcomes lack a required column, have other types, or name a
    consignment twice, SettingsError for a share that is none, ModelError where the model does not fit.
    """
    if isinstance(explained, float) and not 0 <= explained <= 1:
        raise SettingsError(f"a share of the consignments lies between 0 and 1; {explained:g} does not")
    rows, known = inputs(consignments, past, settings)
    assessed = Assessment.of(rows, known, load_model(model, settings), own.catalogue(settings))
    most = explained if isinstance(explained, int) else math.ceil(explained * rows.height)
    return told(assessed, assessed.ranked(), pl.col("rank") <= most, language)


def told(assessed: Assessment, ranked: pl.DataFrame, chosen: pl.Expr, language: Language = ENGLISH) -> pl.DataFrame:
    """`ranked` with reasons for the rows whose scores fulfil `chosen`."""
    rows = assessed.scores.select(chosen.arg_true()).to_series()
    progress.step(f"explaining {rows.len():,}")
    reasons, _ = assessed.explain(rows, language)
    return with_reasons(ranked, reasons)
