"""Find where the tables of a lake disagree: runs that the log of runs lacks, lost rows, future nights, the ledger.

rows of a run that the log lacks      ─▶ its events are written again, from the rows
fewer rows than the run recorded      ─▶ found; only a backup has them
a closed night in the future          ─▶ found; `riskscore lake reopen`
a ledger with other sums than the log ─▶ made again from everything in the lake
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from riskscore import progress, tree
from riskscore.errors import LakeError, ModelError
from riskscore.history import balances
from riskscore.lake.check import Finding
from riskscore.lake.protocol import Lake
from riskscore.lake.repair import Mended
from riskscore.model.archive import Tables
from riskscore.runs import ledger
from riskscore.runs.log import BEGUN, FINISHED, Run, RunLog

RUNS, ROWS, FUTURE, LEDGER, CHAMPIONS = "runs", "rows", "future night", "ledger", "champions"
"""Kinds of findings."""

AHEAD = timedelta(days=2)
"""A closed night this much after the clock is found."""

REPAIRED = "repaired"
"""Event of the table runs: a repair that lost rows, so that they are not missed again."""

_WRITTEN = ("consignments", "scores", "measures", "quality")
"""Tables whose rows show which runs there were."""

_FAILED = (LakeError, OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)


def audit(lake: Lake, *, quick: bool = False) -> list[Finding]:
    """Compare the tables; with `quick`, all but the ledger, for which every filing must be read.

    What cannot be read is left out: `lake.check` finds it.
    """
    progress.step("checking runs")
    try:
        runs = RunLog.unchecked(lake)
        unread = runs.unreadable()
        if unread:
            numbers = ", ".join(map(str, unread))
            return [Finding(RUNS, "runs", None, f"the record of {numbers} in the table runs cannot be read")]
        found = [*_of_champions(lake), *_of_runs(lake, runs), *_of_rows(lake, runs)]
    except _FAILED:
        return []
    if not quick:
        progress.step("checking ledger")
        found += _of_ledger(lake, runs)
    return found


def _of_runs(lake: Lake, runs: RunLog) -> Iterator[Finding]:
    begun = runs.events.filter(step=BEGUN)["run"].to_list()
    finished = runs.events.filter(step=FINISHED)["run"].to_list()
    for number in sorted(set(range(1, max([0, *begun, *finished]) + 1)) - set(begun)):
        yield Finding(RUNS, "runs", None, f"the table runs lacks the beginning of run {number}")
    for number in sorted(set(begun) - set(finished)):
        if number < max(begun) or _had_finished(lake, number):
            yield Finding(RUNS, "runs", None, f"the table runs lacks the end of run {number}")
    last = runs.last_night
    today = datetime.now(UTC).date()
    if last is not None and last > today + AHEAD:
        says = f"the night of {last} is closed and in the future; reopen it with `riskscore lake reopen`"
        yield Finding(FUTURE, "runs", None, says, night=str(last))


def _of_champions(lake: Lake) -> Iterator[Finding]:
    try:
        Tables(lake).changes()
    except ModelError as damaged:
        yield Finding(CHAMPIONS, "champions", None, str(damaged).split("; see")[0])


def _had_finished(lake: Lake, number: int) -> bool:
    """Whether the end of a run was committed, whatever became of its row."""
    return lake.done("runs", number, step=f"event {FINISHED}")


def _of_rows(lake: Lake, runs: RunLog) -> Iterator[Finding]:
    begun = {run.number: run.night for run in runs.runs()}
    written = {(number, night) for number, night in _runs_in_tables(lake).select("run", "night").iter_rows()}
    for number, night in sorted(written):
        if begun.get(number) != night:
            yield Finding(RUNS, "runs", None, f"the table runs lacks run {number} of the night of {night}")
    known = {
        (each["table"], each["night"])
        for text in runs.events.filter(step=REPAIRED)["detail"]
        for each in tree.load_json(text)["lost"]
    }
    for counts in runs.finished():
        for table, part, name in (("scores", "scores", "scored"), ("consignments", "manifests", "filings")):
            expected = counts.get(part, {}).get(name)
            night = counts.get("night")
            if expected is None or night is None or (table, night) in known:
                continue
            day = date.fromisoformat(night)
            rows = lake.read(table, columns=["run"], nights=(day, day)).filter(run=counts["run"])
            present = rows.select(pl.len()).collect().item()
            if present != expected:
                says = (
                    f"run {counts['run']} of the night of {night} wrote {expected:,} rows to {table}, not {present:,}"
                )
                yield Finding(ROWS, table, None, says, expected - present, night)


def _runs_in_tables(lake: Lake) -> pl.DataFrame:
    parts = [lake.read(table, columns=["run", "night"]).drop_nulls().unique() for table in _WRITTEN]
    return pl.concat(parts).unique().sort("run").collect()


def _of_ledger(lake: Lake, runs: RunLog) -> list[Finding]:
    finished = runs.events.filter(step=FINISHED)["run"]
    done = [run for run in runs.runs() if run.number in set(finished)]
    if not done or runs.unfinished is not None:
        return []
    try:
        kept = ledger.sums(lake.read("ledger", columns=list(balances.COLUMNS)).collect())
        expected = ledger.sums(ledger.computed(lake, done[-1]))
    except _FAILED:
        return [Finding(LEDGER, "ledger", None, "the ledger cannot be read")]
    if kept.is_empty() or kept.equals(expected):
        return []
    different = kept.join(expected, on=kept.columns, how="anti", nulls_equal=True).height
    return [Finding(LEDGER, "ledger", None, f"the ledger has {different:,} profiles with other sums than the log")]


def mend(lake: Lake, found: Sequence[Finding]) -> list[Mended]:
    """Write missing events of runs again, and make a ledger anew that disagrees with the log."""
    mended = []
    if any(finding.kind == RUNS for finding in found):
        mended += _with_events(lake, [finding for finding in found if finding.kind == RUNS])
    for finding in found:
        if finding.kind == LEDGER:
            rebuild_ledger(lake)
            mended.append(Mended(finding, "made again from everything in the lake"))
        elif finding.kind != RUNS:
            what = "reopen it" if finding.kind == FUTURE else "only a backup has them"
            mended.append(Mended(finding, what, done=False))
    return mended


def rebuild_ledger(lake: Lake) -> None:
    """Make the ledger again from everything in the lake, as the last finished run would."""
    runs = RunLog.read(lake)
    finished = set(runs.events.filter(step=FINISHED)["run"])
    done = [run for run in runs.runs() if run.number in finished]
    if done:
        ledger.rebuild(lake, done[-1])


def note(lake: Lake, mended: Sequence[Mended]) -> None:
    """Keep in the table runs which rows a repair has lost."""
    lost = [
        {"table": each.finding.table, "night": each.finding.night, "rows": each.lost} for each in mended if each.lost
    ]
    if lost:
        now = datetime.now(UTC)
        row = {"step": REPAIRED, "at": now, "detail": json.dumps({"lost": lost}, sort_keys=True)}
        lake.append("runs", pl.DataFrame([row]), night=now.date())


def _with_events(lake: Lake, found: Sequence[Finding]) -> list[Mended]:
    runs = RunLog.unchecked(lake)
    if runs.unreadable():
        return [Mended(each, "cannot be mended without a backup", done=False) for each in found]
    begun = {run.number: run for run in runs.runs()}
    finished = set(runs.events.filter(step=FINISHED)["run"])
    written = _runs_in_tables(lake)
    last = max([0, *begun, *finished, *written["run"]])
    nights = {number: run.night for number, run in begun.items()} | dict(written.iter_rows())
    for number, night in sorted(nights.items()):
        run = begun.get(number) or Run(number, night, datetime.now(UTC), {"rebuilt": True})
        if number not in begun:
            _append(lake, run, BEGUN, run.plan)
        if number not in finished and (number < last or number not in begun or _had_finished(lake, number)):
            _append(lake, run, FINISHED, _counts(lake, run))
    left = {finding.says for finding in audit(lake, quick=True)}
    return [
        Mended(
            each,
            "written again, from the rows of the run" if each.says not in left else "cannot be mended",
            done=each.says not in left,
        )
        for each in found
    ]


def _append(lake: Lake, run: Run, step: str, detail: dict[str, Any]) -> None:
    """Write an event again: its transaction may be in the table still, though its row is not."""
    event = {"step": step, "at": run.at, "detail": json.dumps(detail, sort_keys=True), "run": run.number}
    lake.append("runs", pl.DataFrame([event]), night=run.night)


def _counts(lake: Lake, run: Run) -> dict[str, Any]:
    """What can still be counted of a run, in the form of the record of a finished run."""
    nights = (run.night, run.night)
    filed, scored, refused = (
        lake.read(table, columns=["run"], nights=nights).filter(run=run.number).select(pl.len()).collect().item()
        for table in ("consignments", "scores", "quarantine")
    )
    rows = {"rows_in": filed + refused, "accepted": filed, "refused": {"unknown": refused} if refused else {}}
    return {
        "run": run.number,
        "night": run.night.isoformat(),
        "begun": run.at.isoformat(),
        "manifests": rows | {"filings": filed, "consignments": filed, "read": [], "notes": [], "senders": []},
        "outcomes": {"rows_in": 0, "accepted": 0, "refused": {}, "repeated": 0, "corrections": 0, "taken_up": 0},
        "scores": {"scored": scored, "explained": 0, "data": "unknown"},
        "slate": {"actions": {}, "shares": {}},
        "usual_filings": None,
        "model": "unknown",
        "files": [],
        "left": [],
        "seconds": {"all": 0.0},
        "rebuilt": True,
    }
