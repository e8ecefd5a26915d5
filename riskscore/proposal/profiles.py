"""Rank combinations of columns by how well their earlier rates of finds foretell later finds.

    single columns ─▶ pairs of them ─▶ the best pairs with one more column each ─▶ ... up to five columns
                   the rates of the first part of the period, judged on the rest

Without findings the usual combinations are proposed: goods and origin, and goods with each field of few values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

MOST = 26
"""Most profiles that are proposed."""

KEPT = (8, 6, 6, 4, 2)
"""Most combinations of one column, of two columns, and so on, that are proposed."""

TRIED = 16
"""Most columns that are combined, those that tell most alone."""

STRENGTH = 10.0
"""Weight of the general rate, in inspections; also proposed for the settings."""

LEARNED = 0.6
"""Share of the rows, the earliest ones, whose rates are judged on the others."""

WORTH = 0.9
"""Least gain of a combination, as a share of the gain of what is left without one of its columns."""

SAMPLE = 200_000
"""Most rows that are looked at, the latest ones."""

FEWEST = 20
"""Least finds in each of the two parts; with fewer, the usual combinations are proposed."""

_NESTED = ("hs6", "hs4", "hs2")
"""Columns of which a combination has one at most, because each contains the next."""


@dataclass(frozen=True)
class _Parts:
    """The labels of the earlier and the later rows, and where the later ones begin."""

    labels: NDArray[np.float64]
    cut: int

    @property
    def base(self) -> float:
        """Rate of finds among the earlier rows."""
        return float(self.labels[: self.cut].mean())

    def gain(self, codes: Numbers) -> float:
        """How much better the rates by `codes` foretell the later finds than the general rate: nats per row."""
        size = int(codes.max()) + 1
        before, after = codes[: self.cut], codes[self.cut :]
        rows = np.bincount(before, minlength=size)
        finds = np.bincount(before, weights=self.labels[: self.cut], minlength=size)
        rates = (finds + STRENGTH * self.base) / (rows + STRENGTH)
        return self._likelihood(rates[after]) - self._likelihood(np.full(after.size, self.base))

    def _likelihood(self, rates: NDArray[np.float64]) -> float:
        found = self.labels[self.cut :]
        return float(np.mean(found * np.log(rates) + (1 - found) * np.log1p(-rates)))


def ranked(columns: Mapping[str, pl.Series], labels: pl.Series) -> list[tuple[str, ...]]:
    """The combinations of `columns` with the most gain, the best of each size first; `labels` are the finds.

    Rows must be in order of time; those without a label are left out. Returns none where there are too few finds.
    """
    rows = pl.DataFrame([values.alias(name) for name, values in columns.items()])
    rows = rows.filter(labels.is_not_null()).tail(SAMPLE)
    known = labels.drop_nulls().tail(SAMPLE).cast(pl.Float64).to_numpy()
    parts = _Parts(known, int(known.size * LEARNED))
    finds = (known[: parts.cut].sum(), known[parts.cut :].sum())
    if min(finds) < FEWEST or parts.base >= 1:
        return []
    codes = {name: rows[name].rank("dense").fill_null(0).cast(pl.Int64).to_numpy() for name in rows.columns}
    singles = list(codes)
    level: dict[tuple[str, ...], Numbers] = {(name,): column for name, column in codes.items()}
    seen = set(level)
    gains: dict[tuple[str, ...], float] = {}
    chosen: list[tuple[str, ...]] = []
    for kept in KEPT:
        gains |= {names: parts.gain(column) for names, column in level.items()}
        good = [names for names in level if gains[names] > max(0, WORTH * _most_of_parts(names, gains))]
        best = sorted(good, key=lambda names: -gains[names])[:kept]
        chosen += best
        if kept == KEPT[0]:  # two columns may tell together what neither tells alone
            singles = sorted(codes, key=lambda name: -gains[(name,)])[:TRIED]
            best = [(name,) for name in singles]
        wider: dict[tuple[str, ...], Numbers] = {}
        for names in best:
            for name in singles:
                wide = _with(names, name, tuple(codes))
                if wide is not None and wide not in seen:
                    seen.add(wide)
                    wider[wide] = _crossed(level[names], codes[name])
        level = wider
        if not level:
            break
    return chosen[:MOST]


def _most_of_parts(names: tuple[str, ...], gains: Mapping[tuple[str, ...], float]) -> float:
    """The most gain of `names` without one of them; of those that were looked at."""
    parts = [(*names[:place], *names[place + 1 :]) for place in range(len(names))]
    return max((gains[part] for part in parts if part in gains), default=0.0)


def usual(known: Sequence[str], few: Sequence[str]) -> list[tuple[str, ...]]:
    """Goods and origin, alone and together, and goods with each of the fields with `few` values."""
    base = [name for name in ("hs6", "origin") if name in known]
    found = [(name,) for name in base] + ([tuple(base)] if len(base) > 1 else [])
    return found + ([(base[0], name) for name in few] if base else [(name,) for name in few])


def _with(names: tuple[str, ...], name: str, order: tuple[str, ...]) -> tuple[str, ...] | None:
    """`names` and `name` in one order; None where that says nothing new."""
    if name in names or (name in _NESTED and set(names) & set(_NESTED)):
        return None
    return tuple(sorted((*names, name), key=order.index))


def _crossed(first: Numbers, second: Numbers) -> Numbers:
    """One number for each pair of numbers, counted from 0."""
    pairs = first * (int(second.max()) + 1) + second
    numbered: Numbers = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
    return numbered
