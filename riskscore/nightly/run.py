"""The nightly run: from the files in the inbox to the slates, each step once, even if the run is killed.

    inbox ─▶ begun ─▶ manifests ─▶ outcomes ─▶ ledger ─▶ alerts ─▶ measures, scores ─▶ slate ─▶ drift ─▶ finished
                                                                                  files to done/, report ◀─┘

A run first records what it starts with: its files, model and seed. Each step is one commit per table, marked with the
number of the run, and is not made twice. So a killed run is simply run again: it loads the same files, skips the steps
that are done, does the rest, and leaves the same tables.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from riskscore import progress, schema
from riskscore.casework import slates, watch_lists
from riskscore.casework.column_maps import ColumnMaps
from riskscore.engine.read import read_card
from riskscore.engine.score import EXPLAINED, add_reasons
from riskscore.errors import BusyError, SettingsError
from riskscore.features import own
from riskscore.lake.protocol import Lake
from riskscore.lifecycle import models
from riskscore.lifecycle.models import Model
from riskscore.model import archive
from riskscore.monitoring import drift, measures
from riskscore.monitoring.thresholds import Thresholds
from riskscore.nightly import apart, intake, lock, looking, stow_plans
from riskscore.nightly.apart import Apart, Verdict
from riskscore.nightly.inbox import Inbox, Left
from riskscore.runs import ledger, log, replay
from riskscore.runs.log import File, Run, RunLog
from riskscore.schema import KEY
from riskscore.selection import explore, nights
from riskscore.selection.capacity import Capacities
from riskscore.selection.slate import slate
from riskscore.units import counted

_LOOKED_AT = pl.col("action").is_in(["open", "scan", "documents"])
"""Boxes that somebody inspects, and so needs reasons for."""

USUAL_NIGHTS = 28
"""The usual number of filings is the median of this many earlier nights."""


@dataclass(frozen=True, slots=True)
class Night:
    """The inputs of a nightly run. `seed` is a published text; None uses the date of the night instead."""

    lake: Lake
    inbox: Inbox
    outcomes: Inbox | None
    capacities: Capacities
    model: str | None = None
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class NightResult:
    """The result of a run: `counts` as recorded (JSON), None if there was nothing to do, and the files left behind."""

    counts: dict[str, Any] | None
    left: list[Left] = field(default_factory=list)

    @property
    def unreadable(self) -> bool:
        """Whether the inbox holds a file that somebody has to look at."""
        return any(file.why.startswith("cannot") for file in self.left)


def run_night(night: Night, day: date) -> NightResult:
    """Run the night of `day`, or resume the unfinished run, whatever its night.

    Raises BusyError if another run is at work, SettingsError if `day` is closed already and new files wait, and
    whatever scoring and the lake raise.
    """
    with lock.hold(night.inbox.folder):
        runs = RunLog.read(night.lake)
        run, left = runs.unfinished, list[Left]()
        if run is None:
            progress.step("looking at the inbox")
            run, left = _begin(night, runs, day)
        if run is None:
            return NightResult(None, left)
        counts = _steps(night, run, runs)
        log.record(night.lake, run, log.FINISHED, counts)
        _move_to_done(night, run)
        return NightResult(counts, left)


def _begin(night: Night, runs: RunLog, day: date) -> tuple[Run | None, list[Left]]:
    """Record a new run for the new files; None if there are no new files. Files loaded before go to done/."""
    settings = night.lake.settings
    loaded = runs.loaded("manifests") | runs.loaded("stow_plans")
    maps = ColumnMaps.of(night.lake)
    with Apart(settings) as process:
        manifests, stow_plans, left = _new_files(
            night.inbox,
            loaded,
            lambda path, name: process.look(path, looking.MANIFEST, maps.sent(name).entry()["map"]),
        )
        outcomes, _, outcomes_left = _new_files(
            night.outcomes, runs.loaded("outcomes"), lambda path, _: process.look(path, looking.OUTCOMES)
        )
    left += outcomes_left
    if not manifests and not outcomes and not stow_plans:
        return None, left
    if runs.last_night is not None and day <= runs.last_night:
        waiting = counted(len(manifests) + len(outcomes) + len(stow_plans), "new file")
        raise SettingsError(f"the night of {runs.last_night} is closed; to load {waiting}, run a later night (--date)")
    model = models.for_night(night.lake, night.model)
    plan = {
        "manifests": [file.entry() for file in manifests],
        "outcomes": [file.entry() for file in outcomes],
        "stow_plans": [file.entry() for file in stow_plans],
        "sent": {file.name: maps.sent(file.name).entry() for file in manifests},
        "left": [asdict(file) for file in left],
        "model": model.contender(own.catalogue(settings)).booster.name,
        "version": {"name": model.name, "checksum": model.checksum},
        "seed": night.seed,
    }
    # Kept first, so that a resumed run finds the model that it began with, whatever was promoted since.
    archive.Tables(night.lake).keep(model.name, model.files)
    run = log.begin(night.lake, runs.next, day, plan)
    if run is None:
        raise BusyError("another nightly run, with another inbox, has just begun on this lake; run again after it")
    return run, left


def _new_files(
    inbox: Inbox | None, loaded: set[str], look: Callable[[Path, str], Verdict]
) -> tuple[list[File], list[File], list[Left]]:
    """Return the new files of an inbox that can be read, the stow plans, and what stays; others go to done/.

    `look` takes the path and the name of a file. Each file is looked at before the run begins, because a run with an
    unreadable file could never finish.
    """
    if inbox is None:
        return [], [], []
    files, left = inbox.look()
    inbox.finish(file for file in files if file.sha256 in loaded)
    fresh: dict[str, File] = {}
    plans: dict[str, File] = {}
    for file in files:
        if file.sha256 in fresh or file.sha256 in plans:
            left.append(Left(file.name, "a copy of another file in this inbox"))
        elif file.sha256 not in loaded:
            verdict = look(inbox.folder / file.name, file.name)
            if verdict.what == apart.READABLE:
                fresh[file.sha256] = file
            elif verdict.what == apart.STOW_PLAN:
                plans[file.sha256] = file
            else:
                is_aside = verdict.what == apart.ASIDE
                left.append(Left(file.name, verdict.why if is_aside else f"cannot be read: {verdict.why}"))
    return list(fresh.values()), list(plans.values()), left


def _steps(night: Night, run: Run, runs: RunLog) -> dict[str, Any]:
    """Do each step of `run` that is not done yet; return the counts of the run."""
    started = time.monotonic()
    seconds: dict[str, float] = {}
    counts: dict[str, Any] = {"run": run.number, "night": run.night.isoformat(), "begun": run.at.isoformat()}

    def step(name: str, work: Callable[[], dict[str, Any]]) -> None:
        progress.step(name)
        begun = time.monotonic()
        counts[name] = work()
        seconds[name] = round(time.monotonic() - begun, 2)

    step("manifests", lambda: intake.manifests(night.lake, run, night.inbox).entry())
    step("stow_plans", lambda: stow_plans.compare_night(night.lake, run, night.inbox))
    step("outcomes", lambda: intake.outcomes(night.lake, run, night.outcomes).entry())
    step("ledger", lambda: ledger.close(night.lake, run))
    step("alerts", lambda: watch_lists.match_night(night.lake, run))
    step("scores", lambda: _score(night, run))
    step("slate", lambda: _slate(night, run))
    step("drift", lambda: _drift(night, run))
    filings = [earlier["manifests"]["filings"] for earlier in runs.finished()[-USUAL_NIGHTS:]]
    return counts | {
        "usual_filings": float(pl.Series(filings).median()) if filings else None,  # type: ignore[arg-type]
        "model": run.plan["model"],
        "files": [file.name for kind in log.KINDS for file in run.files(kind)],
        "left": run.plan["left"],
        "seconds": seconds | {"all": round(time.monotonic() - started, 2)},
    }


def _score(night: Night, run: Run) -> dict[str, Any]:
    """Score and explain the latest filing of each consignment that the run loaded."""
    model = _model_of(night, run)
    with archive.as_folder(model.name, model.files) as folder:
        return _scored(night, run, folder)


def _model_of(night: Night, run: Run) -> Model:
    """Return the model that `run` began with. Raises SettingsError if --model names another one."""
    begun, version = run.plan["model"], run.plan.get("version")
    if version is not None and night.model is None:
        return Model(version["name"], archive.Tables(night.lake).files(version["name"], version["checksum"]))
    model = models.for_night(night.lake, night.model)
    if model.card.name != begun:
        raise SettingsError(
            f"run {run.number} began with model {begun} and must finish with it, not with {model.card.name}"
        )
    return model


def _scored(night: Night, run: Run, model: Path) -> dict[str, Any]:
    """Score with the model in a folder, unless the run has done so; return the counts."""
    lake = night.lake
    card = read_card(model, lake.settings)
    if not lake.done("scores", run.number):
        assessed, _ = replay.assess(lake, run, model)
        matrix = assessed.matrix.with_columns(assessed.scores["margin"])
        measures.keep(lake, run, assessed.rows, matrix, card)
        ranked = assessed.ranked(explore.KNOWN).with_columns(port="port_of_discharge")
        # The slates are drawn before anything is explained, so that every box on them has reasons.
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
    """Choose which boxes are opened, scanned or checked, and keep every candidate's chance of being opened."""
    drawn = slates.draw(night.lake, run.night, night.capacities, run.plan["seed"], run.number, run.at)
    drawn = nights.each_box(drawn)
    shares = dict(drawn.filter(pl.col("share").is_not_null())["share"].value_counts(sort=True).iter_rows())
    return {"actions": dict(drawn["action"].value_counts(sort=True).iter_rows()), "shares": shares}


def _drift(night: Night, run: Run) -> dict[str, Any]:
    """Return what has changed compared with the nights before."""
    thresholds = Thresholds.of(night.lake.settings.drift)
    return drift.drift(night.lake, run.night, run.night, thresholds=thresholds).entry()


def _draw(night: Night, run: Run, candidates: pl.DataFrame) -> pl.DataFrame:
    """Draw the slates of the run without writing them; the same scores give the same slates."""
    named = watch_lists.named_boxes(night.lake, run.night)
    with_alerts = candidates.join(named, on=KEY, how="left", maintain_order="left")
    return slate(with_alerts, night.capacities, date=run.night, seed=run.plan["seed"])


def _move_to_done(night: Night, run: Run) -> None:
    night.inbox.finish([*run.files("manifests"), *run.files("stow_plans")])
    if night.outcomes:
        night.outcomes.finish(run.files("outcomes"))
