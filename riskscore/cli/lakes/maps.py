"""The commands of the group `maps`: `add`, `list` and `remove`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riskscore.cli import options
from riskscore.usage.help import App
from riskscore.views import console

app = App(
    name="maps",
    help="Keep the column maps of senders in a lake.\n\nA column map says which heading means which column. "
    "`riskscore nightly` reads the files of a sender with its map.",
    epilog="`riskscore columns FILE --save MAP.toml` writes a map with what riskscore understood, to be corrected.",
)

Sender = Annotated[
    str, typer.Argument(metavar="SENDER", help="Name of the sender, as `riskscore report --senders` shows it.")
]
Files = Annotated[
    str | None,
    typer.Option(
        metavar="PATTERN",
        help="Only files with such a name, such as 'hl_*.csv'. They count as files of the sender. Default: all files "
        "of the sender.",
    ),
]


@app.command()
def add(
    sender: Sender,
    map: Annotated[Path, typer.Argument(metavar="MAP.toml", help="The column map.")],
    lake: options.Lake,
    files: Files = None,
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Keep a column map for the files of a sender.

    It counts from the next night on and replaces the sender's map with the same pattern. Of several maps, the one with
    the longest fitting pattern counts. A night that was killed is finished with the maps that it began with.

    \b
    Examples:
      riskscore maps add acme acme.toml --lake lake
      riskscore maps add "Harbour Lines" hl.toml --files "hl_*.csv" --lake lake
    """
    from riskscore.casework import column_maps
    from riskscore.lake.open import open_lake
    from riskscore.settings import find_settings

    column_maps.add(open_lake(lake, find_settings(settings)), sender, map, pattern=files)
    if json:
        console.emit({"sender": sender, "files": files, "map": str(map)})
        return
    which = "" if files is None else f" that are named like {console.plain(files)}"
    console.stdout().print(f"Kept. From the next night on, files of {console.plain(sender)}{which} are read with it.")


@app.command("list")
def list_(lake: options.Lake, json: options.Json = False) -> None:
    """List the column maps that are kept.

    \b
    Examples:
      riskscore maps list --lake lake
      riskscore maps list --lake lake --json
    """
    from riskscore.casework.column_maps import ColumnMaps
    from riskscore.lake.open import open_lake

    rows = ColumnMaps.of(open_lake(lake)).rows
    if json:
        console.emit(rows.to_dicts())
        return
    screen = console.stdout()
    if rows.is_empty():
        screen.print("No column map is kept.")
        return
    table = console.table("sender", "files", "since", "lines")
    for sender, pattern, text, at in rows.iter_rows():
        table.add_row(
            console.plain(sender), console.plain(pattern or "all"), f"{at:%Y-%m-%d}", str(len(text.splitlines()))
        )
    screen.print(table)


@app.command()
def remove(sender: Sender, lake: options.Lake, files: Files = None, json: options.Json = False) -> None:
    """Stop using a column map, from the next night on.

    Past nights keep the map that they were read with.

    \b
    Examples:
      riskscore maps remove acme --lake lake
      riskscore maps remove "Harbour Lines" --files "hl_*.csv" --lake lake
    """
    from riskscore.casework import column_maps
    from riskscore.lake.open import open_lake

    column_maps.remove(open_lake(lake), sender, pattern=files)
    if json:
        console.emit({"sender": sender, "files": files})
        return
    console.stdout().print(f"Removed. The next night no longer uses the map of {console.plain(sender)}.")
