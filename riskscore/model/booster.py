"""Booster: the trees, bound to the features that they were grown on.

    folder/ model.txt          LightGBM text
            calibration.json   margin -> probability
            card.json card.md  what it was trained on, and how well it does

A folder appears whole or not at all. Loading refuses a damaged file (checksum in the card) and a model whose features
the catalogue lacks or declares otherwise, and names them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskscore import export
from riskscore.errors import ModelError
from riskscore.features.catalogue import Catalogue
from riskscore.model import fit
from riskscore.model.calibration import Platt
from riskscore.model.card import Card
from riskscore.model.shapley import BulkShapley
from riskscore.model.trees import lightgbm

Matrix = NDArray[np.float32]

MODEL, CALIBRATION, CARD, READABLE = "model.txt", "calibration.json", "card.json", "card.md"

CHUNK = 1 << 18
"""Rows predicted at once: bounds memory, large enough to keep every thread busy."""

BULK = 1_000
"""Rows from which on explaining many at once is quicker than LightGBM's own walk over each row."""


@dataclass(frozen=True, slots=True)
class Booster:
    """A trained model: trees, calibration and card."""

    trees: lightgbm.Booster
    calibration: Platt
    card: Card

    @property
    def name(self) -> str:
        """Version of the model, as it stands beside every score."""
        return self.card.name

    @property
    def features(self) -> list[str]:
        """Names of the matrix's columns, in order."""
        return list(self.trees.feature_name())

    @classmethod
    def load(cls, folder: Path, catalogue: Catalogue) -> Booster:
        """Read a model folder. Raises ModelError where it is missing, damaged or of other features."""
        card = Card.from_json(_text(folder, CARD))
        text = _text(folder, MODEL)
        if digest(text) != card.model_sha256:
            raise ModelError(f"{folder / MODEL} is damaged (its checksum is not the card's); train the model again")
        fit.check(card, catalogue, folder)
        try:
            trees = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as damaged:
            raise ModelError(f"{folder / MODEL} is no LightGBM model ({damaged}); train the model again") from damaged
        if trees.feature_name() != list(card.features):
            raise ModelError(f"{folder / MODEL} and its card name different features; train the model again")
        return cls(trees, Platt.from_json(_text(folder, CALIBRATION)), card)

    def save(self, folder: Path) -> None:
        """Write the model folder whole, in place of one of the same name. Raises ModelError where it cannot."""
        if folder.exists() and not (folder.is_dir() and _is_model_or_empty(folder)):
            raise ModelError(f"cannot write the model to {folder}: it is there and is no model folder")
        draft = folder.with_name(f".{folder.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
        try:
            draft.mkdir(parents=True)
            (draft / MODEL).write_text(self.trees.model_to_string(), "utf-8")
            (draft / CALIBRATION).write_text(self.calibration.to_json(), "utf-8")
            (draft / CARD).write_text(self.card.to_json(), "utf-8")
            (draft / READABLE).write_text(self.card.to_markdown(), "utf-8")
            _replace(draft, folder)
        except OSError as refused:
            raise ModelError(f"cannot write the model to {folder}: {refused.strerror or refused}") from refused
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def margin(self, matrix: Matrix) -> NDArray[np.float64]:
        """Log-odds of matrix[n, features], float64[n]."""
        self._fits(matrix)
        parts = [self.trees.predict(part, raw_score=True, num_threads=_threads(part)) for part in _chunks(matrix)]
        return np.concatenate(parts).astype(np.float64, copy=False) if parts else np.zeros(0)

    def contributions(self, matrix: Matrix) -> NDArray[np.float64]:
        """TreeSHAP contributions in log-odds, float64[n, features + 1]; the last column is the base value.

        Each row sums to its margin.
        """
        self._fits(matrix)
        if len(matrix) >= BULK:
            return BulkShapley(self.trees).contributions(matrix)
        if not len(matrix):
            return np.zeros((0, matrix.shape[1] + 1))
        found = self.trees.predict(matrix, pred_contrib=True, num_threads=_threads(matrix))
        return np.asarray(found, dtype=np.float64)

    def _fits(self, matrix: Matrix) -> None:
        if matrix.ndim != 2 or matrix.shape[1] != self.trees.num_feature():
            raise ModelError(f"the model has {self.trees.num_feature()} features, the matrix is {matrix.shape}")


def note(folder: Path, **told: Any) -> None:
    """Write fields of the card of the model in `folder` anew; trees and calibration stay. Raises ModelError."""
    try:
        card = replace(Card.from_json((folder / CARD).read_text("utf-8")), **told)
        export.write_text(card.to_markdown(), folder / READABLE)
        export.write_text(card.to_json(), folder / CARD)
    except OSError as refused:
        raise ModelError(f"cannot write the card in {folder}: {refused.strerror or refused}") from refused


def digest(text: str) -> str:
    """SHA-256 of a model's text, as the card keeps it."""
    return hashlib.sha256(text.encode()).hexdigest()


def _threads(matrix: Matrix) -> int:
    """Threads to predict with, 0 for all: on a few rows they take longer to wait for each other than to predict."""
    return 1 if len(matrix) < BULK else 0


def _chunks(matrix: Matrix) -> list[Matrix]:
    return [matrix[start : start + CHUNK] for start in range(0, len(matrix), CHUNK)]


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text("utf-8")
    except FileNotFoundError as missing:
        raise ModelError(f"{folder} is no model folder: {name} is missing; `riskscore train` makes one") from missing
    except (OSError, UnicodeDecodeError) as damaged:
        raise ModelError(f"cannot read {folder / name}: {damaged}") from damaged


def _is_model_or_empty(folder: Path) -> bool:
    return not any(folder.iterdir()) or (folder / CARD).is_file()


def _replace(draft: Path, folder: Path) -> None:
    """Move `draft` onto `folder`; the old one steps aside first and comes back if the move fails."""
    old = draft.with_suffix(".old")
    with contextlib.ExitStack() as undo:
        if folder.exists():
            folder.rename(old)
            undo.callback(lambda: old.exists() and not folder.exists() and old.rename(folder))
        draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
