"""Train: from a log and its labels to a model folder with its card.

    dataset ─▶ folds ─▶ settings and number of trees ─▶ trees of all days before the test ─▶ judged on the test, once
                 └────▶ margins of days not seen ─────▶ calibration                              │
                                   └──────────────────────▶ calibration ◀── margins of the test ─┘
                                                              ▼
               all labelled rows ─▶ as many trees ─▶ the model and its card

The model that was judged is not kept. The final model has learned from the test days too, with the same settings and
the same number of trees. More rows would allow a few more trees, but the calibration was fitted on margins of exactly
this number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from riskscore import progress
from riskscore.features import own
from riskscore.features.catalogue import Catalogue, load
from riskscore.history.past import Past
from riskscore.model import smoothing
from riskscore.model.booster import Booster
from riskscore.scoring.score import score
from riskscore.settings import NONE, Settings
from riskscore.training import describe, giveaways, unseen
from riskscore.training.baseline import compare
from riskscore.training.calibrate import all_opened, calibrate
from riskscore.training.choose import Measured, choose
from riskscore.training.dataset import Dataset, dataset
from riskscore.training.evaluate import judge_scores
from riskscore.training.folds import Folds
from riskscore.training.labels import Labels
from riskscore.training.period import Period, hold_back_days
from riskscore.training.plan import USUAL, Plan, Tuning
from riskscore.training.trees import grow
from riskscore.training.weights import BESIDE
from riskscore.training.worlds import read_world


def train(
    consignments: pl.DataFrame,
    labels: Labels,
    *,
    earlier: pl.DataFrame | None = None,
    settings: Settings = NONE,
    plan: Plan = USUAL,
    out: Path | None = None,
) -> Booster:
    """Train a model on canonical `consignments` and their `labels`, and write it to the folder `out` if given.

    `earlier` has superseded versions, `settings` the own fields of a service. Nothing filed or known after the last day
    of the plan is used. The same data, plan and settings give the same model, byte for byte, except after a search
    limited by minutes. Raises TrainingError if the period is too short, a part of it has no positive row, or a feature
    alone tells finds from the rest.
    """
    catalogue = own.catalogue(settings)
    period = hold_back_days(consignments, plan.until, plan.hold_back)
    newest, before = period.filings(consignments, earlier)
    outcomes = None if labels.outcomes is None else period.keep(labels.outcomes, "known_at")

    def measured(factor: float) -> list[Dataset]:
        progress.step("computing features as of each day")
        return [
            dataset(
                newest,
                replace(labels, outcomes=outcomes),
                Past(earlier=before),
                smoothing.measured_with(catalogue, smoothing.chosen(catalogue, factor)),
                beside=BESIDE,
            )
        ]

    data = measured(1.0)
    giveaways.check(data, catalogue)
    booster = fit(data, catalogue, seed=plan.seed, tuning=plan.tuning, measured=measured)
    return _finished(booster, out, period, plan.command)


def train_on_worlds(folders: Sequence[Path], plan: Plan = USUAL, out: Path | None = None) -> Booster:
    """Train on the truth of simulated worlds, folders that `riskscore simulate` wrote; otherwise like `train`.

    Each world has its own parties and history, and is split by its own days; then the same parts of all worlds are
    combined. A model of several worlds cannot memorise the fashions of one world, or the length of its history.
    """
    catalogue = load()
    period = Period()

    def measured(factor: float) -> list[Dataset]:
        nonlocal period
        data = []
        for number, folder in enumerate(folders, 1):
            progress.step(f"computing features of world {number} of {len(folders)} as of each day")
            scaled = smoothing.measured_with(catalogue, smoothing.chosen(catalogue, factor))
            world, period = read_world(folder, scaled, plan.until, plan.hold_back)
            data.append(world)
        return data

    booster = fit(measured(1.0), catalogue, seed=plan.seed, tuning=plan.tuning, measured=measured)
    return _finished(booster, out, period, plan.command)


def _finished(booster: Booster, out: Path | None, period: Period, command: str) -> Booster:
    """Add command and held-back days to the card of `booster`, and write it to the folder `out` if given."""
    card = replace(booster.card, command=command)
    if period.days:
        limits = [*card.limits, period.describe()]
        card = replace(card, limits=limits, selection={**card.selection, "held_back": period.describe()})
    booster = replace(booster, card=card)
    if out is not None:
        booster.save(out)
    return booster


def fit(
    data: Sequence[Dataset],
    catalogue: Catalogue,
    *,
    seed: int = 0,
    tuning: Tuning | None = None,
    measured: Measured | None = None,
) -> Booster:
    """Train on ready datasets, one or several, each split by its own days; see `train`.

    With `measured` a search also tries other strengths of the profiles.
    """
    everything = all(map(all_opened, data))
    learn = unseen.of(data[0].labels)
    chosen = choose(Folds.of(data), catalogue, seed=seed, tuning=tuning, measured=measured, unseen=learn)
    folds = chosen.folds

    progress.step("judging on the test part")
    before, later = folds.test
    judge = grow(learn.rows(before, catalogue, seed), chosen.trees, catalogue, chosen.choice, seed)
    curve = calibrate(chosen.margins, chosen.rows, known=before.rows, everything=everything).curve
    progress.step("training the final model on all days")
    rows = learn.rows(folds.all_rows, catalogue, seed)
    trees = grow(rows, chosen.trees, catalogue, chosen.choice, seed)
    matrix = later.matrix.select(catalogue.names).to_numpy(order="c")
    chosen = chosen.with_part(later, np.asarray(judge.predict(matrix, raw_score=True), dtype=np.float64))
    calibrated = calibrate(chosen.margins, chosen.rows, known=folds.all_rows.rows, everything=everything)
    card = describe.card(catalogue, chosen, trees, calibrated, seed, len(rows.target))
    test = judge_scores(score(later.matrix, Booster(judge, curve, card)), later, seed=seed)
    test["comparison"] = compare(before, later, catalogue, seed=seed)
    booster = Booster(trees, calibrated.curve, card)
    importance = describe.importance(later.matrix, booster, catalogue)
    reference = describe.distribution(folds, later, booster)
    return replace(booster, card=replace(card, test=test, importance=importance, reference=reference))
