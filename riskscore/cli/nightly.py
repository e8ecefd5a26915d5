"""The command that runs by itself: `nightly`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from riskscore.cli import options
from riskscore.progress import step
from riskscore.units import counted
from riskscore.views import console

LEFT = 1
"""Exit code of a run that is done, but left a file that cannot be read: somebody has to look at it."""


def nightly(
    lake: options.Lake,
    inbox: Annotated[Path, typer.Option(help="Folder where manifests arrive; taken ones are moved to its done/.")],
    outcomes_inbox: Annotated[
        Path | None, typer.Option(help="Folder where findings of inspections arrive, likewise.")
    ] = None,
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The night to run. Default: today, in UTC.")
    ] = None,
    model: options.Model = None,
    capacity: options.Capacity = None,
    settings: options.Settings = None,
    seed: options.Seed = None,
    reports: Annotated[
        Path | None, typer.Option(help="Folder for the reports of the nights. Default: reports/ in the inbox.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Run one night: take what has arrived, score it, explain it, choose what to open, and report.

    Nothing is done twice: a run that was killed is simply run again, and files that were taken before are known by
    their content. Exit codes: 0 done, or nothing to do; 1 done, but a file cannot be read and waits; 2 something to
    mend; 75 another run is at work.

    \b
    Examples:
      riskscore nightly --lake lake --inbox inbox
      riskscore nightly --lake lake --inbox inbox --outcomes-inbox findings --capacity ports.toml --seed "draw 4711"
    """
    from riskscore.lake.open import open_lake
    from riskscore.nightly.inbox import Inbox
    from riskscore.nightly.run import Night, run_night
    from riskscore.pages import night as night_report
    from riskscore.selection import capacity as capacities
    from riskscore.settings import find_settings

    night = Night(
        open_lake(lake, find_settings(settings)),
        Inbox(inbox),
        Inbox(outcomes_inbox) if outcomes_inbox else None,
        capacities.read(capacity),
        model,
        seed,
    )
    folder = reports or inbox / "reports"
    with console.progress():
        made_up = night_report.write_missing(night.lake, folder)
        report = run_night(night, (date or datetime.now(UTC)).date())
        pages = None
        if report.counts is not None:
            step("writing the report")
            pages = night_report.write(night.lake, report, folder)
    if json:
        console.emit({"report": report.counts, "left": [{"name": file.name, "why": file.why} for file in report.left]})
    else:
        if made_up is not None:
            console.stdout().print(f"The report of the run before was missing; it is in {console.plain(made_up)}.")
        _show(report.counts, pages)
        for file in report.left:
            console.stdout().print(f"Left: {console.plain(file.name)}: {console.plain(file.why)}")
    if report.unreadable:
        raise typer.Exit(LEFT)


def _show(counts: dict[str, Any] | None, pages: Path | None) -> None:
    screen = console.stdout()
    if counts is None:
        screen.print("Nothing new in the inbox.")
        return
    taken, scored, slate = counts["manifests"], counts["scores"], counts["slate"]
    refused = sum(taken["refused"].values())
    actions = slate["actions"]
    screen.print(
        f"Night of {counts['night']}, run {counts['run']}: {taken['rows_in']:,} rows read = {taken['accepted']:,} "
        f"accepted + {refused:,} in quarantine; {scored['scored']:,} consignments scored, {scored['explained']:,} with "
        "reasons."
    )
    screen.print(
        f"To open: {actions.get('open', 0):,}; to scan: {actions.get('scan', 0):,}; documents to check: "
        f"{actions.get('documents', 0):,}; audits: {actions.get('audit', 0):,}."
    )
    alerts = counts.get("alerts", {})
    if alerts.get("in_force"):
        screen.print(
            f"Alerts in force: {alerts['in_force']:,}; they name {counted(alerts['consignments'], 'consignment')}, "
            f"{alerts['strong']:,} strongly."
        )
    screen.print(f"Model {console.plain(counts['model'])}, trained on {console.plain(scored['data'])} data.")
    screen.print(f"The report is in {console.plain(pages)}.")


COMMANDS = (nightly,)
