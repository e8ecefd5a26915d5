"""The commands of what inspections found: `record` and `report`."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from riskscore.cli import console, options
from riskscore.cli.lake import Where
from riskscore.errors import SettingsError

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]


def record(
    lake: Where,
    files: Annotated[list[Path], typer.Argument(help="Files of outcomes, in any format that a manifest has.")] = [],
    columns: options.Columns = None,
    bill: Annotated[str | None, typer.Option(help="Bill of lading, to record one finding by hand.")] = None,
    container: Annotated[str | None, typer.Option(help="Number of the container, such as MSKU1234565.")] = None,
    finding: Annotated[str | None, typer.Option(help="clean, irregular or seizure.")] = None,
    commodity: Annotated[str | None, typer.Option(help="What was found, such as ivory.")] = None,
    quantity_kg: Annotated[float | None, typer.Option(min=0, help="How much of it, in kg.")] = None,
    note: Annotated[str | None, typer.Option(help="Anything else worth keeping.")] = None,
    inspected_at: Annotated[
        datetime | None, typer.Option(formats=_MOMENTS, help="Day or moment (UTC) of the inspection.")
    ] = None,
    known_at: Annotated[
        datetime | None, typer.Option(formats=_MOMENTS, help="When the finding became known (UTC). Default: now.")
    ] = None,
    selected_by: Annotated[
        str | None,
        typer.Option(help="score, explore, random, intelligence or officer. Default: what the slate says."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Record what inspections found: files of outcomes, or one finding by hand.

    Recording the same again adds nothing. A correction is the same bill, container and inspected_at with a later
    known_at; the earlier row stays. Outcomes of a consignment that the lake does not know wait in quarantine, and are
    taken up by a later `record` once its manifest is in.

    \b
    Examples:
      riskscore record /srv/riskscore/lake inspections-may.xlsx
      riskscore record /srv/riskscore/lake --bill BL00012 --container MSKU1234565 --finding clean
      riskscore record /srv/riskscore/lake --bill BL00013 --container TCLU7654321 --finding seizure \\
        --commodity ivory --quantity-kg 1250 --inspected-at 2024-05-03
    """
    from riskscore.jobs import record as job
    from riskscore.lake.io import Lake

    values = {
        "bill_of_lading": bill,
        "container_number": container,
        "finding": finding,
        "commodity": commodity,
        "quantity_kg": quantity_kg,
        "note": note,
        "inspected_at": _utc(inspected_at),
        "known_at": _utc(known_at),
        "selected_by": selected_by,
    }
    given: dict[str, object] = {name: value for name, value in values.items() if value is not None}
    _check(files, given)
    found = Lake.open(lake)
    with console.progress() as tell:
        tell("recording")
        if files:
            outcomes, refused = job.read(files, columns=columns)
            done = job.record(found, outcomes, refused=refused)
        else:
            done = job.one(found, given)
    if json:
        console.emit(asdict(done))
        return
    screen = console.stdout()
    screen.print(
        f"{done.rows:,} read = {done.added:,} recorded + {done.repeated:,} there before + {done.refused:,} that break "
        f"a rule + {done.unknown:,} of unknown consignments; {done.corrections:,} correct what was recorded."
    )
    if done.taken_up:
        screen.print(f"{done.taken_up:,} that waited in quarantine are recorded too: their consignment is known now.")
    for message in done.messages:
        screen.print(f"in quarantine: {console.plain(message)}")


def _check(files: list[Path], given: dict[str, object]) -> None:
    """Raise SettingsError unless either files or one finding by hand are given, with words that are known."""
    from riskscore.manifest import schema

    if files and given:
        raise SettingsError(f"give files or one finding by hand, not both: {', '.join(map(str, files[:3]))}")
    needed = {"bill_of_lading": "--bill", "container_number": "--container", "finding": "--finding"}
    missing = [option for name, option in needed.items() if name not in given]
    if not files and missing:
        raise SettingsError(f"nothing to record: give files of outcomes, or {', '.join(missing)}")
    if not math.isfinite(float(str(given.get("quantity_kg", 0)))):
        raise SettingsError(f"--quantity-kg is {given['quantity_kg']}; give a number of kilograms")
    for name, words in (("finding", schema.FINDINGS), ("selected_by", schema.SELECTED_BY)):
        if given.get(name, words[0]) not in words:
            option = f"--{name.replace('_', '-')}"
            raise SettingsError(f"{option} is {given[name]!r}; it is one of {', '.join(words)}")


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


COMMANDS = (record,)
