"""The commands of the group `slate`: `draw`, `show`, `sheets`, `add` and `strike`."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.units import counted
from riskscore.usage.help import App, Group
from riskscore.views import console

if TYPE_CHECKING:
    import polars as pl

    from riskscore.lake.protocol import Lake

SHOWN = ("open", "scan", "documents", "audit")
"""Actions that are printed: those that an officer has to carry out."""


class _DrawByDefault(Group):
    """A group that draws where no command is named: `slate --lake L ...` is `slate draw --lake L ...`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not set(args[:1]) & {"-h", "--help"}:
            args = ["draw", *args]
        return super().parse_args(ctx, args)


app = App(
    name="slate",
    cls=_DrawByDefault,
    help="Draw, show and change the list of boxes to inspect on a day.\n\nA slate is the list of boxes chosen for "
    "inspection at one port on one day. `riskscore slate --lake LAKE --date DATE` is short for `riskscore slate draw`.",
    epilog="`riskscore nightly` draws the slates of its night. Officers then use `show`, `add` and `strike`.",
)

Day = Annotated[datetime.date, options.day("--date", help="Night that the slate belongs to, such as 2024-05-01.")]
Port = Annotated[
    str | None, typer.Option(metavar="PORT", help="Only this port of discharge, a UN/LOCODE such as VNHPH.")
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why. The reason is kept with the slate permanently.")]


@app.command()
def draw(
    lake: options.Lake,
    date: Day,
    capacity: options.Capacity = None,
    seed: options.Seed = None,
    port: Port = None,
    json: options.Json = False,
) -> None:
    """Choose the boxes of a night for inspection, at all ports.

    Uses the scores of that night and each port's capacity. Most boxes are opened because of their score, some to
    explore what the model knows little about, and some at random. Alerts can bring boxes onto a slate only within the
    share `intelligence`, which is 0 unless the capacity says otherwise.

    A slate is drawn once. Drawing it again with the same capacity and seed changes nothing; with others, it is
    refused. Only the printed list depends on --port. The capacity is a TOML file, and everything in it is optional:

    \b
      [default]                   # per port and day
      boxes = 10                  # boxes to open
      scans = 20                  # scanner slots
      documents = 40              # document checks
      audits = 20                 # audits after release
      shares = { score = 0.7, explore = 0.1, random = 0.1, intelligence = 0.1 }
      threshold = 0.0             # least probability for the share `score`
      [port.VNHPH]                # this port, every day
      boxes = 6
      [[port.VNHPH.on]]           # this port, this day
      date = 2024-05-01
      boxes = 2

    \b
    Examples:
      riskscore slate draw --lake lake --date 2024-05-01
      riskscore slate --lake lake --date 2024-05-01 --capacity ports.toml --seed "lottery 4711"
      riskscore slate draw --lake s3://customs-risk/lake --date 2024-05-01 --port VNHPH
    """
    from riskscore.casework import slates
    from riskscore.lake.open import open_lake
    from riskscore.selection import capacity as capacities

    limits = capacities.read(capacity)
    with console.progress():
        step("opening the lake")
        opened = open_lake(lake)
        already = slates.drawn(opened, date)
        step("drawing")
        slates.draw(opened, date, limits, seed)
        rows = slates.in_force(opened, date)
    outcome = "The same slates were drawn before. Nothing was changed." if already else "Drawn."
    _print(rows, opened, date, port, json, outcome)


@app.command()
def show(lake: options.Lake, date: Day, port: Port = None, json: options.Json = False) -> None:
    """Show what to open, scan, check and audit at each port, and why.

    Changes that officers made with `add` and `strike` are included. The column `chance` is the probability that the
    draw would have opened this box. It is 100% for boxes chosen by score.

    \b
    Examples:
      riskscore slate show --lake lake --date 2024-05-01 --port VNHPH
      riskscore slate show --lake lake --date 2024-05-01 --json
    """
    from riskscore.casework import slates
    from riskscore.lake.open import open_lake

    opened = open_lake(lake)
    if not slates.drawn(opened, date):
        raise SettingsError(f"no slate was drawn for {date}; draw it with `riskscore slate draw`")
    _print(slates.in_force(opened, date), opened, date, port, json)


@app.command()
def add(
    lake: options.Lake,
    date: Day,
    bill: options.Bill,
    container: options.Container,
    reason: Reason,
    json: options.Json = False,
) -> None:
    """Add a box to the slate of its port, to be opened.

    The box counts towards the port's capacity. If the slate is full, strike another box first. A box that the draw had
    not chosen gets the share `officer`.

    \b
    Example:
      riskscore slate add --lake lake --date 2024-05-01 --bill BL00012 --container MSKU1234565 \\
        --reason "the seal differs from the picture taken at the gate"
    """
    _change(lake, date, bill, container, "added", reason, json)


@app.command()
def strike(
    lake: options.Lake,
    date: Day,
    bill: options.Bill,
    container: options.Container,
    reason: Reason,
    json: options.Json = False,
) -> None:
    """Take a box off the slate of its port.

    No other box takes its place. `riskscore slate add` can use the free place.

    \b
    Example:
      riskscore slate strike --lake lake --date 2024-05-01 --bill BL00012 --container MSKU1234565 \\
        --reason "the box was transhipped before inspection"
    """
    _change(lake, date, bill, container, "struck", reason, json)


@app.command()
def sheets(
    lake: options.Lake,
    date: Day,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="New or empty folder for the sheets, their index and one PDF of all.")
    ],
    port: Port = None,
    top: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Write only the sheets of the N riskiest boxes. Default: all."),
    ] = None,
    lang: options.Lang = "en",
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Write a case sheet for each box that is opened or scanned.

    The folder gets one page per box, an index, and one PDF of all sheets for the printer. A sheet says what the box is,
    the reasons for and against opening it, what would clear it and what could not be assessed. It also has the route on
    a map, the history of the parties and the usual figures for such goods, as they were known on that night.

    \b
    Examples:
      riskscore slate sheets --lake lake --date 2024-05-01 --out sheets-2024-05-01
      riskscore slate sheets --lake lake --date 2024-05-01 --port VNHPH --lang vi --out haiphong
    """
    from riskscore import export, language
    from riskscore.settings import find_settings

    spoken, service = language.find(lang), find_settings(settings)
    export.check_folder(out)
    with console.progress():
        step("opening the lake")
        from riskscore.lake.open import open_lake
        from riskscore.sheet import night, write

        written = night.sheets(open_lake(lake, service), date, port=port and port.upper(), top=top, language=spoken)
        title = spoken.say("Case sheets of {day}", day=spoken.day(date))
        write.slate(written, out, title=title, language=spoken)
    if json:
        boxes = [{name: sheet.scored[name] for name in ("bill_of_lading", "container_number")} for sheet in written]
        console.emit({"date": date, "out": str(out), "language": spoken.code, "sheets": boxes})
        return
    pdf = f" One PDF has them all: {console.plain(out / 'slate.pdf')}." if written else ""
    console.stdout().print(
        f"{counted(len(written), 'case sheet')} written. Start with {console.plain(out / 'index.html')}.{pdf}"
    )


def _change(lake: str, date: datetime.date, bill: str, container: str, event: str, reason: str, json: bool) -> None:
    from riskscore.casework import slates
    from riskscore.lake.open import open_lake
    from riskscore.selection.changes import opened_boxes, same_box

    rows = slates.change(open_lake(lake), date, bill=bill, container=container, event=event, reason=reason)
    bill, container = slates.clean_key(bill, container)
    box = same_box(rows, bill, container).row(0, named=True)
    opened = opened_boxes(rows.filter(rows["port"].eq_missing(box["port"]))).height
    if json:
        names = ("bill_of_lading", "container_number", "port", "action", "share", "change", "reason")
        console.emit({name: box[name] for name in names} | {"opened": opened, "boxes": box["boxes"]})
        return
    console.stdout().print(
        f"Container {container} on bill {console.plain(bill)} was {event}. The slate of "
        f"{console.plain(box['port'] or 'no port')} on {date} now opens {opened} of {box['boxes']} boxes."
    )


def _print(
    rows: pl.DataFrame, lake: Lake, date: datetime.date, port: str | None, json: bool, outcome: str = ""
) -> None:
    """Print what officers have to do, port by port."""
    import polars as pl

    from riskscore.selection.changes import opened_boxes
    from riskscore.views.ranking import records, risk
    from riskscore.views.slates import with_reasons

    ports = rows["port"].unique().to_list()
    if port is not None and port.upper() not in ports:
        named = ", ".join(sorted(name for name in ports if name)) or "none"
        raise SettingsError(f"no consignment of {date} goes to {port.upper()}; the ports of that night are {named}")
    to_do = rows.filter(pl.col("action").is_in(SHOWN) | pl.col("change").is_not_null())
    at_port = to_do if port is None else to_do.filter(pl.col("port") == port.upper())
    shown = with_reasons(lake, at_port, date).sort("port", "place")
    shown = shown.with_columns(first_reason=pl.col("sentences").list.first()).drop("sentences")
    seed = {"seed": rows["seed"].first(), "published": rows["published"].first()} if rows.height else {}
    if json:
        console.emit(
            {"date": date, **seed, "candidates": rows.height}
            | {"slate": records(shown.drop("night", "run", "at", "event", "seed", "published"))}
        )
        return
    screen = console.stdout()
    for (name,), part in shown.group_by("port", maintain_order=True):
        opened = opened_boxes(part).height
        screen.print(
            console.heading(f"{console.plain(name or 'no port')}, {date}: open {opened} of {part['boxes'][0]}")
        )
        table = console.table("#", "action", "container", "bill", "share", "risk", "chance", "alert or main reason")
        for row in part.iter_rows(named=True):
            change = f"{row['change']}: {row['reason']}" if row["change"] else None
            table.add_row(
                str(row["place"]),
                row["action"],
                console.plain(row["container_number"]),
                console.bill(row["bill_of_lading"], 24),
                row["share"] or "",
                risk(row["probability"]),
                risk(row["chance"]),
                console.short(change or (row["alerts"] or [row["first_reason"] or ""])[0], 120),
            )
        screen.print(table)
    if not rows.height:
        screen.print("No consignment was scored that night, so there is nothing to inspect.")
    elif seed["published"]:
        screen.print(f"{outcome} Seed of the draw, as published: {console.plain(seed['seed'])}.".strip())
    else:
        screen.print(f"{outcome} No seed was given. The date was used, so the draw could be foreseen.".strip())
