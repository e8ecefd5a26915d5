"""Train: from a log and what became known about it to a model folder with its card.

    dataset ─▶ split by days ─▶ trees (train; validation says when to stop)
                            ─▶ calibration (later days) ─▶ test (later still) ─▶ card

Trees are modest and monotone where the catalogue says which way a flag speaks. Stopping goes by logarithmic loss: it
judges every row, where average precision on some dozens of positive rows jumps from tree to tree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import polars as pl

from riskscore.errors import TrainingError
from riskscore.explain.contributions import contributions, groups, sums
from riskscore.features import catalogue as catalogues
from riskscore.features import own
from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster, digest
from riskscore.model.calibration import ENOUGH, Platt
from riskscore.model.card import Card, digests
from riskscore.scoring.score import features, score
from riskscore.service import NONE, Service
from riskscore.training.baseline import compare
from riskscore.training.dataset import Dataset, dataset, stack
from riskscore.training.evaluate import judged
from riskscore.training.split import Part, split
from riskscore.training.worlds import read_world

Progress = Callable[[str], None]
"""Told, in a short sentence, what is being done now."""

MOST_TREES = 500
PATIENCE = 40
SHOWN_ROWS = 3_000
"""Riskiest test rows over which the importance of indicators is averaged."""

SMALL = 50_000
"""Training rows below which one thread is enough."""

SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "metric": "binary_logloss",
    "num_leaves": 31,
    "max_depth": 8,
    "learning_rate": 0.03,
    # About one smuggled consignment expected in each leaf: without it, trees learn the few positive rows by heart.
    "min_sum_hessian_in_leaf": 1.0,
    # Few features a tree make many of them carry weight: a model that leans on the parties' past alone is blind where
    # that past is short.
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 2.0,
    "monotone_constraints_method": "intermediate",
    # The same rows and seed give the same bytes, whatever the machine.
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
"""No class weights: they would bend the probabilities, and the ranking gains nothing from them."""

LIMITS = {
    "simulated": "Trained on simulated data: traffic, schemes and inspections follow published cases and trade "
    "statistics, not the records of a port. Train on own outcomes before relying on the probabilities.",
    "real": "Trained on inspected consignments alone: what was never opened is unknown, and the probabilities are "
    "those of consignments like the inspected ones.",
    "both": "Rip-on/rip-off leaves no trace in the documents: such boxes are found by chance only.",
}


def train(  # noqa: PLR0913 - the inputs of a training, all by keyword
    consignments: pl.DataFrame,
    outcomes: pl.DataFrame | None,
    *,
    truth: pl.DataFrame | None = None,
    earlier: pl.DataFrame | None = None,
    out: Path | None = None,
    seed: int = 0,
    service: Service = NONE,
    progress: Progress | None = None,
    command: str = "",
) -> Booster:
    """Train a model on canonical `consignments` and their `outcomes`, and write it to the folder `out` if given.

    With `truth` (of a simulation) every consignment is labelled, without it only the inspected ones. `earlier` holds
    superseded versions; `service` says what consignments have of its own. `command` goes into the card. The same data
    and seed give the same model, byte for byte. Raises TrainingError where the period is too short or a part of it has
    no positive row.
    """
    tell = progress or (lambda _: None)
    catalogue = own.catalogue(service)
    tell("computing features as of each day")
    data = dataset(consignments, outcomes, truth=truth, earlier=earlier, catalogue=catalogue)
    booster = fit([data], catalogue, seed=seed, progress=progress)
    return _finished(booster, out, command)


def train_on_worlds(
    folders: Sequence[Path],
    *,
    out: Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    command: str = "",
) -> Booster:
    """Train on the truth of simulated worlds, folders as `riskscore simulate` writes them; else as `train`.

    Each world has its own parties and its own past, and is split by its own days; then equal parts are put together.
    A model of several worlds cannot learn one world's fashions by heart, nor how long its past happened to be.
    """
    tell = progress or (lambda _: None)
    data = []
    for number, folder in enumerate(folders, 1):
        tell(f"computing features of world {number} of {len(folders)} as of each day")
        data.append(read_world(folder))
    return _finished(fit(data, catalogues.load(), seed=seed, progress=progress), out, command)


def _finished(booster: Booster, out: Path | None, command: str) -> Booster:
    """Say on the card how `booster` was made, and write it to the folder `out` if given."""
    booster = replace(booster, card=replace(booster.card, command=command))
    if out is not None:
        booster.save(out)
    return booster


def fit(data: Sequence[Dataset], catalogue: Catalogue, *, seed: int = 0, progress: Progress | None = None) -> Booster:
    """Train on ready datasets, one or several, each of which is split by its own days; see `train`."""
    tell = progress or (lambda _: None)
    parts, pieces = _parts(data)
    for part in ("train", "validation", "test"):
        if not 0 < pieces[part].positives < pieces[part].rows.height:
            raise TrainingError(
                f"the {part} part ({parts[part].first} to {parts[part].last}) has {pieces[part].positives} positive "
                f"of {pieces[part].rows.height} labelled consignments; give a longer period"
            )
    tell(f"growing trees on {pieces['train'].rows.height:,} consignments")
    settings = _settings(pieces["train"], catalogue, seed)
    trees = _grow(pieces["train"], pieces["validation"], catalogue, settings)
    card = _card(data, catalogue, settings, trees)
    bare = Booster(trees, Platt(), card)
    tell("calibrating probabilities")
    sample, on = _calibration_rows(pieces["calibration"])
    calibration = Platt.fit(bare.margin(features(sample.matrix, bare)), sample.target)
    booster = Booster(trees, calibration, card)
    tell(f"judging on {pieces['test'].rows.height:,} later consignments")
    scored = score(pieces["test"].matrix, booster)
    test = judged(scored, pieces["test"], seed=seed)
    test["comparison"] = compare(pieces["train"], pieces["test"], catalogue, seed=seed)
    riskiest = scored.select(at=pl.col("rank").arg_sort())["at"].head(SHOWN_ROWS)
    card = replace(
        card,
        splits=[_split_entry(days, pieces[part]) for part, days in parts.items()],
        calibration={
            "method": calibration.method,
            "on": on,
            "rows": sample.rows.height,
            "positives": sample.positives,
            "slope": calibration.slope,
            "intercept": calibration.intercept,
        },
        test=test,
        importance=_importance(pieces["test"].matrix[riskiest], booster, catalogue),
    )
    return Booster(trees, calibration, card)


def _parts(data: Sequence[Dataset]) -> tuple[dict[str, Part], dict[str, Dataset]]:
    """The parts of all `data` together: their first and last days, and their rows."""
    cuts = [split(one.rows["day"].min(), one.rows["day"].max()) for one in data]  # type: ignore[arg-type]
    parts = {
        name: Part(name, min(cut[name].first for cut in cuts), max(cut[name].last for cut in cuts)) for name in cuts[0]
    }
    pieces = {name: stack([one.part(cut[name]) for one, cut in zip(data, cuts, strict=True)]) for name in parts}
    return parts, pieces


def _settings(part: Dataset, catalogue: Catalogue, seed: int) -> dict[str, Any]:
    """SETTINGS with what depends on the data: leaves of a few hundred rows where there are many."""
    return {
        **SETTINGS,
        "seed": seed,
        # Threads that wait for each other cost more than a small tree does.
        "num_threads": 1 if part.rows.height < SMALL else 2,
        "min_data_in_leaf": int(np.clip(part.rows.height // 300, 10, 200)),
        "monotone_constraints": [feature.direction for feature in catalogue.features.values()],
    }


def _grow(train: Dataset, validation: Dataset, catalogue: Catalogue, settings: dict[str, Any]) -> lightgbm.Booster:
    grown, watched = (
        lightgbm.Dataset(
            part.matrix.select(catalogue.names).to_numpy(order="c"),
            part.target,
            feature_name=catalogue.names,
            params=settings,
        )
        for part in (train, validation)
    )
    trees = lightgbm.train(
        settings,
        grown,
        MOST_TREES,
        valid_sets=[watched.set_reference(grown)],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    # Read back as it will be loaded: without the trees grown after the best one.
    return lightgbm.Booster(model_str=trees.model_to_string(num_iteration=trees.best_iteration))


def _card(data: Sequence[Dataset], catalogue: Catalogue, settings: dict[str, Any], trees: lightgbm.Booster) -> Card:
    """The card as far as it is known before calibration and test."""
    labels = data[0].labels
    kind = "simulated" if labels == "truth" else "real"
    days = [day for one in data for day in (one.rows["day"].min(), one.rows["day"].max())]
    sha256 = digest(trees.model_to_string())
    shown = {key: value for key, value in settings.items() if key != "monotone_constraints"}
    return Card(
        name=f"{kind}-{labels}-{sha256[:8]}",
        data=kind,
        labels=labels,
        period=(str(min(days)), str(max(days))),  # type: ignore[type-var]
        rows=sum(one.rows.height for one in data),
        positives=sum(one.positives for one in data),
        catalogue=catalogue.hash,
        features=digests(catalogue),
        model_sha256=sha256,
        settings={**shown, "monotone features": sum(map(bool, settings["monotone_constraints"]))},
        trees=trees.num_trees(),
        calibration={},
        splits=[],
        limits=[LIMITS[kind], LIMITS["both"]],
    )


def _split_entry(days: Part, part: Dataset) -> dict[str, Any]:
    return {
        "part": days.name,
        "from": str(days.first),
        "to": str(days.last),
        "rows": part.rows.height,
        "positives": part.positives,
    }


def _calibration_rows(part: Dataset) -> tuple[Dataset, str]:
    """Rows that calibrate: all where the truth is known, else the random inspections if they found enough."""
    if part.labels == "truth":
        return part, "all consignments of the calibration part"
    random = part.where(pl.col("selected_by") == "random")
    if random.positives >= ENOUGH:
        return random, "random inspections of the calibration part"
    return part, "all inspections of the calibration part (too few seizures among the random ones)"


def _importance(matrix: pl.DataFrame, booster: Booster, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Mean absolute contribution of each group of features, largest first."""
    moved = contributions(matrix, booster)
    by = groups(moved.names, catalogue)
    means = np.abs(sums(moved.values, by)).mean(axis=0)
    entries = [
        {
            "indicator": group.indicator,
            "text": moved.names[group.columns[0]] if group.indicator is None else catalogue.flags[group.indicator],
            "features": [moved.names[column] for column in group.columns],
            "mean": round(float(mean), 4),
        }
        for group, mean in zip(by, means, strict=True)
    ]
    return sorted(entries, key=lambda entry: (-entry["mean"], entry["text"]))
