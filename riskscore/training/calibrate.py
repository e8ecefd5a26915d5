"""Calibrate: choose the rows that turn margins into probabilities, and fit the curve. The trees have not seen them.

truth known, or everything opened      ─▶ all rows
ENOUGH seizures opened at random       ─▶ the boxes opened at random: a sample of what is filed
fewer                                  ─▶ all opened boxes, each weighted by 1 / its chance, and a warning
no box opened at random                ─▶ all opened boxes, unweighted, and a stronger warning
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
    "The probabilities are uncertain: {seizures} seizure(s) among {boxes:,} boxes opened at random are too few for "
    f"calibration, which needs {ENOUGH}. All inspections were used instead, weighted by 1 / chance. Open more boxes at "
    "random."
)
_NONE = (
    "The probabilities are those of boxes like the inspected ones, which were selected, and no chance of selection is "
    "known. Among all filed boxes much less is smuggled. Open some boxes at random, and record selected_by = random."
)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A curve, the rows that it was fitted on (described and counted), and a warning if it is uncertain."""

    curve: Platt
    on: str
    rows: int
    positives: int
    effective: float
    warning: str = ""

    def entry(self) -> dict[str, Any]:
        """Return the entry for the card."""
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
    """Return whether nearly all filed consignments are labelled, so that there was no selection."""
    return data.labels == "truth" or data.rows.height >= ALL_OPENED * data.filed > 0


def calibrate(margins: NDArray[np.float64], rows: pl.DataFrame, *, known: pl.DataFrame, everything: bool) -> Calibrated:
    """Fit a curve on `margins` of `rows` (label, selected_by, inclusion), which the trees have not seen.

    `everything` means that the rows are all that was filed, not a selection. Otherwise the level is that of all `known`
    rows, which the trees may have seen: it does not depend on a margin, and boxes opened at random are few.
    """
    seized_at_random = int(rows.filter(_RANDOM)["label"].cast(pl.Int64).sum())
    if everything:
        return _fitted(margins, rows, None, "all consignments of later days")
    if seized_at_random >= ENOUGH:
        at = rows.select(_RANDOM).to_series().to_numpy()
        return _fitted(margins[at], rows.filter(_RANDOM), known.filter(_RANDOM), "random inspections of later days")
    if (known["inclusion"] < 1).any():
        warning = _FEW.format(seizures=seized_at_random, boxes=rows.filter(_RANDOM).height)
        return _fitted(margins, rows, known, "all inspections of later days, weighted by 1 / chance", warning)
    return _fitted(margins, rows, None, "all inspections of later days", _NONE)


_RANDOM = (pl.col("selected_by") == "random").fill_null(False)


def _fitted(
    margins: NDArray[np.float64], rows: pl.DataFrame, known: pl.DataFrame | None, on: str, warning: str = ""
) -> Calibrated:
    """Fit a curve on `rows`; with `known`, weight them by 1 / chance and take the level of `known`."""
    labels = rows["label"].to_numpy()
    if known is None:
        curve, size = fit_curve(margins, labels), float(rows.height)
    else:
        weights = inverse(rows)
        share = smoothed(known["label"].to_numpy(), inverse(known))
        curve, size = fit_curve(margins, labels, weights, share), effective(weights)
    return Calibrated(curve, on, rows.height, int(labels.sum()), size, warning)
