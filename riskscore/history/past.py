"""The history that consignments are scored with: earlier filings and findings, as a caller passes them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from riskscore import schema
from riskscore.history import keys, profiles
from riskscore.history.balances import Balances
from riskscore.settings import NONE, Settings


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier filings and findings; every part is optional.

    Attributes:
        history: consignments filed before (canonical columns, one row per filing). For each consignment only filings
            of earlier days count.
        outcomes: what inspections found (`schema.OUTCOME`); each counts from the day after it became known (UTC).
        earlier: earlier versions of the consignments that are scored, as `riskscore.read` returns them. A manifest
            brings its own.
        balances: the history as the ledger of a lake keeps it, instead of `history`; the consignments then have the
            column `started` (Date).

    Example::

        import riskscore

        past = riskscore.Past(
            history=riskscore.read_history(["sample_manifests/history.parquet"]),
            outcomes=riskscore.read_outcomes("sample_manifests/outcomes.parquet"),
        )
    """

    history: pl.DataFrame | None = None
    outcomes: pl.DataFrame | None = None
    earlier: pl.DataFrame | None = None
    balances: Balances | None = None


NOTHING = Past()
"""No history: every party, lane and container looks new."""


def columns(settings: Settings = NONE) -> list[str]:
    """Return the columns of past consignments that the ledger reads."""
    needed = {*schema.KEY, "filed_at", "version", "gross_weight_kg", *keys.NEEDS, *profiles.of(settings).sources}
    return [name for name in schema.columns(settings) if name in needed]
