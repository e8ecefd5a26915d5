"""Which consignments the alerts name: by party, address, container, vessel or route, each match said in words.

alerts in force ─┬─ names.py     parties, perhaps with their address
                 ├─ places.py    addresses
                 ├─ exact.py     containers, vessels
                 └─ routes.py    origin, destination, goods   ─▶ the strongest of each consignment and alert
                                                              ─▶ less the pairs that are decided to be different

Whatever else is in either frame changes no match, but that very common words find no pairs (pairs.py).
"""

from __future__ import annotations

import polars as pl

from riskscore import schema
from riskscore.alerts import exact, parties, places, routes
from riskscore.alerts.schema import ALERT, MATCH
from riskscore.language import ENGLISH, Language
from riskscore.schema import KEY

LEAST = 0.9
"""Strength from which a match opens a box by itself."""

_SOUND = r"^[ABC][123]$"
"""Grades of a source and of what it says from which a match opens a box by itself."""


def match(
    alerts: pl.DataFrame, consignments: pl.DataFrame, decisions: pl.DataFrame, *, language: Language = ENGLISH
) -> pl.DataFrame:
    """Match `alerts` (ALERT, those in force) with canonical `consignments`, a row a consignment.

    `decisions` (DECISION) are those in force: what is `different` is no match. Returns MATCH, a row for each
    consignment and alert, by key, then falling strength. Columns of `consignments` that are missing match nothing.
    """
    known = schema.conform(alerts, ALERT)
    found = pl.concat(
        part.select("bill_of_lading", "container_number", "alert_id", "field", "value", "strength", "words")
        for part in (
            parties.match(known, consignments, language),
            places.match(known, consignments, language),
            exact.containers(known, consignments, language),
            exact.vessels(known, consignments, language),
            routes.match(known, consignments, language),
        )
    )
    refused = decisions.filter(pl.col("verdict") == "different").select("alert_id", "value")
    left = found.join(refused, on=["alert_id", "value"], how="anti")
    best = left.sort("strength", "field", descending=[True, False]).unique(
        [*KEY, "alert_id"], keep="first", maintain_order=True
    )
    told = known.select("alert_id", "kind", "reason", "provider", "reliability", "handling", "valid_until")
    return (
        best.join(told, on="alert_id", how="left")
        .select(pl.col(name).cast(dtype) for name, dtype in MATCH.items())
        .sort(*KEY, "strength", "alert_id", descending=[False, False, True, False])
    )


def named(matches: pl.DataFrame) -> pl.DataFrame:
    """The consignments that are named well enough to be opened for it: KEY, `intelligence` (strength, 0 to 1).

    That is by a strong match with an entry whose source and content are graded A to C and 1 to 3. A route names many
    boxes and none of them, so it is not enough.
    """
    enough = (
        (pl.col("strength") >= LEAST)
        & pl.col("reliability").str.contains(_SOUND).fill_null(False)
        & (pl.col("kind") != "route")
    )
    return matches.filter(enough).group_by(KEY).agg(intelligence=pl.col("strength").max())
