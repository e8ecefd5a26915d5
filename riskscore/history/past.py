"""The past that consignments are judged by: what was filed and found before them, as a caller hands it over."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from riskscore import schema
from riskscore.history import keys, profiles
from riskscore.history.balances import Balances
from riskscore.settings import NONE, Settings


@dataclass(frozen=True, slots=True)
class Past:
    """What is known from before; every part may be missing.

    history   consignments filed before (canonical columns); only days before a consignment's own count for it
    outcomes  what inspections found (schema.OUTCOME); each counts from the day after it became known
    earlier   superseded versions of the consignments that are judged, as `riskscore.read` returns them
    balances  the past as the ledger of a lake keeps it, instead of `history`; the consignments then carry `started`
    """

    history: pl.DataFrame | None = None
    outcomes: pl.DataFrame | None = None
    earlier: pl.DataFrame | None = None
    balances: Balances | None = None


NOTHING = Past()
"""No past at all: every party, lane and container is new."""


def columns(settings: Settings = NONE) -> list[str]:
    """The columns of past consignments that the ledger reads."""
    needed = {*schema.KEY, "filed_at", "version", "gross_weight_kg", *keys.NEEDS, *profiles.of(settings).sources}
    return [name for name in schema.columns(settings) if name in needed]
