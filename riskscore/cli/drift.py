"""The command of what changes from night to night: `drift`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.monitoring.drift import Drift
    from riskscore.monitoring.performance import Performance

ALARMED = 1
"""Exit code with --fail-on-alarm where something is an alarm."""

SHOWN = 20
"""Rows of the table of moves."""

_Night = datetime | None


def drift(
    lake: options.Lake,
    first: Annotated[
        _Night, typer.Option("--from", formats=["%Y-%m-%d"], help="First night of the period. Default: --to.")
    ] = None,
    last: Annotated[
        _Night, typer.Option("--to", formats=["%Y-%m-%d"], help="Last night of the period. Default: the last one.")
    ] = None,
    settings: options.Settings = None,
    out: Annotated[Path | None, typer.Option(help="Write the report to this .html or .json file.")] = None,
    fail_on_alarm: Annotated[
        bool, typer.Option("--fail-on-alarm", help="Exit with 1 where something is an alarm.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Tell what has changed: a period of nights beside the nights before it, what moved most first.

    Columns that went missing or appeared, values that are new or have become more, amounts, scores and features. A
    change is an alarm where it is large (the table [drift] of the settings says how large) and beyond what sampling
    and the usual nights show. Where outcomes are known, also how often opened boxes had a find, with intervals.

    \b
    Examples:
      riskscore drift --lake /srv/riskscore/lake
      riskscore drift --lake /srv/riskscore/lake --from 2026-11-01 --to 2026-11-07 --out drift.html
    """
    from riskscore import export
    from riskscore.lake.open import open_lake
    from riskscore.monitoring import drift as job
    from riskscore.monitoring import performance
    from riskscore.pages import drift as drift_page
    from riskscore.settings import find_settings

    if first is not None and last is not None and first > last:
        raise SettingsError(f"--from {first.date()} is after --to {last.date()}")
    suffix = console.suffix(out, _WRITTEN)
    found = open_lake(lake, find_settings(settings))
    with console.progress():
        step("comparing nights")
        made = job.drift(found, first and first.date(), last and last.date())
        step("looking at outcomes")
        done = performance.performance(found, made.last)
        record = made.record() | {"performance": done.record()}
        if out is not None:
            export.write_text(drift_page.html(made, done) if suffix == ".html" else console.text(record), out)
    if json:
        console.emit(record)
    elif out is not None:
        console.stdout().print(f"The report is in {console.plain(out)}.")
    else:
        _print(made, done)
    if fail_on_alarm and made.sentences_of(job.ALARM):
        raise typer.Exit(ALARMED)


_WRITTEN = (".html", ".json")


def _print(made: Drift, done: Performance) -> None:
    """Print a report as sentences and tables."""
    from riskscore.markup import figures
    from riskscore.views import drift as view

    screen = console.stdout()
    span = str(made.first) if made.first == made.last else f"{made.first} to {made.last}"
    screen.print(f"{span}: {made.rows:,} consignments, beside {len(made.before):,} nights before.")
    if made.young:
        screen.print("Too few nights to say what is usual; nothing is an alarm yet.")
    alarms, notes = made.sentences_of("alarm"), made.sentences_of("note")
    for title, sentences in (("Alarms", alarms), ("Notes", notes)):
        if sentences:
            screen.print(console.heading(title))
        for sentence in sentences:
            screen.print(console.hanging("-", console.plain(sentence)))
    if not alarms and not made.young:
        screen.print("Nothing moved far enough to be an alarm.")
    rows = view.rows(made)[:SHOWN]
    _show("What moved most", rows, {"what": "what", "kind": "kind", "usual": "before", "now": "now", "level": "level"})
    rates = [
        {
            "period": str(row["period"]),
            "share": row["share"],
            "boxes": figures.number(row["answered"]),
            "rate": figures.between(figures.percent, row["rate"], row["low"], row["high"]),
        }
        for row in view.in_order(done.rates).to_dicts()
    ]
    columns = {"period from": "period", "share": "share", "with outcome": "boxes", "hit rate": "rate"}
    _show("What opened boxes held", rates, columns)


def _show(title: str, rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """A table of `rows`, whose columns have these headings; nothing where there are no rows."""
    if not rows:
        return
    screen = console.stdout()
    screen.print(console.heading(title))
    table = console.table(*columns)
    for row in rows:
        table.add_row(*(console.plain(row[name]) for name in columns.values()))
    screen.print(table)


COMMANDS = (drift,)
