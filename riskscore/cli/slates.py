"""The commands of a slate: `slate draw`, short `slate`, and `slate show`, `sheets`, `add` and `strike`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.views import console

if TYPE_CHECKING:
    import polars as pl


SHOWN = ("open", "scan", "documents", "audit")
"""What of a slate is printed: all that somebody has to do something about."""


class _Draws(TyperGroup):
    """A group that draws where no command is named: `slate --lake L ...` is `slate draw --lake L ...`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not set(args[:1]) & {"-h", "--help"}:
            args = ["draw", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="slate",
    cls=_Draws,
    help="Draw, show and change the boxes that are to be opened. `slate --lake L` is short for `slate draw`.",
    epilog="The nightly run draws the slates of its night itself; officers then show, add and strike.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Day = Annotated[
    datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="Night that the slate belongs to, such as 2024-05-01.")
]
Port = Annotated[str | None, typer.Option(help="Only this port of discharge (UN/LOCODE), such as VNHPH.")]
Bill = Annotated[str, typer.Option(help="Bill of lading.")]
Container = Annotated[str, typer.Option(help="Number of the container, such as MSKU1234565.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with the slate for ever.")]


@app.command()
def draw(
    lake: options.Lake,
    date: Day,
    capacity: options.Capacity = None,
    seed: options.Seed = None,
    port: Port = None,
    json: options.Json = False,
) -> None:
    """Draw the slates of a night from its scores, for all ports, and show them.

    The share `intelligence` is the most that boxes named by alerts may take; left out, it is none. A night is drawn
    once. The same again changes nothing; what would come out differently is refused. --port chooses
    what is shown. The capacity is a TOML file:

    \b
      [default]
      boxes = 10
      shares = { score = 0.7, explore = 0.1, random = 0.1, intelligence = 0.1 }
      [port.VNHPH]
      boxes = 6
      [[port.VNHPH.on]]
      date = 2024-05-01
      boxes = 2

    \b
    Examples:
      riskscore slate --lake /srv/riskscore/lake --date 2024-05-01 --capacity ports.toml --seed "draw 4711"
      riskscore slate draw --lake s3://customs-risk/lake --date 2024-05-01
    """
    from riskscore.casework import slates
    from riskscore.lake.open import open_lake
    from riskscore.selection import capacity as capacities

    limits = capacities.read(capacity)
    with console.progress():
        step("opening")
        found = open_lake(lake)
        already = slates.drawn(found, date.date())
        step("drawing")
        slates.draw(found, date.date(), limits, seed)
        rows = slates.in_force(found, date.date())
    said = "These slates were drawn before, from the same; nothing was changed." if already else "Drawn."
    _print(rows, found, date, port, json, said)


@app.command()
def show(lake: options.Lake, date: Day, port: Port = None, json: options.Json = False) -> None:
    """Show the slates in force: what is to be opened, scanned, checked and audited, and why.

    Chance is the probability with which the draw would have opened the box; it is 100% where the score decided.

    \b
    Examples:
      riskscore slate show --lake /srv/riskscore/lake --date 2024-05-01 --port VNHPH
      riskscore slate show --lake /srv/riskscore/lake --date 2024-05-01 --json
    """
    from riskscore.casework import slates
    from riskscore.lake.open import open_lake

    found = open_lake(lake)
    if not slates.drawn(found, date.date()):
        raise SettingsError(f"no slate is drawn for {date.date()}; `riskscore slate draw` draws one from its scores")
    _print(slates.in_force(found, date.date()), found, date, port, json)


@app.command()
def add(
    lake: options.Lake, date: Day, bill: Bill, container: Container, reason: Reason, json: options.Json = False
) -> None:
    """Add a box to the slate of its port, within the port's boxes. It is opened, by share `officer`.

    \b
    Example:
      riskscore slate add --lake /srv/riskscore/lake --date 2024-05-01 --bill BL00012 --container MSKU1234565 \\
        --reason "seal differs from the gate's picture"
    """
    _change(lake, date, bill, container, "added", reason, json)


@app.command()
def strike(
    lake: options.Lake, date: Day, bill: Bill, container: Container, reason: Reason, json: options.Json = False
) -> None:
    """Strike a box from the slate of its port. Nothing takes its place; `slate add` may use the free one.

    \b
    Example:
      riskscore slate strike --lake /srv/riskscore/lake --date 2024-05-01 --bill BL00012 --container MSKU1234565 \\
        --reason "transhipped before the berth was reached"
    """
    _change(lake, date, bill, container, "struck", reason, json)


@app.command()
def sheets(
    lake: options.Lake,
    date: Day,
    out: Annotated[Path, typer.Option(help="New or empty folder for the sheets, their index and one PDF of all.")],
    port: Port = None,
    top: Annotated[int | None, typer.Option(min=1, help="Only so many sheets: those of the riskiest boxes.")] = None,
    lang: options.Lang = "en",
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Write a case sheet for every box of a night that is opened or scanned: a page each, an index, and one PDF.

    Each sheet tells what the box is, why it stands out, what would clear it, what speaks against and what could not be
    seen, with the route on a map, the past of the parties and what is usual for such goods, as the night saw it.

    \b
    Examples:
      riskscore slate sheets --lake /srv/riskscore/lake --date 2024-05-01 --out sheets-2024-05-01
      riskscore slate sheets --lake /srv/riskscore/lake --date 2024-05-01 --port VNHPH --lang vi --out haiphong
    """
    from riskscore import export, language
    from riskscore.settings import find_settings

    told, own = language.find(lang), find_settings(settings)
    export.check_folder(out)
    with console.progress():
        step("opening")
        from riskscore.lake.open import open_lake
        from riskscore.sheet import night, write

        found = night.sheets(open_lake(lake, own), date.date(), port=port and port.upper(), top=top, language=told)
        title = told.say("Case sheets of {day}", day=told.day(date.date()))
        write.slate(found, out, title=title, language=told)
    if json:
        boxes = [{name: sheet.scored[name] for name in ("bill_of_lading", "container_number")} for sheet in found]
        console.emit({"date": date.date(), "out": str(out), "language": told.code, "sheets": boxes})
        return
    many = f"{len(found)} sheet{'' if len(found) == 1 else 's'}"
    pdf = f", all in {console.plain(out / 'slate.pdf')}" if found else ""
    console.stdout().print(f"{many}: start with {console.plain(out / 'index.html')}{pdf}.")


def _change(lake: str, date: datetime, bill: str, container: str, event: str, reason: str, json: bool) -> None:
    from riskscore.casework import slates
    from riskscore.lake.open import open_lake

    rows = slates.change(open_lake(lake), date.date(), bill=bill, container=container, event=event, reason=reason)
    bill, container = slates.clean_key(bill, container)
    box = rows.filter(bill_of_lading=bill, container_number=container).row(0, named=True)
    opened = rows.filter(rows["port"].eq_missing(box["port"]) & (rows["action"] == "open")).height
    if json:
        names = ("bill_of_lading", "container_number", "port", "action", "share", "change", "reason")
        console.emit({name: box[name] for name in names} | {"opened": opened, "boxes": box["boxes"]})
        return
    console.stdout().print(
        f"Container {container} on bill {console.plain(bill)} is {event}. The slate of "
        f"{console.plain(box['port'] or 'no port')} on {date.date()} now opens {opened} of {box['boxes']} boxes."
    )


def _print(rows: pl.DataFrame, lake: Any, date: datetime, port: str | None, json: bool, said: str = "") -> None:
    """Print the part of a slate that somebody has to act on, port by port."""
    import polars as pl

    from riskscore.views.ranking import records, risk
    from riskscore.views.slates import with_reasons

    ports = rows["port"].unique().to_list()
    if port is not None and port.upper() not in ports:
        named = ", ".join(sorted(name for name in ports if name)) or "none"
        raise SettingsError(f"no consignment of {date.date()} goes to {port.upper()}; its ports are {named}")
    acted = rows.filter(pl.col("action").is_in(SHOWN) | pl.col("change").is_not_null())
    wanted = acted if port is None else acted.filter(pl.col("port") == port.upper())
    shown = with_reasons(lake, wanted, date.date()).sort("port", "place")
    shown = shown.with_columns(first_reason=pl.col("sentences").list.first()).drop("sentences")
    seed = {"seed": rows["seed"].first(), "published": rows["published"].first()} if rows.height else {}
    if json:
        console.emit(
            {"date": date.date(), **seed, "candidates": rows.height}
            | {"slate": records(shown.drop("night", "run", "at", "event", "seed", "published"))}
        )
        return
    screen = console.stdout()
    for (name,), part in shown.group_by("port", maintain_order=True):
        opened = part.filter(pl.col("action") == "open").height
        screen.print(
            console.heading(f"{console.plain(name or 'no port')}, {date.date()}: {opened} of {part['boxes'][0]} boxes")
        )
        table = console.table("#", "do", "container", "bill", "share", "risk", "chance", "alert, or first reason")
        for row in part.iter_rows(named=True):
            change = f"{row['change']}: {row['reason']}" if row["change"] else None
            table.add_row(
                str(row["place"]),
                row["action"],
                console.plain(row["container_number"]),
                console.short(row["bill_of_lading"], 24),
                row["share"] or "",
                risk(row["probability"]),
                risk(row["chance"]),
                console.short(change or (row["alerts"] or [row["first_reason"] or ""])[0], 120),
            )
        screen.print(table)
    if not rows.height:
        screen.print("No consignment was scored that night, so that nothing is on a slate.")
    elif seed["published"]:
        screen.print(f"{said} The draw's published seed is {console.plain(seed['seed'])}.".strip())
    else:
        screen.print(f"{said} No seed was published: the date stands in for it, and can be foreseen.".strip())
