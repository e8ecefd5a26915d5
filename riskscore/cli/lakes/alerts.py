"""The commands of the group `alerts`: `list`, `match`, `decide`, `expire` and `check`; exchange.py has the others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from riskscore.cli import options
from riskscore.cli.lakes import exchange, signing
from riskscore.cli.lakes.exchange import Day
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.units import counted
from riskscore.usage.help import App
from riskscore.views import console

app = App(
    name="alerts",
    help="Use watch lists and intelligence of other services.\n\nAn alert names a party, an address, a container, a "
    "vessel or a route that another service warns of.",
    epilog=(
        "An alert never changes a score. It is shown next to the score, and it opens boxes only within the share "
        "`intelligence` of a port's capacity (see `riskscore slate draw --help`).\n\nTLP is the Traffic Light Protocol "
        "2.0. It says who may see an alert, from clear (everybody) to red (the named recipients only)."
    ),
)

AlertId = Annotated[str, typer.Argument(metavar="ALERT", help="Id of the alert, as `riskscore alerts list` shows it.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why. The reason is kept permanently.")]

app.command("import")(exchange.import_)


@app.command("list")
def list_(
    lake: options.Lake,
    date: Day = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="Show only this kind: party, address, container, vessel or route."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also show alerts that have ended or were withdrawn.")] = False,
    top: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many alerts to show. --json prints all of them.")
    ] = 50,
    json: options.Json = False,
) -> None:
    """List the alerts that are in force.

    \b
    Examples:
      riskscore alerts list --lake lake
      riskscore alerts list --lake lake --date 2024-05-01 --kind vessel --json
    """
    from riskscore.alerts.schema import KINDS
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake

    if kind is not None and kind not in KINDS:
        raise SettingsError(f"--kind is {kind!r}; it must be one of {', '.join(KINDS)}")
    rows = watch_lists.read_alerts(open_lake(lake), date, every=every)
    rows = rows if kind is None else rows.filter(kind=kind)
    if json:
        console.emit(rows.to_dicts())
        return
    screen = console.stdout()
    table = console.table("alert", "kind", "names", "provider", "grade", "TLP", "until", "status")
    for row in rows.head(top).iter_rows(named=True):
        table.add_row(
            console.short(row["alert_id"], 60),
            row["kind"],
            console.short(_names(row), 80),
            console.short(row["provider"], 30),
            row["reliability"],
            row["handling"],
            str(row["valid_until"] or ""),
            row["status"],
        )
    screen.print(table)
    more = f" The first {top:,} are shown (--top)." if rows.height > top else ""
    screen.print(f"{counted(rows.height, 'alert')}{'' if every else ' in force'}.{more}")


def _names(row: dict[str, Any]) -> str:
    """What an alert names, in one line."""
    from riskscore.alerts.bundle import route

    parts = (row["name"], row["container_number"], row["vessel_imo"], row["address"])
    return ", ".join(part for part in parts if part) or " ".join([route(row), *(row["goods"] or [])])


@app.command()
def match(
    files: options.Files,
    lake: options.Lake,
    date: Day = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all matches to this file: .csv, .parquet or .jsonl.")
    ] = None,
    columns: options.Columns = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="How many matches to show, the strongest first.")] = 20,
    json: options.Json = False,
) -> None:
    """Find the consignments of manifests that alerts name.

    Each match says what agrees and how strongly, from 0 to 1. Nothing is written to the lake.

    \b
    Examples:
      riskscore alerts match tonight.csv --lake lake
      riskscore alerts match tonight/*.csv --lake lake --date 2024-05-01 --out matches.csv
    """
    import polars as pl

    from riskscore import export
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake
    from riskscore.manifest.read import read_many

    if out is not None:
        export.check(out, inputs=tuple(files))
    with console.progress():
        step("reading")
        consignments = read_many(files, columns=columns).consignments
        step("matching")
        matches = watch_lists.match(open_lake(lake), consignments, date or datetime.now(UTC).date())
        if out is not None:
            export.write((matches, out))
    shown = matches.sort("strength", descending=True, maintain_order=True).head(top)
    if json:
        console.emit({"consignments": consignments.height, "matches": matches.height, "shown": shown.to_dicts()})
        return
    screen = console.stdout()
    table = console.table("container", "bill", "strength", "alert", "provider", "why")
    for row in shown.iter_rows(named=True):
        table.add_row(
            console.plain(row["container_number"]),
            console.bill(row["bill_of_lading"], 24),
            f"{row['strength']:.2f}",
            console.short(row["alert_id"], 40),
            console.short(f"{row['provider']} ({row['reliability']}, TLP:{row['handling'].upper()})", 60),
            console.short(row["words"], 300),
        )
    screen.print(table)
    boxes = matches.select(pl.struct("bill_of_lading", "container_number").n_unique()).item() if matches.height else 0
    screen.print(f"Matches: {matches.height:,}, on {boxes:,} of {consignments.height:,} consignments.")


@app.command()
def decide(
    alert: AlertId,
    lake: options.Lake,
    value: Annotated[
        str, typer.Option(metavar="TEXT", help="Name, address or number, as it is spelt on the consignment.")
    ],
    reason: Reason,
    different: Annotated[
        bool,
        typer.Option("--different/--same", help="Whether they are different, or the same after all."),
    ] = True,
    json: options.Json = False,
) -> None:
    """Dismiss a match: the alert means somebody or something else.

    From the next night on, this alert no longer matches this name, address or number. With --same, a dismissed match
    counts again.

    \b
    Examples:
      riskscore alerts decide "Customs of Freedonia/17" --lake lake --value "HAI AN CO LTD" \\
        --reason "another firm of the same name"
      riskscore alerts decide "Customs of Freedonia/17" --lake lake --value "HAI AN CO LTD" \\
        --same --reason "it is the same firm after all"
    """
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake

    verdict = "different" if different else "same"
    watch_lists.decide(open_lake(lake), alert, value=value, verdict=verdict, reason=reason)
    if json:
        console.emit({"alert_id": alert, "value": value, "verdict": verdict})
        return
    outcome = "different. They no longer match" if different else "the same. They match again"
    console.stdout().print(f"{console.plain(alert)} and {console.plain(value)} are {outcome}.")


@app.command()
def expire(
    alert: Annotated[list[str], typer.Argument(metavar="ALERT", help="Ids of the alerts to withdraw.")],
    lake: options.Lake,
    reason: Reason,
    json: options.Json = False,
) -> None:
    """Withdraw alerts, so that they match nothing any more.

    If the provider sends a later version of an alert, it is in force again.

    \b
    Example:
      riskscore alerts expire "Customs of Freedonia/17" --lake lake --reason "the case is closed"
    """
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake

    count = watch_lists.expire(open_lake(lake), alert, reason=reason)
    if json:
        console.emit({"withdrawn": count})
        return
    console.stdout().print(f"Withdrawn: {count:,}. Withdrawn already: {len(set(alert)) - count:,}.")


for command in (exchange.export, exchange.package, signing.sign, signing.verify):
    app.command()(command)


@app.command()
def check(
    pairs: Annotated[Path, typer.Argument(metavar="FILE", help="Pairs of names or addresses, labelled by you.")],
    json: options.Json = False,
) -> None:
    """Measure how well names and addresses are matched.

    Prints precision and recall on pairs that you have labelled. The file has a line of headings and one pair per line.
    `kind` is name or address, `same` is 1 if both are the same party or address and otherwise 0:

    \b
      kind|same|filed|listed
      name|1|HAI AN CO LTD|Hai An Company Limited
      name|0|HAI AN CO LTD|Hai Long Co., Ltd.

    \b
    Example:
      riskscore alerts check pairs.csv
    """
    from riskscore.alerts import check as checking

    rates = checking.measure(checking.read(pairs))
    if json:
        console.emit(rates.to_dicts())
        return
    screen = console.stdout()
    table = console.table("kind", "pairs", "same", "found", "false", "missed", "precision", "recall")
    for row in rates.iter_rows(named=True):
        shares = [f"{row[name]:.1%}" if row[name] is not None else "" for name in ("precision", "recall")]
        counts = [f"{row[name]:,}" for name in ("pairs", "same", "found", "false", "missed")]
        table.add_row(row["kind"], *counts, *shares)
    screen.print(table)
