"""Describe: the card of a training, as far as it is known before the test."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
import polars as pl

from riskscore.explanation.contributions import Group, contributions, groups, sums
from riskscore.features.catalogue import Catalogue
from riskscore.model import smoothing
from riskscore.model.booster import Booster, digest
from riskscore.model.card import Card, digests
from riskscore.model.distributions import reference
from riskscore.model.trees import lightgbm
from riskscore.scoring.score import features, score
from riskscore.training import weights
from riskscore.training.calibrate import Calibrated
from riskscore.training.choose import Chosen
from riskscore.training.dataset import Dataset
from riskscore.training.digest import digest as digest_of_data
from riskscore.training.folds import Folds, Piece
from riskscore.training.split import Part

SHOWN_ROWS = 3_000
"""Number of riskiest test rows over which the importance of indicators is averaged."""

FEWEST_SHOWN = 2_000
"""Number of rows from which the last days alone are enough for the distribution of features."""

LIMITS = {
    "simulated": "Trained on simulated data. Traffic, schemes and inspections follow published cases and trade "
    "statistics, not the records of a port. Train on your own outcomes before you rely on the probabilities.",
    "real": "Trained on inspected consignments. What boxes that were never opened contain is unknown. Some of them "
    "count as clean, with a small weight, so the model cannot know kinds of smuggling that no inspection has found.",
    "opened": "Trained on inspected consignments, which are nearly all that was filed.",
    "both": "Rip-on/rip-off leaves no trace in the documents. Such boxes are found by chance only.",
}


def card(
    catalogue: Catalogue, chosen: Chosen, trees: lightgbm.Booster, calibrated: Calibrated, seed: int, size: int
) -> Card:
    """Return the card of `trees`, which were trained on `size` rows, without test and importance."""
    folds = chosen.folds
    data, learned = folds.data, folds.all_rows
    labels, factor = data[0].labels, chosen.choice.factor
    kind = "simulated" if labels == "truth" else "real"
    days = [day for dataset in data for day in (dataset.rows["day"].min(), dataset.rows["day"].max())]
    sha256 = digest(trees.model_to_string())
    settings = chosen.choice.settings(size, catalogue, seed)
    shown = {key: value for key, value in settings.items() if key != "monotone_constraints"}
    limit = kind if kind == "simulated" or _size(learned) > learned.rows.height else "opened"
    return Card(
        name=f"{kind}-{labels}-{sha256[:8]}",
        data=kind,
        labels=labels,
        period=(str(min(days)), str(max(days))),  # type: ignore[type-var]
        rows=sum(dataset.rows.height for dataset in data),
        positives=sum(dataset.positives for dataset in data),
        catalogue=catalogue.hash,
        features=digests(catalogue),
        model_sha256=sha256,
        settings={
            **shown,
            "positive_weight": chosen.choice.positive_weight,
            **chosen.unseen.entry(),
            **({smoothing.SETTING: smoothing.chosen(catalogue, factor)} if factor != 1 else {}),
            "monotone features": sum(map(bool, settings["monotone_constraints"])),
            **({"search": chosen.search} if chosen.search else {}),
        },
        trees=trees.num_trees(),
        calibration=calibrated.entry(),
        splits=_entries(folds.light()),
        limits=[LIMITS[limit], LIMITS["both"], *([calibrated.warning] if calibrated.warning else [])],
        learned_until=str(learned.rows["day"].max()),
        selection={
            **weights.selection(
                pl.concat([dataset.rows for dataset in data]),
                labels,
                sum(dataset.filed for dataset in data),
                sum(_size(dataset) - dataset.rows.height for dataset in data),
            ),
            "gap_days": folds.gap,
        },
        reproduction={
            "riskscore": version("riskscore"),
            "lightgbm": lightgbm.__version__,
            "polars": pl.__version__,
            "data_sha256": digest_of_data(data),
            "seed": seed,
        },
    )


def distribution(folds: Folds, later: Dataset, booster: Booster) -> dict[str, Any]:
    """Return the distribution of features and scores among all filed consignments, in the days of `later` if enough.

    Histories grow with time, so the last days are most like the days to come.
    """
    unopened = sum(dataset.filed - dataset.rows.height for dataset in folds.data)
    kept = sum(_size(dataset) - dataset.rows.height for dataset in folds.data)
    share = kept / unopened if kept else 1.0
    filed = _filed(later, share)
    if filed.height < FEWEST_SHOWN:
        filed = _filed(folds.all_rows, share)
    return reference(filed, booster.margin(features(filed, booster)), booster.features)


def _filed(data: Dataset, share: float) -> pl.DataFrame:
    """Return a matrix of a `share` of what was filed: unopened rows were kept at that share, so opened rows are too."""
    if data.closed is None:
        return data.matrix
    size = round(share * data.rows.height)
    picked = np.sort(np.random.default_rng(0).choice(data.rows.height, size, replace=False))
    return pl.concat([data.matrix[pl.Series(picked, dtype=pl.UInt32)], data.closed.matrix])


def importance(matrix: pl.DataFrame, booster: Booster, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the mean absolute contribution of each group of features on the riskiest rows, largest first."""
    at = score(matrix, booster).select(at=pl.col("rank").arg_sort())["at"].head(SHOWN_ROWS)
    moved = contributions(matrix[at], booster)
    by = groups(moved.names, catalogue)
    means = np.abs(sums(moved.values, by)).mean(axis=0)
    entries = [
        {
            "indicator": group.indicator,
            "text": _text(group, moved.names, catalogue),
            "features": [moved.names[column] for column in group.columns],
            "mean": round(float(mean), 4),
        }
        for group, mean in zip(by, means, strict=True)
    ]
    return sorted(entries, key=lambda entry: (-entry["mean"], entry["text"]))


def _text(group: Group, names: Sequence[str], catalogue: Catalogue) -> str:
    """Return a name for the features of a group."""
    first = names[group.columns[0]]
    if group.indicator is None:
        return first
    return catalogue.features[first].group or catalogue.flags[group.indicator]


def _size(data: Dataset) -> int:
    """Return the number of rows that trees are trained on."""
    return data.rows.height + (0 if data.closed is None else data.closed.rows.height)


def _entries(folds: Folds) -> list[dict[str, Any]]:
    """Return two entries for each fold and, last, for the test: the rows learned from and the rows judged on."""
    named: list[tuple[int, Piece]] = [*zip(folds.usable, folds.pieces(), strict=True), (-1, folds.test)]
    return [_entry(part, rows) for place, piece in named for part, rows in zip(folds.parts(place), piece, strict=True)]


def _entry(part: Part, rows: Dataset) -> dict[str, Any]:
    return {
        "part": part.name,
        "from": str(part.first),
        "to": str(part.last),
        "rows": rows.rows.height,
        "positives": rows.positives,
    }
