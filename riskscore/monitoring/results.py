"""Results: what the slates of a period found, an estimate of what stayed closed, and the yearly table of cases.

    slates in force, one row per box ─┬─▶ hit rates by share, port and month ─▶ Results
    outcomes in force ────────────────┘   estimate of what was not opened
    outcomes in force ──────────────────▶ cases by commodity and by year

A box is a consignment, or the house bills that share a container. Hit rates and the estimate are about candidates of
slates. The cases count every seizure, however it was found.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from riskscore.casework import slates
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT
from riskscore.lifecycle import models
from riskscore.manifest import corrections
from riskscore.schema import KEY
from riskscore.selection import nights
from riskscore.selection.estimate import Unseen, hit_rates, unseen, unseen_by

BY = ("port", "commodity", "month")
"""Breakdowns of the results."""

CONFIDENCE = 0.95

NAMED = 5
"""Number of commodities with a column of their own in the yearly table; the others are counted together."""

NO_PORT, NO_COMMODITY = "(no port)", "(not named)"


@dataclass(frozen=True, slots=True)
class Results:
    """The figures of a period. Intervals are 95%, rates are seizures per box with an outcome, quantities are in kg.

    first, last  first and last night with a slate, None if there is none; `nights` is the number of nights
    candidates   boxes on the slates; `opened` of them were opened; `answered` of these have an outcome
    rates        one row per share: share, opened, answered, irregular, seizures, rate, low, high
    unseen       estimate of what the closed boxes contained
    port, month  one row each: opened, answered, irregular, seizures, rate, low, high, quantity_kg; and of what was not
                 opened: estimate, least, most (null: cannot be estimated), closed, unreached
    commodity    one row each: cases, quantity_kg, unweighed (cases without a quantity), and cases by who chose the box
    years        one row each: year, cases, a column for each of the NAMED most frequent commodities, other,
                 quantity_kg, unweighed
    models       model name -> data it was trained on: simulated, real, or unknown if its card is not available
    unpublished  number of nights drawn without a published seed
    """

    first: date | None
    last: date | None
    nights: int
    candidates: int
    opened: int
    answered: int
    rates: pl.DataFrame
    unseen: Unseen
    port: pl.DataFrame
    month: pl.DataFrame
    commodity: pl.DataFrame
    years: pl.DataFrame
    models: dict[str, str]
    unpublished: int

    def notes(self) -> list[str]:
        """Return what one must know to read the figures, one sentence each."""
        return _notes(self)

    def record(self) -> dict[str, Any]:
        """Return all figures and notes, for JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        frames = {name: value.to_dicts() for name, value in plain.items() if isinstance(value, pl.DataFrame)}
        return {**plain, **frames, "unseen": asdict(self.unseen), "confidence": CONFIDENCE, "notes": self.notes()}


def results(lake: Lake, first: date | None = None, last: date | None = None) -> Results:
    """Compute the results of the nights from `first` to `last` (inclusive), by default of all nights.

    Outcomes are those in force now. Cases are counted by the day of inspection or, if that is missing, the day on
    which they became known. Raises LakeError if the lake cannot be read.
    """
    period = (first or date.min, last or date.max)
    rows = slates.of_nights(lake, period)
    outcomes = lake.read("outcomes").collect()
    units = nights.boxes(rows).join(
        corrections.of_boxes(outcomes).select(*KEY, "finding", "quantity_kg"), on=KEY, how="left"
    )
    units = units.with_columns(pl.col("port").fill_null(NO_PORT), pl.col(NIGHT).dt.strftime("%Y-%m").alias("month"))
    is_open = units.filter(pl.col("action") == "open")
    cases = _cases(outcomes, period)
    drawn = rows.group_by(NIGHT).agg(pl.col("published").first())
    return Results(
        first=drawn[NIGHT].min(),  # type: ignore[arg-type]
        last=drawn[NIGHT].max(),  # type: ignore[arg-type]
        nights=drawn.height,
        candidates=units.height,
        opened=is_open.height,
        answered=int(is_open["finding"].count()),
        rates=hit_rates(units, confidence=CONFIDENCE),
        unseen=unseen(units, confidence=CONFIDENCE),
        port=_results(units, "port").sort("seizures", "port", descending=[True, False]),
        month=_results(units, "month").sort("month"),
        commodity=_commodities(cases),
        years=_years(cases),
        models=scored_by(lake, period),
        unpublished=int((~drawn["published"].fill_null(False)).sum()),
    )


def _results(units: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return the results of opened boxes and the estimate for closed ones, for each value of `by`."""
    merged = units.with_columns(share=pl.lit("all"))
    rates = hit_rates(merged, by, confidence=CONFIDENCE).drop("share")
    kilos = units.filter(pl.col("finding") == "seizure").group_by(by).agg(pl.col("quantity_kg").sum())
    estimates = unseen_by(units, by, confidence=CONFIDENCE).select(
        by,
        "estimate",
        *(
            pl.when(pl.col("estimate").is_not_null()).then(old).alias(new)
            for old, new in (("low", "least"), ("high", "most"))
        ),
        "closed",
        "unreached",
    )
    counts = ("opened", "answered", "irregular", "seizures")
    return (
        estimates.join(rates, on=by, how="left")
        .join(kilos, on=by, how="left")
        .with_columns(pl.col(*counts, "quantity_kg").fill_null(0))
        .select(by, *counts, "rate", "low", "high", "quantity_kg", "estimate", "least", "most", "closed", "unreached")
    )


def _cases(outcomes: pl.DataFrame, period: tuple[date, date]) -> pl.DataFrame:
    """Return the seizures of the period, one per box: day, commodity, quantity_kg, selected_by."""
    day = pl.coalesce("inspected_at", "known_at").dt.date()
    commodity = pl.col("commodity").str.strip_chars().str.to_lowercase().str.replace_all("_", " ")
    return (
        corrections.of_boxes(outcomes)
        .filter(pl.col("finding") == "seizure", day.is_between(*period))
        .select(
            day.alias("day"),
            commodity.replace("", None).fill_null(NO_COMMODITY).alias("commodity"),
            "quantity_kg",
            "selected_by",
        )
    )


_YEARLY = ("year", "cases", "other", "quantity_kg", "unweighed")
"""Columns of the yearly table that are no commodities."""

_QUANTITY = (pl.col("quantity_kg").sum(), pl.col("quantity_kg").is_null().sum().cast(pl.Int64).alias("unweighed"))


def _commodities(cases: pl.DataFrame) -> pl.DataFrame:
    by = pl.col("selected_by")
    ways = ("score", "explore", "random", "intelligence", "officer")
    return (
        cases.group_by("commodity")
        .agg(
            pl.len().cast(pl.Int64).alias("cases"),
            *_QUANTITY,
            *((by == way).sum().cast(pl.Int64).alias(way) for way in ways),
            by.is_null().sum().cast(pl.Int64).alias("unknown"),
        )
        .sort("cases", "commodity", descending=[True, False])
    )


def _years(cases: pl.DataFrame) -> pl.DataFrame:
    """Return the yearly table, as customs services publish it: cases, cases by commodity, and quantity."""
    named = [name for name in _commodities(cases)["commodity"] if name not in _YEARLY][:NAMED]
    what = pl.col("commodity")
    return (
        cases.group_by(pl.col("day").dt.year().cast(pl.Int64).alias("year"))
        .agg(
            pl.len().cast(pl.Int64).alias("cases"),
            *((what == name).sum().cast(pl.Int64).alias(name) for name in named),
            (~what.is_in(named)).sum().cast(pl.Int64).alias("other"),
            *_QUANTITY,
        )
        .sort("year")
    )


def scored_by(lake: Lake, period: tuple[date, date]) -> dict[str, str]:
    """Return what each model that scored the nights of `period` (first, last) was trained on.

    Name -> simulated, real, or unknown if its card is not available.
    """
    names = lake.read("scores", nights=period, columns=["model", NIGHT]).select("model").unique().collect()["model"]
    data = {card.name: card.data for card in models.cards(lake)} if names.len() else {}
    return {name: data.get(name, "unknown") for name in names.drop_nulls().sort()}


def simulated(model: str) -> str:
    """What everyone who reads results of a model from simulated traffic is told."""
    return f"Model {model} has learned from simulated traffic. It ranks boxes for inspection. A high rank is not proof."


def _notes(report: Results) -> list[str]:
    notes = []
    for model, data in report.models.items():
        if data == "simulated":
            notes.append(simulated(model))
        elif data == "unknown":
            notes.append(f"The card of model {model} is not available, so it is not known what it was trained on.")
    estimate = report.unseen
    if estimate.estimate is None:
        notes.append(
            "What stayed closed cannot be estimated: no box of the exploring or random share has an outcome yet."
        )
    if estimate.unreached:
        notes.append(
            f"{estimate.unreached:,} closed consignments could not have been drawn, because their port draws none or "
            "because they were struck from the score share. The estimate says nothing about them."
        )
    if estimate.awaited:
        notes.append(
            f"{estimate.awaited:,} of {estimate.drawn:,} drawn boxes have no outcome yet. Estimates assume that they "
            "are like the others."
        )
    waiting = report.opened - report.answered
    if waiting:
        notes.append(
            f"{waiting:,} of {report.opened:,} opened boxes have no outcome yet. The hit rates leave them out."
        )
    if report.unpublished:
        notes.append(
            f"{report.unpublished:,} of {report.nights:,} nights were drawn without a published seed, so their draw "
            "could be predicted."
        )
    return notes
