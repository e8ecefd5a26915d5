"""What counts on a night: the alerts that were known and in force then, and what was decided of pairs until then."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

KNOWN = "imported_at"
"""When a version of an alert came to be known here."""


def latest(versions: pl.DataFrame) -> pl.DataFrame:
    """The version of each alert that counts: the latest by its provider's moment, then by when it came."""
    return versions.sort("updated_at", KNOWN, nulls_last=False).unique("alert_id", keep="last", maintain_order=True)


def in_force(versions: pl.DataFrame, night: date, moment: datetime | None = None) -> pl.DataFrame:
    """Alerts in force on `night`, of all `versions` (ALERT and KNOWN) that were known at `moment`, by default all.

    One that is withdrawn, has not begun or has ended by then is none.
    """
    known = versions if moment is None else versions.filter(pl.col(KNOWN) <= moment)
    return latest(known).filter(
        pl.col("status") == "active",
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= night),
        pl.col("valid_until").is_null() | (pl.col("valid_until") >= night),
    )


def standing(decisions: pl.DataFrame, moment: datetime | None = None) -> pl.DataFrame:
    """The last decision on each pair, of all `decisions` (DECISION) made until `moment`, by default all."""
    made = decisions if moment is None else decisions.filter(pl.col("at") <= moment)
    return made.sort("at", maintain_order=True).unique(["alert_id", "value"], keep="last", maintain_order=True)
