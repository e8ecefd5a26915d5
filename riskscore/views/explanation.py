"""The explanation of one consignment: printed for people, or as a record for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from riskscore.explanation import checks
from riskscore.explanation.clearing import headline
from riskscore.explanation.sentences import shown
from riskscore.schema import KEY, NOTHING
from riskscore.views import ranking
from riskscore.views.console import basis, hanging, heading, plain, short

if TYPE_CHECKING:
    import polars as pl

    from riskscore.explanation.counterfactual import Counterfactual
    from riskscore.explanation.explanation import Explanation
    from riskscore.model.card import Card

_ELSEWHERE = {*KEY, "goods_items", "port_of_loading", "transhipment_ports", "port_of_discharge"}
"""Columns that the title, the route or other columns show already."""

_MOVES = {"left": "gone", "came": "new", "changed": "changed"}
"""What became of a reason -> the word that is printed."""


def show(screen: Console, explained: Explanation, card: Card, *, history: bool, answered: str = "") -> None:
    """Print the explanation of one consignment. `answered` is a text of `not_assessed` that a stow plan settles."""
    scored, filed = explained.scored.row(0, named=True), explained.consignment.row(0, named=True)
    bill, container = plain(filed["bill_of_lading"]), filed["container_number"]
    title = f"Container {plain(container)} on bill {bill}" if container != NOTHING else f"Number {bill}"
    screen.print(Text(title, style="bold"))
    screen.print(
        f"Rank {scored['rank']:,} of {explained.among:,}; probability {scored['probability']:.2%}, "
        f"margin {scored['margin']:+.2f} log-odds."
    )
    screen.print()
    for name, value in _lines(filed):
        screen.print(hanging(f"{name:<19}", value))
    _amended(screen, explained)
    for title, reasons in (
        ("Reasons to open the box", scored["reasons"]),
        ("Reasons against opening it", scored["mitigating"]),
    ):
        screen.print(heading(title))
        for reason in reasons or []:
            flag = "" if reason["indicator"] is None else f" (flag {reason['indicator']})"
            screen.print(hanging(f"{reason['contribution']:+6.2f}", plain(reason["sentence"]) + flag))
            if reason["contribution"] > 0:
                screen.print(hanging("      ", plain(reason["check"])))
        if not reasons:
            screen.print("Nothing that changes the score.")
    _clearing(screen, explained)
    _altered(screen, explained)
    screen.print(heading("Could not be assessed"))
    for missing in (text for text in scored["not_assessed"] or [] if text != answered):
        screen.print(hanging("-", plain(missing)))
    screen.print()
    screen.print(
        f"The figures are log-odds. A consignment starts at {explained.base:+.2f}, and all features together lead to "
        f"{scored['margin']:+.2f}."
    )
    if not history:
        screen.print(ranking.NO_HISTORY)
    screen.print(basis(card))


def _amended(screen: Console, explained: Explanation) -> None:
    """Print what an amendment changed, and the rank and score without it."""
    if explained.unchanged.is_empty():
        return
    screen.print(heading("Changed by an amendment"))
    _show_changes(screen, explained.changes)
    now, former = (frame.row(0, named=True) for frame in (explained.scored, explained.unchanged))
    screen.print(
        f"With the previous version, it would have rank {former['rank']:,} and probability "
        f"{former['probability']:.2%}. The amendment moved the margin by {now['margin'] - former['margin']:+.2f}."
    )


def _show_changes(screen: Console, changes: pl.DataFrame) -> None:
    """Print each changed column with its old and its new value."""
    for column, before, now in changes.iter_rows():
        old, new = (short(text or "nothing", 140) for text in (before, now))
        screen.print(hanging(f"{column.replace('_', ' '):<19}", f"{old} > {new}"))


def _clearing(screen: Console, explained: Explanation) -> None:
    """Print the checks that would take the consignment out of the red lane."""
    for row in explained.clearing.iter_rows(named=True):
        if row["enough"] and not row["checks"]:
            return
        screen.print(heading("What would take it out of the red lane"))
        screen.print(hanging("", headline(row)))
        for check in row["checks"]:
            screen.print(hanging("-", f"{plain(check['text'])} ({check['effort']})"))
            if check["flags"]:
                screen.print(hanging(" ", f"clears: {plain(', '.join(check['flags']))}"))
        for fact in checks.unsettled(explained.contributions).iter_rows(named=True):
            screen.print(hanging(f"{fact['contribution']:+6.2f}", f"no check can clear: {fact['why']}"))


def _altered(screen: Console, explained: Explanation) -> None:
    """Print the rank, the score and the reasons with the values of --set."""
    altered = explained.counterfactual
    if altered is None:
        return
    screen.print(heading("With the values of --set"))
    _show_changes(screen, altered.fields)
    if altered.fields.is_empty():
        screen.print("These are the values that were filed.")
    filed, changed = (frame.row(0, named=True) for frame in (explained.scored, altered.scored))
    screen.print(
        f"Rank {filed['rank']:,} > {changed['rank']:,} of {explained.among:,}; probability "
        f"{filed['probability']:.2%} > {changed['probability']:.2%}; margin {filed['margin']:+.2f} > "
        f"{changed['margin']:+.2f}."
    )
    for reason in altered.reasons.iter_rows(named=True):
        screen.print(hanging(f"{_MOVES[reason['change']]:<7}", _moved(reason)))
    rest = changed["margin"] - filed["margin"]
    for feature in altered.features.iter_rows(named=True):
        values = " > ".join(shown(feature[name], "") or "not known" for name in ("before", "now"))
        step = feature["contribution"] - feature["contribution_before"]
        rest -= step
        screen.print(hanging(f"{step:+6.2f}", plain(f"{feature['feature'].replace('_', ' ')}: {values}")))
    screen.print(hanging(f"{rest:+6.2f}", "other features, whose values did not change"))


def _moved(reason: Mapping[str, Any]) -> str:
    """A reason that is new, gone or changed, with its contribution."""
    figures = [reason[name] for name in ("contribution_before", "contribution") if reason[name] is not None]
    sentence = plain(reason["before"] if reason["now"] is None else reason["now"])
    return f"{' > '.join(f'{figure:+.2f}' for figure in figures)}  {sentence}"


def _lines(filed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was filed, one line per field, without empty fields."""
    if filed["port_of_loading"]:
        yield "route", ranking.route(filed)
    for name, value in filed.items():
        if value is None or value == [] or name in _ELSEWHERE:
            continue
        if name == "consolidated":
            if value:
                yield "shared container", "other house bills may have goods in it; it is opened once for all of them"
            continue
        text = ", ".join(str(part) for part in value) if isinstance(value, list) else _shown(value)
        yield name.replace("_", " "), short(text, 300)


def _shown(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def record(explained: Explanation) -> dict[str, Any]:
    """The explanation of one consignment, for JSON."""
    return {
        **ranking.records(explained.scored)[0],
        "among": explained.among,
        "base": explained.base,
        "consignment": ranking.records(explained.consignment)[0],
        "contributions": ranking.records(explained.contributions),
        "changes": ranking.records(explained.changes),
        "version_before": next(
            iter(ranking.records(explained.unchanged.select("probability", "margin", "rank"))), None
        ),
        "limit": explained.limit,
        "clearing": next(iter(ranking.records(explained.clearing.drop(KEY))), None),
        "unsettled": ranking.records(checks.unsettled(explained.contributions)),
        "altered": None if explained.counterfactual is None else _altered_record(explained.counterfactual),
    }


def _altered_record(altered: Counterfactual) -> dict[str, Any]:
    return {
        **ranking.records(altered.scored)[0],
        "fields": ranking.records(altered.fields),
        "features_moved": ranking.records(altered.features),
        "reasons_moved": ranking.records(altered.reasons),
    }
