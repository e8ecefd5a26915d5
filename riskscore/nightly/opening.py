"""Which night may be run: not one that is closed, and none far ahead of the clock or of what was filed.

A mistyped date or a wrong clock would close every night up to that date. So a night is refused if it is more than
AHEAD after the clock, or after the last filing among the new files. A night that is closed by mistake is reopened.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import polars as pl

from riskscore.errors import SettingsError
from riskscore.lake import turns
from riskscore.lake.protocol import Lake
from riskscore.runs import log
from riskscore.runs.log import RunLog
from riskscore.units import counted

AHEAD = timedelta(days=2)
"""A night may be this much later than the clock, and than the last filing among the new files."""


def check(runs: RunLog, day: date, last_filing: date | None, waiting: int, *, force: bool) -> None:
    """Raise SettingsError if `day` is closed, or too far ahead without `force`; `waiting` counts the new files."""
    if runs.last_night is not None and day <= runs.last_night:
        raise SettingsError(
            f"the night of {runs.last_night} is closed; to load {counted(waiting, 'new file')}, run a later night "
            "(--date), or reopen it with `riskscore lake reopen` if it was closed by mistake"
        )
    today = datetime.now(UTC).date()
    references = {"today by the clock": today, "the last filing in the new files": last_filing}
    for what, reference in references.items():
        if reference is not None and not force and day - reference > AHEAD:
            raise SettingsError(
                f"the night of {day} is {counted((day - reference).days, 'day')} after {what} ({reference}), and no "
                f"earlier night could be run after it; check --date and the clock, or give --force"
            )


def reopen(lake: Lake, night: date, reason: str) -> None:
    """Reopen `night`, the last one that is closed, so that it and the nights after it can be run (again).

    Its rows and slates stay. `reason` and the moment are kept in the table `runs`. Raises SettingsError if there is no
    reason, a run is unfinished, or `night` is not the last closed night.
    """
    if not reason.strip():
        raise SettingsError("reopening a night needs a reason, which is kept in the lake")
    turns.take(lake, "runs", lambda turn: _reopen(lake, night, reason, turn))


def _reopen(lake: Lake, night: date, reason: str, turn: int) -> bool | None:
    """Reopen in one turn; None if somebody else took it."""
    runs = RunLog.read(lake)
    if runs.unfinished is not None:
        raise SettingsError(f"the run of the night of {runs.unfinished.night} is not finished; run it again first")
    if runs.last_night != night:
        last = "no night is closed" if runs.last_night is None else f"the last closed night is {runs.last_night}"
        raise SettingsError(f"the night of {night} cannot be reopened: {last}, and only that one can be")
    detail = {"reason": " ".join(reason.split()), "run": runs.next - 1}
    row = {"step": log.REOPENED, "at": datetime.now(UTC), "detail": json.dumps(detail, sort_keys=True)}
    return lake.append("runs", pl.DataFrame([row]), night=night, turn=turn) or None
