"""What officers should look at after a night, and how its files were read, as sentences."""

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


SHOWN_READINGS = 20
"""Sentences on the reading of files that are shown; the record of the run has all."""

_SHOWN_DIFFERENCES = 5
_DIFFERENCES = {
    "not_on_manifest": "aboard and on no bill",
    "full_not_empty": "full and declared as empty",
    "weight": "another weight",
    "port_of_discharge": "another port of discharge",
    "type": "another kind of box",
    "not_aboard": "on a bill and not aboard",
    "empty_not_on_manifest": "empty and on no bill",
}
"""What the kinds of stow_plans.KINDS are called."""


def readings(counts: dict[str, Any], most: int | None = SHOWN_READINGS) -> list[str]:
    """How the files of a night were read, as sentences, the most important first: `most` of them, and how many more."""
    manifests = counts["manifests"]
    files = manifests.get("read", [])
    told = [
        *(_refused(rule, rule["file"] or "outcomes") for rule in counts["outcomes"].get("aside", [])),
        *_stow_plans(counts.get("stow_plans", {})),
        *(f"{file['file']}: {kind['sentence']}" for file in files for kind in file["not_understood"]),
        *(_refused(rule, file["file"]) for file in files for rule in file["refused"]),
        *(
            f"{file['file']}: {counted(file['cancelled'], 'cancellation')}, not scored and kept as history"
            for file in files
            if file["cancelled"]
        ),
        *manifests.get("notes", []),
        *(f"{file['file']}: {note}" for file in files for note in file["notes"]),
    ]
    hidden = sum(file["more_notes"] for file in files)
    if most is None or len(told) + hidden <= most:
        return told
    return [*told[:most], f"and {len(told) - most + hidden:,} more"]


def _refused(rule: dict[str, Any], file: str) -> str:
    """Rows of a file that one rule refuses, with the first lines and an example."""
    lines = ", ".join(f"{line:,}" for line in rule["lines"])
    where = f" in line{'' if len(rule['lines']) == 1 else 's'} {lines}" if lines else ""
    more = " ..." if lines and rule["rows"] > len(rule["lines"]) else ""
    shown = f", such as {rule['column']} {rule['value']!r}" if rule["column"] and rule["value"] else ""
    empty = f", because {rule['column']} is empty" if rule["column"] and not rule["value"] else ""
    return f"{file}: {counted(rule['rows'], 'row')} refused ({rule['rule']}){where}{more}{shown}{empty}"


def _stow_plans(compared: dict[str, Any]) -> list[str]:
    """What the stow plans of a night show."""
    if not compared or not (compared["plans"] or compared["boxes"] or compared["notes"]):
        return []
    kinds = ", ".join(f"{_DIFFERENCES.get(kind, kind)}: {number:,}" for kind, number in compared["differences"].items())
    boxes, found = counted(compared["boxes"], "box", "boxes"), sum(compared["differences"].values())
    summary = f"Stow plans: {boxes} compared, {counted(found, 'difference')}" + (f" ({kinds})" if kinds else "")
    sentences = compared["sentences"][:_SHOWN_DIFFERENCES]
    more = found - len(sentences)
    rest = [f"{counted(more, 'more difference')} with stow plans"] if more > 0 else []
    return [summary, *sentences, *rest, *compared["notes"]]
