"""The commands that show what the engine knows before it scores anything: `columns` and `features`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import options
from riskscore.views import console

if TYPE_CHECKING:
    from rich.console import Console

    from riskscore.features.catalogue import Catalogue, Feature

DIRECTIONS = {1: "can only raise the risk", -1: "can only lower the risk", 0: "can raise or lower the risk"}
"""What more of a feature can do to the risk."""


def columns(
    file: options.File,
    columns: options.Columns = None,
    settings: options.Settings = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Print settings for this file instead: own fields, profiles, findings.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Show how a manifest would be read: format, encoding, and which heading was taken for which column and unit.

    Nothing is scored. A heading that is not known is left aside; name it in a TOML file and give that with --columns:

    \b
      [columns]
      "Box no." = "container_number"
      "Internal remark" = "ignore"

    \b
    Examples:
      riskscore columns tonight.csv
      riskscore columns tonight.csv --columns ours.toml
      riskscore columns declarations.csv --propose > riskscore.toml
    """
    from riskscore.manifest import propose as proposals
    from riskscore.manifest import read
    from riskscore.settings import find_settings

    if propose:
        typer.echo(proposals.propose(file), nl=False)
        return
    understood = read.understand(file, columns=columns, settings=find_settings(settings))
    if json:
        console.emit(asdict(understood))
        return
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
        table.add_row(console.short(heading.source, 50), heading.column or "(left aside)", heading.unit or "")
    screen.print(table)
    for note in understood.notes:
        screen.print(f"note: {console.plain(note)}")
    if understood.missing:
        screen.print(f"required and not found: {', '.join(understood.missing)}; name their headings with --columns")


def features(model: options.Model = None, settings: options.Settings = None, json: options.Json = False) -> None:
    """List the catalogue: every feature with its red flag, meaning, unit, direction and source.

    A feature that was declared after the model was trained is marked as not in this model yet. Below the catalogue
    stand the red flags that no manifest can answer, with what they would need.

    \b
    Examples:
      riskscore features
      riskscore features --json
      riskscore features --settings ours.toml
    """
    from riskscore.features import own
    from riskscore.lifecycle.models import read_card
    from riskscore.settings import find_settings

    known = own.catalogue(find_settings(settings))
    trained = set(read_card(model).features)
    if json:
        console.emit(
            {
                "features": [
                    {
                        **asdict(feature),
                        "flags": [known.flags[number] for number in feature.indicators],
                        "in_model": feature.name in trained,
                    }
                    for feature in known.features.values()
                ],
                "measured": known.measured,
                "unassessable": [
                    {"indicator": number, "flag": known.flags[number], "needs": needs}
                    for number, needs in known.unassessable.items()
                ],
            }
        )
        return
    screen = console.stdout()
    families = dict.fromkeys(feature.family for feature in known.features.values())
    for family in families:
        screen.print(console.heading(family))
        for feature in known.features.values():
            if feature.family == family:
                _print(screen, feature, known, is_new=feature.name not in trained)
    screen.print(console.heading("cannot be assessed from a manifest"))
    table = console.table("flag", "what it is", "would need")
    for number, needs in known.unassessable.items():
        table.add_row(str(number), known.flags[number], needs)
    screen.print(table)
    screen.print(f"{len(known.features)} features measure {len(known.measured)} of {len(known.flags)} red flags.")


def _print(screen: Console, feature: Feature, known: Catalogue, *, is_new: bool) -> None:
    flags = "; ".join(f"flag {number}: {known.flags[number]}" for number in feature.indicators) or "no red flag"
    screen.print(console.hanging(f"{feature.name:<36}", f"{feature.meaning} ({feature.unit})"))
    screen.print(console.hanging(" " * 36, f"{DIRECTIONS[feature.direction]}; {flags}; source: {feature.source}"))
    if is_new:
        screen.print(console.hanging(" " * 36, "not in this model yet"))


COMMANDS = (columns, features)
