"""Tune: a search for settings, within minutes or a number of trials, kept in a folder and taken up again.

    study folder ─▶ trials that are done ─▶ propose (TPE) ─▶ folds ─▶ loss ─▶ journal ─▶ ... ─▶ the best of all
                                               ▲ first of all: the settings that ship

A trial is judged by the mean over the folds of logarithmic loss, after one calibration curve for all folds: so weights
of positive rows, which bend probabilities, are judged by what they do to the order and spread of the scores.

What is proposed follows from the seed and from the trials that are done, not from what was killed: a search that is
killed and taken up again makes the trials that it would have made. The journal is written trial by trial and locked
by the system, which lets go however the process ends.
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


_OURS = ("positive_weight", "factor")
"""What a trial chooses that is no parameter of LightGBM."""


class Measurable(Protocol):
    """Folds whose profiles may be measured with strengths of several factors; 1 is what is declared."""

    factors: Sequence[float]

    def rows(self, factor: float) -> Sequence[tuple[Rows, Rows]]:
        """What trees learn from and are watched on, a pair a fold."""


def is_over(tuning: Tuning, done: Sequence[FrozenTrial]) -> bool:
    """Whether the trials that are done used the search up; at least one is made."""
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
    """Search, or take up a search; returns the best choice and what the card says of it.

    `data` is the digest of what the folds are cut from. Raises SettingsError where the study is of other data, features
    or seed, or cannot be written, and BusyError where another process is at it.
    """
    belongs = f"data {data}, catalogue {catalogue.hash}, seed {seed}"
    rarity = _rarity(folds.rows(1.0))
    with _opened(tuning.study, belongs) as study:
        while not is_over(tuning, _done(study)):
            number = len(_done(study))
            if not (number or study.get_trials(deepcopy=False, states=(TrialState.WAITING,))):
                study.enqueue_trial(_SHIPPED)
            # Seeded anew for each trial, so that one taken up again goes on as if it had never stopped.
            study.sampler = optuna.samplers.TPESampler(seed=(1_000_003 * seed + number) % 2**32)
            trial = study.ask()
            choice = _choice(trial, rarity, folds.factors)
            progress.step(f"trial {number + 1}{_beside(study)}")
            study.tell(trial, _loss(folds.rows(choice.factor), catalogue, choice, seed))
        done = _done(study)[: tuning.trials]
    best = min(done, key=lambda trial: (trial.value, trial.number))
    return _of(best), {
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
"""The first trial: the settings without a search. So the best is no worse than they are, on the folds."""


def _choice(trial: Trial, rarity: float, factors: Sequence[float]) -> Choice:
    """What a trial proposes; trees no deeper than those that reasons can be told of quickly."""
    trial.suggest_float("learning_rate", 0.02, 0.2, log=True)
    trial.suggest_int("num_leaves", 7, 127, log=True)
    trial.suggest_int("max_depth", 3, SETTINGS["max_depth"])
    trial.suggest_float("min_sum_hessian_in_leaf", 0.05, 20.0, log=True)
    trial.suggest_float("feature_fraction", 0.15, 1.0)
    trial.suggest_float("bagging_fraction", 0.5, 1.0)
    trial.suggest_float("lambda_l2", 0.1, 100.0, log=True)
    trial.suggest_float("positive_weight", 1.0, min(HIGHEST_WEIGHT, max(1.0 + 1e-9, rarity)), log=True)
    trial.suggest_categorical("factor", factors)
    return _of(trial)


def _of(trial: Trial | FrozenTrial) -> Choice:
    parameters = {name: value for name, value in trial.params.items() if name not in _OURS}
    return Choice(parameters, **{name: float(trial.params[name]) for name in _OURS})


def _rarity(folds: Sequence[tuple[Rows, Rows]]) -> float:
    """Rows for one positive row, at which class weights would even both out."""
    learned = folds[-1][0].target
    return len(learned) / max(1, int(learned.sum()))


def _loss(folds: Sequence[tuple[Rows, Rows]], catalogue: Catalogue, choice: Choice, seed: int) -> float:
    """Mean logarithmic loss of the folds, calibrated by one curve."""
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
    sure = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return float(-np.average(np.where(judge.target == 1, np.log(sure), np.log1p(-sure)), weights=judge.weights))


def _done(study: optuna.Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def _seconds(done: Sequence[FrozenTrial]) -> float:
    return sum(trial.duration.total_seconds() for trial in done if trial.duration is not None)


def _beside(study: optuna.Study) -> str:
    """What is known so far, in a few words."""
    done = _done(study)
    return f" ({_seconds(done) / 60:.1f} min so far, best loss {study.best_value:.5f})" if done else ""


class _Ours(JournalFileOpenLock):
    """No lock for each line of the journal: the folder is locked for as long as the search goes on."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        return None


@contextlib.contextmanager
def _opened(folder: Path, belongs: str) -> Iterator[optuna.Study]:
    """The study in `folder`, made if it is not there, for this process alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / JOURNAL, os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as refused:
        raise SettingsError(
            f"cannot keep the search in {folder}: {refused.strerror}; name a folder (--study)"
        ) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"another search is at work in {folder}; wait for it, or name another --study") from None
        _mend(handle)
        yield _study(folder, belongs)
    finally:
        os.close(handle)


def _mend(handle: int) -> None:
    """Cut off a line that a killed process left unfinished."""
    size = os.fstat(handle).st_size
    end = os.pread(handle, size, 0).rfind(b"\n") + 1
    if end < size:
        os.ftruncate(handle, end)


def _study(folder: Path, belongs: str) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            storage = JournalStorage(JournalFileBackend(str(folder / JOURNAL), lock_obj=_Ours(str(folder / JOURNAL))))
            study = optuna.create_study(storage=storage, study_name=_NAME, load_if_exists=True)
    except (ValueError, KeyError, TypeError) as damaged:
        raise SettingsError(f"{folder / JOURNAL} is no search that can be taken up ({damaged}); remove it") from None
    there = study.user_attrs.get(_BELONGS)
    if there is None:
        study.set_user_attr(_BELONGS, belongs)
    elif there != belongs:
        raise SettingsError(
            f"the search in {folder} is one of other inputs ({there}), not of these ({belongs}); name another --study, "
            "or remove that one"
        )
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)
    return study
