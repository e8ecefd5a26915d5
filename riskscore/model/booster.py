"""Booster: the trees, together with the features that they were trained on.

    folder/ model.txt          LightGBM text
            calibration.json   margin -> probability
            card.json card.md  what it was trained on, and how well it does

A folder is written completely or not at all. Loading refuses a damaged file (checksum in the card), and a model whose
features are missing from the catalogue or declared differently; the error names them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore import door, export, permissions
from riskscore.errors import ModelError
from riskscore.features.catalogue import Catalogue
from riskscore.model import fit, structure
from riskscore.model.calibration import Platt
from riskscore.model.card import Card
from riskscore.model.shapley import BulkShapley
from riskscore.model.trees import lightgbm

Matrix = NDArray[np.float32]

MODEL, CALIBRATION, CARD, READABLE = "model.txt", "calibration.json", "card.json", "card.md"

CHUNK = 1 << 18
"""Rows per call of predict: few enough to limit memory, enough to keep every thread busy."""

BULK = 1_000
"""Number of rows from which `BulkShapley` is faster than LightGBM's own walk over each row."""


@dataclass(frozen=True, slots=True)
class Booster:
    """A trained model: trees, calibration and card."""

    trees: lightgbm.Booster
    calibration: Platt
    card: Card

    @property
    def name(self) -> str:
        """Version of the model, as it is written with every score."""
        return self.card.name

    @property
    def features(self) -> list[str]:
        """Names of the columns of the matrix, in order."""
        return list(self.trees.feature_name())

    @classmethod
    def load(cls, folder: Path, catalogue: Catalogue) -> Booster:
        """Read a model folder. Raises ModelError if it is missing, damaged or was trained on other features."""
        return cls.of({name: _text(folder, name) for name in (CARD, MODEL, CALIBRATION)}, catalogue, folder)

    @classmethod
    def of(cls, files: Mapping[str, str], catalogue: Catalogue, where: object) -> Booster:
        """Make it from the texts of a model folder; `where` is what messages call it. Raises as `load` does."""
        card = Card.from_json(files[CARD])
        text = files[MODEL]
        if digest(text) != card.model_sha256:
            raise ModelError(f"{where}: {MODEL} is damaged (the card has another checksum); train the model again")
        if card.calibration_sha256 and digest(files[CALIBRATION]) != card.calibration_sha256:
            raise ModelError(f"{where}: {CALIBRATION} is damaged (the card has another checksum); train it again")
        fit.check(card, catalogue, where)
        try:
            structure.check(text, tuple(card.features))
            trees = lightgbm.Booster(model_str=text)
        except ModelError as wrong:
            raise ModelError(f"{where}: {wrong}") from None
        except (lightgbm.basic.LightGBMError, ValueError) as damaged:
            raise ModelError(f"{where}: {MODEL} is not a LightGBM model ({damaged}); train it again") from damaged
        if trees.feature_name() != list(card.features) or trees.num_feature() != len(card.features):
            raise ModelError(f"{where}: {MODEL} and its card list different features; train the model again")
        return cls(trees, Platt.from_json(files[CALIBRATION]), card)

    def save(self, folder: Path) -> None:
        """Write the model folder, replacing a model of the same name. Raises ModelError if it cannot be written."""
        check(folder)
        draft = folder.with_name(f".{folder.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
        try:
            draft.mkdir(parents=True)
            curve = self.calibration.to_json()
            card = replace(self.card, calibration_sha256=digest(curve))
            (draft / MODEL).write_text(self.trees.model_to_string(), "utf-8")
            (draft / CALIBRATION).write_text(curve, "utf-8")
            (draft / CARD).write_text(card.to_json(), "utf-8")
            (draft / READABLE).write_text(card.to_markdown(), "utf-8")
            permissions.share(draft)
            _replace(draft, folder)
        except OSError as refused:
            raise ModelError(f"cannot write the model to {folder}: {refused.strerror or refused}") from refused
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def margin(self, matrix: Matrix) -> NDArray[np.float64]:
        """Return the log-odds of matrix[n, features], float64[n]."""
        self._check_width(matrix)
        parts = [self.trees.predict(part, raw_score=True, num_threads=_threads(part)) for part in _chunks(matrix)]
        return np.concatenate(parts).astype(np.float64, copy=False) if parts else np.zeros(0)

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """Return TreeSHAP contributions in log-odds, float64[n, features + 1]; the last column is the base value.

        Each row sums to its margin.
        """
        self._check_width(matrix)
        if len(matrix) >= BULK:
            return BulkShapley(self.trees).contributions(matrix)
        if not len(matrix):
            return np.zeros((0, matrix.shape[1] + 1))
        values = self.trees.predict(matrix, pred_contrib=True, num_threads=_threads(matrix))
        return np.asarray(values, dtype=np.float64)

    def _check_width(self, matrix: Matrix) -> None:
        if matrix.ndim != 2 or matrix.shape[1] != self.trees.num_feature():
            raise ModelError(f"the model has {self.trees.num_feature()} features, the matrix is {matrix.shape}")


def check(folder: Path) -> None:
    """Raise ModelError if a model cannot be written to `folder`, and SettingsError if nothing can."""
    if folder.exists() and not (folder.is_dir() and _is_model_or_empty(folder)):
        raise ModelError(f"cannot write the model to {folder}: it exists and is not a model folder")
    export.check_into(folder)


def update_card(folder: Path, **fields: Any) -> None:
    """Replace some fields of the card in a model folder; trees and calibration stay. Raises ModelError."""
    try:
        card = replace(Card.from_json(door.read_text(folder / CARD)), **fields)
        export.write_text(card.to_markdown(), folder / READABLE, public=True)
        export.write_text(card.to_json(), folder / CARD, public=True)
    except OSError as refused:
        raise ModelError(f"cannot write the card in {folder}: {refused.strerror or refused}") from refused


def digest(text: str) -> str:
    """Return the SHA-256 of a model's text, as the card has it."""
    return hashlib.sha256(text.encode()).hexdigest()


def _threads(matrix: Matrix) -> int:
    """Return the number of threads to predict with, 0 for all: on few rows, waiting costs more than predicting."""
    return 1 if len(matrix) < BULK else 0


def _chunks(matrix: Matrix) -> list[Matrix]:
    return [matrix[start : start + CHUNK] for start in range(0, len(matrix), CHUNK)]


def _text(folder: Path, name: str) -> str:
    try:
        return door.read_text(folder / name)
    except FileNotFoundError as missing:
        raise ModelError(
            f"{folder} is not a model folder: {name} is missing; create a model with `riskscore train`"
        ) from missing
    except (OSError, UnicodeDecodeError) as damaged:
        raise ModelError(f"cannot read {folder / name}: {damaged}") from damaged


def _is_model_or_empty(folder: Path) -> bool:
    return not any(folder.iterdir()) or (folder / CARD).is_file()


def _replace(draft: Path, folder: Path) -> None:
    """Move `draft` to `folder`; the old folder is renamed first, and restored if the move fails."""
    old = draft.with_suffix(".old")
    with contextlib.ExitStack() as undo:
        if folder.exists():
            folder.rename(old)
            undo.callback(lambda: old.exists() and not folder.exists() and old.rename(folder))
        draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
