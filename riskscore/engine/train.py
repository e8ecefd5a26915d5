"""Train a model on consignments whose outcomes are known."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskscore.manifest.read import Manifest
from riskscore.model.booster import Booster
from riskscore.settings import NONE, Settings
from riskscore.training import train as training
from riskscore.training.labels import Labels
from riskscore.training.plan import USUAL, Plan


def train(
    consignments: Manifest | pl.DataFrame,
    labels: Labels | pl.DataFrame,
    *,
    earlier: pl.DataFrame | None = None,
    settings: Settings = NONE,
    plan: Plan = USUAL,
    out: str | Path | None = None,
) -> Booster:
    """Train a model on consignments and their outcomes.

    The number of trees (and, with a search, the settings) is chosen on folds in order of time. The last days judge the
    result once; then the model is trained again on all days. The same data, plan and settings give the same model,
    byte for byte, except after a search that is limited by minutes.

    Args:
        consignments: what `read` returns, or a table of canonical columns, one row per consignment.
        labels: outcomes of inspections, or `Labels` that also have the truth of a simulation.
        earlier: superseded versions of the consignments; by default those of the manifest.
        settings: own fields of a service, from `read_settings`.
        plan: last day to learn from, days to hold back, search for settings, and seed.
        out: folder to write the model and its card to; an older model there is replaced.

    Returns:
        The model. Its `card` has the figures of the test. To score with it, pass the folder `out` as `model`.

    Raises:
        TrainingError: if there are fewer than 8 days, no consignment is labelled, or a part has no positive row.
        ModelError: if the model cannot be written to `out`.

    Example::

        import riskscore

        world = riskscore.simulate("world", days=60, per_day=300, seed=1, smuggling_rate=0.02)
        manifest = riskscore.read(sorted((world / "manifests").glob("*.parquet")))
        outcomes = riskscore.read_outcomes(world / "outcomes.parquet")
        model = riskscore.train(manifest, outcomes, plan=riskscore.Plan(seed=1), out="models/mine")
        model.card.test["overall"]["roc_auc"]
    """
    if isinstance(consignments, Manifest):
        earlier = consignments.earlier if earlier is None else earlier
        consignments = consignments.consignments
    return training.train(
        consignments,
        Labels.of(labels),
        earlier=earlier,
        settings=settings,
        plan=plan,
        out=None if out is None else Path(out),
    )
