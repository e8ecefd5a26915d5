"""The command `whatif`: what past nights would have found under another policy."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.units import counted
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.whatif.trial import WhatIf

_WRITTEN = (".html", ".json")


def whatif(
    lake: options.Lake,
    first: Annotated[date | None, options.day("--from", help="First night. Default: the first with a slate.")] = None,
    last: Annotated[date | None, options.day("--to", help="Last night. Default: the last with a slate.")] = None,
    capacity: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Try the capacities of this file (see `riskscore slate draw --help`). Default: the capacities that "
            "the slates were drawn with.",
        ),
    ] = None,
    boxes: Annotated[
        list[int],
        typer.Option(metavar="N...", help="Boxes to open per port and day. Several numbers are tried in turn."),
    ] = [],
    shares: Annotated[
        tuple[float, float, float] | None,
        typer.Option(
            metavar="SCORE EXPLORE RANDOM",
            help="Parts of the opened boxes that are chosen by score, to explore, and at random. They add up to 1, "
            "such as 0.8 0.1 0.1.",
        ),
    ] = None,
    threshold: Annotated[
        list[float],
        typer.Option(
            metavar="P...",
            help="Least probability, from 0 to 1, at which the share `score` opens a box. Several are tried in turn.",
        ),
    ] = [],
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Score the nights again with this model, a name or a folder."),
    ] = None,
    settings: options.Settings = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with charts (.html) or all figures (.json).")
    ] = None,
    json: options.Json = False,
) -> None:
    """Try other capacities or another model on past nights.

    Shows what would have been opened, scanned and checked, which seizures would have been kept and lost, and how many
    others would have been found in boxes that stayed closed. These estimates have 95% intervals. They use boxes that
    were opened at random or to explore, with a known chance, and not the model. Each night is replayed with what was
    known then. Nothing in the lake is changed.

    Give at least one of --capacity, --boxes, --shares, --threshold and --model.

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
        raise SettingsError(f"--from {first} is after --to {last}")
    suffix = console.suffix(out, _WRITTEN)
    limits = capacities.read(capacity) if capacity else None
    parts = capacities.Shares(*shares) if shares else None
    policies = [
        Policy(limits, count, parts, least, model, capacity.name if capacity else None)
        for count, least in product(dict.fromkeys(boxes) or (None,), dict.fromkeys(threshold) or (None,))
    ]
    with console.progress():
        opened = open_lake(lake, find_settings(settings))
        tried = trial.whatif(opened, policies, first, last)
        if out is not None:
            step("writing")
            export.write_text(page.html(tried) if suffix == ".html" else console.text(tried.record()), out)
    if json:
        console.emit(tried.record())
    elif out is not None:
        console.stdout().print(f"The comparison is in {console.plain(out)}.")
    else:
        _print(tried)


def _print(tried: WhatIf) -> None:
    from riskscore.views import whatif as view

    screen = console.stdout()
    screen.print(
        f"{tried.first} to {tried.last}: {counted(tried.consignments, 'consignment')} in "
        f"{counted(tried.nights, 'night')}, {tried.opened:,} opened, {counted(tried.seizures, 'seizure')}."
    )
    _show("Work per night", view.WORK, view.work(tried))
    _show("Seizures, with 95% intervals", view.SEIZURES, view.seizures(tried))
    if len(tried.trials) == 1:
        _show(f"The {len(tried.trials[0].ports)} largest ports", view.PORTS, view.ports(tried.trials[0]))
    for note in tried.notes:
        screen.print(console.hanging("-", console.plain(note)))


def _show(title: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    screen = console.stdout()
    screen.print(console.heading(title))
    table = console.table(*header)
    table.columns[0].no_wrap = False  # a long name is wrapped, so that the figures have room
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for name, *cells in rows:
        table.add_row(console.plain(name), *(console.plain(cell).replace(" (", "\n(") for cell in cells))
    screen.print(table)


COMMANDS = (whatif,)
