"""Calibrate: which rows, none of which the trees have seen, say what a margin means.

truth known, or everything opened   ─▶ all rows
ENOUGH seizures by lot              ─▶ the boxes opened at random: a sample of what is filed
fewer                               ─▶ all that were opened, each by 1 / its chance, and a warning
none opened at random               ─▶ all that were opened, as they are, and a stronger warning
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.model.calibration import ENOUGH, Platt, effective
from riskscore.training.dataset import Dataset
from riskscore.training.weights import ALL_OPENED, inverse

_FEW = (
    "Probabilities are not sure: {seizures} seizure(s) among {boxes:,} boxes opened at random are too few to calibrate "
    f"on ({ENOUGH} would do), so all inspections were used, weighted by their chance. Open more boxes at random."
)
_NONE = (
    "Probabilities are those of boxes like the inspected ones, which were chosen: no chance of being opened is known. "
    "Of all that is filed much less is smuggled. Open some boxes at random, and record selected_by = random."
)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A curve, the rows that it was fitted on in words and in counts, and what to know before relying on it."""

    curve: Platt
    on: str
    rows: int
    positives: int
    effective: float
    warning: str = ""

    def entry(self) -> dict[str, Any]:
        """As it stands on the card."""
        return {
            "method": self.curve.method,
            "on": self.on,
            "rows": self.rows,
            "positives": self.positives,
            "effective": round(self.effective, 1),
            "slope": self.curve.slope,
            "intercept": self.curve.intercept,
            **({"warning": self.warning} if self.warning else {}),
        }


def all_opened(data: Dataset) -> bool:
    """Whether nearly all that was filed is labelled, so that nothing was chosen."""
    return data.labels == "truth" or data.rows.height >= ALL_OPENED * data.filed > 0


def calibrate(margins: NDArray[np.float64], rows: pl.DataFrame, *, everything: bool) -> Calibrated:
    """Fit a curve on `margins` of `rows` (label, selected_by, inclusion), which the trees have not seen.

    `everything` says that the rows are all that was filed, not a choice of it.
    """
    at_random = (rows["selected_by"] == "random").fill_null(False).to_numpy()
    by_lot = int(rows["label"].to_numpy()[at_random].sum())
    every = np.ones(rows.height, dtype=np.bool_)
    if everything:
        return _fitted(margins, rows, every, "all consignments of later days", weighted=False)
    if by_lot >= ENOUGH:
        return _fitted(margins, rows, at_random, "random inspections of later days", weighted=True)
    if (rows["inclusion"] < 1).any():
        warning = _FEW.format(seizures=by_lot, boxes=int(at_random.sum()))
        told = "all inspections of later days, weighted by 1 / chance of being opened"
        return _fitted(margins, rows, every, told, weighted=True, warning=warning)
    return _fitted(margins, rows, every, "all inspections of later days", weighted=False, warning=_NONE)


def _fitted(  # noqa: PLR0913 - how, in words and in rows
    margins: NDArray[np.float64],
    rows: pl.DataFrame,
    which: NDArray[np.bool_],
    on: str,
    *,
    weighted: bool,
    warning: str = "",
) -> Calibrated:
    kept = rows.filter(which)
    labels = kept["label"].to_numpy()
    weights = inverse(kept) if weighted else np.ones(kept.height)
    curve = Platt.fit(margins[which], labels, weights if weighted else None)
    return Calibrated(curve, on, kept.height, int(labels.sum()), effective(weights), warning)
