"""Two models compared, and the checks of a promotion, as sentences and tables of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from riskscore.model.tables import Table, interval
from riskscore.training.promotion import CHECKS, Verdict
from riskscore.units import counted


def basis(record: Mapping[str, Any]) -> list[str]:
    """What the figures are based on, as sentences."""
    a, b = record["models"]
    positive = "smuggled" if record["labels"] == "truth" else "seizures"
    lines = [
        f"{b['name']} compared with {a['name']}, on {counted(record['rows'], 'consignment')} filed from "
        f"{record['period']['first']} to {record['period']['last']}, {record['positives']:,} of them {positive}.",
        "A simulation says which consignments were smuggled."
        if record["labels"] == "truth"
        else "Only inspected consignments count. They were chosen, so they are not a sample of all consignments.",
    ]
    if record["left_out"]:
        left = record["left_out"]
        lines.append(
            f"Consignments filed until {left['until']} are left out ({left['rows']:,}), because a model learned from "
            "them."
        )
    if record["capacity"]["instead"]:
        lines.append(
            "The capacity is enough to open most of these consignments anyway. The riskiest "
            f"{record['capacity']['instead']:.0%} are used instead."
        )
    if record["random"] is None:
        lines.append("Random inspections found too few seizures to compare the models on them alone.")
    data = [f"{model['name']} was trained on {model['data']} data" for model in (a, b)]
    return [*lines, f"{data[0]}, {data[1]}."]


def tables(record: Mapping[str, Any]) -> list[Table]:
    """What each model finds, which consignments enter or leave the top, and why."""
    a, b = (model["name"] for model in record["models"])
    finds = [
        [name, *(interval(figure[side]) for side in ("a", "b", "difference"))] for name, figure in _figures(record)
    ]
    moves = [
        [name, f"{move['top']:,}", *(_with_positives(move[way]) for way in ("stayed", "entered", "left"))]
        for name, move in record["moves"].items()
    ]
    result = [
        Table("What each model finds", ["figure", a, b, "difference"], finds, "In brackets: 95% intervals."),
        Table(
            f"Consignments that enter or leave the top, from {a} to {b}",
            ["top", "consignments", "stay", "enter", "leave"],
            moves,
            "In brackets: how many of them were positive.",
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
        result.append(Table("Largest moves into and out of the top 5%", header, rows))
    why = [
        [entry["feature"], entry["flag"] or entry["meaning"], f"{entry['entered']:+.3f}", f"{entry['left']:+.3f}"]
        for entry in record["why"]
    ]
    if why:
        note = (
            f"By how many log-odds {b} rates a feature higher than {a} does, for the consignments that enter the top "
            "5% and for those that leave it."
        )
        result.append(Table("Why they move", ["feature", "what it is", "entering", "leaving"], why, note))
    return result


def verdict(judged: Verdict) -> list[Table]:
    """Each check, whether it was passed, and its figures; the warnings are the note."""
    rows = []
    for check in CHECKS:
        why, figures = judged.refusals.get(check), _figures_of_check(check, judged.figures)
        rows.append([check, "no", why] if why else [check, "yes" if figures else "not known", figures])
    return [Table("Checks", ["check", "passed", "figures"], rows, " ".join(judged.warnings))]


def _figures_of_check(check: str, figures: Mapping[str, Any]) -> str:
    """The figures of a check that was passed; empty if it could not be made."""
    capacity, random, fit = (figures.get(name) for name in ("capacity", "random", "calibration"))
    leaks = figures["leaks"]
    texts = {
        "better at capacity": capacity and _better(capacity),
        "better than chance": figures.get("roc_auc") and f"ROC-AUC {interval(figures['roc_auc']['b'])}",
        "no worse at random": random
        and f"ROC-AUC {interval(random['roc_auc']['difference'])} compared with the champion's",
        "calibrated": fit and f"{fit['expected']:,.1f} seizures expected, {fit['observed']:,} found",
        "not from the future": f"learned until {figures['learned_until']}",
        "not too good": leaks["feature"] and f"best single feature: {leaks['feature']}, {leaks['feature_roc_auc']:.3f}",
        "as good as its card": leaks["comparable"]
        and f"ROC-AUC {interval(leaks['card'])} on its card, {interval(leaks['seen'])} on these consignments",
    }
    return str(texts[check] or "")


def _better(capacity: Mapping[str, Any]) -> str:
    hits = capacity["found"]
    return (
        f"{hits['b']} found in {counted(capacity['boxes'], 'box', 'boxes')}, {hits['a']} by the champion; difference "
        f"in recall at least {capacity['least']:+.3f} (90% confidence)"
    )


def _figures(record: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every figure that both models have, by name."""
    boxes = f"recall, {record['capacity']['boxes']:,} boxes"
    yield boxes, record["capacity"]["recall"]
    for at in record["overall"]["at"]:
        yield f"recall at {at['share']:.0%}", at["recall"]
    yield "ROC-AUC", record["overall"]["roc_auc"]
    yield "PR-AUC", record["overall"]["pr_auc"]
    if record["random"]:
        yield "ROC-AUC, random inspections", record["random"]["roc_auc"]


def _with_positives(moved: Mapping[str, Any]) -> str:
    return f"{moved['rows']:,} ({moved['positives']:,})"


def differences(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """For each figure, its name and the difference between the two models with its interval."""
    for name, figure in _figures(record):
        if figure["difference"]:
            yield {"name": name, **figure["difference"]}
