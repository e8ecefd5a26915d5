"""What counts on a night: the alerts known and in force then, and the decisions on pairs made by then."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

KNOWN = "imported_at"
"""Column: moment at which a version of an alert was imported here."""


def latest(versions: pl.DataFrame) -> pl.DataFrame:
    """Return the valid version of each alert: the latest by the provider's time, then by the time of import."""
    return versions.sort("updated_at", KNOWN, nulls_last=False).unique("alert_id", keep="last", maintain_order=True)


def in_force(versions: pl.DataFrame, night: date, moment: datetime | None = None) -> pl.DataFrame:
    """Return the alerts in force on `night`, from the `versions` (ALERT and KNOWN) known at `moment`, by default all.

    Left out are alerts that are withdrawn, have not begun or have ended by then.
    """
    known = versions if moment is None else versions.filter(pl.col(KNOWN) <= moment)
    return latest(known).filter(
        pl.col("status") == "active",
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= night),
        pl.col("valid_until").is_null() | (pl.col("valid_until") >= night),
    )


def current(decisions: pl.DataFrame, moment: datetime | None = None) -> pl.DataFrame:
    """Return the last decision on each pair, from `decisions` (DECISION) made until `moment`, by default all."""
    made = decisions if moment is None else decisions.filter(pl.col("at") <= moment)
    return made.sort("at", maintain_order=True).unique(["alert_id", "value"], keep="last", maintain_order=True)
