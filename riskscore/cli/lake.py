"""The commands that look after a lake: `lake init`, `lake info`, `lake compact` and `lake export`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.views import console

app = typer.Typer(
    name="lake",
    help="Make, look at and look after the tables that the nights write.",
    epilog=(
        "A lake is a folder, or an address such as s3://bucket/lake. Options of a store come from variables such as "
        "RISKSCORE_STORAGE_AWS_ENDPOINT_URL, or from the TOML file that RISKSCORE_STORAGE names."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)

Where = Annotated[str, typer.Argument(metavar="LAKE", help="Folder of the lake, or its address: s3://bucket/lake.")]

_UNITS = ("B", "kB", "MB", "GB", "TB")


@app.command()
def init(lake: Where, json: options.Json = False) -> None:
    """Make a lake in a new or empty folder; in one that is there, what is missing of it.

    \b
    Examples:
      riskscore lake init /srv/riskscore/lake
      RISKSCORE_STORAGE_AWS_REGION=eu-west-1 riskscore lake init s3://customs-risk/lake
    """
    from riskscore.lake.delta import DeltaLake
    from riskscore.lake.tables import TABLES

    with console.progress():
        step("making tables")
        made = DeltaLake.create(lake)
    if json:
        console.emit({"lake": made.store.uri, "tables": {table.name: table.row for table in TABLES.values()}})
        return
    screen = console.stdout()
    table = console.table("table", "what a row is")
    for declared in TABLES.values():
        table.add_row(declared.name, declared.row)
    screen.print(table)
    screen.print(f"The lake is at {console.plain(made.store.uri)}.")


@app.command()
def info(lake: Where, json: options.Json = False) -> None:
    """Show each table: rows, files, size, version, last night and run, and files that no version refers to.

    A writer that was killed leaves a file behind that nothing refers to, an orphan. It matters only where it holds rows
    that the table does not have: run again what was killed. The others go with `riskscore lake compact`.

    \b
    Examples:
      riskscore lake info /srv/riskscore/lake
      riskscore lake info s3://customs-risk/lake --json
    """
    from riskscore.lake import health
    from riskscore.lake.delta import DeltaLake

    with console.progress():
        step("opening")
        found = DeltaLake.open(lake)
        looked = health.info(found)
    if json:
        console.emit({"lake": found.uri, "tables": [asdict(table) for table in looked]})
        return
    screen = console.stdout()
    shown = console.table("table", "rows", "files", "size", "version", "last night", "run", "superseded", "orphans")
    for table in looked:
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
    matter = {table.table: table.matter for table in looked if table.matter}
    if matter:
        named = ", ".join(f"{count:,} of {name}" for name, count in matter.items())
        screen.print(f"Orphans that hold rows which their table lacks: {named}. Run again what was killed.")
    elif any(table.orphans for table in looked):
        screen.print("No orphan matters: their rows are in the tables. `riskscore lake compact` clears them away.")


@app.command()
def compact(
    lake: Where,
    keep_days: Annotated[
        int, typer.Option(min=1, help="Days that files are kept which only older versions need.")
    ] = 30,
    json: options.Json = False,
) -> None:
    """Merge small files into larger ones, and clear away files that were not needed for --keep-days.

    No row changes, and nights may go on meanwhile. The rows of any past night stay readable; only the ledger of a past
    night, which is written anew every night, cannot be seen again beyond --keep-days.

    \b
    Examples:
      riskscore lake compact /srv/riskscore/lake
      riskscore lake compact s3://customs-risk/lake --keep-days 400
    """
    from riskscore.lake import upkeep
    from riskscore.lake.delta import DeltaLake

    with console.progress():
        step("opening")
        done = upkeep.compact(DeltaLake.open(lake), keep=timedelta(days=keep_days))
    if json:
        console.emit({"tables": [asdict(table) for table in done]})
        return
    screen = console.stdout()
    shown = console.table("table", "small files merged", "into", "old files cleared away")
    for table in done:
        shown.add_row(table.table, f"{table.merged:,}", f"{table.into:,}", f"{table.cleared:,}")
    screen.print(shown)


@app.command()
def export(
    lake: Where,
    table: Annotated[str, typer.Argument(help="Table, such as scores; `riskscore lake info` lists them.")],
    out: Annotated[Path, typer.Argument(help="File to write: .parquet, .csv or .jsonl.")],
    night: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what this night wrote.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The table as it was after this night.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Write a table of the lake as a Parquet, CSV or JSON Lines file, whole or not at all.

    In CSV, lists become JSON text, and what a spreadsheet would run as a formula gets an apostrophe in front.

    \b
    Examples:
      riskscore lake export /srv/riskscore/lake scores monday.csv --night 2024-03-04
      riskscore lake export /srv/riskscore/lake outcomes then.parquet --as-of 2024-03-04
    """
    from riskscore.lake import upkeep
    from riskscore.lake.delta import DeltaLake

    if night is not None and as_of is not None:
        raise SettingsError("--night takes the rows of one night and --as-of all up to one; give one of them")
    with console.progress():
        step("opening")
        found = DeltaLake.open(lake)
        step(f"writing {table}")
        rows = upkeep.export(found, table, out, night=night and night.date(), as_of=as_of and as_of.date())
    if json:
        console.emit({"table": table, "rows": rows, "file": str(out)})
        return
    console.stdout().print(f"{rows:,} rows of {console.plain(table)} are in {console.plain(out)}.")


def _size(count: float) -> str:
    """Bytes as a number below 1,000 with its unit."""
    for unit in _UNITS[:-1]:
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:,.0f} {_UNITS[-1]}"
