"""What officers should look at after a night, as sentences."""

from __future__ import annotations

from typing import Any

from riskscore.units import counted

SHOWN_ALARMS = 5
"""Alarms of the drift that are quoted; the others are counted."""


def look_at(counts: dict[str, Any]) -> list[str]:
    """What somebody should look at in the morning, as sentences; none after a quiet night."""
    manifests = counts["manifests"]
    refused = sum(manifests["refused"].values())
    notes = [f"{file['name']} was left in the inbox: {file['why']}." for file in counts["left"]]
    if refused > manifests["rows_in"] * 0.02:
        notes.append(f"{refused / max(manifests['rows_in'], 1):.0%} of the rows are in quarantine.")
    usual = counts["usual_filings"]
    if usual and not 0.5 <= manifests["filings"] / usual <= 2:
        notes.append(
            f"{counted(manifests['filings'], 'filing')} arrived. {usual:,.0f} are usual. Check whether a file is "
            "missing or arrived twice."
        )
    return notes + changed(counts)


def changed(counts: dict[str, Any]) -> list[str]:
    """The first alarms of the night's drift, as sentences, and how to see the others."""
    alarms = counts.get("drift", {}).get("alarms", [])
    more = len(alarms) - SHOWN_ALARMS
    if more <= 0:
        return list(alarms)
    return [*alarms[:SHOWN_ALARMS], f"{counted(more, 'more change')} of this kind. `riskscore drift` shows all."]
