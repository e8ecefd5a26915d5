"""Options that say what files do not tell: their encoding, the order of day and month, the moment of filing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.errors import SettingsError

if TYPE_CHECKING:
    from riskscore.manifest.hints import Hints

Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Encoding of the files, such as koi8_r or shift_jis. Default: what their content shows."
    ),
]
DayFirst = Annotated[bool, typer.Option("--day-first", help="Read 03/04/2024 as 3 April 2024.")]
MonthFirst = Annotated[bool, typer.Option("--month-first", help="Read 03/04/2024 as 4 March 2024.")]
YearFirst = Annotated[bool, typer.Option("--year-first", help="Read 24/03/14 as 14 March 2024.")]
FiledAt = Annotated[
    str | None,
    typer.Option(
        "--filed-at",
        metavar="MOMENT",
        help="Moment of filing (UTC) of rows that do not state one, such as 2024-03-14 or 2024-03-14T16:30.",
    ),
]
StowPlan = Annotated[
    Path | None,
    typer.Option(
        "--stow-plan",
        metavar="FILE",
        help="Stow plan of the voyage (EDIFACT BAPLIE). Says what is aboard but on no bill, and what differs.",
    ),
]


def hints(
    encoding: str | None, day_first: bool, month_first: bool, year_first: bool, filed_at: str | None = None
) -> Hints:
    """What these options say. Raises SettingsError where they contradict each other or the moment cannot be read."""
    from riskscore.manifest.hints import Hints

    orders = [name for name, given in (("day", day_first), ("month", month_first), ("year", year_first)) if given]
    if len(orders) > 1:
        raise SettingsError(f"--{orders[0]}-first and --{orders[1]}-first contradict each other; give one of them")
    return Hints(encoding, orders[0] if orders else None, None if filed_at is None else _moment(filed_at))  # type: ignore[arg-type]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise SettingsError(f"--filed-at is {text!r}; write it as 2024-03-14 or 2024-03-14T16:30") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
