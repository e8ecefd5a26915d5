"""Tune: search for settings, for some minutes or a number of trials; the search is kept in a folder and can continue.

    study folder ─▶ finished trials ─▶ propose (TPE) ─▶ folds ─▶ loss ─▶ journal ─▶ ... ─▶ the best of all
                                          ▲ the first trial: the shipped settings

A trial is judged by the mean logarithmic loss over the folds, after one calibration curve for all folds. So weights of
positive rows, which distort probabilities, are judged only by the order and spread of the scores.

A proposal depends on the seed and on the finished trials only: a search that was killed and continued makes the same
trials as one that was not. The journal is written trial by trial. Its lock belongs to the operating system, which
releases it however the process ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, Trial, TrialState

from riskscore import progress
from riskscore.errors import BusyError, SettingsError
from riskscore.features.catalogue import Catalogue
from riskscore.training.plan import Tuning
from riskscore.training.platt import fit_curve
from riskscore.training.trees import SETTINGS, Choice, Rows, grow_folds

JOURNAL = "journal.log"

_NAME = "riskscore"
_BELONGS = "belongs to"

HIGHEST_WEIGHT = 100.0


_NOT_LIGHTGBM = ("positive_weight", "factor")
"""What a trial chooses besides LightGBM parameters."""


class Measurable(Protocol):
    """Folds that can be measured with several factors of the declared strengths; 1 is as declared."""

    factors: Sequence[float]

    def rows(self, factor: float) -> Sequence[tuple[Rows, Rows]]:
        """Return the rows to learn from and the rows to judge on, one pair per fold."""


def is_over(tuning: Tuning, done: Sequence[FrozenTrial]) -> bool:
    """Return whether the finished trials have reached the limit of the search; at least one trial is made."""
    if tuning.trials is not None:
        return len(done) >= tuning.trials
    return bool(done) and _seconds(done) >= 60 * (tuning.minutes or 0.0)


def tune(
    folds: Measurable,
    data: str,
    catalogue: Catalogue,
    tuning: Tuning,
    seed: int,
) -> tuple[Choice, dict[str, Any]]:
    """Start or continue a search; return the best choice and its entry for the card.

    `data` is the digest of the data of the folds. Raises SettingsError if the study belongs to other data, features or
    seed, or cannot be written, and BusyError if another process is using it.
    """
    belongs = f"data {data}, catalogue {catalogue.hash}, seed {seed}"
    rarity = _rarity(folds.rows(1.0))
    with _opened(tuning.study, belongs) as study:
        while not is_over(tuning, _done(study)):
            number = len(_done(study))
            if not (number or study.get_trials(deepcopy=False, states=(TrialState.WAITING,))):
                study.enqueue_trial(_SHIPPED)
            # A new seed for each trial, so that a continued search makes the same trials as an uninterrupted one.
            study.sampler = optuna.samplers.TPESampler(seed=(1_000_003 * seed + number) % 2**32)
            trial = study.ask()
            choice = _choice(trial, rarity, folds.factors)
            progress.step(f"trial {number + 1}{_so_far(study)}")
            study.tell(trial, _loss(folds.rows(choice.factor), catalogue, choice, seed))
        done = _done(study)[: tuning.trials]
    best = min(done, key=lambda trial: (trial.value, trial.number))
    return _choice_of(best), {
        "trials": len(done),
        "best_trial": done.index(best) + 1,
        "loss": best.value,
        "loss_of_shipped_settings": done[0].value,
        "study": tuning.study.name,
    }


_SHIPPED = {
    **{
        name: SETTINGS[name]
        for name in (
            "learning_rate",
            "num_leaves",
            "max_depth",
            "min_sum_hessian_in_leaf",
            "feature_fraction",
            "bagging_fraction",
            "lambda_l2",
        )
    },
    "positive_weight": 1.0,
    "factor": 1.0,
}
"""The first trial: the shipped settings. So on the folds the best trial is never worse than these."""


def _choice(trial: Trial, rarity: float, factors: Sequence[float]) -> Choice:
    """Propose a choice; trees are limited to the shipped depth, because reasons for deeper ones take too long."""
    trial.suggest_float("learning_rate", 0.02, 0.2, log=True)
    trial.suggest_int("num_leaves", 7, 127, log=True)
    trial.suggest_int("max_depth", 3, SETTINGS["max_depth"])
    trial.suggest_float("min_sum_hessian_in_leaf", 0.05, 20.0, log=True)
    trial.suggest_float("feature_fraction", 0.15, 1.0)
    trial.suggest_float("bagging_fraction", 0.5, 1.0)
    trial.suggest_float("lambda_l2", 0.1, 100.0, log=True)
    trial.suggest_float("positive_weight", 1.0, min(HIGHEST_WEIGHT, max(1.0 + 1e-9, rarity)), log=True)
    trial.suggest_categorical("factor", factors)
    return _choice_of(trial)


def _choice_of(trial: Trial | FrozenTrial) -> Choice:
    parameters = {name: value for name, value in trial.params.items() if name not in _NOT_LIGHTGBM}
    return Choice(parameters, **{name: float(trial.params[name]) for name in _NOT_LIGHTGBM})


def _rarity(folds: Sequence[tuple[Rows, Rows]]) -> float:
    """Return the number of rows per positive row: the weight at which both classes count the same."""
    learned = folds[-1][0].target
    return len(learned) / max(1, int(learned.sum()))


def _loss(folds: Sequence[tuple[Rows, Rows]], catalogue: Catalogue, choice: Choice, seed: int) -> float:
    """Return the mean logarithmic loss of the folds, calibrated by one curve."""
    margins = grow_folds(folds, catalogue, choice, seed).margins
    judges = [judge for _, judge in folds]
    curve = fit_curve(
        np.concatenate(margins),
        np.concatenate([judge.target for judge in judges]),
        np.concatenate([judge.weights for judge in judges]),
    )
    losses = [_log_loss(curve.apply(part), judge) for part, judge in zip(margins, judges, strict=True)]
    return float(np.mean(losses))


def _log_loss(probabilities: NDArray[np.float64], judge: Rows) -> float:
    clipped = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return float(-np.average(np.where(judge.target == 1, np.log(clipped), np.log1p(-clipped)), weights=judge.weights))


def _done(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def _seconds(done: Sequence[FrozenTrial]) -> float:
    return sum(trial.duration.total_seconds() for trial in done if trial.duration is not None)


def _so_far(study: optuna.Study) -> str:
    """Return minutes and best loss so far, for the progress line."""
    done = _done(study)
    return f" ({_seconds(done) / 60:.1f} min so far, best loss {study.best_value:.5f})" if done else ""


class _NoLock(JournalFileOpenLock):
    """No lock per line of the journal, because the whole journal is locked during the search."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        return None


@contextlib.contextmanager
def _opened(folder: Path, belongs: str) -> Iterator[optuna.Study]:
    """Open the study in `folder`, creating it if needed, and lock it for this process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / JOURNAL, os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as refused:
        raise SettingsError(
            f"cannot store the search in {folder}: {refused.strerror}; choose another folder with --study"
        ) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"another search is running in {folder}; wait for it, or choose another folder with --study"
            ) from None
        _cut_unfinished_line(handle)
        yield _study(folder, belongs)
    finally:
        os.close(handle)


def _cut_unfinished_line(handle: int) -> None:
    """Remove the last line if a killed process did not finish it."""
    size = os.fstat(handle).st_size
    end = os.pread(handle, size, 0).rfind(b"\n") + 1
    if end < size:
        os.ftruncate(handle, end)


def _study(folder: Path, belongs: str) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            storage = JournalStorage(JournalFileBackend(str(folder / JOURNAL), lock_obj=_NoLock(str(folder / JOURNAL))))
            study = optuna.create_study(storage=storage, study_name=_NAME, load_if_exists=True)
    except (ValueError, KeyError, TypeError) as damaged:
        raise SettingsError(f"{folder / JOURNAL} is not a search that can continue ({damaged}); remove it") from None
    stored = study.user_attrs.get(_BELONGS)
    if stored is None:
        study.set_user_attr(_BELONGS, belongs)
    elif stored != belongs:
        raise SettingsError(
            f"the search in {folder} has other inputs ({stored}) than this one ({belongs}); choose another folder with "
            "--study, or remove that one"
        )
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
    return study
