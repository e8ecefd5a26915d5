"""Leave out columns that tell the answer, although their headings do not say so.

    filled for finds only                       ─▶ left out: a fine, the name of an inspector
    filled for inspected rows only              ─▶ left out
    its values alone tell finds from the rest   ─▶ left out: a code of what was done

As in training, rates are measured on one half of the period and judged on the other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from riskscore.judging.metrics import areas
from riskscore.proposal.answers import Answer
from riskscore.proposal.look import Column
from riskscore.training.giveaways import FEWEST, TOO_GOOD, of_groups

PURE = 0.98
"""Least share of finds among the rows where a column is filled, for it to be filled for finds only."""

COMMON = 0.5
"""Most share of finds among all rows for that to mean anything."""

SELDOM = 0.01
OFTEN = 0.5
"""Most and least share of filled rows, without and with a finding, for a column to be filled after inspections only."""

_POSITIVE = (("seizure",), ("seizure", "irregular"))


def reasons(columns: Sequence[Column], answer: Answer, order: pl.Series) -> dict[str, str]:
    """Heading -> why the column tells the answer, for those that do. `order` are the rows in order of time."""
    labelled = [(names, answer.labels(names)) for names in _POSITIVE]
    found: dict[str, str] = {}
    for column in columns:
        for names, labels in labelled:
            reason = _reason(column, labels, order, "finds" if names == _POSITIVE[0] else "finds and irregularities")
            if reason:
                found[column.source] = reason
                break
    return found


def can_tell(answer: Answer) -> bool:
    """Whether there are enough finds and other rows to see which columns tell the answer."""
    labels = answer.labels()
    return min(int(labels.sum()), int((~labels).sum())) >= FEWEST


def _reason(column: Column, labels: pl.Series, order: pl.Series, name: str) -> str:
    is_filled, inspected = column.cells.is_not_null(), labels.is_not_null()
    without = int((~inspected).sum())
    if without >= FEWEST:
        shares = [int((is_filled & rows).sum()) / max(1, int(rows.sum())) for rows in (~inspected, inspected)]
        if shares[0] <= SELDOM and shares[1] >= OFTEN:
            return f"it is filled for inspected rows only ({shares[1]:.0%} of them, {shares[0]:.0%} of the others)"
    positive = labels.fill_null(False)
    finds, all_rows = int(positive.sum()), int(inspected.sum())
    if min(finds, all_rows - finds) < FEWEST:
        return ""
    filled = int((is_filled & inspected).sum())
    pure = int((is_filled & positive).sum()) / max(1, filled)
    if filled >= FEWEST // 2 and pure >= PURE and finds <= COMMON * all_rows:
        return f"it is filled for {name} only ({pure:.0%} of {filled:,} filled rows)"
    at = order.filter(inspected.gather(order))
    target = positive.gather(at).cast(pl.Int8).to_numpy()
    groups = column.cells.gather(at).rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    area = of_groups(groups, target)
    if column.numbers is not None:
        values = column.numbers.gather(at).to_numpy().astype(np.float64)
        area = max(area, float(areas(values[:, None], target)[0]))
    return f"it alone tells {name} from the rest (ROC-AUC {area:.3f})" if area >= TOO_GOOD else ""
