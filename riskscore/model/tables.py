"""An evaluation as tables of text: the same ones on the screen, in `card.md` and in the README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text with a title and, below it, perhaps a note."""

    title: str
    header: list[str]
    rows: list[list[str]]
    note: str = ""


def tables(evaluation: Mapping[str, Any]) -> list[Table]:
    """Turn what `training.evaluate` returns into tables, the most important first."""
    found = [_overall(evaluation), _ranking(evaluation)]
    found += [
        _groups(f"Recall by {key}", key, evaluation[f"by_{key}"])
        for key in ("commodity", "scheme")
        if evaluation.get(f"by_{key}")
    ]
    found.append(_reliability(evaluation))
    if evaluation.get("comparison"):
        found.append(_comparison(evaluation["comparison"]))
    return found


def interval(estimate: Mapping[str, float] | None, form: str = ".3f") -> str:
    """An estimate with its 95% interval."""
    if estimate is None:
        return "-"
    return f"{estimate['value']:{form}} ({estimate['low']:{form}} to {estimate['high']:{form}})"


def _subsets(evaluation: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    names = {"overall": "all", "without_rip_on_rip_off": "without rip-on/rip-off", "random": "random inspections only"}
    return [(text, evaluation[key]) for key, text in names.items() if evaluation.get(key)]


def _overall(evaluation: Mapping[str, Any]) -> Table:
    rows = [
        [
            text,
            f"{share:.0%}",
            f"{at['inspected']:,}",
            f"{at['found']:,}",
            interval(at["precision"]),
            interval(at["recall"]),
        ]
        for text, part in _subsets(evaluation)
        for share, at in ((entry["share"], entry) for entry in part["at"])
    ]
    header = ["of", "inspected", "consignments", "found", "precision", "recall"]
    return Table("What an inspection of the top finds", header, rows, evaluation.get("note", ""))


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
            f"{part['expected_positives']:,.1f}",
        ]
        for text, part in _subsets(evaluation)
    ]
    header = ["of", "rows", "positive", "ROC-AUC", "PR-AUC", "Brier", "calibration error", "positives expected"]
    return Table("Ranking and calibration", header, rows)


def _groups(title: str, key: str, entries: list[Mapping[str, Any]]) -> Table:
    shares = [f"recall at {entry['share']:.0%}" for entry in entries[0]["at"]]
    rows = [
        [entry["name"], f"{entry['positives']:,}", f"{entry['roc_auc']:.3f}"]
        + [interval(at["recall"], ".2f") for at in entry["at"]]
        for entry in entries
    ]
    return Table(title, [key, "positive", "ROC-AUC", *shares], rows)


def _reliability(evaluation: Mapping[str, Any]) -> Table:
    rows = [
        [f"{entry['rows']:,}", f"{entry['expected']:.3%}", f"{entry['observed']:.3%}"]
        for entry in evaluation["reliability"]
    ]
    return Table("Probability shown and share found, from the riskiest down", ["rows", "shown", "found"], rows)


def _comparison(comparison: Mapping[str, Any]) -> Table:
    simple = comparison["logistic_regression"]
    best = comparison["single_features"]
    rows = [["logistic regression on the same features", f"{simple['roc_auc']:.3f}", f"{simple['pr_auc']:.3f}"]]
    rows += [[f"feature `{entry['feature']}` alone", f"{entry['roc_auc']:.3f}", ""] for entry in best]
    return Table("Beside simpler means", ["what", "ROC-AUC", "PR-AUC"], rows)
