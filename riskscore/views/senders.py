"""The quality of senders as JSON and as rows of a table, each share with the usual one."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from riskscore.monitoring.senders import BEFORE, PARTS
from riskscore.monitoring.sentences import named, share

SHOWN_FIELDS = 4
"""Fields that a sender's row names; the others are counted."""

_LEAST = 0.005
"""Shares of missing values below this are not named."""


def record(shares: pl.DataFrame, first: date, last: date, changes: list[str]) -> dict[str, Any]:
    """All figures of `senders.shares`, for JSON: one entry per sender with its fields, and the changes in sentences."""
    senders = []
    for (name,), rows in shares.group_by("sender", maintain_order=True):
        whole = rows.filter(pl.col("field").is_null()).drop("sender", "field", "missing", f"missing{BEFORE}").to_dicts()
        fields = rows.filter(pl.col("field").is_not_null())
        figures = ["field", *(f"{part}{side}" for part in PARTS for side in ("", BEFORE))]
        senders.append({"sender": name, **(whole[0] if whole else {}), "fields": fields.select(figures).to_dicts()})
    return {"first": first, "last": last, "senders": senders, "changes": changes}


def rows(report: dict[str, Any]) -> list[dict[str, str]]:
    """One row per sender of a `record`, as text: sender, files, rows, refused, doubtful, missing."""
    return [
        {
            "sender": sender["sender"],
            "files": f"{sender['files']:,}",
            "rows": f"{sender['rows']:,}",
            "refused": trend(sender["refused"], sender[f"refused{BEFORE}"]),
            "doubtful": trend(sender["doubtful"], sender[f"doubtful{BEFORE}"]),
            "missing": _missing(sender),
        }
        for sender in report["senders"]
    ]


def trend(now: float, before: float | None) -> str:
    """A share with the usual one: '12% (usually 3%)'."""
    return share(now) if before is None else f"{share(now)} (usually {share(before)})"


def _missing(sender: dict[str, Any]) -> str:
    """The fields that are missing now and then, those first that changed most. Fields never filled are left out."""
    accepted = 1 - sender["refused"]  # what is missing is counted in the accepted rows only

    def rise(field: dict[str, Any]) -> float:
        before = field[f"missing{BEFORE}"]
        return 0.0 if before is None else abs(field["missing"] - before)

    told = [
        field
        for field in sender["fields"]
        if (field["missing"] >= _LEAST and not _is_never_filled(field, accepted)) or rise(field) >= _LEAST
    ]
    told.sort(key=lambda field: (-rise(field), -field["missing"]))
    said = [f"{named(field['field'])} {trend(field['missing'], field[f'missing{BEFORE}'])}" for field in told]
    more = len(said) - SHOWN_FIELDS
    return ", ".join(said[:SHOWN_FIELDS]) + (f" and {more:,} more" if more > 0 else "") or "-"


def _is_never_filled(field: dict[str, Any], accepted: float) -> bool:
    """Whether the sender leaves the field out of all its `accepted` rows (a share of all rows), now and before."""
    before = field[f"missing{BEFORE}"]
    return bool(field["missing"] >= accepted - _LEAST) and (before is None or before >= 1 - _LEAST)
