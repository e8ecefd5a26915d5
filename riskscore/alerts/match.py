"""Match consignments with alerts by party, address, container, vessel or route, with the reason in plain language.

alerts in force ─┬─ parties.py   names, with addresses as support
                 ├─ places.py    addresses
                 ├─ exact.py     containers, vessels
                 └─ routes.py    origin, destination, goods   ─▶ without pairs decided to be different
                                                              ─▶ strongest match per consignment and alert

A match does not depend on the other rows of either frame, except that very common words find no pairs (pairs.py).
"""

from __future__ import annotations

import polars as pl

from riskscore import schema
from riskscore.alerts import exact, parties, places, routes
from riskscore.alerts.schema import ALERT, MATCH
from riskscore.language import ENGLISH, Language
from riskscore.schema import KEY

LEAST = 0.9
"""Least strength of a match that can open a box."""

_TRUSTED = r"^[ABC][123]$"
"""Admiralty grades of an alert that can open a box."""


def match(
    alerts: pl.DataFrame, consignments: pl.DataFrame, decisions: pl.DataFrame, *, language: Language = ENGLISH
) -> pl.DataFrame:
    """Match `alerts` (ALERT, those in force) with canonical `consignments`, one row per consignment.

    A pair that `decisions` (DECISION, those in force) calls `different` is no match. Returns MATCH, one row per
    consignment and alert, by key, then falling strength. Columns missing from `consignments` match nothing.
    """
    listed = schema.conform(alerts, ALERT)
    matches = pl.concat(
        part.select("bill_of_lading", "container_number", "alert_id", "field", "value", "strength", "words")
        for part in (
            parties.match(listed, consignments, language),
            places.match(listed, consignments, language),
            exact.containers(listed, consignments, language),
            exact.vessels(listed, consignments, language),
            routes.match(listed, consignments, language),
        )
    )
    dismissed = decisions.filter(pl.col("verdict") == "different").select("alert_id", "value")
    remaining = matches.join(dismissed, on=["alert_id", "value"], how="anti")
    best = remaining.sort("strength", "field", descending=[True, False]).unique(
        [*KEY, "alert_id"], keep="first", maintain_order=True
    )
    details = listed.select("alert_id", "kind", "reason", "provider", "reliability", "handling", "valid_until")
    return (
        best.join(details, on="alert_id", how="left")
        .select(pl.col(name).cast(dtype) for name, dtype in MATCH.items())
        .sort(*KEY, "strength", "alert_id", descending=[False, False, True, False])
    )


def named(matches: pl.DataFrame) -> pl.DataFrame:
    """Return the consignments that alerts can open: KEY, `intelligence` (strength, 0 to 1).

    The match must be strong, and the alert graded A to C for its source and 1 to 3 for its content. A route does not
    count, because it fits many boxes and identifies none.
    """
    can_open = (
        (pl.col("strength") >= LEAST)
        & pl.col("reliability").str.contains(_TRUSTED).fill_null(False)
        & (pl.col("kind") != "route")
    )
    return matches.filter(can_open).group_by(KEY).agg(intelligence=pl.col("strength").max())
