"""The commands that look cases up: `cases search`, `cases show` and `cases list`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.views import console

if TYPE_CHECKING:
    import polars as pl

    from riskscore.cases.library import Case
    from riskscore.cases.search import Hit
    from riskscore.settings import Settings

app = typer.Typer(
    name="cases",
    help="Look up published seizures, and what was inspected here before.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def search(
    words: Annotated[str, typer.Argument(metavar="TEXT", help='What to look for: "timber from Congo to Vietnam".')],
    lake: Annotated[
        str | None, typer.Option(metavar="LAKE", help="Search what was inspected by this lake, too.")
    ] = None,
    history: options.History = [],
    outcomes: options.Outcomes = None,
    settings: options.Settings = None,
    top: Annotated[int, typer.Option(min=1, help="Cases to show.")] = 10,
    json: options.Json = False,
) -> None:
    """Find cases by goods, places, what was found and years, in plain words.

    A place after `from`, `via` or `to` is looked for there, any other place anywhere on the way. What was understood is
    told first. Without a lake or outcomes only the published seizures are searched; with them also the latest 3,000
    inspected consignments, whatever was found in them.

    \b
    Examples:
      riskscore cases search "plastic from West Africa to Haiphong"
      riskscore cases search "timber Kinshasa Vietnam ivory" --json
      riskscore cases search "pangolin via Singapore since 2015" --lake lake
      riskscore cases search "beans from Mombasa" --history past/ --outcomes outcomes.parquet --top 20
    """
    from riskscore.cases.query import understand
    from riskscore.cases.search import search
    from riskscore.settings import find_settings

    if lake is not None and (history or outcomes):
        raise SettingsError("name either --lake or --history and --outcomes, not both")
    if (outcomes is not None) and not history:
        raise SettingsError("--outcomes says what was found, --history holds the consignments; give both")
    query = understand(words)
    if query.empty:
        raise SettingsError(
            f"nothing in {words!r} names goods, a place, what was found or a year; try 'timber from Congo to Vietnam'"
        )
    with console.progress():
        step("searching")
        hits = search(query, _inspected(lake, history, outcomes, find_settings(settings)), top=top)
    if json:
        console.emit({"understood": query.lines(), "hits": [hit.record() for hit in hits]})
    else:
        _print(query.lines(), hits)


def _inspected(lake: str | None, history: list[Path], outcomes: Path | None, own: Settings) -> pl.DataFrame | None:
    """Inspected consignments of a lake or of files; None where neither is named."""
    from riskscore.cases import sources
    from riskscore.cases.search import rows

    if lake is not None:
        from riskscore.lake.open import open_lake
        from riskscore.schema import OUTCOME

        place = open_lake(lake, own)
        return rows(place.read("outcomes", columns=list(OUTCOME)).collect(), sources.of_lake(place))
    if not history:
        return None
    from riskscore.engine.read import read_outcomes

    found = read_outcomes(outcomes, history=history, settings=own)
    if found is None:
        raise SettingsError("--history alone does not say what was found; give --outcomes, too")
    return rows(found, sources.of_files(history, own))


def _print(understood: list[str], hits: list[Hit]) -> None:
    screen = console.stdout()
    screen.print(f"Understood: {console.plain('; '.join(understood))}.")
    if not hits:
        screen.print("No case fits any of it.")
        return
    table = console.table("case", "found", "goods", "way", "fits")
    for hit in hits:
        what = ", ".join(hit.commodity) or hit.finding
        table.add_row(
            console.plain(hit.id),
            console.short(f"{what}, {_weight(hit.quantity_kg)}" if hit.quantity_kg else what, 60),
            console.short(hit.goods or "not told", 40),
            console.plain(" - ".join(dict.fromkeys((hit.origin or "?", *hit.via, *hit.to)))),
            f"{hit.fit:.0%}",
        )
    screen.print(table)
    screen.print("riskscore cases show CASE tells a published one in full.")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="CASE", help="Id of a published case.")], json: options.Json = False
) -> None:
    """Tell one published case in full, with the red flags that it shows and its source.

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
    for what, text in _facts(case):
        screen.print(console.hanging(f"{what:<12}", console.plain(text)))
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
        "declared as": case.declared or "not told",
        "origin": case.origin or case.region or "not told",
        "loaded at": port_name(case.loaded_at) if case.loaded_at else "",
        "via": ", ".join(map(port_name, case.via)),
        "seized at": f"{port_name(case.seized_at)}, {case.stage}",
        "bound for": case.destination,
        "transport": case.transport + (f", {case.containers} containers" if (case.containers or 1) > 1 else ""),
        "came to light": case.how_found,
    }
    return [(what, text) for what, text in facts.items() if text]


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
        found = console.short(", ".join(case.commodity), 30)
        table.add_row(case.id, found, weight, console.short(case.declared, 30), case.origin or case.region, case.target)
    screen.print(table)
    screen.print(f"{len(library.load())} published seizures. Shown for comparison; no model learned from them.")


def _weight(kilograms: float) -> str:
    return f"{kilograms:,.0f} kg"
