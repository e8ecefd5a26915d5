"""The trial: each policy on the same past nights, its work, and what it keeps, loses and gains against what was done.

past ─┬─▶ what was opened and found ───────────────┐
      └─▶ a slate under the policy, night by night ─┴─▶ one row a consignment, both chances ─▶ effect
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
from riskscore.whatif import nights as pasts
from riskscore.whatif.nights import Nights
from riskscore.whatif.policy import Policy

CONFIDENCE = 0.95

MOST_PORTS = 20
"""Ports that are told of one by one: those with most boxes, opened or to be opened."""

_ASKED = (pl.col("share") == "officer").fill_null(False)
_STRUCK = (pl.col("action") != "open") & pl.col("share").is_not_null()
_BOXES = pl.when(_ASKED).then(1.0).when(_STRUCK).then(0.0).otherwise("tried")
"""Boxes that the policy opens of a row, on average over draws; officers do as they did."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is done a night, at all ports together."""

    boxes: float
    scans: float
    documents: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One policy: its work, its effect, and a row for each of the MOST_PORTS largest ports.

    `ports` are dicts: port, before and after (boxes a night), and the fields of Effect.
    """

    policy: Policy
    work: Work
    effect: Effect
    ports: list[dict[str, Any]]

    def record(self) -> dict[str, Any]:
        """The trial for machines."""
        told = {"policy": self.policy.name, "changes": self.policy.record(), "a_night": asdict(self.work)}
        return {**told, **self.effect.record(), "ports": self.ports}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Some past nights as they were, and under each policy. Intervals are of CONFIDENCE.

    first, last   first and last night with a slate, of `nights` such nights
    consignments  candidates of these nights, of which `opened` were opened, with `seizures` in them
    models        model that scored them -> what it was trained on: simulated, real or unknown
    notes         what must be known to read the figures, a sentence each
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
        """Everything, for machines."""
        names = ("first", "last", "nights", "consignments", "opened", "seizures", "models", "notes")
        told = {name: getattr(self, name) for name in names}
        policies = [trial.record() for trial in self.trials]
        return {**told, "a_night": asdict(self.work), "policies": policies, "confidence": CONFIDENCE}


def whatif(
    lake: Lake,
    policies: Sequence[Policy],
    first: date | None = None,
    last: date | None = None,
) -> WhatIf:
    """Try `policies` on the nights from `first` to `last`, both with them; without them on all that have slates.

    Nothing in the lake is changed. Raises SettingsError where no slate was drawn, ModelError where a model does not
    fit, and as the lake and scoring do.
    """
    named = {policy.model: models.named(policy.model, lake) for policy in policies if policy.model is not None}
    progress.step("reading the nights")
    past = pasts.read(lake, first, last)
    scored: dict[str | None, pl.DataFrame] = {None: past.rows}
    for name, model in named.items():
        with archive.as_folder(model.name, model.files) as folder:
            scored[name] = pasts.rescored(lake, past, folder)
    trials = []
    for policy in policies:
        progress.step(f"trying {policy.name}")
        trials.append(_trial(past, scored[policy.model], policy))
    period = (past.nights[0], past.nights[-1])
    cards = [model.card for model in named.values()]
    data = results.scored_by(lake, period) | {card.name: card.data for card in cards}
    base = trials[0].effect
    return WhatIf(
        *period,
        nights=len(past.nights),
        consignments=past.rows.select(KEY).n_unique(),
        opened=base.opened,
        seizures=base.seizures,
        work=_work(past, past.rows, pl.col("action") == "open", pl.col("action")),
        trials=trials,
        models=data,
        notes=_notes(trials, data, cards, past.nights[0]),
    )


def _trial(past: Nights, scored: pl.DataFrame, policy: Policy) -> Trial:
    rows = past.rows.with_columns(tried(past, scored, policy))
    whole = units(rows)
    work = _work(past, rows, _BOXES, pl.col("tried_action"))
    return Trial(policy, work, effect(whole, confidence=CONFIDENCE), _ports(past, rows, whole))


def tried(past: Nights, scored: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The chance of each row of `scored` to be opened under `policy` (`tried`), and one draw's `tried_action`."""
    drawn = [
        slate(part, policy.on(past.capacities[part[NIGHT][0]]), date=part[NIGHT][0])
        for part in scored.partition_by(NIGHT, maintain_order=True)
    ]
    return pl.concat(drawn).select(tried="inclusion", tried_action="action")


def units(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a consignment, as `effect` reads them; a chance over several nights is that of any of them."""
    ever = rows.group_by(KEY).agg(
        *((1 - (1 - pl.col(chance)).product()).alias(chance) for chance in ("chance", "tried")),
        pl.col("finding").first(),
    )
    told = nights.consignments(rows).join(ever, on=KEY, how="left", maintain_order="left")
    return told.with_columns(pl.col("port").fill_null(NO_PORT))


def _work(past: Nights, rows: pl.DataFrame, boxes: pl.Expr, action: pl.Expr) -> Work:
    """Boxes (a number a row), scans and checks a night; these two are the same in every draw."""
    sums = rows.select(
        boxes.sum().alias("open"), *((action == name).sum().alias(name) for name in ("scan", "documents"))
    )
    return Work(*(count / len(past.nights) for count in sums.row(0)))


def _ports(past: Nights, rows: pl.DataFrame, whole: pl.DataFrame) -> list[dict[str, Any]]:
    boxes = (
        rows.group_by(pl.col("port").fill_null(NO_PORT))
        .agg(before=(pl.col("action") == "open").sum() / len(past.nights), after=_BOXES.sum() / len(past.nights))
        .sort(pl.max_horizontal("before", "after"), "port", descending=[True, False])
        .head(MOST_PORTS)
    )
    parts = whole.partition_by("port", as_dict=True)
    return [
        {**row, **effect(parts.get((row["port"],), whole.clear()), confidence=CONFIDENCE).record()}
        for row in boxes.iter_rows(named=True)
    ]


def _notes(trials: list[Trial], data: dict[str, str], cards: Sequence[Card], first: date) -> list[str]:
    notes = []
    for model, kind in data.items():
        if kind == "simulated":
            notes.append(f"Model {model} has learned from simulated traffic; it orders boxes and proves nothing.")
    for card in cards:
        if not card.learned_until:
            notes.append(
                f"The card of model {card.name} does not say until when it learned. If it knew outcomes of these "
                "nights, it looks better here than it is."
            )
        elif card.learned_until >= first.isoformat():
            notes.append(
                f"Model {card.name} has learned until {card.learned_until}, from these nights too, and looks better "
                "here than it is; choose nights after that day (--from)."
            )
    base = trials[0].effect
    if base.answered < base.opened:
        notes.append(f"{base.opened - base.answered:,} of {base.opened:,} opened boxes have no outcome yet.")
    for trial in trials:
        notes.extend(f"{trial.policy.name}: {note}" if len(trials) > 1 else note for note in _limits(trial.effect))
    if any(trial.policy.guesses_shares for trial in trials):
        notes.append(
            "The shares are those that the slates show, which are rounded to whole boxes; give --shares or --capacity "
            "to say them."
        )
    notes.append("Only these nights are compared. In time, opening other boxes also teaches the model, and smugglers.")
    return notes


def _limits(found: Effect) -> list[str]:
    """What cannot be said of a policy."""
    if found.gained is None:
        return [
            f"What the {found.other:,.0f} boxes hold that only the policy opens is not known: no box that was drawn by "
            "lot can say it."
        ]
    if found.unspoken >= 0.5:
        return [
            f"{found.unspoken:,.0f} of {found.other:,.0f} boxes that only the policy opens could not have been opened "
            "by any draw. Nothing is said about them; what they hold comes on top."
        ]
    return []
