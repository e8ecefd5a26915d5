"""The command that tries policies on past nights: `whatif`."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.whatif.trial import WhatIf

_Night = datetime | None

_WRITTEN = (".html", ".json")


def whatif(
    lake: options.Lake,
    first: Annotated[_Night, typer.Option("--from", formats=["%Y-%m-%d"], help="First night. Default: all.")] = None,
    last: Annotated[_Night, typer.Option("--to", formats=["%Y-%m-%d"], help="Last night. Default: all.")] = None,
    capacity: Annotated[
        Path | None, typer.Option(help="TOML of capacities, as the night takes it. Default: as the slates were drawn.")
    ] = None,
    boxes: Annotated[
        list[int], typer.Option(metavar="N...", help="Boxes opened a port and day; several are tried one by one.")
    ] = [],
    shares: Annotated[
        tuple[float, float, float] | None,
        typer.Option(metavar="SCORE EXPLORE RANDOM", help="Parts of the opened boxes, 1 together."),
    ] = None,
    threshold: Annotated[
        list[float],
        typer.Option(metavar="P...", help="Least probability that the score opens, 0 to 1; several as with --boxes."),
    ] = [],
    model: Annotated[
        str | None, typer.Option(help="A model that scores the nights again, with what was known then.")
    ] = None,
    settings: options.Settings = None,
    out: Annotated[
        Path | None, typer.Option(help="Write a page to this .html file, or the figures to a .json file.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Try other capacities, shares, thresholds or another model on past nights, before anything is switched.

    Tells what would have been opened, scanned and checked, which seizures would be kept and lost, and how many others
    would be found among boxes that stayed closed, with intervals of 95%. These rest on boxes that were drawn by lot,
    with a known chance, and not on the model. Nothing in the lake is changed.

    \b
    Examples:
      riskscore whatif --lake lake --boxes 4 6 8 --out boxes.html
      riskscore whatif --lake lake --capacity new.toml --from 2024-03-01 --to 2024-03-31
      riskscore whatif --lake lake --shares 0.9 0 0.1 --threshold 0.01 0.02 0.05
      riskscore whatif --lake lake --model models/ours --json
    """
    from riskscore import export
    from riskscore.lake.open import open_lake
    from riskscore.pages import whatif as page
    from riskscore.selection import capacity as capacities
    from riskscore.settings import find_settings
    from riskscore.whatif import trial
    from riskscore.whatif.policy import Policy

    if first is not None and last is not None and first > last:
        raise SettingsError(f"--from {first.date()} is after --to {last.date()}")
    suffix = console.suffix(out, _WRITTEN)
    limits = capacities.read(capacity) if capacity else None
    parts = capacities.Shares(*shares) if shares else None
    policies = [
        Policy(limits, count, parts, least, model, capacity.name if capacity else None)
        for count, least in product(dict.fromkeys(boxes) or (None,), dict.fromkeys(threshold) or (None,))
    ]
    with console.progress():
        place = open_lake(lake, find_settings(settings))
        found = trial.whatif(place, policies, first and first.date(), last and last.date())
        if out is not None:
            step("writing")
            export.write_text(page.html(found) if suffix == ".html" else console.text(found.record()), out)
    if json:
        console.emit(found.record())
    elif out is not None:
        console.stdout().print(f"The comparison is in {console.plain(out)}.")
    else:
        _print(found)


def _print(found: WhatIf) -> None:
    from riskscore.views import whatif as view

    screen = console.stdout()
    screen.print(
        f"{found.first} to {found.last}: {found.consignments:,} consignments of {found.nights:,} nights, "
        f"{found.opened:,} opened, with {found.seizures:,} seizures."
    )
    _show("Work a night", view.WORK, view.work(found))
    _show("Seizures, with intervals of 95%", view.SEIZURES, view.seizures(found))
    if len(found.trials) == 1:
        _show(f"The {len(found.trials[0].ports)} largest ports", view.PORTS, view.ports(found.trials[0]))
    for note in found.notes:
        screen.print(console.hanging("-", console.plain(note)))


def _show(title: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    screen = console.stdout()
    screen.print(console.heading(title))
    table = console.table(*header)
    table.columns[0].no_wrap = False  # a long name gives way to figures
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for name, *cells in rows:
        table.add_row(console.plain(name), *(console.plain(cell).replace(" (", "\n(") for cell in cells))
    screen.print(table)


COMMANDS = (whatif,)
