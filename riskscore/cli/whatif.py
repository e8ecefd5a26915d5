"""The command that tries a change on past nights: `whatif`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import console, options
from riskscore.errors import SettingsError

if TYPE_CHECKING:
    from riskscore.jobs.whatif import Policy, Result, WhatIf
    from riskscore.selection.capacity import Capacities, Capacity

SUFFIXES = (".html", ".json")
MOST_PORTS = 20


def whatif(
    lake: options.Lake,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First night. Default: all.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last night. Default: all.")
    ] = None,
    capacity: options.Capacity = None,
    boxes: Annotated[
        list[int], typer.Option(min=0, help="Boxes a port and day, instead of those of the capacity. May be repeated.")
    ] = [],
    shares: Annotated[
        tuple[float, float, float] | None,
        typer.Option(metavar="SCORE EXPLORE RANDOM", help="Parts of the boxes, 0 to 1 each and 1 together."),
    ] = None,
    threshold: Annotated[
        list[float], typer.Option(help="Probability below which the score opens nothing, 0 to 1. May be repeated.")
    ] = [],
    model: Annotated[str | None, typer.Option(help="Model that scores instead of the one that did.")] = None,
    settings: options.Settings = None,
    out: Annotated[Path | None, typer.Option(help="Write the comparison to this .html or .json file.")] = None,
    json: options.Json = False,
) -> None:
    """Try another capacity, other shares, a threshold or another model on past nights, before it is switched.

    Tells how much would have been opened, how many of the seizures would have been kept and lost, and how many more
    found among boxes that stayed closed, with intervals of 95%. The latter rests on exploring and random boxes alone.
    Several --boxes or --threshold are tried one after the other. Nothing is changed in the lake.

    \b
    Examples:
      riskscore whatif --lake lake --boxes 5 --boxes 10 --boxes 20
      riskscore whatif --lake lake --capacity new-ports.toml --from 2024-05-01 --out whatif.html
      riskscore whatif --lake lake --shares 0.7 0.1 0.2
      riskscore whatif --lake lake --threshold 0.01 --model models/2024-06
    """
    from riskscore import export, service
    from riskscore.jobs import whatif as job
    from riskscore.jobs import whatif_page
    from riskscore.lake.io import Lake

    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"cannot write {out}: its name must end with one of {', '.join(SUFFIXES)}")
    policies = _policies(capacity, boxes, shares, threshold, model)
    found = Lake.open(lake, service.find(settings))
    with console.progress() as tell:
        days = (first and first.date(), last and last.date())
        compared = job.whatif(found, policies, *days, progress=tell)
        if out is not None:
            tell("writing")
            is_json = out.suffix.lower() == ".json"
            export.write_text(console.text(compared.record()) if is_json else whatif_page.render(compared), out)
    if json:
        console.emit(compared.record())
        return
    _show(compared)
    if out is not None:
        console.stdout().print(f"The comparison is in {console.plain(out)}.")


def _policies(
    capacity: Path | None,
    boxes: list[int],
    shares: tuple[float, float, float] | None,
    threshold: list[float],
    model: str | None,
) -> list[Policy]:
    """Every combination that was asked for, named by what it changes."""
    from riskscore import settings
    from riskscore.jobs.whatif import Policy
    from riskscore.selection import capacity as capacities
    from riskscore.units import counted

    if not (capacity or boxes or shares or threshold or model):
        raise SettingsError("nothing to try: give --capacity, --boxes, --shares, --threshold or --model")
    if model is not None:
        settings.model_folder(model)
    base = capacities.read(capacity)
    made = []
    counts: list[int | None] = [*boxes] or [None]
    thresholds: list[float | None] = [*threshold] or [None]
    for count in counts:
        for least in thresholds:
            changed: dict[str, object] = {} if count is None else {"boxes": count}
            if shares is not None:
                changed["shares"] = dict(zip(("score", "explore", "random"), shares, strict=True))
            if least is not None:
                changed["threshold"] = least
            names = [
                f"capacity {capacity.name}" if capacity else "",
                counted(count, "box", "es") if count is not None else "",
                f"shares {' '.join(f'{part:g}' for part in shares)}" if shares else "",
                f"threshold {least:g}" if least is not None else "",
                f"model {Path(model).name}" if model else "",
            ]
            made.append(Policy(", ".join(filter(None, names)), _changed(base, changed), model))
    return made


def _changed(base: Capacities, changed: dict[str, object]) -> Capacities:
    """Every port's capacity with what is `changed`; raises SettingsError where that makes no sense."""
    from riskscore.selection import capacity as capacities

    if not changed:
        return base
    checked = capacities.parse({"default": changed}).default
    said = {name: getattr(checked, name) for name in changed}

    def other(one: Capacity) -> Capacity:
        return replace(one, **said)

    return capacities.Capacities(
        other(base.default),
        {port: other(one) for port, one in base.ports.items()},
        {key: other(one) for key, one in base.days.items()},
    )


def _show(compared: WhatIf) -> None:
    screen = console.stdout()
    screen.print(
        f"{compared.first} to {compared.last}, {compared.nights:,} nights, {compared.candidates:,} consignments; "
        f"{compared.answered:,} opened boxes have an outcome, {compared.seizures:,} of them a seizure."
    )
    table = console.table("policy", "opened", "scans", "checks", "kept", "lost", "gained", "found")
    for column in table.columns[1:]:
        column.justify = "right"
    for result in compared.results:
        table.add_row(*_cells(result))
    screen.print(table)
    screen.print("Opened, scans and checks a night; seizures over all nights, with intervals of 95%.")
    if compared.ports["port"].n_unique() > 1:
        _show_ports(compared)
    for note in compared.record()["notes"]:
        screen.print(f"note: {console.plain(note)}")


def _cells(result: Result) -> list[str]:
    return [
        console.plain(result.policy),
        f"{result.opened:,.1f}",
        f"{result.scans:,.1f}",
        f"{result.documents:,.1f}",
        f"{result.kept:,.1f}",
        f"{result.lost:,.1f}",
        _between(result.gained, result.gained_low, result.gained_high),
        _between(result.found, result.low, result.high),
    ]


def _between(value: float | None, low: float | None, high: float | None) -> str:
    if value is None or low is None or high is None:
        return "not known"
    return f"{value:,.1f}" if low == high else f"{value:,.1f} ({low:,.1f} to {high:,.1f})"


def _show_ports(compared: WhatIf) -> None:
    from riskscore.jobs.whatif import busiest

    screen = console.stdout()
    screen.print(console.heading("By port"))
    table = console.table("port", "policy", "opened", "kept", "lost", "gained")
    for column in table.columns[2:]:
        column.justify = "right"
    for row in busiest(compared.ports, MOST_PORTS).iter_rows(named=True):
        gained = _between(row["gained"], row["gained_low"], row["gained_high"])
        numbers = [f"{row[name]:,.1f}" for name in ("opened", "kept", "lost")]
        table.add_row(console.plain(row["port"] or "(no port)"), console.plain(row["policy"]), *numbers, gained)
    screen.print(table)


COMMANDS = (whatif,)
