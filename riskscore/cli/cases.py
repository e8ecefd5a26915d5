"""The commands of the group `cases`: `search`, `show` and `list`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.usage.help import App
from riskscore.views import console

if TYPE_CHECKING:
    import polars as pl

    from riskscore.cases.library import Case
    from riskscore.cases.search import Hit
    from riskscore.settings import Settings

app = App(name="cases", help="Look up published seizures and earlier inspections.")


@app.command()
def search(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help='What to look for, such as "timber from Congo to Vietnam".')
    ],
    lake: Annotated[
        str | None,
        typer.Option(metavar="LAKE", help="Also search the inspections in this lake, a folder or s3://bucket/lake."),
    ] = None,
    history: options.History = [],
    outcomes: options.Outcomes = None,
    settings: options.Settings = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="How many cases to show.")] = 10,
    json: options.Json = False,
) -> None:
    """Find cases by goods, places, seized goods and years.

    Write what you look for in plain English. A place after `from`, `via` or `to` must be at that part of the route. Any
    other place may be anywhere on the route. How the text was understood is printed first.

    Published seizures are always searched. With --lake, or with --history and --outcomes, the latest 3,000 inspected
    consignments are searched too, whether or not anything was found in them.

    \b
    Examples:
      riskscore cases search "plastic from West Africa to Haiphong"
      riskscore cases search "timber Kinshasa Vietnam ivory" --json
      riskscore cases search "pangolin via Singapore since 2015" --lake lake
      riskscore cases search "beans from Mombasa" --history past/ --outcomes outcomes.parquet
    """
    from riskscore.cases.query import understand
    from riskscore.cases.search import search
    from riskscore.settings import find_settings

    if lake is not None and (history or outcomes):
        raise SettingsError("give either --lake, or --history with --outcomes, not both")
    if (outcomes is not None) and not history:
        raise SettingsError("--outcomes needs the consignments that were inspected; give both --history and --outcomes")
    query = understand(text)
    if query.empty:
        raise SettingsError(f"{text!r} names no goods, place, seized goods or year; try 'timber from Congo to Vietnam'")
    with console.progress():
        step("searching")
        hits = search(query, _inspected(lake, history, outcomes, find_settings(settings)), top=top)
    if json:
        console.emit({"understood": query.lines(), "hits": [hit.record() for hit in hits]})
    else:
        _print(query.lines(), hits)


def _inspected(lake: str | None, history: list[Path], outcomes: Path | None, service: Settings) -> pl.DataFrame | None:
    """Inspected consignments of a lake or of files; None if neither is named."""
    from riskscore.cases import sources
    from riskscore.cases.search import rows

    if lake is not None:
        from riskscore.lake.open import open_lake
        from riskscore.schema import OUTCOME

        opened = open_lake(lake, service)
        return rows(opened.read("outcomes", columns=list(OUTCOME)).collect(), sources.of_lake(opened))
    if not history:
        return None
    from riskscore.engine.read import read_outcomes

    results = read_outcomes(outcomes, history=history, settings=service)
    if results is None:
        raise SettingsError("--history alone does not say what inspections found; give --outcomes too")
    return rows(results, sources.of_files(history, service))


def _print(understood: list[str], hits: list[Hit]) -> None:
    screen = console.stdout()
    screen.print(f"Understood: {console.plain('; '.join(understood))}.")
    if not hits:
        screen.print("No case matches.")
        return
    table = console.table("case", "found", "declared as", "route", "match")
    for hit in hits:
        finding = ", ".join(hit.commodity) or hit.finding
        table.add_row(
            console.plain(hit.id),
            console.short(f"{finding}, {_weight(hit.quantity_kg)}" if hit.quantity_kg else finding, 60),
            console.short(hit.goods or "not known", 40),
            console.plain(" - ".join(dict.fromkeys((hit.origin or "?", *hit.via, *hit.to)))),
            f"{hit.fit:.0%}",
        )
    screen.print(table)
    screen.print("For all details of a published case, run `riskscore cases show CASE`.")


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="CASE", help="Id of a published case, as `riskscore cases list` shows it.")
    ],
    json: options.Json = False,
) -> None:
    """Show a published case in full.

    Prints what was seized, how it was declared, its route, the red flags that it shows, and the source.

    \b
    Examples:
      riskscore cases show 2019-haiphong-pangolin-resin
      riskscore cases show 2019-singapore-pangolin-timber --json
    """
    from riskscore.cases import library
    from riskscore.features import catalogue

    case = library.find(name)
    flags = {number: catalogue.load().flags[number] for number in case.indicators}
    if json:
        console.emit(asdict(case) | {"flags": flags})
        return
    screen = console.stdout()
    screen.print(console.heading(case.id))
    screen.print(console.hanging("", case.summary))
    for label, value in _facts(case):
        screen.print(console.hanging(f"{label:<12}", console.plain(value)))
    for number, flag in flags.items():
        screen.print(console.hanging(f"flag {number:<7}", flag))
    for source in case.source:
        screen.print(console.hanging(f"{'source':<12}", console.plain(source)))


def _facts(case: Case) -> list[tuple[str, str]]:
    from riskscore.cases.places import port_name

    facts = {
        "year": str(case.year),
        "found": ", ".join(case.commodity),
        "quantity": _weight(case.quantity_kg) if case.quantity_kg else "",
        "declared as": case.declared or "not known",
        "origin": case.origin or case.region or "not known",
        "loaded at": port_name(case.loaded_at) if case.loaded_at else "",
        "via": ", ".join(map(port_name, case.via)),
        "seized at": f"{port_name(case.seized_at)}, {case.stage}",
        "bound for": case.destination,
        "transport": case.transport + (f", {case.containers} containers" if (case.containers or 1) > 1 else ""),
        "how found": case.how_found,
    }
    return [(label, value) for label, value in facts.items() if value]


@app.command("list")
def list_(json: options.Json = False) -> None:
    """List the published cases, newest first.

    \b
    Examples:
      riskscore cases list
      riskscore cases list --json
    """
    from riskscore.cases import library

    if json:
        console.emit([asdict(case) for case in library.load()])
        return
    screen = console.stdout()
    table = console.table("case", "found", "kg", "declared as", "from", "to")
    table.columns[2].justify = "right"
    for case in library.load():
        weight = f"{case.quantity_kg:,.0f}" if case.quantity_kg else ""
        seized = console.short(", ".join(case.commodity), 30)
        declared = console.short(case.declared, 30)
        table.add_row(case.id, seized, weight, declared, case.origin or case.region, case.target)
    screen.print(table)
    screen.print(f"{len(library.load())} published seizures, for comparison only. No model learned from them.")


def _weight(kilograms: float) -> str:
    return f"{kilograms:,.0f} kg"
