"""The commands of what inspections found: `record` and `report`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.monitoring.results import Results

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]


def record(
    lake: options.Lake,
    files: Annotated[list[Path], typer.Argument(help="Files of outcomes, in any format that a manifest has.")] = [],
    columns: options.Columns = None,
    settings: options.Settings = None,
    bill: Annotated[str | None, typer.Option(help="Bill of lading, to record one finding by hand.")] = None,
    container: Annotated[str | None, typer.Option(help="Number of the container, such as MSKU1234565.")] = None,
    finding: Annotated[str | None, typer.Option(help="clean, irregular or seizure.")] = None,
    commodity: Annotated[str | None, typer.Option(help="What was found, such as ivory.")] = None,
    quantity_kg: Annotated[float | None, typer.Option(min=0, help="How much of it, in kg.")] = None,
    note: Annotated[str | None, typer.Option(help="Anything else worth keeping.")] = None,
    inspected_at: Annotated[
        datetime | None, typer.Option(formats=_MOMENTS, help="Day or moment (UTC) of the inspection.")
    ] = None,
    known_at: Annotated[
        datetime | None, typer.Option(formats=_MOMENTS, help="When the finding became known (UTC). Default: now.")
    ] = None,
    selected_by: Annotated[
        str | None,
        typer.Option(help="score, explore, random, intelligence or officer. Default: what the slate says."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Record what inspections found: files of outcomes, or one finding by hand.

    Recording the same again adds nothing. A correction is the same bill, container and inspected_at with a later
    known_at; the earlier row stays. Outcomes of a consignment that the lake does not know wait in quarantine, and are
    taken up by a later `record` once its manifest is in.

    \b
    Examples:
      riskscore record --lake /srv/riskscore/lake inspections-may.xlsx
      riskscore record --lake /srv/riskscore/lake --bill BL00012 --container MSKU1234565 --finding clean
      riskscore record --lake /srv/riskscore/lake --bill BL00013 --container TCLU7654321 --finding seizure \\
        --commodity ivory --quantity-kg 1250 --inspected-at 2024-05-03
    """
    from riskscore.casework import outcomes as job
    from riskscore.lake.open import open_lake
    from riskscore.settings import find_settings

    values = {
        "bill_of_lading": bill,
        "container_number": container,
        "finding": finding,
        "commodity": commodity,
        "quantity_kg": quantity_kg,
        "note": note,
        "inspected_at": _utc(inspected_at),
        "known_at": _utc(known_at),
        "selected_by": selected_by,
    }
    given: dict[str, object] = {name: value for name, value in values.items() if value is not None}
    _check(files, given)
    found = open_lake(lake, find_settings(settings))
    with console.progress():
        step("recording")
        if files:
            outcomes, refused = job.read(files, columns=columns, settings=found.settings)
            done = job.record(found, outcomes, refused=refused)
        else:
            done = job.record_one(found, given)
    if json:
        console.emit(asdict(done))
        return
    screen = console.stdout()
    screen.print(
        f"{done.rows:,} read = {done.added:,} recorded + {done.repeated:,} there before + {done.refused:,} that break "
        f"a rule + {done.unknown:,} of unknown consignments; {done.corrections:,} correct what was recorded."
    )
    if done.taken_up:
        screen.print(f"{done.taken_up:,} that waited in quarantine are recorded too: their consignment is known now.")
    for message in done.messages:
        screen.print(f"in quarantine: {console.plain(message)}")


def _check(files: list[Path], given: dict[str, object]) -> None:
    """Raise SettingsError unless either files or one finding by hand are given, with words that are known."""
    from riskscore import schema

    if files and given:
        raise SettingsError(f"give files or one finding by hand, not both: {', '.join(map(str, files[:3]))}")
    needed = {"bill_of_lading": "--bill", "container_number": "--container", "finding": "--finding"}
    missing = [option for name, option in needed.items() if name not in given]
    if not files and missing:
        raise SettingsError(f"nothing to record: give files of outcomes, or {', '.join(missing)}")
    if not math.isfinite(float(str(given.get("quantity_kg", 0)))):
        raise SettingsError(f"--quantity-kg is {given['quantity_kg']}; give a number of kilograms")
    for name, words in (("finding", schema.FINDINGS), ("selected_by", schema.SELECTED_BY)):
        if given.get(name, words[0]) not in words:
            option = f"--{name.replace('_', '-')}"
            raise SettingsError(f"{option} is {given[name]!r}; it is one of {', '.join(words)}")


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


class By(StrEnum):
    """What results are broken down by."""

    port = "port"
    commodity = "commodity"
    month = "month"


_Night = datetime | None


def report(
    lake: options.Lake,
    first: Annotated[_Night, typer.Option("--from", formats=["%Y-%m-%d"], help="First night. Default: all.")] = None,
    last: Annotated[_Night, typer.Option("--to", formats=["%Y-%m-%d"], help="Last night. Default: all.")] = None,
    by: Annotated[By | None, typer.Option(help="Only these results, beside shares and years. Default: all.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the report to this .csv, .json or .html file.")] = None,
    json: options.Json = False,
) -> None:
    """Results what the slates found, what stayed unseen, and the cases of each year.

    Hit rates and the estimate of what was not opened come with intervals of 95%. The estimate rests on exploring and
    random boxes alone, whose chance is known, and not on the model. An .html file is one page with charts that needs
    nothing besides; a .csv file has a row a figure.

    \b
    Examples:
      riskscore report --lake /srv/riskscore/lake
      riskscore report --lake /srv/riskscore/lake --from 2024-01-01 --to 2024-06-30 --by port
      riskscore report --lake /srv/riskscore/lake --out 2024.html
    """
    from riskscore import export
    from riskscore.lake.open import open_lake
    from riskscore.monitoring import results as job
    from riskscore.pages import results
    from riskscore.views import results as view

    if first is not None and last is not None and first > last:
        raise SettingsError(f"--from {first.date()} is after --to {last.date()}")
    suffix = console.suffix(out, _WRITTEN)
    found = open_lake(lake)
    parts = job.BY if by is None else (by.value,)
    with console.progress():
        step("reading")
        made = job.results(found, first and first.date(), last and last.date())
        step("writing")
        record = {name: value for name, value in made.record().items() if name not in job.BY or name in parts}
        if out is not None and suffix == ".csv":
            export.write((view.long(made, parts), out))
        elif out is not None:
            export.write_text(results.html(made) if suffix == ".html" else console.text(record), out)
    if json:
        console.emit(record)
    elif out is not None:
        console.stdout().print(f"The report is in {console.plain(out)}.")
    else:
        _print(made, parts)


_WRITTEN = (".csv", ".json", ".html")


def _print(made: Results, parts: tuple[str, ...]) -> None:
    """Print a report as tables."""
    from riskscore.markup import figures
    from riskscore.views import results as view

    screen = console.stdout()
    screen.print(
        f"{made.first} to {made.last}: {made.candidates:,} consignments of {made.nights:,} nights, "
        f"{made.opened:,} opened."
        if made.nights
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
        return {name: lambda row, name=name: figures.number(row[name]) for name in names}  # type: ignore[misc]

    rate = {"hit rate": lambda row: figures.between(figures.percent, row["rate"], row["low"], row["high"])}
    kilos = {"quantity": lambda row: figures.tonnes(row["quantity_kg"])}
    show(
        "Hit rate by share",
        view.by_share(made).to_dicts(),
        {"share": lambda row: row["share"]} | counts("opened", "answered", "irregular", "seizures") | rate,
    )
    guess = made.unseen
    if guess.estimate is not None:
        screen.print(
            f"Estimated smuggling in {guess.closed:,} consignments that stayed closed: "
            f"{figures.between(figures.number, guess.estimate, guess.low, guess.high)}, from {guess.hits:,} seizures "
            f"in {guess.drawn - guess.awaited:,} drawn boxes."
        )
    unseen = {"unseen": lambda row: figures.between(figures.number, row["estimate"], row["least"], row["most"])}
    for part in parts:
        rows = getattr(made, part).to_dicts()
        name = {part: lambda row, part=part: row[part]}
        if part == "commodity":
            ways = counts("score", "explore", "random", "intelligence", "officer", "unknown")
            show("By commodity: cases, and by whom the box was chosen", rows, name | counts("cases") | kilos | ways)
        else:
            show(f"By {part}", rows, name | counts("opened", "seizures") | rate | kilos | unseen)
    year = {"year": lambda row: str(row["year"])}
    show("Cases by year", made.years.to_dicts(), year | counts(*made.years.columns[1:-2]) | kilos | counts("unweighed"))
    for note in made.notes():
        screen.print(console.hanging("-", console.plain(note)))


COMMANDS = (record, report)
