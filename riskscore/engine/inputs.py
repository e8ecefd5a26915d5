"""Check what a caller passes to the engine, once: canonical columns, known findings, tables of any library."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from riskscore.errors import ManifestError
from riskscore.history.filings import STARTED
from riskscore.manifest import consolidations, frame
from riskscore.manifest.read import Manifest
from riskscore.schema import KEY

if TYPE_CHECKING:
    from riskscore.history.past import Past
    from riskscore.settings import Settings


def inputs(
    consignments: Manifest | Any, past: Past, settings: Settings, *, of_lake: bool = False
) -> tuple[pl.DataFrame, Past]:
    """Return the consignments in canonical columns, and `past` with Polars frames.

    If `past` has balances, the consignments keep the column `started`. A manifest's own earlier versions are used
    unless `past` has some. The outcomes `of_lake` name each house of an opened container already. Raises ManifestError
    if a table cannot be used.
    """
    earlier = past.earlier
    if isinstance(consignments, Manifest):
        earlier = consignments.earlier if earlier is None else earlier
        filed = consignments.consignments
    else:
        filed = frame.table(consignments, "consignments")
    rows = frame.consignments(filed, settings)
    if past.balances is not None:
        if STARTED not in filed.columns:
            raise ManifestError(f"consignments that are scored by balances need the column {STARTED!r} (Date)")
        rows = rows.with_columns(filed[STARTED])
    history = None if past.history is None else frame.table(past.history, "history")
    outcomes = None if past.outcomes is None else frame.outcomes(frame.table(past.outcomes, "outcomes"))
    if outcomes is not None and not of_lake:
        filings = [part.select(KEY) for part in (rows, history) if part is not None]
        outcomes = consolidations.resolved(outcomes, pl.concat(filings))
    earlier = None if earlier is None else frame.comparable(earlier)
    return rows, replace(past, history=history, outcomes=outcomes, earlier=earlier)
