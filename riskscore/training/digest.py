"""Digest: one number for the rows, labels and features of a training; other data gives another number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from riskscore.schema import KEY
from riskscore.training.dataset import Dataset

_LABEL_COLUMNS = ("label", "selected_by", "inclusion", "known_at")


def digest(data: Sequence[Dataset]) -> str:
    """Return the first 16 digits of a SHA-256 over everything that trees and calibration are made from, in order.

    Plain bytes are hashed, so that another version of Polars gives the same digest.
    """
    content = hashlib.sha256()
    for dataset in data:
        for part in [dataset] if dataset.closed is None else [dataset, dataset.closed]:
            labels = pl.col(*KEY, "day", *_LABEL_COLUMNS).cast(pl.String).fill_null("")
            texts = part.rows.select(pl.concat_str(labels, separator="\t"))
            content.update("\n".join(texts.to_series()).encode())
            for name in part.matrix.columns[len(KEY) + 1 :]:
                values = part.matrix[name].cast(pl.Float32).fill_null(np.nan).to_numpy()
                content.update(name.encode())
                content.update(np.where(np.isnan(values), np.float32(np.nan), values).astype("<f4").tobytes())
    return content.hexdigest()[:16]
