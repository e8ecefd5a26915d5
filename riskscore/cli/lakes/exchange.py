"""The commands that exchange alerts with other services: `alerts import`, `alerts export` and `alerts package`."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from riskscore.cli import options
from riskscore.progress import step
from riskscore.units import counted
from riskscore.views import console

REFUSED = 1
"""Exit code of an import that is done, but put rows in quarantine."""

Day = Annotated[
    datetime.date | None, options.day("--date", help="Night on which the alerts are in force. Default: today, in UTC.")
]
Handling = Annotated[
    str,
    typer.Option(
        metavar="TLP",
        help="Strictest TLP code that may leave this service: clear, green, amber, amber+strict or red.",
    ),
]


def import_(
    lake: options.Lake,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Alerts as CSV, JSON, XLSX, Parquet or a STIX 2.1 bundle.")
    ],
    provider: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The service that the alerts are from, if the file does not say.")
    ] = None,
    quarantine: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the refused rows to this file: .csv, .parquet or .jsonl."),
    ] = None,
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Import alerts into a lake.

    Importing the same alert again adds nothing, and a later version replaces the earlier one. Rows that break a rule
    are put in quarantine, with the name of the rule. Where the settings have keys for alerts ([signatures]), each file
    needs a signature by one of them, in a file next to it whose name ends with .sig (`riskscore alerts sign`).

    \b
    Columns. An alert needs only some of them:
      id            the provider's number of the alert
      kind          party, address, container, vessel or route
      name          name of the party or the vessel; aliases: other names (a; b)
      address, country, container_number, vessel_imo
      origin, destination, goods (HS codes or words; a; b)
      reason        why the alert exists; provider: the service that it is from
      reliability   Admiralty grade, A1 to F6. Default: F6
      handling      TLP 2.0 code. Default: amber+strict
      valid_from, valid_until (default: until it is withdrawn), status, updated_at

    \b
    Examples:
      riskscore alerts import --lake lake watchlist.csv --provider "Customs of Freedonia"
      riskscore alerts import --lake lake bundle.json --quarantine refused.csv

    \b
    Exit codes:
      0  all rows were imported
      1  done, but some rows are in quarantine
    """
    from riskscore import export as exporting
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake
    from riskscore.settings import find_settings

    opened = open_lake(lake, find_settings(settings))
    if quarantine is not None:
        exporting.check(quarantine, inputs=tuple(files))
    with console.progress():
        step("reading alerts")
        counts, refused = watch_lists.import_alerts(opened, files, provider=provider)
        if quarantine is not None:
            exporting.write((refused, quarantine))
    if json:
        console.emit(asdict(counts))
    else:
        screen = console.stdout()
        screen.print(
            f"{counts.rows:,} read = {counts.new:,} new + {counts.changed:,} changed + {counts.repeated:,} known "
            f"already + {counts.refused:,} in quarantine."
        )
        for message in counts.messages:
            screen.print(f"In quarantine: {console.short(message, 300)}")
    if counts.refused:
        raise typer.Exit(REFUSED)


def export(
    out: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write: .csv, .json or .stix (a STIX 2.1 bundle).")
    ],
    lake: options.Lake,
    handling: Handling = "green",
    date: Day = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Also write alerts that have ended or were withdrawn, so that others learn of it."),
    ] = False,
    json: options.Json = False,
) -> None:
    """Write the alerts that may be shared with others.

    Alerts whose TLP code is stricter than --handling are left out, and their number is printed.

    \b
    Examples:
      riskscore alerts export out.stix --lake lake --handling green
      riskscore alerts export out.csv --lake lake --handling amber --all
    """
    from riskscore import export as exporting
    from riskscore.alerts import files
    from riskscore.casework import watch_lists
    from riskscore.lake.open import open_lake

    exporting.check(out, endings=files.FORMATS)
    with console.progress():
        step("writing")
        alerts, left_out = files.shareable(watch_lists.read_alerts(open_lake(lake), date, every=every), handling)
        files.write(alerts, out)
    if json:
        console.emit({"written": alerts.height, "left_out": left_out, "file": str(out)})
        return
    console.stdout().print(
        f"{counted(alerts.height, 'alert')} written to {console.plain(out)}. Left out, because their TLP code is "
        f"stricter than {handling}: {left_out:,}."
    )


def package(
    out: Annotated[Path, typer.Argument(metavar="PATH", help="New folder, or a file whose name ends with .zip.")],
    lake: options.Lake,
    bill: options.Bill,
    container: options.Container,
    handling: Handling = "amber",
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Note to the other service. Default: no note.")
    ] = None,
    lang: options.Lang = "en",
    settings: options.Settings = None,
    json: options.Json = False,
) -> None:
    """Pack one case for another service.

    The package has the case as a STIX 2.1 bundle with TLP markings (case.json), its case sheet (case.pdf) and a list of
    files with checksums (manifest.json). The case sheet is from the last night that scored the box. It leaves out
    values, freight, other traders' boxes, and alerts that may not be shared. A box that no night scored has no sheet.

    \b
    Example:
      riskscore alerts package case.zip --lake lake --bill BL00012 --container MSKU1234565 \\
        --handling green
    """
    from riskscore import language
    from riskscore.casework.slates import clean_key
    from riskscore.lake.open import open_lake
    from riskscore.settings import find_settings
    from riskscore.sheet import night, write
    from riskscore.sheet import package as packing

    packing.check(out)
    spoken, opened = language.find(lang), open_lake(lake, find_settings(settings))
    key = clean_key(bill, container)
    with console.progress():

        def sheet(path: Path) -> None:
            write.one(night.case(opened, *key, handling=handling, language=spoken), path)

        pdf = sheet if night.is_scored(opened, *key) else None
        packed = packing.write(opened, out, bill=bill, container=container, handling=handling, reason=reason, pdf=pdf)
    if json:
        console.emit({"path": str(packed.path), "files": packed.files, "alerts_left_out": packed.left_out})
        return
    console.stdout().print(
        f"The case is in {console.plain(packed.path)}: {', '.join(packed.files)}. Alerts left out, because their TLP "
        f"code is stricter than {handling}: {packed.left_out:,}."
    )
