"""Compare two models on the same rows: what each one finds, which rows move, and which features move them.

    rows from after both trainings ─▶ scored by A and by B ─▶ differences with paired intervals
                                        └─▶ in and out of the top ─▶ contributions of B minus those of A

Rows that a model has learned from cannot judge it, so they are left out and counted. Every day up to the last one that
a model learned from counts as learned, labelled or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import TrainingError
from riskscore.explanation.contributions import contributions
from riskscore.features.catalogue import Catalogue
from riskscore.judging import metrics, resamples
from riskscore.judging.capacity import openings
from riskscore.judging.intervals import FEW, estimate, of_difference, percentiles, widest, wilson
from riskscore.model.booster import Booster
from riskscore.model.card import Card
from riskscore.schema import KEY
from riskscore.scoring.score import score
from riskscore.selection.capacity import Capacities
from riskscore.training.dataset import Dataset
from riskscore.training.evaluate import FEWEST_RANDOM, TOO_MANY, with_optional_columns

TOP = 0.05
"""Share of the rows that is the top; moves in and out of it are reported, and moves at capacity."""

INSTEAD = 0.10
"""Share used instead of the capacity if that would open most rows anyway, as among inspected rows."""

SURE = 10.0
"""Percentile of the resampled differences that is the lower end of the one-sided 90% interval."""

SHOWN = 10
"""Most rows and features to list among those that moved."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Contender:
    """A model with the name of its version. One that `ships` learned from simulated worlds, never from these rows.

    `own` is the dataset as this model measures it, if its strengths of profiles differ from the declared ones.
    """

    name: str
    booster: Booster
    ships: bool = False
    own: Dataset | None = None

    def measured(self, data: Dataset) -> Dataset:
        """Return `data` as this model measures it."""
        return data if self.own is None else self.own

    @property
    def learned_until(self) -> date | None:
        """Last day of these rows that it may have learned from; None if there is none or its card does not say."""
        return None if self.ships else learned_until(self.booster.card)

    def entry(self) -> dict[str, Any]:
        """Return a description for JSON."""
        card = self.booster.card
        return {
            "name": self.name,
            "model": card.name,
            "data": card.data,
            "labels": card.labels,
            "learned_until": str(self.learned_until) if self.learned_until else None,
        }


def learned_until(card: Card) -> date | None:
    """Return the last day that trees, stopping or calibration used; for older cards, the last day of those parts."""
    parts = [part["to"] for part in card.splits if part["part"] in ("train", "validation", "calibration")]
    last = card.learned_until or max(parts, default="")
    return date.fromisoformat(last) if last else None


def later(data: Dataset, *contenders: Contender) -> tuple[Dataset, dict[str, Any] | None]:
    """Return the rows from after the training of all contenders, and how many were left out and until when, or None.

    Raises TrainingError if no row is left.
    """
    days = [day for contender in contenders if (day := contender.learned_until)]
    if not days:
        return data, None
    until = max(days)
    kept = data.where(pl.col("day") > until)
    if kept.rows.is_empty():
        names = " and ".join(contender.name for contender in contenders if contender.learned_until == until)
        raise TrainingError(
            f"none of {data.rows.height:,} labelled rows is from after {until}, the last day that {names} learned "
            "from; give later rows, or train with the last days held back"
        )
    left = data.rows.height - kept.rows.height
    return kept, {"rows": left, "until": str(until)} if left else None


def compare(
    data: Dataset,
    a: Contender,
    b: Contender,
    *,
    catalogue: Catalogue,
    capacity: Capacities | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Compare `b` with `a` on the rows of `data` from after both trainings; ready for JSON.

    Returns `models`, `period`, `rows`, `positives`, `left_out`; `overall`, what `metrics.paired` returns; `capacity`,
    what each port's riskiest boxes contain; `random`, like `overall` on the random inspections, or None if they are too
    few; `moves` in and out of the top; `why`, one row per feature. Differences are b - a. Raises TrainingError if no
    row is left or only one label occurs.
    """
    kept, left_out = later(data, a, b)
    rows, target = with_optional_columns(kept.rows), kept.target
    matrices = [later(contender.measured(data), a, b)[0].matrix for contender in (a, b)]
    scored = [score(matrix, contender.booster) for matrix, contender in zip(matrices, (a, b), strict=True)]
    resampled, clusters = resamples.clusters(rows)
    margins = [each["margin"].to_numpy() for each in scored]
    opened, boxes = _opened(rows, scored, capacity or Capacities())
    random = (rows["selected_by"] == "random").fill_null(False).to_numpy()
    top = [(each["rank"] <= metrics.inspected(rows.height, TOP)).to_numpy() for each in scored]
    moves = {f"{TOP:.0%}": _moves(rows, scored, *top), "capacity": _moves(rows, scored, *opened)}
    return {
        "models": [a.entry(), b.entry()],
        "labels": data.labels,
        "period": {"first": str(rows["day"].min()), "last": str(rows["day"].max())},
        "rows": rows.height,
        "positives": int(target.sum()),
        "left_out": left_out,
        "overall": metrics.paired(margins[0], margins[1], target, clusters=clusters, seed=seed)
        | {"resampled": resampled},
        "capacity": boxes | _found(target, *opened, clusters=clusters, seed=seed),
        "random": _on_random(margins, target, random, seed),
        "moves": moves,
        "why": _why(matrices, [a.booster, b.booster], top, catalogue),
    }


def _opened(rows: pl.DataFrame, scored: list[pl.DataFrame], capacity: Capacities) -> tuple[list[Mask], dict[str, Any]]:
    """Return what each model opens at capacity, or of the share INSTEAD of the rows, and how many boxes that is."""
    at_capacity = [openings(rows, each["rank"], capacity) for each in scored]
    boxes = at_capacity[0].boxes
    if boxes / rows.height <= TOO_MANY:
        return [each.opened for each in at_capacity], {"boxes": boxes, "instead": None}
    boxes = metrics.inspected(rows.height, INSTEAD)
    return [(each["rank"] <= boxes).to_numpy() for each in scored], {"boxes": boxes, "instead": INSTEAD}


def _found(target: NDArray[np.int8], a: Mask, b: Mask, *, clusters: Any, seed: int) -> dict[str, Any]:
    """Return seizures in what each model opens, recall of both, and the difference; `least` is its lower 90% bound."""
    positive = target == 1
    drawn = []
    for weights in resamples.draws(target, clusters, seed=seed):
        total = weights[positive].sum()
        drawn.append([weights[positive & side].sum() / total if total else np.nan for side in (a, b)])
    recalls = np.array(drawn)
    hits = np.array([np.sum(positive & side) for side in (a, b)], np.float64)
    point = hits / positive.sum()
    ends = widest(percentiles(recalls), wilson(point, np.full(2, positive.sum())))
    moved = recalls[:, 1] - recalls[:, 0]
    difference = percentiles(moved[:, None])
    if positive.sum() < FEW:
        sides = np.column_stack([point, ends])
        difference = widest(difference, of_difference(sides[:1], sides[1:]))
    return {
        "found": {"a": int(hits[0]), "b": int(hits[1])},
        "recall": {
            "a": estimate(point[0], *ends[0]),
            "b": estimate(point[1], *ends[1]),
            "difference": estimate(point[1] - point[0], *difference[0]),
        },
        "least": round(float(np.nanpercentile(moved, SURE)), 5),
    }


def _on_random(
    margins: list[NDArray[np.float64]], target: NDArray[np.int8], random: Mask, seed: int
) -> dict[str, Any] | None:
    """Compare both on random inspections alone; None if they found fewer than FEWEST_RANDOM, or in every box."""
    hits = int(target[random].sum())
    if hits < FEWEST_RANDOM or hits == random.sum():
        return None
    return metrics.paired(margins[0][random], margins[1][random], target[random], seed=seed)


def _moves(rows: pl.DataFrame, scored: list[pl.DataFrame], a: Mask, b: Mask) -> dict[str, Any]:
    """Return how many rows stay in the top, enter and leave it, how many are positive, and those that moved most."""
    ranks = rows.select(*KEY, "day", "port_of_discharge", "label").with_columns(
        rank_a=scored[0]["rank"], rank_b=scored[1]["rank"]
    )

    def counts(mask: Mask) -> dict[str, Any]:
        return {"rows": int(mask.sum()), "positives": int(rows["label"].filter(pl.Series(mask)).sum())}

    def moved_most(mask: Mask) -> list[dict[str, Any]]:
        # As a ratio: from 2,000 to 20 is further than from 20,000 to 15,000.
        distance = (pl.col("rank_a").log() - pl.col("rank_b").log()).abs()
        moved = ranks.filter(pl.Series(mask)).sort(distance, *KEY, descending=[True, False, False]).head(SHOWN)
        return moved.with_columns(pl.col("day").cast(pl.String)).to_dicts()

    return {
        "top": int(b.sum()),
        "stayed": counts(a & b),
        "entered": counts(b & ~a) | {"most": moved_most(b & ~a)},
        "left": counts(a & ~b) | {"most": moved_most(a & ~b)},
    }


def _why(
    matrices: list[pl.DataFrame], boosters: list[Booster], tops: list[Mask], catalogue: Catalogue
) -> list[dict[str, Any]]:
    """Return features by the difference of mean contributions (B - A) on rows that enter the top, and that leave it."""
    means: dict[str, dict[str, float]] = {}
    for move, mask in (("entered", tops[1] & ~tops[0]), ("left", tops[0] & ~tops[1])):
        sides = [
            _means(each.filter(pl.Series(mask)), booster) for each, booster in zip(matrices, boosters, strict=True)
        ]
        means[move] = {name: sides[1].get(name, 0.0) - sides[0].get(name, 0.0) for name in catalogue.names}
    entries: list[dict[str, Any]] = [
        {
            "feature": name,
            "flag": catalogue.flags[feature.indicators[0]] if feature.indicators else None,
            "meaning": feature.meaning,
            **{move: round(float(means[move][name]), 4) for move in means},
        }
        for name, feature in catalogue.features.items()
    ]
    entries.sort(key=lambda entry: (-max(abs(entry["entered"]), abs(entry["left"])), entry["feature"]))
    return [entry for entry in entries[:SHOWN] if entry["entered"] or entry["left"]]


def _means(matrix: pl.DataFrame, booster: Booster) -> Mapping[str, float]:
    """Return the mean contribution of each feature; 0 without rows."""
    if matrix.is_empty():
        return dict.fromkeys(booster.features, 0.0)
    moved = contributions(matrix, booster)
    return dict(zip(moved.names, moved.values.mean(axis=0), strict=True))
