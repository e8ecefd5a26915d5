"""The log of nightly runs in the lake, one row per event, so that a killed run is recognised and resumed.

begun {night, files, model, ...} ─▶ manifests ─▶ outcomes ─▶ ledger ─▶ scores ─▶ slate ─▶ finished {counts}
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from riskscore import tree
from riskscore.errors import DamageError
from riskscore.lake.protocol import Lake

BEGUN, FINISHED, REOPENED = "begun", "finished", "reopened"
"""Events. REOPENED has no run of its own: its detail names the last run that no longer closes the night."""

KINDS = ("manifests", "stow_plans", "outcomes")
"""Kinds of files that a run loads."""


@dataclass(frozen=True, slots=True)
class File:
    """A complete file of an inbox: its name there, SHA-256 and size in bytes."""

    name: str
    sha256: str
    size: int

    def entry(self) -> dict[str, Any]:
        """Return the file as the record of a run keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Run:
    """One nightly run: its number, its night, when it began, and its plan (files, model and seed)."""

    number: int
    night: date
    at: datetime
    plan: dict[str, Any]

    def files(self, kind: str) -> list[File]:
        """Return the files of the plan; `kind` is `manifests`, `outcomes` or `stow_plans`."""
        return [File(**entry) for entry in self.plan.get(kind, [])]


@dataclass(frozen=True, slots=True)
class RunLog:
    """The events of all runs on a lake (table `runs`)."""

    events: pl.DataFrame

    @classmethod
    def read(cls, lake: Lake) -> RunLog:
        """Read every event of every run. Raises DamageError if one of them is damaged or was edited."""
        runs = cls.unchecked(lake)
        unreadable = runs.unreadable()
        if unreadable:
            raise DamageError(
                f"the table runs of the lake at {lake.uri} is damaged: {unreadable[0]} cannot be read; see `riskscore "
                "lake check`"
            )
        return runs

    @classmethod
    def unchecked(cls, lake: Lake) -> RunLog:
        """Read every event, damaged ones too."""
        return cls(lake.read("runs").collect().sort("run", "at"))

    def unreadable(self) -> list[str]:
        """Return the events whose detail is no JSON object, or that lack a number: damaged, or edited by hand."""
        rows = self.events.select("run", "step", "night", "detail").iter_rows(named=True)
        return [f"the event {row['step']!r} of run {row['run']}" for row in rows if not _is_whole(row)]

    @property
    def unfinished(self) -> Run | None:
        """The run that began and did not finish, if any; there is never more than one."""
        finished = self.events.filter(step=FINISHED)["run"]
        open_runs = self.events.filter((pl.col("step") == BEGUN) & ~pl.col("run").is_in(finished.implode()))
        if open_runs.is_empty():
            return None
        row = open_runs.row(-1, named=True)
        return Run(row["run"], row["night"], row["at"], tree.load_json(row["detail"]))

    def runs(self) -> list[Run]:
        """Return every run that began, oldest first."""
        begun = self.events.filter(step=BEGUN).sort("run").iter_rows(named=True)
        return [Run(row["run"], row["night"], row["at"], tree.load_json(row["detail"])) for row in begun]

    @property
    def next(self) -> int:
        """Number of the next run."""
        last = self.events["run"].max()
        return 1 + (last if isinstance(last, int) else 0)

    @property
    def last_night(self) -> date | None:
        """The latest night that is closed: one with a finished run that was not reopened since."""
        finished = self.events.filter(step=FINISHED)
        for night, detail in self.events.filter(step=REOPENED).select("night", "detail").iter_rows():
            finished = finished.filter((pl.col("night") != night) | (pl.col("run") > tree.load_json(detail)["run"]))
        night = finished["night"].max()
        return night if isinstance(night, date) else None

    def was_reopened(self, run: Run) -> bool:
        """Whether the night of `run` was reopened before it."""
        details = self.events.filter(step=REOPENED, night=run.night)["detail"]
        return any(tree.load_json(detail)["run"] < run.number for detail in details)

    def loaded(self, kind: str) -> set[str]:
        """Return the SHA-256 of every file that a run loaded; `kind` as in Run.files."""
        plans = self.events.filter(step=BEGUN)["detail"].to_list()
        return {entry["sha256"] for plan in plans for entry in tree.load_json(plan).get(kind, [])}

    def finished(self) -> list[dict[str, Any]]:
        """Return the counts of every finished run, oldest first."""
        done = self.events.filter(step=FINISHED).sort("run")
        return [tree.load_json(text) for text in done["detail"].to_list()]


def _is_whole(row: dict[str, Any]) -> bool:
    try:
        detail = tree.load_json(row["detail"])
    except (ValueError, TypeError):
        return False
    is_of_run = row["step"] not in (BEGUN, FINISHED) or (row["run"] is not None and row["night"] is not None)
    return isinstance(detail, dict) and is_of_run


def begin(lake: Lake, number: int, night: date, plan: dict[str, Any]) -> Run | None:
    """Record a new run; None if another process used its number first."""
    run = Run(number, night, datetime.now(UTC), plan)
    return run if record(lake, run, BEGUN, plan, at=run.at) else None


def record(lake: Lake, run: Run, step: str, detail: dict[str, Any], *, at: datetime | None = None) -> bool:
    """Record an event of `run`, once; False if it was recorded before. `at` is now by default."""
    event = pl.DataFrame(
        {"step": [step], "at": [at or datetime.now(UTC)], "detail": [json.dumps(detail, sort_keys=True)]}
    )
    return lake.append("runs", event, run=run.number, night=run.night, step=f"event {step}")
