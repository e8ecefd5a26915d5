"""The commands of the group `lake`: `init`, `info`, `reopen`, `compact` and `export`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from riskscore.cli import options
from riskscore.cli.lakes import mending
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.units import counted
from riskscore.usage.help import App
from riskscore.views import console

app = App(
    name="lake",
    help="Create, inspect and maintain a lake.\n\nA lake is the set of tables that `riskscore nightly` writes: "
    "consignments, scores, slates, outcomes and others. It is a folder, or an address such as s3://bucket/lake.",
    epilog=(
        "The settings of an object store come from variables such as RISKSCORE_STORAGE_AWS_ENDPOINT_URL, or from the "
        "TOML file that RISKSCORE_STORAGE names."
    ),
)

Where = Annotated[str, typer.Argument(metavar="LAKE", help="Folder of the lake, or its address: s3://bucket/lake.")]

_UNITS = ("B", "kB", "MB", "GB", "TB")


@app.command()
def init(lake: Where, json: options.Json = False) -> None:
    """Create a lake in a new or empty folder.

    If the lake exists, only the tables that it lacks are created.

    \b
    Examples:
      riskscore lake init /srv/riskscore/lake
      RISKSCORE_STORAGE_AWS_REGION=eu-west-1 riskscore lake init s3://customs-risk/lake
    """
    from riskscore.lake.delta import DeltaLake
    from riskscore.lake.tables import TABLES

    with console.progress():
        step("creating tables")
        created = DeltaLake.create(lake)
    if json:
        console.emit({"lake": created.store.uri, "tables": {table.name: table.row for table in TABLES.values()}})
        return
    screen = console.stdout()
    shown = console.table("table", "what a row is")
    for table in TABLES.values():
        shown.add_row(table.name, table.row)
    screen.print(shown)
    screen.print(f"The lake is at {console.plain(created.store.uri)}.")


@app.command()
def info(lake: Where, json: options.Json = False) -> None:
    """Show the size and the state of each table.

    Prints rows, files, size, version, and the last night and run that wrote to the table. `superseded` counts files
    that only older versions of the table need. `orphans` counts files that no version needs. A run that was killed
    leaves such files. They matter only if they hold rows that the table lacks: then run the killed command again.
    `riskscore lake compact` removes the others.

    \b
    Examples:
      riskscore lake info /srv/riskscore/lake
      riskscore lake info s3://customs-risk/lake --json
    """
    from riskscore.lake import health
    from riskscore.lake.delta import DeltaLake

    with console.progress():
        step("opening the lake")
        opened = DeltaLake.open(lake)
        tables = health.info(opened)
    if json:
        console.emit({"lake": opened.uri, "tables": [asdict(table) for table in tables]})
        return
    screen = console.stdout()
    shown = console.table("table", "rows", "files", "size", "version", "last night", "run", "superseded", "orphans")
    for table in tables:
        shown.add_row(
            table.table,
            f"{table.rows:,}",
            f"{table.files:,}",
            _size(table.bytes),
            "" if table.version is None else f"{table.version:,}",
            "" if table.last_night is None else table.last_night.isoformat(),
            "" if table.last_run is None else f"{table.last_run:,}",
            f"{table.superseded:,}",
            f"{table.orphans:,}",
        )
    screen.print(shown)
    unfinished = {table.table: table.matter for table in tables if table.matter}
    if unfinished:
        named = ", ".join(f"{count:,} of {name}" for name, count in unfinished.items())
        screen.print(f"Orphans with rows that their table lacks: {named}. Run the killed command again.")
    elif any(table.orphans for table in tables):
        screen.print("The tables have all rows of the orphans. `riskscore lake compact` removes the orphans.")


@app.command()
def reopen(
    lake: Where,
    date: Annotated[date, options.day("--date", help="The last closed night.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is reopened. It is kept in the table runs.")],
) -> None:
    """Reopen the last closed night, with a reason that is kept.

    A finished night is closed, and so is every night before it. If a night was closed by mistake, such as one with a
    mistyped date, reopen it. Its rows, scores and slates stay. If it is run again, its slate is not drawn a second
    time: an officer adds boxes with `riskscore slate add`.

    \b
    Example:
      riskscore lake reopen /srv/riskscore/lake --date 2204-01-07 --reason "the date was mistyped"
    """
    from riskscore.lake.open import open_lake
    from riskscore.nightly import opening

    opening.reopen(open_lake(lake), date, reason)
    console.stdout().print(f"The night of {date} is open again. The reason is kept.")


@app.command()
def compact(
    lake: Where,
    keep_days: Annotated[
        int,
        typer.Option(
            min=1,
            max=options.LONGEST,
            metavar="DAYS",
            help="How long to keep files that only older versions of a table need.",
        ),
    ] = 30,
    json: options.Json = False,
) -> None:
    """Merge small files, delete old ones, and shorten the logs.

    No row changes, and nightly runs may continue meanwhile. The rows of every past night can still be read. The one
    exception is the ledger, the counts of what is known of parties, lanes and boxes. It is written again every night,
    and an old state of it can be read only for --keep-days.

    \b
    Examples:
      riskscore lake compact /srv/riskscore/lake
      riskscore lake compact s3://customs-risk/lake --keep-days 400
    """
    from riskscore.lake import upkeep
    from riskscore.lake.delta import DeltaLake

    with console.progress():
        step("opening the lake")
        tables = upkeep.compact(DeltaLake.open(lake), keep=timedelta(days=keep_days))
    if json:
        console.emit({"tables": [asdict(table) for table in tables]})
        return
    screen = console.stdout()
    shown = console.table("table", "small files merged", "into", "old files deleted", "files of the log")
    for table in tables:
        log = "" if table.log is None else f"{table.log:,}"
        shown.add_row(table.table, f"{table.merged:,}", f"{table.into:,}", f"{table.cleared:,}", log)
    screen.print(shown)


@app.command()
def export(
    lake: Where,
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="Table, such as scores. `riskscore lake info` lists the tables.")
    ],
    out: Annotated[Path, typer.Argument(metavar="FILE", help="File to write: .parquet, .csv or .jsonl.")],
    night: Annotated[date | None, options.day(help="Write only the rows of this night.")] = None,
    as_of: Annotated[date | None, options.day(help="Write the table as it was after this night.")] = None,
    json: options.Json = False,
) -> None:
    """Write a table of the lake to a Parquet, CSV or JSON Lines file.

    In a CSV file, lists become JSON text. A text that a spreadsheet would run as a formula gets an apostrophe in front.

    \b
    Examples:
      riskscore lake export /srv/riskscore/lake scores monday.csv --night 2024-03-04
      riskscore lake export /srv/riskscore/lake outcomes then.parquet --as-of 2024-03-04
    """
    from riskscore.lake import upkeep
    from riskscore.lake.delta import DeltaLake

    if night is not None and as_of is not None:
        raise SettingsError("--night writes the rows of one night and --as-of all rows up to a night; give only one")
    with console.progress():
        step("opening the lake")
        opened = DeltaLake.open(lake)
        step(f"writing {table}")
        rows = upkeep.export(opened, table, out, night=night, as_of=as_of)
    if json:
        console.emit({"table": table, "rows": rows, "file": str(out)})
        return
    console.stdout().print(f"{counted(rows, 'row')} of {console.plain(table)} written to {console.plain(out)}.")


for command in mending.COMMANDS:
    app.command()(command)


def _size(count: float) -> str:
    """A number of bytes with a unit, such as 12 MB."""
    for unit in _UNITS[:-1]:
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:,.0f} {_UNITS[-1]}"
