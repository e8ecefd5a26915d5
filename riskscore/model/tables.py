"""An evaluation as tables of text: the same ones on the screen, in `card.md` and in the README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskscore.units import counted


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text with a title and, below it, perhaps a note."""

    title: str
    header: list[str]
    rows: list[list[str]]
    note: str = ""


OF_GROUPS = (0.01, 0.05, 0.10)
"""Shares whose recall stands in tables of groups; the figures have all of them."""

GROUPS = {
    "commodity": "Recall by commodity",
    "scheme": "Recall by scheme",
    "port": "Recall by port of discharge",
    "lane": "Recall by lane",
}


def tables(evaluation: Mapping[str, Any]) -> list[Table]:
    """Turn what `training.evaluate` returns into tables, the most important first."""
    found = [_overall(evaluation), _ranking(evaluation)]
    if evaluation["overall"].get("quantity_kg") is not None:
        found.append(_quantities(evaluation))
    found += [
        _groups(title, key, evaluation[f"by_{key}"]) for key, title in GROUPS.items() if evaluation.get(f"by_{key}")
    ]
    if evaluation.get("cold_start"):
        found.append(_groups("Parties that the ledger has never seen", "party", evaluation["cold_start"]))
    found.append(_reliability(evaluation))
    if evaluation.get("calibration"):
        found.append(_calibration(evaluation["calibration"]))
    if evaluation.get("comparison"):
        found.append(_comparison(evaluation["comparison"]))
    if evaluation.get("explanations"):
        found.append(explanations(evaluation["explanations"]))
    return found


def interval(estimate: Mapping[str, float] | float | None, form: str = ".3f") -> str:
    """An estimate with its 95% interval; cards of old have some without."""
    if estimate is None:
        return "-"
    if not isinstance(estimate, Mapping):
        return f"{estimate:{form}}"
    return f"{estimate['value']:{form}} ({estimate['low']:{form}} to {estimate['high']:{form}})"


def subsets(evaluation: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The parts that were judged as a whole, each with its name."""
    names = {"overall": "all", "without_rip_on_rip_off": "without rip-on/rip-off", "random": "random inspections only"}
    return [(text, evaluation[key]) for key, text in names.items() if evaluation.get(key)]


def openings(part: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """What is found at each share, and at last under the capacity of the ports, each with its name."""
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
        offered = evaluation["capacity"]
        notes.append(
            f"Capacity: the riskiest of each port and day, {offered['used']:,} boxes of {offered['offered']:,} that "
            f"could be opened ({counted(offered['port_days'], 'day')} of {counted(offered['ports'], 'port')})."
        )
    header = ["of", "inspected", "consignments", "found", "precision", "recall"]
    return Table("What an inspection of the top finds", header, rows, " ".join(notes).strip())


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
    header = ["of", "rows", "positive", "ROC-AUC", "PR-AUC", "Brier", "calibration error"]
    return Table("Ranking and calibration", header, rows)


def _quantities(evaluation: Mapping[str, Any]) -> Table:
    rows = [
        [text, share, interval(at["quantity_kg"], ",.0f"), interval(at["quantity_share"], ".2f")]
        for text, part in subsets(evaluation)
        if part["quantity_kg"] is not None
        for share, at in openings(part)
    ]
    overall = evaluation["overall"]
    note = f"{overall['unweighed']:,} of {overall['positives']:,} finds were not weighed and count as nothing here."
    header = ["of", "inspected", "kg found", "share of all kg"]
    return Table("Kilograms found", header, rows, note if overall["unweighed"] else "")


def _groups(title: str, key: str, entries: list[Mapping[str, Any]]) -> Table:
    counted = ["rows"] if "rows" in entries[0] else []
    shares = [f"recall at {share:.0%}" for share in OF_GROUPS]
    rows = [
        [entry["name"]]
        + [f"{entry[name]:,}" for name in [*counted, "positives"]]
        + [interval(entry["roc_auc"], ".2f" if isinstance(entry["roc_auc"], Mapping) else ".3f")]
        + [interval(at["recall"], ".2f") for at in entry["at"] if at["share"] in OF_GROUPS]
        for entry in entries
    ]
    return Table(title, [key, *counted, "positive", "ROC-AUC", *shares], rows)


def _reliability(evaluation: Mapping[str, Any]) -> Table:
    rows = [
        [f"{entry['rows']:,}", f"{entry['expected']:.3%}", f"{entry['observed']:.3%}"]
        for entry in evaluation["reliability"]
    ]
    return Table("Probability shown and share found, from the riskiest down", ["rows", "shown", "found"], rows)


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
    header = ["of", "rows", "mean probability", "share found", "calibration error", "of perfect ones", "agrees"]
    note = "Perfect probabilities have a calibration error too, by chance; above that it speaks against the model."
    return Table("Do the probabilities hold", header, rows, note)


def explanations(judged: Mapping[str, Any]) -> Table:
    """How good the reasons are: what `training.explanations.judge` returns."""
    rows = []
    for part in judged["planted"]:
        of = f"{part['caught']:,} smuggled boxes in the riskiest {part['share']:.0%}"
        rows.append(["a planted flag is among the reasons", of, interval(part["named"], ".2f")])
        rows.append(["the first reason is a planted flag", of, interval(part["first"], ".2f")])
    stability, faith = judged["stability"], judged["faithfulness"]
    changed = ", ".join(f"{name} {interval(share, '.2f')}" for name, share in stability["by_change"].items())
    rows.append(
        ["4 of 5 reasons stay", f"{stability['trials']:,} changes that mean nothing", interval(stability["stayed"])]
    )
    rows.append(
        ["the score falls more without what is named", f"{faith['flags']:,} flags", interval(faith["more"], ".2f")]
    )
    if "readable" in judged:
        told = judged["readable"]
        of = f"{told['flags']:,} flags, {told['sentences']:,} sentences with {told['values']:,} values worked out anew"
        rows.append(["every sentence reads well and is right", of, interval(told["true"])])
    note = (
        "Simulated, where it is known what was planted; only cases whose documents show it count. By change: "
        f"{changed}. Without the named evidence the score falls by {interval(faith['fall_without_named'], '.2f')} "
        f"log-odds, without as much other evidence by {interval(faith['fall_without_other'], '.2f')}."
    )
    return Table("How good the reasons are", ["what", "of", "share"], rows, note)


def _comparison(comparison: Mapping[str, Any]) -> Table:
    simple = comparison["logistic_regression"]
    best = comparison["single_features"]
    rows = [["logistic regression on the same features", f"{simple['roc_auc']:.3f}", f"{simple['pr_auc']:.3f}"]]
    rows += [[f"feature `{entry['feature']}` alone", f"{entry['roc_auc']:.3f}", ""] for entry in best]
    return Table("Beside simpler means", ["what", "ROC-AUC", "PR-AUC"], rows)
