"""The command `nightly`, which a timer runs once per night."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from riskscore.cli import options
from riskscore.progress import step
from riskscore.units import counted
from riskscore.views import console

UNREADABLE = 1
"""Exit code of a run that is done, but left a file in the inbox because it cannot be read."""


def nightly(
    lake: options.Lake,
    inbox: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Folder where manifests arrive. Files that were read are moved to its subfolder done/."
        ),
    ],
    outcomes_inbox: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder where inspection results arrive. Its files are moved in the same way."
        ),
    ] = None,
    date: Annotated[datetime.date | None, options.day(help="The night to run. Default: today, in UTC.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Name or folder of the model for this night. Default: the model that was promoted last in the lake, "
            "otherwise in $RISKSCORE_MODELS, otherwise the shipped one.",
        ),
    ] = None,
    capacity: options.Capacity = None,
    settings: options.Settings = None,
    seed: options.Seed = None,
    reports: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for the reports. Default: reports/ in the inbox.")
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Run a night that is more than two days after the clock or after the last filing."
        ),
    ] = False,
    json: options.Json = False,
) -> None:
    """Score what has arrived and choose what to inspect.

    Reads the files in the inbox into the lake, scores the consignments, explains the riskiest, draws the slate of each
    port (the list of boxes to inspect) within its capacity, and writes a report.

    A run that was killed can be started again, and nothing is done twice. Files that were read before are recognised by
    their content. A night that is finished is closed: files that arrive later belong to the next night. A night that
    was closed by mistake can be reopened (`riskscore lake reopen`).

    \b
    Examples:
      riskscore nightly --lake lake --inbox inbox
      riskscore nightly --lake lake --inbox inbox --outcomes-inbox findings --capacity ports.toml \\
        --seed "lottery 4711"

    \b
    Exit codes:
      0   done, or nothing to do
      1   done, but a file in the inbox cannot be read; its name is printed
      2   an error that you can fix; one line says what it is, two if it is a defect of riskscore
      75  another run is working on this lake; try again later
    """
    from riskscore import export
    from riskscore.lake.open import open_lake
    from riskscore.nightly.inbox import Inbox
    from riskscore.nightly.run import Night, run_night
    from riskscore.pages import night as night_report
    from riskscore.selection import capacity as capacities
    from riskscore.settings import find_settings

    folder = reports or inbox / "reports"
    if reports is not None or inbox.is_dir():
        export.check_into(folder)
    night = Night(
        open_lake(lake, find_settings(settings)),
        Inbox(inbox),
        Inbox(outcomes_inbox) if outcomes_inbox else None,
        capacities.read(capacity),
        model,
        seed,
    )
    with console.progress():
        late_report = night_report.write_missing(night.lake, folder)
        report = run_night(night, date or datetime.datetime.now(datetime.UTC).date(), force=force)
        pages = None
        if report.counts is not None:
            step("writing the report")
            pages = night_report.write(night.lake, report, folder)
    if json:
        console.emit({"report": report.counts, "left": [{"name": file.name, "why": file.why} for file in report.left]})
    else:
        if late_report is not None:
            console.stdout().print(
                f"The previous run had not written its report. The report is now in {console.plain(late_report)}."
            )
        _show(report.counts, pages)
        for file in report.left:
            console.stdout().print(f"Left in the inbox: {console.plain(file.name)}: {console.plain(file.why)}")
    if report.unreadable:
        raise typer.Exit(UNREADABLE)


def _show(counts: dict[str, Any] | None, pages: Path | None) -> None:
    from riskscore.views.night import readings

    screen = console.stdout()
    if counts is None:
        screen.print("Nothing new in the inbox.")
        return
    manifests, scores, actions = counts["manifests"], counts["scores"], counts["slate"]["actions"]
    refused = sum(manifests["refused"].values())
    screen.print(
        f"Night of {counts['night']}, run {counts['run']}: {counted(manifests['rows_in'], 'row')} read = "
        f"{manifests['accepted']:,} accepted + {refused:,} in quarantine; "
        f"{counted(scores['scored'], 'consignment')} scored, {scores['explained']:,} with reasons."
    )
    screen.print(
        f"Boxes to open: {actions.get('open', 0):,}. Boxes to scan: {actions.get('scan', 0):,}. Documents to check: "
        f"{actions.get('documents', 0):,}. Audits after release: {actions.get('audit', 0):,}."
    )
    for sentence in readings(counts):
        screen.print(console.hanging("-", console.plain(sentence)))
    alerts = counts.get("alerts", {})
    if alerts.get("in_force"):
        screen.print(
            f"Alerts in force: {alerts['in_force']:,}. Consignments that they name: {alerts['consignments']:,}, of "
            f"which {alerts['strong']:,} match strongly."
        )
    screen.print(f"Model {console.plain(counts['model'])}, trained on {console.plain(scores['data'])} data.")
    screen.print(f"The report is in {console.plain(pages)}.")


COMMANDS = (nightly,)
