"""The command `report`: what a lake knows about those who send manifests."""

from __future__ import annotations

from typing import Annotated

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.views import console


def report(
    lake: options.Lake,
    senders: Annotated[bool, typer.Option("--senders", help="Report how well each sender fills in its files.")] = False,
    nights: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many of the last nights with files to report.")
    ] = 7,
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Show how well each sender fills in its files.

    For each sender: how many rows were refused, how many are doubtful (a value was not understood, or was read with
    a note), and which fields are missing. Senders that have changed are named first. The usual share is that of the
    sender's 28 nights before. --json also prints the fields that are never filled.

    The sender of a file is the one in the table [senders] of the settings whose pattern fits the name of the file,
    otherwise the one of a column map (see `riskscore maps add --help`), otherwise the words of the file's name.

      [senders]
      "Harbour Lines" = ["hl_*.csv", "harbour*"]

    \b
    Examples:
      riskscore report --senders --lake lake
      riskscore report --senders --lake lake --nights 1 --json
    """
    from riskscore.lake.open import open_lake
    from riskscore.monitoring import senders as quality
    from riskscore.monitoring import sentences
    from riskscore.monitoring.thresholds import Thresholds
    from riskscore.settings import find_settings
    from riskscore.views import senders as view

    if not senders:
        raise SettingsError("say what to report: --senders")
    opened = open_lake(lake, find_settings(settings))
    limits = Thresholds.of(opened.settings.drift)
    with console.progress():
        step("reading the quality of files")
        first, last = quality.period(opened, nights)
        shares = quality.shares(opened, first, last, limits)
        step("comparing senders with their past")
        changes = [sentences.sender(move) for move in quality.risen(opened, first, last, limits).iter_rows(named=True)]
    record = view.record(shares, first, last, changes)
    if json:
        console.emit(record)
        return
    screen = console.stdout()
    period = f"Night of {first}" if first == last else f"Nights from {first} to {last}"
    screen.print(f"{period}. The usual share is that of the same sender, on up to {limits.nights} nights before.")
    for sentence in changes:
        screen.print(console.hanging("-", console.plain(sentence)))
    table = console.table("sender", "files", "rows", "refused", "doubtful", "missing")
    for row in view.rows(record):
        table.add_row(*map(console.plain, row.values()))
    screen.print(table)


COMMANDS = (report,)
