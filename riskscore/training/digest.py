"""Digest: which rows, labels and features a training saw, as one number that other data does not have."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from riskscore.schema import KEY
from riskscore.training.dataset import Dataset

_SAID = ("label", "selected_by", "inclusion", "known_at")


def digest(data: Sequence[Dataset]) -> str:
    """The first 16 digits of a SHA-256 over all that trees and calibration are made of, in order.

    It is made of plain bytes, so that it stays the same with another version of Polars.
    """
    found = hashlib.sha256()
    for one in data:
        for part in [one] if one.closed is None else [one, one.closed]:
            said = pl.col(*KEY, "day", *_SAID).cast(pl.String).fill_null("")
            texts = part.rows.select(pl.concat_str(said, separator="\t"))
            found.update("\n".join(texts.to_series()).encode())
            for name in part.matrix.columns[len(KEY) + 1 :]:
                values = part.matrix[name].cast(pl.Float32).fill_null(np.nan).to_numpy()
                found.update(name.encode())
                found.update(np.where(np.isnan(values), np.float32(np.nan), values).astype("<f4").tobytes())
    return found.hexdigest()[:16]
