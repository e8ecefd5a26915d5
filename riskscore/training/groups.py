"""Groups: how a ranking does for each port, lane, commodity, scheme, and for parties that were never seen.

The top shares are those of all rows, so that groups compete for the same inspections. Groups are small, and their
intervals say so: Wilson's for a recall, DeLong's on log-odds for an area, and Wilson's again where few are positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.training.intervals import FEW, Z, estimate, share_of, wilson
from riskscore.training.metrics import SHARES, inspected
from riskscore.training.resamples import Floats, Labels

MOST = 20
"""Groups with positive rows that are told apart; the others count together."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Groups:
    """Scored rows, of which groups are judged: `scores[n]`, `labels[n]`, perhaps `opened[n]` under a capacity.

    `thresholds` are the scores that it takes to be among SHARES of all rows; `clean` those of rows that are not
    positive, rising.
    """

    scores: Floats
    labels: Labels
    opened: Mask | None
    thresholds: list[tuple[float, float]]
    clean: Floats

    @classmethod
    def of(cls, scores: Floats, labels: Labels, opened: Mask | None = None) -> Groups:
        """Make ready to judge groups of these rows."""
        falling = -np.sort(-scores)
        thresholds = [(share, float(falling[inspected(len(scores), share) - 1])) for share in SHARES]
        return cls(scores, labels, opened, thresholds, np.sort(scores[labels == 0]))

    def kinds(self, names: pl.Series) -> list[dict[str, Any]]:
        """Each kind of positive row (`names[n]`, null for others) against all rows that are not positive.

        Most frequent first: name, positives, `roc_auc`, recall `at` SHARES. The last may hold many `groups`.
        """
        found = []
        told = names.cast(pl.String).replace("", None)
        for name, held, mask in _named(
            pl.select(pl.when(pl.Series(self.labels == 1)).then(told)).to_series(), self.labels
        ):
            own = self.scores[mask]
            entry = {"name": name, "positives": len(own), "roc_auc": _area(own, self.clean), "at": self._recalls(own)}
            found.append({**entry, **_holds(held)})
        return found

    def parts(self, names: pl.Series) -> list[dict[str, Any]]:
        """Each part of the rows (`names[n]`) by itself, as `part` says; those with most positive rows first."""
        return [{**self.part(name, mask), **_holds(held)} for name, held, mask in _named(names, self.labels)]

    def part(self, name: str, mask: Mask) -> dict[str, Any]:
        """The rows in `mask`: name, rows, positives, `roc_auc` among themselves, recall `at` SHARES of all rows.

        Where rows are opened also `capacity`: boxes opened there, found, recall. A figure is None where a part has no
        row that it would be about.
        """
        positive = mask & (self.labels == 1)
        own = self.scores[positive]
        entry = {
            "name": name,
            "rows": int(mask.sum()),
            "positives": len(own),
            "roc_auc": _area(own, np.sort(self.scores[mask & (self.labels == 0)])),
            "at": self._recalls(own),
        }
        if self.opened is not None:
            boxes, hits = int(np.sum(mask & self.opened)), int(np.sum(positive & self.opened))
            entry["capacity"] = {"inspected": boxes, "found": hits, "recall": share_of(hits, len(own))}
        return entry

    def _recalls(self, own: Floats) -> list[dict[str, Any]]:
        """How many of the scores `own` are among each of SHARES of all rows."""
        return [
            {"share": share, "recall": share_of(int(np.sum(own >= least)), len(own))}
            for share, least in self.thresholds
        ]


def _holds(groups: int) -> dict[str, int]:
    return {"groups": groups} if groups > 1 else {}


def _named(names: pl.Series, labels: Labels) -> list[tuple[str, int, Mask]]:
    """Name, groups in it and rows of the MOST groups with most positive rows, and of all others together."""
    counts = (
        pl.DataFrame({"name": names, "label": pl.Series(labels, dtype=pl.Int64)})
        .drop_nulls("name")
        .group_by("name")
        .agg(pl.col("label").sum())
        .sort("label", "name", descending=[True, False])
    )
    told = counts.filter(pl.col("label") > 0)["name"].head(MOST).to_list()
    found = [(name, 1, (names == name).fill_null(False).to_numpy()) for name in told]
    rest = ~names.is_null().to_numpy() & ~names.is_in(told).fill_null(False).to_numpy()
    left = counts.height - len(told)
    if not left or not told:
        return found
    name = f"{left:,} others" if left > 1 else counts["name"][-1]
    return [*found, (name, left, rest)]


def _area(own: Floats, others: Floats) -> dict[str, float] | None:
    """ROC-AUC of scores `own` against sorted `others`, with its interval; None where one of them is empty."""
    if not len(own) or not len(others):
        return None
    own = np.sort(own)
    above = _below(own, others)
    area = float(above.mean())
    fewest = min(len(own), len(others))
    spread = 0.0
    if fewest >= FEW:
        under = 1 - _below(others, own)
        spread = float(np.sqrt(above.var(ddof=1) / len(own) + under.var(ddof=1) / len(others)))
    if not spread:
        return estimate(area, *wilson(area, fewest))
    middle, half = np.log(area / (1 - area)), Z * spread / (area * (1 - area))
    return estimate(area, *(1 / (1 + np.exp(-(middle + side * half))) for side in (-1, 1)))


def _below(scores: Floats, ordered: Floats) -> Floats:
    """The share of `ordered` that is below each of `scores`, ties by half."""
    places = np.searchsorted(ordered, scores, "left") + np.searchsorted(ordered, scores, "right")
    shares: Floats = places / (2 * len(ordered))
    return shares
