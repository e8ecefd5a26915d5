"""How one consignment in full looks: on a screen for people, as a record for machines."""

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
    from riskscore.explanation.counterfactual import Counterfactual
    from riskscore.explanation.explanation import Explanation
    from riskscore.model.card import Card

_ELSEWHERE = {*KEY, "goods_items", "port_of_loading", "transhipment_ports", "port_of_discharge"}
"""Columns that stand in an explanation's title and route, or are summed up by others."""


def show(screen: Console, explained: Explanation, card: Card, *, history: bool) -> None:
    """Print one consignment in full."""
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
    for title, told in (("Speaks for opening it", scored["reasons"]), ("Speaks against", scored["mitigating"])):
        screen.print(heading(title))
        for reason in told or []:
            flag = "" if reason["indicator"] is None else f" (flag {reason['indicator']})"
            screen.print(hanging(f"{reason['contribution']:+6.2f}", plain(reason["sentence"]) + flag))
            if reason["contribution"] > 0:
                screen.print(hanging("      ", plain(reason["check"])))
        if not told:
            screen.print("Nothing that moves the score.")
    _clearing(screen, explained)
    _altered(screen, explained)
    screen.print(heading("Could not be assessed"))
    for missing in scored["not_assessed"] or []:
        screen.print(hanging("-", plain(missing)))
    screen.print()
    screen.print(
        f"The figures are log-odds: from {explained.base:+.2f} for any consignment, all features together lead to "
        f"{scored['margin']:+.2f}."
    )
    if not history:
        screen.print(ranking.NO_HISTORY)
    screen.print(basis(card))


def _amended(screen: Console, explained: Explanation) -> None:
    """Print what the version before said otherwise, and how it would stand."""
    if explained.unchanged.is_empty():
        return
    screen.print(heading("Amended"))
    for column, before, now in explained.changes.iter_rows():
        was, is_now = (short(text or "nothing", 140) for text in (before, now))
        screen.print(hanging(f"{column.replace('_', ' '):<19}", f"{was} > {is_now}"))
    now, former = (frame.row(0, named=True) for frame in (explained.scored, explained.unchanged))
    screen.print(
        f"As the version before said it, it would be rank {former['rank']:,} with probability "
        f"{former['probability']:.2%}; the amendment moved the margin by {now['margin'] - former['margin']:+.2f}."
    )


def _clearing(screen: Console, explained: Explanation) -> None:
    """Print which checks would take it out of the red lane."""
    for row in explained.clearing.iter_rows(named=True):
        if row["enough"] and not row["checks"]:
            return
        screen.print(heading("What would take it out of the red lane"))
        screen.print(hanging("", headline(row)))
        for check in row["checks"]:
            screen.print(hanging("-", f"{plain(check['text'])} ({check['effort']})"))
            if check["flags"]:
                screen.print(hanging(" ", f"settles: {plain(', '.join(check['flags']))}"))
        for fact in checks.unsettled(explained.contributions).iter_rows(named=True):
            screen.print(hanging(f"{fact['contribution']:+6.2f}", f"no check settles: {fact['why']}"))


def _altered(screen: Console, explained: Explanation) -> None:
    """Print what became of it with other values."""
    altered = explained.counterfactual
    if altered is None:
        return
    screen.print(heading("As changed"))
    for column, before, now in altered.fields.iter_rows():
        was, is_now = (short(text or "nothing", 140) for text in (before, now))
        screen.print(hanging(f"{column.replace('_', ' '):<19}", f"{was} > {is_now}"))
    if altered.fields.is_empty():
        screen.print("The values set are those that were filed.")
    filed, anew = (frame.row(0, named=True) for frame in (explained.scored, altered.scored))
    screen.print(
        f"Rank {filed['rank']:,} > {anew['rank']:,} of {explained.among:,}; probability {filed['probability']:.2%} > "
        f"{anew['probability']:.2%}; margin {filed['margin']:+.2f} > {anew['margin']:+.2f}."
    )
    for reason in altered.reasons.iter_rows(named=True):
        screen.print(hanging(f"{reason['change']:<7}", _moved(reason)))
    rest = anew["margin"] - filed["margin"]
    for feature in altered.features.iter_rows(named=True):
        values = " > ".join(shown(feature[name], "") or "not known" for name in ("before", "now"))
        step = feature["contribution"] - feature["contribution_before"]
        rest -= step
        screen.print(hanging(f"{step:+6.2f}", plain(f"{feature['feature'].replace('_', ' ')}: {values}")))
    screen.print(hanging(f"{rest:+6.2f}", "features whose value stayed, beside those"))


def _moved(reason: Mapping[str, Any]) -> str:
    """A reason that left, came or changed, with what it contributes."""
    figures = [reason[name] for name in ("contribution_before", "contribution") if reason[name] is not None]
    sentence = plain(reason["before"] if reason["now"] is None else reason["now"])
    return f"{' > '.join(f'{figure:+.2f}' for figure in figures)}  {sentence}"


def _lines(filed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was filed, a line a field, without what was left open."""
    if filed["port_of_loading"]:
        yield "route", ranking.route(filed)
    for name, value in filed.items():
        if value is None or value == [] or name in _ELSEWHERE:
            continue
        text = ", ".join(str(part) for part in value) if isinstance(value, list) else _shown(value)
        yield name.replace("_", " "), short(text, 300)


def _shown(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def record(explained: Explanation) -> dict[str, Any]:
    """One consignment in full, for machines."""
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
