"""Evaluate: how well a stored model would have done on manifests whose outcomes are known by now.

Every consignment is scored as of its own day. With a simulation's truth all of them count; with outcomes alone only
the inspected ones do, which were chosen for being suspicious and so are no sample of the rest: the result says so,
and gives the random inspections apart where they found enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster
from riskscore.scoring.score import score
from riskscore.training import metrics
from riskscore.training.dataset import Dataset, dataset

TRACELESS = "rip_on_rip_off"
"""The scheme that leaves nothing in the documents; judged with and without."""

NOTES = {
    "truth": "Judged on the simulation's truth about every consignment.",
    "outcomes": "Judged on inspected consignments alone, which were chosen and are no sample: recall is that among "
    "the inspected, and says nothing about what was never opened.",
}

FEWEST_RANDOM = 5
"""Seizures that random inspections must have made to be judged apart."""


def evaluate(  # noqa: PLR0913 - the inputs of a judgement, all by keyword
    booster: Booster,
    consignments: pl.DataFrame,
    outcomes: pl.DataFrame | None,
    *,
    truth: pl.DataFrame | None = None,
    history: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    catalogue: Catalogue | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Judge `booster` on `consignments`; see the module. Ready for JSON and for `model.tables`.

    `history` are consignments filed before, for the ledger alone; `catalogue` is the booster's. Raises TrainingError
    where nothing is labelled or only one label occurs.
    """
    data = dataset(consignments, outcomes, truth=truth, earlier=earlier, history=history, catalogue=catalogue)
    return judged(score(data.matrix, booster), data, seed=seed)


def judged(scored: pl.DataFrame, data: Dataset, *, seed: int = 0) -> dict[str, Any]:
    """Judge ready scores of the rows of `data`, in the same order."""
    margins, probabilities = scored["margin"].to_numpy(), scored["probability"].to_numpy()
    target = data.target

    def part(rows: pl.Series) -> dict[str, Any] | None:
        at = rows.fill_null(False).to_numpy()
        if at.all() or not 0 < target[at].sum() < at.sum():
            return None
        return metrics.judge(margins[at], target[at], probabilities[at], seed=seed)

    found: dict[str, Any] = {
        "labels": data.labels,
        "note": NOTES[data.labels],
        "overall": metrics.judge(margins, target, probabilities, seed=seed),
        "without_rip_on_rip_off": part(data.rows["scheme"].fill_null("").str.contains(TRACELESS).not_()),
        "random": None,
        "reliability": metrics.reliability(probabilities, target),
        "by_commodity": metrics.groups(margins, target, data.rows["commodity"].to_list()),
        "by_scheme": metrics.groups(margins, target, data.rows["scheme"].to_list()),
    }
    random = data.rows["selected_by"] == "random"
    if data.labels == "outcomes" and int(np.sum(target[random.fill_null(False).to_numpy()])) >= FEWEST_RANDOM:
        found["random"] = part(random)
    return found
