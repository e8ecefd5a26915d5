"""The commands of alerts: `alerts import`, `list`, `export`, `expire`, `decide`, `match`, `check` and `package`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.units import counted
from riskscore.views import console

app = typer.Typer(
    name="alerts",
    help="Watch lists and intelligence of other services: take in, show, share, match and decide.",
    epilog=(
        "An alert never changes a score. It stands beside it, and opens boxes only in the share `intelligence` of a "
        "capacity (see `riskscore slate draw --help`)."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)

Day = Annotated[
    datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Night that counts. Default: today, in UTC.")
]
AlertId = Annotated[str, typer.Argument(metavar="ALERT", help="Id of the alert, as `riskscore alerts list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept for ever.")]
Handling = Annotated[
    str, typer.Option(help="Strictest TLP code that may leave: clear, green, amber, amber+strict or red.")
]
Quarantine = Annotated[Path | None, typer.Option(help="Write refused rows here: .csv, .parquet or .jsonl.")]


@app.command("import")
def import_(
    lake: options.Lake,
    files: Annotated[list[Path], typer.Argument(help="CSV, JSON, XLSX, Parquet, or a STIX 2.1 bundle.")],
    provider: Annotated[str | None, typer.Option(help="Who the entries are from, where a file does not say.")] = None,
    quarantine: Quarantine = None,
    json: options.Json = False,
) -> None:
    """Take in alerts. The same again adds nothing; a later version takes the place of an earlier one.

    \b
    Columns, of which an entry fills those that it needs:
      id, kind (party, address, container, vessel, route), name, aliases (a; b), address, country,
      container_number, vessel_imo, origin, destination, goods (HS codes or words; a; b), reason, provider,
      reliability (Admiralty grade, A1 to F6), handling (TLP 2.0), valid_from, valid_until, status, updated_at

    Without a grade an entry is F6, without a handling code amber+strict, without an end it holds until withdrawn. Rows
    that break a rule go to quarantine with the rule's name. Exit code 1 where any did.

    \b
    Examples:
      riskscore alerts import --lake lake watchlist.csv --provider "Customs of Freedonia"
      riskscore alerts import --lake lake bundle.json --quarantine refused.csv
    """
    from riskscore import export
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake

    if quarantine is not None:
        export.check(quarantine, inputs=tuple(files))
    with console.progress():
        step("reading alerts")
        done, refused = watch_lists.import_alerts(open_lake(lake), files, provider=provider)
        if quarantine is not None:
            export.write((refused, quarantine))
    if json:
        console.emit(asdict(done))
    else:
        screen = console.stdout()
        screen.print(
            f"{done.rows:,} read = {done.new:,} new + {done.changed:,} changed + {done.repeated:,} there before + "
            f"{done.refused:,} in quarantine."
        )
        for message in done.messages:
            screen.print(f"in quarantine: {console.short(message, 300)}")
    if done.refused:
        raise typer.Exit(1)


@app.command("list")
def list_(
    lake: options.Lake,
    date: Day = None,
    kind: Annotated[str | None, typer.Option(help="Only party, address, container, vessel or route.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Ended and withdrawn ones as well.")] = False,
    top: Annotated[int, typer.Option(min=1, help="Alerts that are shown; --json gives all.")] = 50,
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
        raise SettingsError(f"--kind is {kind!r}; it is one of {', '.join(KINDS)}")
    rows = watch_lists.read_alerts(open_lake(lake), date.date() if date else None, every=every)
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
    more = f"; the first {top:,} are shown (--top)" if rows.height > top else ""
    screen.print(f"{counted(rows.height, 'alert')}{'' if every else ' in force'}{more}.")


def _names(row: dict[str, Any]) -> str:
    from riskscore.alerts.bundle import route

    told = (row["name"], row["container_number"], row["vessel_imo"], row["address"])
    return ", ".join(part for part in told if part) or " ".join([route(row), *(row["goods"] or [])])


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="File to write: .csv, .json or .stix (a STIX 2.1 bundle).")],
    lake: options.Lake,
    handling: Handling = "green",
    date: Day = None,
    every: Annotated[
        bool, typer.Option("--all", help="Ended and withdrawn ones as well, so that others learn it.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Write the alerts that may be shared on; what may not leave is left out and counted.

    \b
    Examples:
      riskscore alerts export out.stix --lake lake --handling green
      riskscore alerts export out.csv --lake lake --handling amber --all
    """
    from riskscore.alerts import files
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake

    with console.progress():
        step("writing")
        known = watch_lists.read_alerts(open_lake(lake), date.date() if date else None, every=every)
        free, left_out = files.shareable(known, handling)
        files.write(free, out)
    if json:
        console.emit({"written": free.height, "left_out": left_out, "file": str(out)})
        return
    console.stdout().print(
        f"Written to {console.plain(out)}: {counted(free.height, 'alert')}. Left out, because their handling is "
        f"stricter than {handling}: {left_out:,}."
    )


@app.command()
def expire(
    alert: Annotated[list[str], typer.Argument(metavar="ALERT...", help="Ids of the alerts.")],
    lake: options.Lake,
    reason: Reason,
    json: options.Json = False,
) -> None:
    """Withdraw alerts: from now on they match nothing. A later version from their provider brings them back.

    \b
    Example:
      riskscore alerts expire "Customs of Freedonia/17" --lake lake --reason "cleared by its provider"
    """
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake

    count = watch_lists.expire(open_lake(lake), alert, reason=reason)
    if json:
        console.emit({"withdrawn": count})
        return
    console.stdout().print(f"Withdrawn: {count:,}; withdrawn before: {len(set(alert)) - count:,}.")


@app.command()
def decide(
    alert: AlertId,
    lake: options.Lake,
    value: Annotated[str, typer.Option(help="Name, address or number as it is spelt on the consignment.")],
    reason: Reason,
    different: Annotated[
        bool, typer.Option("--different/--same", help="The pair is not the same; or it is, after all.")
    ] = True,
    json: options.Json = False,
) -> None:
    """Decide that an alert and a text on consignments are not the same, so that they match no more.

    It holds from the next night on, until another decision takes it back.

    \b
    Examples:
      riskscore alerts decide "Customs of Freedonia/17" --lake lake --value "HAI AN CO LTD" --reason "other firm"
      riskscore alerts decide "Customs of Freedonia/17" --lake lake --value "HAI AN CO LTD" --same --reason "was wrong"
    """
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake

    verdict = "different" if different else "same"
    watch_lists.decide(open_lake(lake), alert, value=value, verdict=verdict, reason=reason)
    if json:
        console.emit({"alert_id": alert, "value": value, "verdict": verdict})
        return
    told = "not the same; they match no more" if different else "the same; they match again"
    console.stdout().print(f"{console.plain(alert)} and {console.plain(value)} are {told}.")


@app.command()
def match(
    files: options.Files,
    lake: options.Lake,
    date: Day = None,
    out: Annotated[Path | None, typer.Option(help="Write all matches here: .csv, .parquet or .jsonl.")] = None,
    columns: options.Columns = None,
    top: Annotated[int, typer.Option(min=1, help="Matches that are shown, the strongest first.")] = 20,
    json: options.Json = False,
) -> None:
    """Match manifests with the alerts in force, and say why each matches. Nothing is written to the lake.

    \b
    Examples:
      riskscore alerts match sample_manifests/haiphong-2019.csv --lake lake
      riskscore alerts match tonight/*.csv --lake lake --date 2024-05-01 --out matches.csv
    """
    import polars as pl

    from riskscore import export as exporting
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake
    from riskscore.manifest.read import read_many

    if out is not None:
        exporting.check(out, inputs=tuple(files))
    with console.progress():
        step("reading")
        manifest = read_many(files, columns=columns)
        step("matching")
        night = date.date() if date else datetime.now(UTC).date()
        found = watch_lists.match(open_lake(lake), manifest.consignments, night)
        if out is not None:
            exporting.write((found, out))
    shown = found.sort("strength", descending=True, maintain_order=True).head(top)
    if json:
        console.emit({"consignments": manifest.consignments.height, "matches": found.height, "shown": shown.to_dicts()})
        return
    screen = console.stdout()
    table = console.table("container", "bill", "strength", "alert", "provider", "why")
    for row in shown.iter_rows(named=True):
        table.add_row(
            console.plain(row["container_number"]),
            console.short(row["bill_of_lading"], 24),
            f"{row['strength']:.2f}",
            console.short(row["alert_id"], 40),
            console.short(f"{row['provider']} ({row['reliability']}, TLP:{row['handling'].upper()})", 60),
            console.short(row["words"], 300),
        )
    screen.print(table)
    boxes = found.select(pl.struct("bill_of_lading", "container_number").n_unique()).item() if found.height else 0
    screen.print(f"Matches: {found.height:,}, on {boxes:,} of {manifest.consignments.height:,} consignments.")


@app.command()
def check(
    pairs: Annotated[Path, typer.Argument(help="Labelled pairs: kind|same|filed|listed, a pair a line.")],
    json: options.Json = False,
) -> None:
    """Measure the matching of names and addresses on labelled pairs: precision and recall.

    A pair is (kind: name or address; same: 1 or 0; filed; listed), with | between and a line of headings.

    \b
    Example:
      riskscore alerts check tests/alerts/pairs.csv
    """
    from riskscore.alerts import check as checking

    found = checking.measure(checking.read(pairs))
    if json:
        console.emit(found.to_dicts())
        return
    screen = console.stdout()
    table = console.table("kind", "pairs", "same", "found", "false", "missed", "precision", "recall")
    for row in found.iter_rows(named=True):
        rates = [f"{row[name]:.1%}" if row[name] is not None else "" for name in ("precision", "recall")]
        counts = [f"{row[name]:,}" for name in ("pairs", "same", "found", "false", "missed")]
        table.add_row(row["kind"], *counts, *rates)
    screen.print(table)


@app.command()
def package(
    out: Annotated[Path, typer.Argument(help="New folder, or a file that ends in .zip.")],
    lake: options.Lake,
    bill: Annotated[str, typer.Option(help="Bill of lading.")],
    container: Annotated[str, typer.Option(help="Number of the container, such as MSKU1234565.")],
    handling: Handling = "amber",
    reason: Annotated[str | None, typer.Option(help="What to tell the other service, in a note.")] = None,
    lang: options.Lang = "en",
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Write a case for another service: a STIX 2.1 bundle with TLP markings, its case sheet as PDF, and checksums.

    The sheet is the one of the last night that scored the box, without values and freight, other traders' boxes, and
    alerts that may not leave. A box that no night scored has none.

    \b
    Example:
      riskscore alerts package case.zip --lake lake --bill BL00012 --container MSKU1234565 --handling green
    """
    from riskscore import language
    from riskscore.casework.slates import clean_key
    from riskscore.lake.open import open_lake
    from riskscore.settings import find_settings
    from riskscore.sheet import night, write
    from riskscore.sheet import package as packing

    told, found = language.find(lang), open_lake(lake, find_settings(settings))
    key = clean_key(bill, container)
    with console.progress():

        def sheet(path: Path) -> None:
            write.one(night.case(found, *key, handling=handling, language=told), path)

        pdf = sheet if night.is_scored(found, *key) else None
        done = packing.write(found, out, bill=bill, container=container, handling=handling, reason=reason, pdf=pdf)
    if json:
        console.emit({"path": str(done.path), "files": done.files, "alerts_left_out": done.left_out})
        return
    console.stdout().print(
        f"The case is in {console.plain(done.path)}: {', '.join(done.files)}. Alerts left out, because their "
        f"handling is stricter than {handling}: {done.left_out:,}."
    )
