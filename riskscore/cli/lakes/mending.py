"""The commands of the group `lake` for damage: `check`, `repair`, `backup` and `restore`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import options
from riskscore.progress import step
from riskscore.units import counted
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.lake.check import Finding

FOUND = 1
"""Exit code of a check that found damage, and of a repair that could not mend all of it."""

SHOWN = 20
"""Findings that are printed; --json prints all."""

Where = Annotated[str, typer.Argument(metavar="LAKE", help="Folder of the lake, or its address: s3://bucket/lake.")]
Folder = Annotated[str, typer.Argument(metavar="LAKE", help="Folder of the lake.")]
Backup = Annotated[str, typer.Argument(metavar="BACKUP", help="Folder of the backups, on another disk.")]


def check(
    lake: Where,
    quick: Annotated[
        bool, typer.Option("--quick", help="Check only that files are there and have their size, not their checksums.")
    ] = False,
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Find damage in a lake: changed files, rows that disagree.

    Every file of data and of the logs is compared with the checksum that it had when it was written. A file without
    one, of an older lake, is read and gets one. Then the tables are compared: rows of runs that the log of runs lacks,
    rows that are missing, closed nights in the future, and a ledger that does not agree with what was filed. Nothing
    else is changed. `riskscore lake repair` mends what is found.

    \b
    Examples:
      riskscore lake check /srv/riskscore/lake
      riskscore lake check /srv/riskscore/lake --quick --json

    \b
    Exit codes:
      0  no damage
      1  something was found
    """
    from riskscore.lake import check as files
    from riskscore.runs import mending
    from riskscore.settings import find_settings

    with console.progress():
        step("opening the lake")
        opened = files.opened(lake, find_settings(settings))
        found = mending.look(opened, quick=quick)
    if json:
        console.emit({"lake": opened.uri, "findings": [asdict(finding) for finding in found]})
    elif found:
        _show(found)
        mended = "`riskscore lake repair` mends what can be mended."
        if opened.store.local is None:
            mended = "At an address, restore files with the versions and copies of the store."
        console.stdout().print(f"Found: {_counts(found)}. {mended}")
    else:
        console.stdout().print(f"No damage was found in the lake at {console.plain(opened.uri)}.")
    if found:
        raise typer.Exit(FOUND)


def repair(
    lake: Folder,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="BACKUP", help="Backups (`riskscore lake backup`) to take lost files from."),
    ] = None,
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Mend what `riskscore lake check` finds, or set it aside.

    With --from, damaged files are put back from a backup, bit for bit. Without one, logs are written again from the
    files that are there, the ledger is made again from what was filed, and missing events of runs are written from the
    rows of the run. A damaged file of rows is set aside and its rows are lost: their number is printed. Nothing is
    deleted. What was damaged is in the folder .aside of the lake, with a report. No other command may use the lake
    meanwhile.

    \b
    Examples:
      riskscore lake repair /srv/riskscore/lake --from /backup/riskscore
      riskscore lake repair /srv/riskscore/lake

    \b
    Exit codes:
      0  no damage, or all of it is mended
      1  something could not be mended, or rows were lost
    """
    from riskscore.lake import check as files
    from riskscore.lake.store import folder
    from riskscore.runs import mending
    from riskscore.settings import find_settings

    place, backups = folder(lake, "a repair"), None if source is None else folder(source, "a backup")
    with console.progress():
        step("opening the lake")
        opened = files.opened(place, find_settings(settings))
        done = mending.mend(opened, backups)
    lost = sum(each.lost for each in done.mended)
    if json:
        report = [asdict(each) for each in done.mended]
        console.emit({"lake": opened.uri, "aside": str(done.aside) if done.aside else None, "mended": report})
    elif done.mended:
        for each in done.mended[:SHOWN]:
            console.stdout().print(console.hanging("-", console.plain(f"{each.finding.says}: {each.says}")))
        _more(len(done.mended))
        what = f"{len(done.mended) - len(done.refused):,} mended or set aside, {len(done.refused):,} not"
        console.stdout().print(
            f"{what}; rows lost: {lost:,}. The damaged files and the report are in {console.plain(str(done.aside))}."
        )
    else:
        console.stdout().print(f"No damage was found in the lake at {console.plain(opened.uri)}.")
    if done.refused or lost:
        raise typer.Exit(FOUND)


def backup(lake: Folder, backup: Backup, json: options.Json = False) -> None:
    """Back up a lake in a folder.

    The first backup copies all files, and a later one only those that are new. Each file is verified by its checksum.
    If a file of the lake is damaged, no backup is made. A night may run meanwhile.

    \b
    Example:
      riskscore lake backup /srv/riskscore/lake /backup/riskscore
    """
    from riskscore.lake import backup as backups
    from riskscore.lake.delta import DeltaLake
    from riskscore.lake.store import folder

    place, target = folder(lake, "a backup"), folder(backup, "a backup")
    with console.progress():
        step("opening the lake")
        state = backups.back_up(DeltaLake.open(place), target)
    counts = {"files": len(state.entries), "copied": state.copied, "copied_bytes": state.copied_bytes}
    if json:
        console.emit({"backup": str(target), "state": state.name} | counts)
        return
    console.stdout().print(
        f"{counted(len(state.entries), 'file')} backed up as {state.name}; {state.copied:,} of them are new "
        f"({state.copied_bytes / 1e6:,.1f} MB)."
    )


def restore(
    backup: Backup,
    lake: Annotated[str, typer.Argument(metavar="LAKE", help="New or empty folder for the restored lake.")],
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="Name that the backup printed. Default: the last backup.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Write a lake from its backup into a new folder, bit for bit.

    Each file is verified by its checksum. If one is missing or damaged in the backup, nothing is written.

    \b
    Examples:
      riskscore lake restore /backup/riskscore /srv/riskscore/lake
      riskscore lake restore /backup/riskscore /tmp/then --state 20261201T020000.000000Z
    """
    from riskscore.lake import backup as backups
    from riskscore.lake.store import folder

    source, target = folder(backup, "a backup"), folder(lake, "a restored lake")
    with console.progress():
        step("restoring")
        restored = backups.restore(source, target, state)
    if json:
        console.emit({"lake": str(target), "state": restored.name, "files": len(restored.entries)})
        return
    console.stdout().print(
        f"{counted(len(restored.entries), 'file')} of {restored.name} restored to {console.plain(target)}."
    )


def _show(found: list[Finding]) -> None:
    for finding in found[:SHOWN]:
        console.stdout().print(console.hanging("-", console.plain(finding.says)))
    _more(len(found))


def _more(count: int) -> None:
    if count > SHOWN:
        console.stdout().print(f"... and {count - SHOWN:,} more; --json prints all")


def _counts(found: list[Finding]) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in Counter(finding.kind for finding in found).most_common())


COMMANDS = (check, repair, backup, restore)
