"""Tables of text for an evaluation: the same on the screen, in `card.md` and in the README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskscore.units import counted


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text with a title and an optional note."""

    title: str
    header: list[str]
    rows: list[list[str]]
    note: str = ""


OF_GROUPS = (0.01, 0.05, 0.10)
"""Shares whose recall is shown in tables of groups; the figures have more."""

GROUPS = {
    "commodity": "Recall by commodity",
    "scheme": "Recall by scheme",
    "port": "Recall by port of discharge",
    "lane": "Recall by lane",
}


def tables(evaluation: Mapping[str, Any]) -> list[Table]:
    """Return the tables for what `training.evaluate` returns, the most important first."""
    made = [_overall(evaluation), _ranking(evaluation)]
    if evaluation["overall"].get("quantity_kg") is not None:
        made.append(_quantities(evaluation))
    made += [
        _groups(title, key, evaluation[f"by_{key}"]) for key, title in GROUPS.items() if evaluation.get(f"by_{key}")
    ]
    if evaluation.get("cold_start"):
        made.append(_groups("Recall for parties without a history", "party", evaluation["cold_start"]))
    made.append(_reliability(evaluation))
    if evaluation.get("calibration"):
        made.append(_calibration(evaluation["calibration"]))
    if evaluation.get("comparison"):
        made.append(_comparison(evaluation["comparison"]))
    if evaluation.get("explanations"):
        made.append(explanations(evaluation["explanations"]))
    return made


def interval(estimate: Mapping[str, float] | float | None, form: str = ".3f") -> str:
    """Return an estimate with its 95% interval as text; old cards have some estimates without an interval."""
    if estimate is None:
        return "-"
    if not isinstance(estimate, Mapping):
        return f"{estimate:{form}}"
    return f"{estimate['value']:{form}} ({estimate['low']:{form}} to {estimate['high']:{form}})"


def subsets(evaluation: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the subsets of rows that were judged, each with its name."""
    names = {"overall": "all", "without_rip_on_rip_off": "without rip-on/rip-off", "random": "random inspections only"}
    return [(text, evaluation[key]) for key, text in names.items() if evaluation.get(key)]


def openings(part: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what is found at each share, and last at the capacity of the ports, each with its name."""
    shares = [(f"{entry['share']:.0%}", entry) for entry in part["at"]]
    return shares + ([("capacity", part["capacity"])] if part.get("capacity") else [])


def _overall(evaluation: Mapping[str, Any]) -> Table:
    rows = [
        [text, share, f"{at['inspected']:,}", f"{at['found']:,}", interval(at["precision"]), interval(at["recall"])]
        for text, part in subsets(evaluation)
        for share, at in openings(part)
    ]
    notes = [evaluation.get("note", "")]
    if evaluation.get("capacity"):
        capacity = evaluation["capacity"]
        notes.append(
            f"Capacity: each port opens its riskiest boxes of each day. {capacity['used']:,} of "
            f"{capacity['offered']:,} possible inspections were used ({counted(capacity['ports'], 'port')}, "
            f"{counted(capacity['port_days'], 'port day')})."
        )
    header = ["subset", "inspected", "consignments", "found", "precision", "recall"]
    return Table("What inspecting the riskiest consignments finds", header, rows, " ".join(notes).strip())


def _ranking(evaluation: Mapping[str, Any]) -> Table:
    rows = [
        [
            text,
            f"{part['rows']:,}",
            f"{part['positives']:,}",
            interval(part["roc_auc"]),
            interval(part["pr_auc"]),
            f"{part['brier']:.3g}",
            f"{part['calibration_error']:.3g}",
        ]
        for text, part in subsets(evaluation)
    ]
    header = ["subset", "rows", "positive", "ROC-AUC", "PR-AUC", "Brier", "calibration error"]
    return Table("Ranking and calibration", header, rows)


def _quantities(evaluation: Mapping[str, Any]) -> Table:
    rows = [
        [text, share, interval(at["quantity_kg"], ",.0f"), interval(at["quantity_share"], ".2f")]
        for text, part in subsets(evaluation)
        if part["quantity_kg"] is not None
        for share, at in openings(part)
    ]
    overall = evaluation["overall"]
    note = f"{overall['unweighed']:,} of {overall['positives']:,} finds were not weighed and count as 0 kg here."
    header = ["subset", "inspected", "kg found", "share of all kg"]
    return Table("Kilograms found", header, rows, note if overall["unweighed"] else "")


def _groups(title: str, key: str, entries: list[Mapping[str, Any]]) -> Table:
    with_rows = ["rows"] if "rows" in entries[0] else []
    shares = [f"recall at {share:.0%}" for share in OF_GROUPS]
    rows = [
        [entry["name"]]
        + [f"{entry[name]:,}" for name in [*with_rows, "positives"]]
        + [interval(entry["roc_auc"], ".2f" if isinstance(entry["roc_auc"], Mapping) else ".3f")]
        + [interval(at["recall"], ".2f") for at in entry["at"] if at["share"] in OF_GROUPS]
        for entry in entries
    ]
    return Table(title, [key, *with_rows, "positive", "ROC-AUC", *shares], rows)


def _reliability(evaluation: Mapping[str, Any]) -> Table:
    rows = [
        [f"{entry['rows']:,}", f"{entry['expected']:.3%}", f"{entry['observed']:.3%}"]
        for entry in evaluation["reliability"]
    ]
    header = ["rows", "mean probability", "share found"]
    return Table("Probability and share found, from the riskiest down", header, rows)


def _calibration(calibration: Mapping[str, Any]) -> Table:
    names = {"all": "all", "random": "random inspections"}
    rows = [
        [
            text,
            f"{entry['rows']:,}",
            f"{entry['expected']:.3%}",
            interval(entry["observed"], ".3%"),
            f"{entry['error']:.4f}",
            f"{entry['by_chance']['value']:.4f} (up to {entry['by_chance']['high']:.4f})",
            "yes" if entry["agrees"] else "no",
        ]
        for text, entry in ((text, calibration[key]) for key, text in names.items() if calibration[key])
    ]
    header = [
        *("subset", "rows", "mean probability", "share found", "calibration error"),
        *("error of perfect probabilities", "agrees"),
    ]
    note = (
        "By chance, perfect probabilities have a calibration error too. Only a larger error counts against the model."
    )
    return Table("Are the probabilities correct", header, rows, note)


def explanations(judged: Mapping[str, Any]) -> Table:
    """Return how good the reasons are, as a table: what `explanation_quality.judge.judge` returns."""
    rows = []
    for part in judged["planted"]:
        boxes = f"{part['caught']:,} smuggled boxes in the riskiest {part['share']:.0%}"
        rows.append(["a planted flag is among the reasons", boxes, interval(part["named"], ".2f")])
        rows.append(["a planted flag is the first reason", boxes, interval(part["first"], ".2f")])
    stability, faith = judged["stability"], judged["faithfulness"]
    by_change = ", ".join(f"{name} {interval(share, '.2f')}" for name, share in stability["by_change"].items())
    trials = f"{stability['trials']:,} changes without meaning"
    rows.append(["at least 4 of 5 reasons stay the same", trials, interval(stability["stayed"])])
    flags = f"the riskiest {faith['flags']:,} boxes"
    rows.append(
        ["removing the named evidence lowers the score more than other evidence", flags, interval(faith["more"], ".2f")]
    )
    if "readable" in judged:
        readable = judged["readable"]
        checked = (
            f"the riskiest {readable['flags']:,} boxes: {readable['sentences']:,} sentences with "
            f"{readable['values']:,} recomputed values"
        )
        rows.append(["every sentence is readable and correct", checked, interval(readable["true"])])
    note = (
        "On simulated data, where the planted flags are known. Only cases whose documents show a planted flag count. "
        f"Reasons that stay the same, by kind of change: {by_change}. Without the named evidence the score falls by "
        f"{interval(faith['fall_without_named'], '.2f')} log-odds, without the same amount of other evidence by "
        f"{interval(faith['fall_without_other'], '.2f')}."
    )
    return Table("How good the reasons are", ["check", "on", "share"], rows, note)


def _comparison(comparison: Mapping[str, Any]) -> Table:
    simple = comparison["logistic_regression"]
    best = comparison["single_features"]
    rows = [["logistic regression on the same features", f"{simple['roc_auc']:.3f}", f"{simple['pr_auc']:.3f}"]]
    rows += [[f"feature `{entry['feature']}` alone", f"{entry['roc_auc']:.3f}", ""] for entry in best]
    return Table("Compared with simpler methods", ["method", "ROC-AUC", "PR-AUC"], rows)
