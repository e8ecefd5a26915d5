"""Schema of alerts: one alert is one entry of another service's watch list, or one piece of its intelligence.

    party      a firm or person: `name`, `aliases`, perhaps `address` and `country`
    address    an `address`
    container  a `container_number`
    vessel     a `vessel_imo`, or a vessel's `name`
    route      `origin` and `destination` (UN/LOCODE or country), perhaps `goods` (HS codes or words)

Everything that a provider wrote is kept as text on one line. It is never run, opened or followed as a link.
"""

from __future__ import annotations

from uuid import UUID, uuid5

import polars as pl

from riskscore import schema

KINDS = ("party", "address", "container", "vessel", "route")
HANDLINGS = ("clear", "green", "amber", "amber+strict", "red")
"""Labels of the Traffic Light Protocol 2.0 (FIRST), from free to share to named recipients only."""

STATUSES = ("active", "withdrawn")
GRADES = r"^[A-F][1-6]$"
"""Admiralty grade: reliability of the source A to F, credibility of its content 1 to 6; F and 6 cannot be judged."""

UNGRADED = "F6"
DEFAULT_HANDLING = "amber+strict"
"""Handling of an entry whose provider gives none: it stays in the service that received it."""

ALERT: dict[str, pl.DataType | type[pl.DataType]] = {
    "alert_id": pl.String,
    "kind": pl.String,
    "name": pl.String,
    "aliases": schema.TEXTS,
    "address": pl.String,
    "country": pl.String,
    "container_number": pl.String,
    "vessel_imo": pl.String,
    "origin": pl.String,
    "destination": pl.String,
    "goods": schema.TEXTS,
    "reason": pl.String,
    "provider": pl.String,
    "reliability": pl.String,
    "handling": pl.String,
    "valid_from": pl.Date,
    "valid_until": pl.Date,
    "status": pl.String,
    "updated_at": schema.UTC,
}
"""Columns of an alert. `valid_from` and `valid_until` are days, both included; without an end it is valid until it is
withdrawn. `updated_at` orders the versions of one alert_id: the latest counts."""

DECISION: dict[str, pl.DataType | type[pl.DataType]] = {
    "alert_id": pl.String,
    "value": pl.String,
    "verdict": pl.String,
    "reason": pl.String,
    "at": schema.UTC,
}
"""A decision on a pair: an alert, and a text as it is spelt on consignments."""

VERDICTS = ("different", "same")

MATCH: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(schema.KEY, pl.String),
    "alert_id": pl.String,
    "kind": pl.String,
    "field": pl.String,
    "value": pl.String,
    "strength": pl.Float64,
    "words": pl.String,
    "reason": pl.String,
    "provider": pl.String,
    "reliability": pl.String,
    "handling": pl.String,
    "valid_until": pl.Date,
}
"""A match: the `field` of the consignment and its `value`, the strength (0 to 1), and the reason in `words`."""

NAMESPACE = UUID("6f2d5b0e-7a55-5b9c-9a53-0d1b6c2f7c11")
"""Namespace of the ids computed here."""


def id_of(*parts: str) -> UUID:
    """Compute an id from `parts`: the same parts give the same id everywhere."""
    return uuid5(NAMESPACE, "\x1f".join(parts))


def strictness(handling: str) -> int:
    """Position of a handling code in HANDLINGS: the higher, the fewer people may see it."""
    return HANDLINGS.index(handling)
