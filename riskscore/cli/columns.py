"""The commands that show how a file is read and what is measured: `columns` and `features`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import options, reading
from riskscore.views import console

if TYPE_CHECKING:
    from rich.console import Console

    from riskscore.errors import LeftAsideError
    from riskscore.features.catalogue import Catalogue, Feature
    from riskscore.manifest.understood import Understood

DIRECTIONS = {1: "can only raise the risk", -1: "can only lower the risk", 0: "can raise or lower the risk"}
"""How a higher value of a feature can change the risk."""


def columns(
    file: options.File,
    columns: options.Columns = None,
    settings: options.Settings = None,
    encoding: reading.Encoding = None,
    day_first: reading.DayFirst = False,
    month_first: reading.MonthFirst = False,
    year_first: reading.YearFirst = False,
    filed_at: reading.FiledAt = None,
    propose: Annotated[
        bool,
        typer.Option(
            "--propose",
            help="Print a settings file for this table instead: a service's own fields, profiles, findings.",
        ),
    ] = False,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="HEADING",
            help="With --propose: rows with the same value under this heading are one case.",
        ),
    ] = None,
    number_rows: Annotated[
        bool,
        typer.Option(
            "--number-rows", help="With --propose: no column identifies a row; each row is a case of its own."
        ),
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="MAP.toml", help="Also write how the headings were understood, as a file for --columns."
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Show how a manifest would be read, without scoring it.

    Prints the format and the encoding, and which column and unit each heading was understood as. A heading that is not
    recognised is ignored. To use it, name its column in a TOML file and give that file with --columns:

    \b
      [columns]
      "Box no." = "container_number"
      "Internal remark" = "ignore"

    \b
    Examples:
      riskscore columns tonight.csv
      riskscore columns tonight.csv --columns ours.toml
      riskscore columns tonight.csv --save ours.toml
      riskscore columns tonight.csv --encoding koi8_r --day-first
      riskscore columns declarations.csv --propose > riskscore.toml
      riskscore columns lines.csv --propose --number-rows > riskscore.toml
    """
    from riskscore import export
    from riskscore.errors import LeftAsideError, SettingsError
    from riskscore.manifest import column_map, read
    from riskscore.proposal import propose as proposals
    from riskscore.settings import find_settings

    if (key is not None or number_rows) and not propose:
        raise SettingsError("--key and --number-rows say what identifies a row in proposed settings: add --propose")
    if key is not None and number_rows:
        raise SettingsError("--key and --number-rows contradict each other; give only one of them")
    if propose:
        typer.echo(proposals.propose(file, key=key, number_rows=number_rows), nl=False)
        return
    if save is not None:
        export.check(save, endings=(".toml",), inputs=[file])
    said = reading.hints(encoding, day_first, month_first, year_first, filed_at)
    try:
        understood = read.understand(file, columns=columns, settings=find_settings(settings), hints=said)
    except LeftAsideError as message:
        _print_message(file, message, json=json)
        return
    if save is not None:
        export.write_text(column_map.as_toml(understood), save, public=True)
    if json:
        console.emit(asdict(understood))
        return
    _print_understood(understood)
    if save is not None:
        console.stdout().print(f"The column map is in {console.plain(save)}.")


def _print_understood(understood: Understood) -> None:
    """Print how a file is read: its format, its headings, and what was decided."""
    screen = console.stdout()
    facts = {
        "file": understood.file,
        "format": understood.format,
        "encoding": understood.encoding,
        "delimiter": repr(understood.delimiter) if understood.delimiter else None,
        "sheet": understood.sheet,
    }
    for name, value in facts.items():
        if value is not None:
            screen.print(f"{name:<10} {console.plain(value)}")
    table = console.table("heading", "column", "unit")
    for heading in understood.headings:
        table.add_row(console.short(heading.source, 50), heading.column or "(ignored)", heading.unit or "")
    screen.print(table)
    for note in understood.notes:
        screen.print(f"note: {console.plain(note)}")
    for part in understood.not_understood:
        screen.print(f"note: {console.plain(part.sentence())}")
    if understood.missing:
        way = ", or give the moment of filing with --filed-at" if "filed_at" in understood.missing else ""
        screen.print(
            f"Required columns not found: {', '.join(understood.missing)}. Name their headings with --columns{way}."
        )


def _print_message(file: Path, message: LeftAsideError, *, json: bool) -> None:
    """Print what a message is that is known and is no manifest; of a stow plan, what is aboard."""
    from riskscore.errors import StowPlanError
    from riskscore.manifest import stow_plans

    facts = stow_plans.facts(stow_plans.read(file)) if isinstance(message, StowPlanError) else {}
    if json:
        console.emit({"file": str(file), "left_aside": str(message), **facts})
        return
    screen = console.stdout()
    screen.print(console.plain(str(message)))
    for name, value in facts.items():
        screen.print(f"{name.replace('_', ' '):<20} {console.plain(value)}")


def features(model: options.Model = None, settings: options.Settings = None, json: options.Json = False) -> None:
    """List what is measured: each feature with its red flag.

    For each feature: its meaning, its unit, whether a higher value can raise or lower the risk, the red flags that it
    measures, and where they were published. A feature that is newer than the model is marked as not in this model yet.
    At the end are the red flags that no manifest can show, with the data that they would need.

    \b
    Examples:
      riskscore features
      riskscore features --json
      riskscore features --settings ours.toml
    """
    from riskscore.features import own
    from riskscore.lifecycle.models import read_card
    from riskscore.settings import find_settings

    catalogue = own.catalogue(find_settings(settings))
    trained = set(read_card(model).features)
    if json:
        console.emit(
            {
                "features": [
                    {
                        **asdict(feature),
                        "flags": [catalogue.flags[number] for number in feature.indicators],
                        "in_model": feature.name in trained,
                    }
                    for feature in catalogue.features.values()
                ],
                "measured": catalogue.measured,
                "unassessable": [
                    {"indicator": number, "flag": catalogue.flags[number], "needs": needs}
                    for number, needs in catalogue.unassessable.items()
                ],
            }
        )
        return
    screen = console.stdout()
    families = dict.fromkeys(feature.family for feature in catalogue.features.values())
    for family in families:
        screen.print(console.heading(family))
        for feature in catalogue.features.values():
            if feature.family == family:
                _print(screen, feature, catalogue, is_new=feature.name not in trained)
    screen.print(console.heading("cannot be assessed from a manifest"))
    table = console.table("flag", "what it is", "data that it would need")
    for number, needs in catalogue.unassessable.items():
        table.add_row(str(number), catalogue.flags[number], needs)
    screen.print(table)
    measured, flags = len(catalogue.measured), len(catalogue.flags)
    screen.print(f"{len(catalogue.features)} features measure {measured} of {flags} red flags.")


def _print(screen: Console, feature: Feature, catalogue: Catalogue, *, is_new: bool) -> None:
    flags = "; ".join(f"flag {number}: {catalogue.flags[number]}" for number in feature.indicators) or "no red flag"
    screen.print(console.hanging(f"{feature.name:<36}", f"{feature.meaning} ({feature.unit})"))
    screen.print(console.hanging(" " * 36, f"{DIRECTIONS[feature.direction]}; {flags}; source: {feature.source}"))
    if is_new:
        screen.print(console.hanging(" " * 36, "not in this model yet"))


COMMANDS = (columns, features)
