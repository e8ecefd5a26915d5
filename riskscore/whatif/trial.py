"""The trial: each policy on the same past nights, its work, and the seizures it keeps, loses and gains.

past nights ─┬─▶ what was opened and found ────────────────┐
             └─▶ slates under the policy, night by night ──┴─▶ one row per consignment, both chances ─▶ effect
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from riskscore import progress
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT
from riskscore.lifecycle import models
from riskscore.model import archive
from riskscore.model.card import Card
from riskscore.monitoring import results
from riskscore.monitoring.results import NO_PORT
from riskscore.schema import KEY
from riskscore.selection import nights
from riskscore.selection.effect import Effect, effect
from riskscore.selection.slate import slate
from riskscore.whatif import nights as past_nights
from riskscore.whatif.nights import Nights
from riskscore.whatif.policy import Policy

CONFIDENCE = 0.95

MOST_PORTS = 20
"""Number of ports reported one by one: those with the most boxes, opened or to be opened."""

_ADDED = (pl.col("share") == "officer").fill_null(False)
_STRUCK = (pl.col("action") != "open") & pl.col("share").is_not_null()
_BOXES = pl.when(_ADDED).then(1.0).when(_STRUCK).then(0.0).otherwise("tried")
"""Number of boxes that the policy opens of a row, on average over draws; the changes by officers stay."""


@dataclass(frozen=True, slots=True)
class Work:
    """Numbers of inspections per night, at all ports together."""

    boxes: float
    scans: float
    documents: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One policy: its work, its effect, and an entry for each of the MOST_PORTS largest ports.

    `ports` are dicts with port, before and after (boxes per night), and the fields of Effect.
    """

    policy: Policy
    work: Work
    effect: Effect
    ports: list[dict[str, Any]]

    def record(self) -> dict[str, Any]:
        """Return the trial, for JSON."""
        policy = {"policy": self.policy.name, "changes": self.policy.record(), "a_night": asdict(self.work)}
        return {**policy, **self.effect.record(), "ports": self.ports}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Past nights as they were and under each policy. Intervals have the level CONFIDENCE.

    first, last   first and last night with a slate; `nights` is the number of such nights
    consignments  number of candidates; `opened` boxes were opened, with `seizures` seizures
    work          what was done per night
    models        model that scored them -> data it was trained on: simulated, real or unknown
    notes         what one must know to read the figures, one sentence each
    """

    first: date
    last: date
    nights: int
    consignments: int
    opened: int
    seizures: int
    work: Work
    trials: list[Trial]
    models: dict[str, str]
    notes: list[str]

    def record(self) -> dict[str, Any]:
        """Return all figures and notes, for JSON."""
        names = ("first", "last", "nights", "consignments", "opened", "seizures", "models", "notes")
        figures = {name: getattr(self, name) for name in names}
        policies = [trial.record() for trial in self.trials]
        return {**figures, "a_night": asdict(self.work), "policies": policies, "confidence": CONFIDENCE}


def whatif(
    lake: Lake,
    policies: Sequence[Policy],
    first: date | None = None,
    last: date | None = None,
) -> WhatIf:
    """Try `policies` on the nights from `first` to `last` (inclusive), by default on all nights with slates.

    Nothing in the lake is changed. Raises SettingsError if no slate was drawn, ModelError if a model does not fit the
    catalogue, and what the lake and scoring raise.
    """
    loaded = {policy.model: models.find(policy.model, lake) for policy in policies if policy.model is not None}
    progress.step("reading the nights")
    past = past_nights.read(lake, first, last)
    scored: dict[str | None, pl.DataFrame] = {None: past.rows}
    for name, model in loaded.items():
        with archive.as_folder(model.name, model.files) as folder:
            scored[name] = past_nights.rescored(lake, past, folder)
    trials = []
    for policy in policies:
        progress.step(f"trying {policy.name}")
        trials.append(_trial(past, scored[policy.model], policy))
    period = (past.nights[0], past.nights[-1])
    cards = [model.card for model in loaded.values()]
    data = results.scored_by(lake, period) | {card.name: card.data for card in cards}
    base = trials[0].effect
    return WhatIf(
        *period,
        nights=len(past.nights),
        consignments=past.rows.select(KEY).n_unique(),
        opened=base.opened,
        seizures=base.seizures,
        work=_work(past, nights.each_box(past.rows), pl.col("action") == "open", pl.col("action")),
        trials=trials,
        models=data,
        notes=_notes(trials, data, cards, past.nights[0]),
    )


def _trial(past: Nights, scored: pl.DataFrame, policy: Policy) -> Trial:
    rows = nights.each_box(past.rows.with_columns(chances(past, scored, policy)))
    consignments = by_consignment(rows)
    work = _work(past, rows, _BOXES, pl.col("tried_action"))
    return Trial(policy, work, effect(consignments, confidence=CONFIDENCE), _ports(past, rows, consignments))


def chances(past: Nights, scored: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return each row's chance of being opened under `policy` (`tried`), and its action in one draw."""
    drawn = [
        slate(part, policy.on(past.capacities[part[NIGHT][0]]), date=part[NIGHT][0])
        for part in scored.partition_by(NIGHT, maintain_order=True)
    ]
    return pl.concat(drawn).select(tried="inclusion", tried_action="action")


def by_consignment(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per consignment for `effect`; the chance over several nights is that of being opened on any."""
    ever = rows.group_by(KEY).agg(
        *((1 - (1 - pl.col(chance)).product()).alias(chance) for chance in ("chance", "tried")),
        pl.col("finding").first(),
    )
    consignments = nights.consignments(rows).join(ever, on=KEY, how="left", maintain_order="left")
    return consignments.with_columns(pl.col("port").fill_null(NO_PORT))


def _work(past: Nights, rows: pl.DataFrame, boxes: pl.Expr, action: pl.Expr) -> Work:
    """Return the work per night; `boxes` is a number per row. Scans and checks are the same in every draw."""
    sums = rows.select(
        boxes.sum().alias("open"), *((action == name).sum().alias(name) for name in ("scan", "documents"))
    )
    return Work(*(count / len(past.nights) for count in sums.row(0)))


def _ports(past: Nights, rows: pl.DataFrame, consignments: pl.DataFrame) -> list[dict[str, Any]]:
    boxes = (
        rows.group_by(pl.col("port").fill_null(NO_PORT))
        .agg(before=(pl.col("action") == "open").sum() / len(past.nights), after=_BOXES.sum() / len(past.nights))
        .sort(pl.max_horizontal("before", "after"), "port", descending=[True, False])
        .head(MOST_PORTS)
    )
    parts = consignments.partition_by("port", as_dict=True)
    return [
        {**row, **effect(parts.get((row["port"],), consignments.clear()), confidence=CONFIDENCE).record()}
        for row in boxes.iter_rows(named=True)
    ]


def _notes(trials: list[Trial], data: dict[str, str], cards: Sequence[Card], first: date) -> list[str]:
    notes = []
    for model, kind in data.items():
        if kind == "simulated":
            notes.append(results.simulated(model))
    for card in cards:
        if not card.learned_until:
            notes.append(
                f"The card of model {card.name} does not say up to which day it learned. If it has learned from "
                "outcomes of these nights, it looks better here than it is."
            )
        elif card.learned_until >= first.isoformat():
            notes.append(
                f"Model {card.name} has learned up to {card.learned_until}, so also from these nights, and looks "
                "better here than it is. Choose nights after that day (--from)."
            )
    base = trials[0].effect
    if base.answered < base.opened:
        notes.append(f"{base.opened - base.answered:,} of {base.opened:,} opened boxes have no outcome yet.")
    for trial in trials:
        notes.extend(f"{trial.policy.name}: {note}" if len(trials) > 1 else note for note in _limits(trial.effect))
    if any(trial.policy.guesses_shares for trial in trials):
        notes.append(
            "The shares are read from the slates, where they are rounded to whole boxes. Give --shares or --capacity "
            "to set them exactly."
        )
    notes.append("Only past nights are compared. Over time, model and smugglers also adapt to which boxes are opened.")
    return notes


def _limits(result: Effect) -> list[str]:
    """Return what is not known about a policy, one sentence each."""
    if result.gained is None:
        return [
            f"It is not known what the {result.other:,.0f} boxes contain that only this policy opens: no exploring or "
            "random box allows an estimate."
        ]
    if result.unspoken >= 0.5:
        return [
            f"{result.unspoken:,.0f} of the {result.other:,.0f} boxes that only this policy opens could not have been "
            "opened by any draw. The estimate leaves them out; seizures in them would come on top."
        ]
    return []
