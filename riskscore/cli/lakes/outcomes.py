"""The commands for inspection results: `record` and `report`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options
from riskscore.cli.lakes import senders
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.units import counted
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.monitoring.results import Results


def record(
    lake: options.Lake,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Tables of inspection results, in any format that a manifest may have."),
    ] = [],
    columns: options.Columns = None,
    settings: options.Settings = None,
    bill: Annotated[str | None, typer.Option(metavar="ID", help="Bill of lading of the inspected box.")] = None,
    container: Annotated[
        str | None, typer.Option(metavar="ID", help="Number of the inspected container, such as MSKU1234565.")
    ] = None,
    finding: Annotated[
        str | None, typer.Option(metavar="FINDING", help="What the inspection found: clean, irregular or seizure.")
    ] = None,
    commodity: Annotated[str | None, typer.Option(metavar="TEXT", help="What was seized, such as ivory.")] = None,
    quantity_kg: Annotated[
        float | None, typer.Option(min=0, metavar="KG", help="Quantity seized, in kilograms.")
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Any remark to keep with the finding.")] = None,
    inspected_at: Annotated[
        datetime | None, options.moment(help="Day, or day and time in UTC, of the inspection.")
    ] = None,
    known_at: Annotated[
        datetime | None,
        options.moment(help="Day, or day and time in UTC, when the finding became known. Default: now."),
    ] = None,
    selected_by: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="Why the box was opened: score, explore, random, intelligence or officer. Default: as the slate says.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Record what inspections found.

    Give either files, or one finding with --bill, --container and --finding.

    Recording the same result twice adds nothing. To correct a result, record it again with the same bill, container and
    inspected_at and a later known_at. The earlier row is kept. A result whose consignment is not in the lake waits in
    quarantine. A later `riskscore record` adds it once the manifest has arrived.

    \b
    Examples:
      riskscore record --lake lake inspections-may.xlsx
      riskscore record --lake lake --bill BL00012 --container MSKU1234565 --finding clean
      riskscore record --lake lake --bill BL00013 --container TCLU7654321 --finding seizure \\
        --commodity ivory --quantity-kg 1250 --inspected-at 2024-05-03
    """
    from riskscore.casework import outcomes as recording
    from riskscore.lake.open import open_lake
    from riskscore.settings import find_settings

    values = {
        "bill_of_lading": bill,
        "container_number": container,
        "finding": finding,
        "commodity": commodity,
        "quantity_kg": quantity_kg,
        "note": note,
        "inspected_at": inspected_at,
        "known_at": known_at,
        "selected_by": selected_by,
    }
    typed: dict[str, object] = {name: value for name, value in values.items() if value is not None}
    _check(files, typed)
    opened = open_lake(lake, find_settings(settings))
    with console.progress():
        step("recording")
        if files:
            outcomes, refused = recording.read(files, columns=columns, settings=opened.settings)
            counts = recording.record(opened, outcomes, refused=refused)
        else:
            counts = recording.record_one(opened, typed)
    if json:
        console.emit(asdict(counts))
        return
    screen = console.stdout()
    screen.print(
        f"{counts.rows:,} read = {counts.added:,} recorded + {counts.repeated:,} recorded before + {counts.refused:,} "
        f"that break a rule + {counts.unknown:,} of unknown consignments. Corrections: {counts.corrections:,}."
    )
    if counts.taken_up:
        screen.print(f"Recorded from quarantine, because the consignment has arrived: {counts.taken_up:,}.")
    for message in counts.messages:
        screen.print(f"In quarantine: {console.plain(message)}")


def _check(files: list[Path], typed: dict[str, object]) -> None:
    """Raise SettingsError unless there are either files or one typed finding, and its words are known."""
    from riskscore import schema

    if files and typed:
        raise SettingsError(f"give either files or one finding, not both: {', '.join(map(str, files[:3]))}")
    needed = {"bill_of_lading": "--bill", "container_number": "--container", "finding": "--finding"}
    missing = [option for name, option in needed.items() if name not in typed]
    if not files and missing:
        what = "a finding is not complete" if typed else "nothing to record"
        raise SettingsError(f"{what}: give {', '.join(missing)}{'' if typed else ', or files of inspection results'}")
    if not math.isfinite(float(str(typed.get("quantity_kg", 0)))):
        raise SettingsError(f"--quantity-kg is {typed['quantity_kg']}; give a number of kilograms")
    for name, words in (("finding", schema.FINDINGS), ("selected_by", schema.SELECTED_BY)):
        if typed.get(name, words[0]) not in words:
            option = f"--{name.replace('_', '-')}"
            raise SettingsError(f"{option} is {typed[name]!r}; it must be one of {', '.join(words)}")


class By(StrEnum):
    """What results are broken down by."""

    port = "port"
    commodity = "commodity"
    month = "month"


def report(
    lake: options.Lake,
    first: Annotated[date | None, options.day("--from", help="First night. Default: the first with a slate.")] = None,
    last: Annotated[date | None, options.day("--to", help="Last night. Default: the last with a slate.")] = None,
    by: Annotated[
        By | None,
        typer.Option(
            metavar="port|commodity|month",
            help="Show only this breakdown, next to the results by share and by year. Default: all three.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the report to this file instead: a page with charts (.html), one row per figure (.csv) or "
            "everything (.json).",
        ),
    ] = None,
    of_senders: Annotated[
        bool, typer.Option("--senders", help="Report how well each sender fills in its files instead.")
    ] = False,
    nights: Annotated[
        int, typer.Option(min=1, metavar="N", help="With --senders: how many of the last nights with files to report.")
    ] = 7,
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Report what inspections found, or how files were filled in.

    Shows what inspections found and what they may have missed: the hit rate of each share of the slates, an estimate
    of the smuggling in boxes that stayed closed, the results by port, commodity and month, and the cases of each year.
    Hit rates and estimates have 95% intervals. The estimate uses only boxes that were opened at random or to explore,
    because their chance is known. It does not use the model.

    With --senders, it shows for each sender how many rows were refused, how many are doubtful (a value was not
    understood, or was read with a note), and which fields are missing. Senders that have changed are named first. The
    usual share is that of the sender's 28 nights before. --json also prints the fields that are never filled. The
    sender of a file is the one in the table [senders] of the settings whose pattern fits the name of the file,
    otherwise the one of a column map (see `riskscore maps add --help`), otherwise the words of the file's name:

    \b
      [senders]
      "Harbour Lines" = ["hl_*.csv", "harbour*"]

    \b
    Examples:
      riskscore report --lake lake
      riskscore report --senders --lake lake --nights 1
      riskscore report --lake lake --from 2024-01-01 --to 2024-06-30 --by port
      riskscore report --lake lake --out 2024.html
    """
    from riskscore import export
    from riskscore.lake.open import open_lake
    from riskscore.monitoring import results as counting
    from riskscore.pages import results as page
    from riskscore.views import results as view

    if of_senders:
        if first or last or by or out:
            raise SettingsError("--senders reports the last --nights; leave out --from, --to, --by and --out")
        senders.show(lake, nights, settings, json=json)
        return
    if first is not None and last is not None and first > last:
        raise SettingsError(f"--from {first} is after --to {last}")
    suffix = console.suffix(out, _WRITTEN)
    opened = open_lake(lake)
    parts = counting.BY if by is None else (by.value,)
    with console.progress():
        step("reading")
        results = counting.results(opened, first, last)
        step("writing")
        record = {name: value for name, value in results.record().items() if name not in counting.BY or name in parts}
        if out is not None and suffix == ".csv":
            export.write((view.long(results, parts), out))
        elif out is not None:
            export.write_text(page.html(results) if suffix == ".html" else console.text(record), out)
    if json:
        console.emit(record)
    elif out is not None:
        console.stdout().print(f"The report is in {console.plain(out)}.")
    else:
        _print(results, parts)


_WRITTEN = (".csv", ".json", ".html")
_HEADINGS = {"answered": "with outcome", "unweighed": "without a weight", "unknown": "not known"}


def _print(results: Results, parts: tuple[str, ...]) -> None:
    """Print a report as tables."""
    from riskscore.markup import figures
    from riskscore.views import results as view

    screen = console.stdout()
    screen.print(
        f"{results.first} to {results.last}: {counted(results.candidates, 'consignment')} in "
        f"{counted(results.nights, 'night')}, {results.opened:,} opened."
        if results.nights
        else "No slate was drawn in this period."
    )

    def show(title: str, rows: list[dict[str, Any]], columns: dict[str, Callable[[dict[str, Any]], str]]) -> None:
        screen.print(console.heading(title))
        table = console.table(*columns)
        for column in table.columns[1:]:
            column.justify = "right"
        for row in rows:
            table.add_row(*(console.plain(cell(row)) for cell in columns.values()))
        screen.print(table)

    def counts(*names: str) -> dict[str, Callable[[dict[str, Any]], str]]:
        return {
            _HEADINGS.get(name, name): lambda row, name=name: figures.number(row[name])  # type: ignore[misc]
            for name in names
        }

    rate = {"hit rate": lambda row: figures.between(figures.percent, row["rate"], row["low"], row["high"])}
    kilos = {"quantity": lambda row: figures.tonnes(row["quantity_kg"])}
    show(
        "Hit rate by share",
        view.by_share(results).to_dicts(),
        {"share": lambda row: row["share"]} | counts("opened", "answered", "irregular", "seizures") | rate,
    )
    missed = results.unseen
    if missed.estimate is not None:
        estimate = figures.between(figures.number, missed.estimate, missed.low, missed.high)
        screen.print(
            f"Estimated smuggling cases in {counted(missed.closed, 'consignment')} that stayed closed: {estimate}. The "
            f"estimate is based on {counted(missed.hits, 'seizure')} in "
            f"{counted(missed.drawn - missed.awaited, 'drawn box', 'drawn boxes')}."
        )
    unseen = {
        "estimate in closed boxes": lambda row: figures.between(
            figures.number, row["estimate"], row["least"], row["most"]
        )
    }
    for part in parts:
        rows = getattr(results, part).to_dicts()
        name = {part: lambda row, part=part: row[part]}
        if part == "commodity":
            shares = counts("score", "explore", "random", "intelligence", "officer", "unknown")
            show("By commodity: cases, and why the box was opened", rows, name | counts("cases") | kilos | shares)
        else:
            show(f"By {part}", rows, name | counts("opened", "seizures") | rate | kilos | unseen)
    year = {"year": lambda row: str(row["year"])}
    columns = counts(*results.years.columns[1:-2]) | kilos | counts("unweighed")
    show("Cases by year", results.years.to_dicts(), year | columns)
    for note in results.notes():
        screen.print(console.hanging("-", console.plain(note)))


COMMANDS = (record, report)
