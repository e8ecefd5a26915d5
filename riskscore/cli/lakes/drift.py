"""The command `drift`: what has changed in the traffic."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.units import counted
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.monitoring.drift import Drift
    from riskscore.monitoring.performance import Performance

ALARMED = 1
"""Exit code with --fail-on-alarm if there is an alarm."""

SHOWN = 20
"""Rows of the table of changes."""


def drift(
    lake: options.Lake,
    first: Annotated[
        date | None, options.day("--from", help="First night of the period. Default: the night of --to.")
    ] = None,
    last: Annotated[
        date | None, options.day("--to", help="Last night of the period. Default: the last night in the lake.")
    ] = None,
    settings: options.Settings = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report to this file instead: .html or .json.")
    ] = None,
    fail_on_alarm: Annotated[
        bool, typer.Option("--fail-on-alarm", help="Exit with code 1 if there is an alarm.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Show what has changed in the traffic and in the scores.

    Compares a period, by default the last night, with the 28 nights before it. Reports columns that are missing or new,
    values that are new or more frequent, and changes of amounts, scores and features, the largest first. If outcomes
    are known, it also shows how often opened boxes held contraband, with 95% intervals.

    A change is an alarm if it is large and also larger than chance and the usual differences between nights. The table
    [drift] of the settings file sets how large.

    \b
    Examples:
      riskscore drift --lake lake
      riskscore drift --lake lake --from 2026-11-01 --to 2026-11-07 --out drift.html

    \b
    Exit codes:
      0  done
      1  with --fail-on-alarm: there is an alarm
    """
    from riskscore import export
    from riskscore.lake.open import open_lake
    from riskscore.monitoring import drift as comparing
    from riskscore.monitoring import performance
    from riskscore.pages import drift as drift_page
    from riskscore.settings import find_settings

    if first is not None and last is not None and first > last:
        raise SettingsError(f"--from {first} is after --to {last}")
    suffix = console.suffix(out, _WRITTEN)
    opened = open_lake(lake, find_settings(settings))
    with console.progress():
        step("comparing nights")
        changes = comparing.drift(opened, first, last)
        step("looking at outcomes")
        hits = performance.performance(opened, changes.last)
        record = changes.record() | {"performance": hits.record()}
        if out is not None:
            export.write_text(drift_page.html(changes, hits) if suffix == ".html" else console.text(record), out)
    if json:
        console.emit(record)
    elif out is not None:
        console.stdout().print(f"The report is in {console.plain(out)}.")
    else:
        _print(changes, hits)
    if fail_on_alarm and changes.sentences_of(comparing.ALARM):
        raise typer.Exit(ALARMED)


_WRITTEN = (".html", ".json")


def _print(changes: Drift, hits: Performance) -> None:
    """Print the report as sentences and tables."""
    from riskscore.markup import figures
    from riskscore.views import drift as view

    screen = console.stdout()
    period = str(changes.first) if changes.first == changes.last else f"{changes.first} to {changes.last}"
    earlier = counted(len(changes.before), "earlier night")
    screen.print(f"{period}: {counted(changes.rows, 'consignment')}, compared with {earlier}.")
    if changes.young:
        screen.print("There are too few nights to know what is usual, so there are no alarms yet.")
    alarms, notes = changes.sentences_of("alarm"), changes.sentences_of("note")
    for title, sentences in (("Alarms", alarms), ("Notes", notes)):
        if sentences:
            screen.print(console.heading(title))
        for sentence in sentences:
            screen.print(console.hanging("-", console.plain(sentence)))
    if not alarms and not changes.young:
        screen.print("No change is large enough for an alarm.")
    rows = view.rows(changes)[:SHOWN]
    columns = {"what": "what", "kind": "kind", "before": "before", "now": "now", "level": "level"}
    _show("Largest changes", rows, columns)
    rates = [
        {
            "period": str(row["period"]),
            "share": row["share"],
            "boxes": figures.number(row["answered"]),
            "rate": figures.between(figures.percent, row["rate"], row["low"], row["high"]),
        }
        for row in view.in_order(hits.rates).to_dicts()
    ]
    columns = {"period from": "period", "share": "share", "boxes with outcome": "boxes", "hit rate": "rate"}
    _show("How often opened boxes held contraband", rates, columns)


def _show(title: str, rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Print a table of `rows`; `columns` maps headings to keys. Without rows, print nothing."""
    if not rows:
        return
    screen = console.stdout()
    screen.print(console.heading(title))
    table = console.table(*columns)
    for row in rows:
        table.add_row(*(console.plain(row[name]) for name in columns.values()))
    screen.print(table)


COMMANDS = (drift,)
