"""Groups: how well a ranking does for each port, lane, commodity and scheme, and for parties without a history.

The top shares are those of all rows, so that groups compete for the same inspections. Intervals are Wilson's for a
recall, DeLong's on log-odds for an area, and Wilson's for an area with few positive rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.judging.intervals import FEW, Z, estimate, share_of, wilson
from riskscore.judging.metrics import SHARES, inspected
from riskscore.judging.resamples import Floats, Labels

MOST = 20
"""Most groups with positive rows that are shown; the others are counted together."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Groups:
    """Scored rows whose groups are judged: `scores[n]`, `labels[n]`, and `opened[n]` if there is a capacity.

    `thresholds` are the lowest scores within SHARES of all rows; `clean` has the scores of the rows that are not
    positive, ascending.
    """

    scores: Floats
    labels: Labels
    opened: Mask | None
    thresholds: list[tuple[float, float]]
    clean: Floats

    @classmethod
    def of(cls, scores: Floats, labels: Labels, opened: Mask | None = None) -> Groups:
        """Prepare to judge groups of these rows."""
        falling = -np.sort(-scores)
        thresholds = [(share, float(falling[inspected(len(scores), share) - 1])) for share in SHARES]
        return cls(scores, labels, opened, thresholds, np.sort(scores[labels == 0]))

    def kinds(self, names: pl.Series) -> list[dict[str, Any]]:
        """Judge each kind of positive row (`names[n]`, null for others) against all rows that are not positive.

        Most frequent first: name, positives, `roc_auc`, recall `at` SHARES. The last entry may combine many `groups`.
        """
        entries = []
        kinds = names.cast(pl.String).replace("", None)
        of_positives = pl.select(pl.when(pl.Series(self.labels == 1)).then(kinds)).to_series()
        for name, groups, mask in _largest(of_positives, self.labels):
            scores = self.scores[mask]
            area = _area(scores, self.clean)
            entry = {"name": name, "positives": len(scores), "roc_auc": area, "at": self._recalls(scores)}
            entries.append({**entry, **_combined(groups)})
        return entries

    def parts(self, names: pl.Series) -> list[dict[str, Any]]:
        """Judge each part of the rows (`names[n]`) with `part`; those with most positive rows first."""
        return [{**self.part(name, mask), **_combined(groups)} for name, groups, mask in _largest(names, self.labels)]

    def part(self, name: str, mask: Mask) -> dict[str, Any]:
        """Judge the rows in `mask`: name, rows, positives, `roc_auc` among themselves, recall `at` SHARES of all rows.

        With a capacity also `capacity`: boxes opened there, found, recall. A figure is None if no row is left for it.
        """
        positive = mask & (self.labels == 1)
        scores = self.scores[positive]
        entry = {
            "name": name,
            "rows": int(mask.sum()),
            "positives": len(scores),
            "roc_auc": _area(scores, np.sort(self.scores[mask & (self.labels == 0)])),
            "at": self._recalls(scores),
        }
        if self.opened is not None:
            boxes, hits = int(np.sum(mask & self.opened)), int(np.sum(positive & self.opened))
            entry["capacity"] = {"inspected": boxes, "found": hits, "recall": share_of(hits, len(scores))}
        return entry

    def _recalls(self, positives: Floats) -> list[dict[str, Any]]:
        """Return which share of the scores `positives` is within each of SHARES of all rows."""
        return [
            {"share": share, "recall": share_of(int(np.sum(positives >= least)), len(positives))}
            for share, least in self.thresholds
        ]


def _combined(groups: int) -> dict[str, int]:
    return {"groups": groups} if groups > 1 else {}


def _largest(names: pl.Series, labels: Labels) -> list[tuple[str, int, Mask]]:
    """Return name, number of groups and rows of the MOST groups with most positive rows, and of all others together."""
    counts = (
        pl.DataFrame({"name": names, "label": pl.Series(labels, dtype=pl.Int64)})
        .drop_nulls("name")
        .group_by("name")
        .agg(pl.col("label").sum())
        .sort("label", "name", descending=[True, False])
    )
    shown = counts.filter(pl.col("label") > 0)["name"].head(MOST).to_list()
    groups = [(name, 1, (names == name).fill_null(False).to_numpy()) for name in shown]
    rest = ~names.is_null().to_numpy() & ~names.is_in(shown).fill_null(False).to_numpy()
    left = counts.height - len(shown)
    if not left or not shown:
        return groups
    name = f"{left:,} others" if left > 1 else counts["name"][-1]
    return [*groups, (name, left, rest)]


def _area(positives: Floats, others: Floats) -> dict[str, float] | None:
    """Return the ROC-AUC of `positives` against sorted `others`, with its interval; None if one of them is empty."""
    if not len(positives) or not len(others):
        return None
    positives = np.sort(positives)
    above = _below(positives, others)
    area = float(above.mean())
    fewest = min(len(positives), len(others))
    spread = 0.0
    if fewest >= FEW:
        under = 1 - _below(others, positives)
        spread = float(np.sqrt(above.var(ddof=1) / len(positives) + under.var(ddof=1) / len(others)))
    if not spread:
        return estimate(area, *wilson(area, fewest))
    middle, half = np.log(area / (1 - area)), Z * spread / (area * (1 - area))
    return estimate(area, *(1 / (1 + np.exp(-(middle + side * half))) for side in (-1, 1)))


def _below(scores: Floats, ordered: Floats) -> Floats:
    """Return the share of `ordered` that is below each of `scores`; ties count half."""
    places = np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right")
    shares: Floats = places / (2 * len(ordered))
    return shares
