"""Several headings that mean one column: the preferred one counts, the others fill its gaps."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore.units import counted

_SHOWN = 4


def merge(column: str, sources: Sequence[str], parts: Sequence[pl.Series]) -> tuple[pl.Series, list[str]]:
    """The first value of each row among `parts`, one for each of the headings `sources`, the preferred one first.

    A note says which heading was taken where the others have other values.
    """
    merged = parts[0]
    contradicting: list[str] = []
    rows = pl.repeat(False, merged.len(), dtype=pl.Boolean, eager=True)
    for source, part in zip(sources[1:], parts[1:], strict=True):
        differs = (merged.is_not_null() & part.is_not_null() & (merged != part)).fill_null(False)
        if differs.any():
            contradicting.append(source)
            rows |= differs
        merged = merged.zip_with(merged.is_not_null(), part)
    notes: list[str] = []
    if contradicting:
        others = ", ".join(f"'{source[:60]}'" for source in contradicting[:_SHOWN])
        more = f" and {len(contradicting) - _SHOWN} more" if len(contradicting) > _SHOWN else ""
        where = counted(int(rows.sum()), "row")
        notes = [f"{column}: '{sources[0][:60]}' counts, not {others}{more}; they differ in {where}"]
    return merged.alias(column), notes
