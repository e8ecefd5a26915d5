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
    """Earlier filings and findings; every part may be None.

    history   consignments filed before (canonical columns); for a consignment only the days before its own count
    outcomes  what inspections found (schema.OUTCOME); each counts from the day after it became known
    earlier   earlier versions of the consignments that are scored, as `riskscore.read` returns them
    balances  the history as the ledger of a lake keeps it, instead of `history`; consignments then need `started`
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
