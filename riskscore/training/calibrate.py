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

from riskscore.model.calibration import Platt
from riskscore.training.dataset import Dataset
from riskscore.training.platt import ENOUGH, effective, fit_curve, smoothed
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


def calibrate(margins: NDArray[np.float64], rows: pl.DataFrame, *, known: pl.DataFrame, everything: bool) -> Calibrated:
    """Fit a curve on `margins` of `rows` (label, selected_by, inclusion), which the trees have not seen.

    `everything` says that the rows are all that was filed, not a choice of it. Otherwise the level is that of all rows
    whose label is `known`, which the trees may have seen: it depends on no margin, and boxes opened at random are few.
    """
    by_lot = int(rows.filter(_RANDOM)["label"].cast(pl.Int64).sum())
    if everything:
        return _fitted(margins, rows, None, "all consignments of later days")
    if by_lot >= ENOUGH:
        at = rows.select(_RANDOM).to_series().to_numpy()
        return _fitted(margins[at], rows.filter(_RANDOM), known.filter(_RANDOM), "random inspections of later days")
    if (known["inclusion"] < 1).any():
        warning = _FEW.format(seizures=by_lot, boxes=rows.filter(_RANDOM).height)
        return _fitted(margins, rows, known, "all inspections of later days, weighted by 1 / chance", warning)
    return _fitted(margins, rows, None, "all inspections of later days", _NONE)


_RANDOM = (pl.col("selected_by") == "random").fill_null(False)


def _fitted(
    margins: NDArray[np.float64], rows: pl.DataFrame, known: pl.DataFrame | None, on: str, warning: str = ""
) -> Calibrated:
    """A curve of `rows`, weighted by 1 / chance and at the level of `known` where that is given."""
    labels = rows["label"].to_numpy()
    if known is None:
        curve, size = fit_curve(margins, labels), float(rows.height)
    else:
        weights = inverse(rows)
        share = smoothed(known["label"].to_numpy(), inverse(known))
        curve, size = fit_curve(margins, labels, weights, share), effective(weights)
    return Calibrated(curve, on, rows.height, int(labels.sum()), size, warning)
