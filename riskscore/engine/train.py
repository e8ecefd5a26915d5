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
    """Train a model on `consignments` and what is known about them; write it to the folder `out` if given.

    Args:
        consignments: what `read` returns, or a table of canonical columns, one row a consignment.
        labels: outcomes of inspections, or Labels with the truth of a simulation besides.
        earlier: superseded versions of the consignments; those of a manifest are its own.
        settings: those of a service.
        plan: how far to learn, and how long to search for settings.
        out: folder to write the model and its card to.

    Raises TrainingError where the period is too short or a part of it has no positive row.
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
