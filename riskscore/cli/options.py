"""Options that several commands share, so that they have the same name and the same explanation everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

LONGEST = 36_500
"""Most days of a period, which is a century: further away there may be no date."""

YEARS = range(1900, 3000)
"""Years of a day or a moment."""

_MOMENT_FORMS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ")


def _parse_day(value: str | date) -> date:
    """A day written as YYYY-MM-DD. Raises typer.BadParameter for any other text; a default is a date already."""
    if isinstance(value, date):
        return value
    try:
        day = datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{value!r} is not a date; write YYYY-MM-DD, such as 2024-03-01") from None
    _check_year(day)
    return day


def _parse_moment(value: str) -> datetime:
    """A day or a moment in UTC. Raises typer.BadParameter for a text in another form."""
    for form in _MOMENT_FORMS:
        try:
            moment = datetime.strptime(value, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        _check_year(moment)
        return moment
    raise typer.BadParameter(f"{value!r} is not a date or time; write 2024-03-01 or 2024-03-01T14:30 (UTC)")


def _check_year(day: date) -> None:
    if day.year not in YEARS:
        raise typer.BadParameter(f"{day:%Y-%m-%d} is no day of the years {YEARS[0]} to {YEARS[-1]}")


def day(*names: str, help: str) -> Any:
    """An option whose value is a day."""
    return typer.Option(*names, metavar="YYYY-MM-DD", parser=_parse_day, help=help)


def moment(*names: str, help: str) -> Any:
    """An option whose value is a day or a moment in UTC."""
    return typer.Option(*names, metavar="YYYY-MM-DD[THH:MM]", parser=_parse_moment, help=help)


_FORMATS = (
    "CSV, TSV, Parquet, JSON, JSON Lines, XLSX, XLSB, XLS or ODS, or a message (EDIFACT CUSCAR or IFTMCS, ASYCUDA, "
    "IE315, ICS2, WCO, China, US AMS, X12 309, SCMTR or DCSA), plain or packed with gzip or zip."
)

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help=f"Manifests to read: {_FORMATS}")]
File = Annotated[Path, typer.Argument(metavar="FILE", help=f"The manifest to read: {_FORMATS}")]
History = Annotated[
    list[Path],
    typer.Option(
        metavar="PATH...",
        help="Manifests filed earlier: files or folders, several after one flag. Without a history, every party looks "
        "new.",
    ),
]
_OUTCOMES = (
    "What inspections found: a table with bill_of_lading, container_number, known_at (when the result became known) "
    "and finding (clean, irregular or seizure)."
)
Outcomes = Annotated[Path | None, typer.Option(metavar="FILE", help=_OUTCOMES)]
RequiredOutcomes = Annotated[Path, typer.Option(metavar="FILE", help=_OUTCOMES)]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="A model's folder, or its name in the folder $RISKSCORE_MODELS. Default: the model that was promoted "
        "last, otherwise the shipped one.",
    ),
]
Columns = Annotated[
    Path | None,
    typer.Option(
        metavar="MAP.toml",
        help="File that says which heading means which column, for headings that riskscore does not know (see "
        "`riskscore columns --help`).",
    ),
]
Settings = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.toml",
        help="A service's own fields, row names and findings. Default: $RISKSCORE_SETTINGS, otherwise riskscore.toml "
        "in the working folder, if there is one.",
    ),
]
Manifests = Annotated[
    list[Path],
    typer.Option(metavar="PATH...", help="Manifests: files or folders, several after one flag."),
]
Worlds = Annotated[
    list[Path],
    typer.Option(
        metavar="PATH...",
        help="Learn from these simulated worlds, folders of `riskscore simulate`; several after one flag.",
    ),
]
Truth = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="What was really smuggled, truth.parquet. Only a simulated world has such a file."
    ),
]
Lake = Annotated[str, typer.Option(metavar="LAKE", help="Folder of the lake, or its address: s3://bucket/lake.")]
Capacity = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.toml",
        help="What each port can do per day (see `riskscore slate draw --help`). Default: open 10 boxes, scan 20, "
        "check the documents of 40 and audit 20.",
    ),
]
Seed = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Text that decides the random draw. It should be published after the last filing, such as lottery "
        "numbers, so that nobody can foresee the draw. Default: the date.",
    ),
]
Lang = Annotated[
    str,
    typer.Option(
        metavar="LANG",
        envvar="RISKSCORE_LANG",
        help="Language of reasons, checks and case sheets: en, zh, fr, vi, es or pt.",
    ),
]
Container = Annotated[str, typer.Option(metavar="ID", help="Container number, such as MSKU1234565.")]
Bill = Annotated[str, typer.Option(metavar="ID", help="Number of the bill of lading.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]
