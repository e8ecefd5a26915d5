"""The nightly run: files of the inbox in, a slate and a report out, each step once, whatever happens in between.

    inbox ─▶ begun ─▶ manifests ─▶ outcomes ─▶ ledger ─▶ alerts ─▶ measures, scores ─▶ slate ─▶ drift ─▶ finished
                                                                                  files to done/, report ◀─┘

A run puts on record what it sets out with before it does anything. Each step is one commit a table, marked with the
number of the run, and is not made twice. So a run that was killed is simply run again: it takes the same files, finds
what is done, does the rest, and ends in the same tables.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from riskscore import progress, schema
from riskscore.casework import slates, watch_lists
from riskscore.engine.read import read_card
from riskscore.engine.score import EXPLAINED, add_reasons
from riskscore.errors import LakeError, ManifestError, SettingsError
from riskscore.features import own
from riskscore.lake.protocol import Lake
from riskscore.lifecycle import models
from riskscore.lifecycle.models import Model
from riskscore.manifest.outcomes import read as read_outcomes
from riskscore.manifest.read import read as read_manifest
from riskscore.model import archive
from riskscore.monitoring import drift, measures
from riskscore.monitoring.thresholds import Thresholds
from riskscore.nightly import intake, lock
from riskscore.nightly.inbox import Inbox, Left
from riskscore.runs import ledger, log, replay
from riskscore.runs.log import File, Run, RunLog
from riskscore.schema import KEY
from riskscore.selection import explore
from riskscore.selection.capacity import Capacities
from riskscore.selection.slate import slate

_LOOKED_AT = pl.col("action").is_in(["open", "scan", "documents"])
"""Boxes that somebody looks at, and so needs reasons for."""

USUAL_NIGHTS = 28
"""Nights before, whose median is the usual volume."""


@dataclass(frozen=True, slots=True)
class Night:
    """What a nightly run works with. `seed` is a published text, or None where the night's date stands in."""

    lake: Lake
    inbox: Inbox
    outcomes: Inbox | None
    capacities: Capacities
    model: str | None = None
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class NightResult:
    """What a run came to: `counts` as on record (JSON), None where there was nothing to do, and what was left."""

    counts: dict[str, Any] | None
    left: list[Left] = field(default_factory=list)

    @property
    def unreadable(self) -> bool:
        """Whether a file waits that somebody has to look at."""
        return any(file.why.startswith("cannot") for file in self.left)


def run_night(night: Night, day: date) -> NightResult:
    """Run the night of `day`, or take up the run that was not finished, whatever its night.

    Raises BusyError where another run is at work, SettingsError where `day` is closed already and new files wait, and
    as scoring and the lake do.
    """
    with lock.held(night.inbox.folder):
        record = RunLog.read(night.lake)
        run, left = record.unfinished, list[Left]()
        if run is None:
            progress.step("looking at the inbox")
            run, left = _begin(night, record, day)
        if run is None:
            return NightResult(None, left)
        counts = _steps(night, run, record)
        log.tell(night.lake, run, log.FINISHED, counts)
        _tidy(night, run)
        return NightResult(counts, left)


def _begin(night: Night, record: RunLog, day: date) -> tuple[Run | None, list[Left]]:
    """Put a new run for the new files on record; no run where there are none. Files taken before go to done/."""
    settings = night.lake.settings
    manifests, left = _waiting(night.inbox, record.taken("manifests"), partial(read_manifest, settings=settings))
    found, outcomes_left = _waiting(night.outcomes, record.taken("outcomes"), partial(read_outcomes, settings=settings))
    left += outcomes_left
    if not manifests and not found:
        return None, left
    if record.last_night is not None and day <= record.last_night:
        waiting = len(manifests) + len(found)
        raise SettingsError(
            f"the night of {record.last_night} is closed, and {waiting} new files wait; run the night after it (--date)"
        )
    model = models.at_work(night.lake, night.model)
    plan = {
        "manifests": [file.entry() for file in manifests],
        "outcomes": [file.entry() for file in found],
        "left": [asdict(file) for file in left],
        "model": model.contender(own.catalogue(settings)).booster.name,
        "version": {"name": model.name, "checksum": model.checksum},
        "seed": night.seed,
    }
    # Kept first: whoever takes the run up again finds the model that it began with, whatever was promoted since.
    archive.Tables(night.lake).keep(model.name, model.files)
    run = log.begin(night.lake, record.next, day, plan)
    if run is None:
        raise LakeError("another nightly run on this lake was faster, from another inbox; run again when it is done")
    return run, left


def _waiting(inbox: Inbox | None, taken: set[str], read: Callable[[Path], object]) -> tuple[list[File], list[Left]]:
    """New files of an inbox that `read` can read, and those that stay; what was taken before goes to done/.

    A file is tried before a run begins: one that cannot be read would keep the run from ever ending.
    """
    if inbox is None:
        return [], []
    files, left = inbox.look()
    inbox.finish(file for file in files if file.sha256 in taken)
    fresh: dict[str, File] = {}
    for file in files:
        if file.sha256 in fresh:
            left.append(Left(file.name, "a copy of another file of this inbox"))
        elif file.sha256 not in taken:
            try:
                read(inbox.find(file))
            except ManifestError as unreadable:
                left.append(Left(file.name, f"cannot be read: {unreadable}"))
            else:
                fresh[file.sha256] = file
    return list(fresh.values()), left


def _steps(night: Night, run: Run, record: RunLog) -> dict[str, Any]:
    """Do every step of `run` that is not done yet; return the counts of the run."""
    started = time.monotonic()
    seconds: dict[str, float] = {}
    counts: dict[str, Any] = {"run": run.number, "night": run.night.isoformat(), "begun": run.at.isoformat()}

    def step(name: str, work: Callable[[], dict[str, Any]]) -> None:
        progress.step(name)
        begun = time.monotonic()
        counts[name] = work()
        seconds[name] = round(time.monotonic() - begun, 2)

    step("manifests", lambda: intake.manifests(night.lake, run, night.inbox).entry())
    step("outcomes", lambda: intake.outcomes(night.lake, run, night.outcomes).entry())
    step("ledger", lambda: ledger.close(night.lake, run))
    step("alerts", lambda: watch_lists.night(night.lake, run))
    step("scores", lambda: _score(night, run))
    step("slate", lambda: _slate(night, run))
    step("drift", lambda: _drift(night, run))
    usual = [one["manifests"]["filings"] for one in record.finished()[-USUAL_NIGHTS:]]
    return counts | {
        "usual_filings": float(pl.Series(usual).median()) if usual else None,  # type: ignore[arg-type]
        "model": run.plan["model"],
        "files": [file.name for file in (*run.files("manifests"), *run.files("outcomes"))],
        "left": run.plan["left"],
        "seconds": seconds | {"all": round(time.monotonic() - started, 2)},
    }


def _score(night: Night, run: Run) -> dict[str, Any]:
    """Score and explain the latest filing of each consignment that the run brought."""
    model = _begun_with(night, run)
    with archive.as_folder(model.name, model.files) as folder:
        return _scored(night, run, folder)


def _begun_with(night: Night, run: Run) -> Model:
    """The model that `run` began with. Raises SettingsError where another one is named now."""
    begun, version = run.plan["model"], run.plan.get("version")
    if version is not None and night.model is None:
        return Model(version["name"], archive.Tables(night.lake).files(version["name"], version["checksum"]))
    model = models.at_work(night.lake, night.model)
    if model.card.name != begun:
        raise SettingsError(f"run {run.number} began with model {begun}; go on with that, not {model.card.name}")
    return model


def _scored(night: Night, run: Run, model: Path) -> dict[str, Any]:
    """Score with the model in a folder, unless the run has; count what is scored."""
    lake = night.lake
    card = read_card(model, lake.settings)
    if not lake.done("scores", run.number):
        assessed, _ = replay.assess(lake, run, model)
        matrix = assessed.matrix.with_columns(assessed.scores["margin"])
        measures.keep(lake, run, assessed.rows, matrix, card)
        ranked = assessed.ranked(explore.KNOWN).with_columns(port="port_of_discharge")
        # The slate is drawn before anything is explained, so that each box on it has reasons.
        drawn = _draw(night, run, ranked).filter(_LOOKED_AT).select(pl.struct(KEY)).to_series()
        most = math.ceil(EXPLAINED * assessed.rows.height)
        chosen = (pl.col("rank") <= most) | pl.struct(KEY).is_in(drawn.implode())
        rows = add_reasons(assessed, ranked, chosen).with_columns(scored_at=pl.lit(run.at, schema.UTC))
        lake.append("scores", rows, run=run.number, night=run.night)
    scores = _scores(lake, run)
    return {"scored": scores.height, "explained": scores["reasons"].count(), "data": card.data}


def _scores(lake: Lake, run: Run) -> pl.DataFrame:
    return lake.read("scores", nights=(run.night, run.night)).filter(pl.col("run") == run.number).collect()


def _slate(night: Night, run: Run) -> dict[str, Any]:
    """Choose what is opened, scanned and checked, and keep every candidate's chance."""
    drawn = slates.draw(night.lake, run.night, night.capacities, run.plan["seed"], run.number, run.at)
    shares = dict(drawn.filter(pl.col("share").is_not_null())["share"].value_counts(sort=True).iter_rows())
    return {"actions": dict(drawn["action"].value_counts(sort=True).iter_rows()), "shares": shares}


def _drift(night: Night, run: Run) -> dict[str, Any]:
    """What the night has that the nights before it had not."""
    thresholds = Thresholds.of(night.lake.settings.drift)
    return drift.drift(night.lake, run.night, run.night, thresholds=thresholds).entry()


def _draw(night: Night, run: Run, candidates: pl.DataFrame) -> pl.DataFrame:
    """The slate of the run: the same for the same scores, so that it can be drawn before anything is explained."""
    named = watch_lists.named(night.lake, run.night)
    known = candidates.join(named, on=KEY, how="left", maintain_order="left")
    return slate(known, night.capacities, date=run.night, seed=run.plan["seed"])


def _tidy(night: Night, run: Run) -> None:
    night.inbox.finish(run.files("manifests"))
    if night.outcomes:
        night.outcomes.finish(run.files("outcomes"))
