"""Two models held side by side, and what a promotion asked, as sentences and tables of texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from riskscore.model.tables import Table, interval
from riskscore.training.promotion import CHECKS, Verdict


def basis(record: Mapping[str, Any]) -> list[str]:
    """What the figures rest on, a sentence each."""
    a, b = record["models"]
    what = "smuggled" if record["labels"] == "truth" else "seizures"
    lines = [
        f"{b['name']} against {a['name']}, on {record['rows']:,} consignments of {record['period']['first']} to "
        f"{record['period']['last']}, {record['positives']:,} of them {what}.",
        "The rows are labelled with a simulation's truth."
        if record["labels"] == "truth"
        else "Only inspected consignments count, which were chosen and are no sample of the rest.",
    ]
    if record["left_out"]:
        left = record["left_out"]
        lines.append(
            f"{left['rows']:,} rows until {left['until']} are left out, because a model has learned from them."
        )
    if record["capacity"]["instead"]:
        lines.append(
            f"The capacity would open most of these rows anyway, so {record['capacity']['instead']:.0%} of them stand "
            "in for it."
        )
    if record["random"] is None:
        lines.append("Random inspections found too few seizures to compare the models on these alone.")
    data = [f"{one['name']} was trained on {one['data']} data" for one in (a, b)]
    return [*lines, f"{data[0]}, {data[1]}."]


def tables(record: Mapping[str, Any]) -> list[Table]:
    """What both find, which rows move, and why."""
    a, b = (model["name"] for model in record["models"])
    found = [
        [name, *(interval(figure[side]) for side in ("a", "b", "difference"))] for name, figure in _figures(record)
    ]
    moves = [
        [name, f"{move['top']:,}", *(_counted(move[way]) for way in ("stayed", "entered", "left"))]
        for name, move in record["moves"].items()
    ]
    made = [
        Table("What each finds", ["figure", a, b, "difference"], found, "In brackets intervals of 95%."),
        Table(
            f"In and out of the top, from {a} to {b}",
            ["top", "rows", "stay", "enter", "leave"],
            moves,
            "In brackets how many of them were positive.",
        ),
    ]
    rows = [
        [
            way,
            f"{row['container_number']} {row['bill_of_lading']}",
            row["day"],
            f"{row['rank_a']:,} > {row['rank_b']:,}",
            "yes" if row["label"] else "",
        ]
        for way in ("entered", "left")
        for row in record["moves"]["5%"][way]["most"]
    ]
    if rows:
        header = ["move", "consignment", "filed", "rank", "positive"]
        made.append(Table("Rows that move most in and out of the top 5%", header, rows))
    why = [
        [entry["feature"], entry["flag"] or entry["meaning"], f"{entry['entered']:+.3f}", f"{entry['left']:+.3f}"]
        for entry in record["why"]
    ]
    if why:
        note = (
            f"How much more {b} lets a feature count than {a}, in log-odds, on the rows that enter the top 5% and on "
            "those that leave it."
        )
        made.append(Table("Why they move", ["feature", "what it is", "entering", "leaving"], why, note))
    return made


def verdict(found: Verdict) -> list[Table]:
    """Each check with what it came to, and what could not be checked."""
    rows = []
    for asked in CHECKS:
        why, figures = found.refusals.get(asked), _passed(asked, found.figures)
        rows.append([asked, "no", why] if why else [asked, "yes" if figures else "not known", figures])
    return [Table("Checks", ["check", "passed", "figures"], rows, " ".join(found.warnings))]


def _passed(asked: str, figures: Mapping[str, Any]) -> str:
    """The figures of a check that was passed; empty where it was not made."""
    capacity, random, fit = (figures.get(name) for name in ("capacity", "random", "calibration"))
    leaks = figures["leaks"]
    told = {
        "better at capacity": capacity and _better(capacity),
        "better than chance": figures.get("roc_auc") and f"ROC-AUC {interval(figures['roc_auc']['b'])}",
        "no worse at random": random and f"ROC-AUC {interval(random['roc_auc']['difference'])} beside the champion's",
        "calibrated": fit and f"{fit['expected']:,.1f} seizures expected, {fit['observed']:,} found",
        "not from the future": f"learned until {figures['learned_until']}",
        "not too good": leaks["feature"] and f"best single feature: {leaks['feature']}, {leaks['feature_roc_auc']:.3f}",
        "as good as its card": leaks["comparable"]
        and f"ROC-AUC {interval(leaks['card'])} on its card, {interval(leaks['seen'])} on these rows",
    }
    return str(told[asked] or "")


def _better(capacity: Mapping[str, Any]) -> str:
    hits = capacity["found"]
    return (
        f"{hits['b']} found with {capacity['boxes']:,} boxes, the champion {hits['a']}; 90% sure of "
        f"{capacity['least']:+.3f} in recall"
    )


def _figures(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every figure that has two sides and a difference, with its name."""
    boxes = f"recall, {record['capacity']['boxes']:,} boxes"
    yield boxes, record["capacity"]["recall"]
    for at in record["overall"]["at"]:
        yield f"recall at {at['share']:.0%}", at["recall"]
    yield "ROC-AUC", record["overall"]["roc_auc"]
    yield "PR-AUC", record["overall"]["pr_auc"]
    if record["random"]:
        yield "ROC-AUC, random inspections", record["random"]["roc_auc"]


def _counted(told: Mapping[str, Any]) -> str:
    return f"{told['rows']:,} ({told['positives']:,})"


def differences(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each figure by name, with the difference between the two models and its interval."""
    for name, figure in _figures(record):
        if figure["difference"]:
            yield {"name": name, **figure["difference"]}
