"""What a night should be looked at for, in sentences, and what alerts say of its boxes."""

from __future__ import annotations

from typing import Any

from riskscore.units import counted

SHOWN_ALARMS = 5


def look_at(counts: dict[str, Any]) -> list[str]:
    """What somebody should look at in the morning, in sentences; none on a quiet night."""
    taken = counts["manifests"]
    refused = sum(taken["refused"].values())
    notes = [f"{file['name']} was left in the inbox: {file['why']}." for file in counts["left"]]
    if refused > taken["rows_in"] * 0.02:
        notes.append(f"{refused / max(taken['rows_in'], 1):.0%} of the rows are in quarantine.")
    usual = counts["usual_filings"]
    if usual and not 0.5 <= taken["filings"] / usual <= 2:
        notes.append(
            f"{taken['filings']:,} filings came in, where {usual:,.0f} are usual: is a file missing or doubled?"
        )
    return notes + changed(counts)


def changed(counts: dict[str, Any]) -> list[str]:
    """The alarms of the drift of a night, in sentences, the first few of them, and how to see the others."""
    alarms = counts.get("drift", {}).get("alarms", [])
    more = len(alarms) - SHOWN_ALARMS
    if more <= 0:
        return list(alarms)
    return [*alarms[:SHOWN_ALARMS], f"{counted(more, 'more change')} of this kind; `riskscore drift` shows all."]
