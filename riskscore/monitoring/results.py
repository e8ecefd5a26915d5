"""The report: what the slates of a period found, what stayed unseen, and the yearly table of cases.

    slates in force, one row a consignment ─┬─▶ hit rate by share · by port, month ─▶ Results ─▶ page.py
    outcomes in force ──────────────────────┘   estimate of what was not opened
    outcomes in force ─────────────────────────▶ by commodity · by year

The first three speak of consignments that were candidates. The last two count every case, however it was found.
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
"""What results are broken down by."""

CONFIDENCE = 0.95

NAMED = 5
"""Commodities that the yearly table names; the others are counted together."""

NO_PORT, NO_COMMODITY = "(no port)", "(not named)"


@dataclass(frozen=True, slots=True)
class Results:
    """A period in figures. Intervals are of 95%; rates are seizures an answered box, quantities in kg.

    first, last  first and last night with a slate, None where there is none; `nights` is how many there are
    candidates   consignments on their slates; `opened` of them; `answered` of these have an outcome
    rates        a row a share: share, opened, answered, irregular, seizures, rate, low, high
    unseen       what the closed ones are estimated to hold
    port, month  a row each: opened, answered, irregular, seizures, rate, low, high, quantity_kg; and of what was not
                 opened: estimate, least, most (null: cannot be estimated), closed, unreached
    commodity    a row each: cases, quantity_kg, unweighed (cases without a quantity), and cases by who chose the box
    years        a row each: year, cases, a column for each commodity with most cases, other, quantity_kg, unweighed
    models       model name -> what it was trained on: simulated, real, or unknown where its card is not at hand
    unpublished  nights whose draw had no published seed
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
        """What must be known to read the figures, a sentence each."""
        return _notes(self)

    def record(self) -> dict[str, Any]:
        """Everything, for machines."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        frames = {name: value.to_dicts() for name, value in plain.items() if isinstance(value, pl.DataFrame)}
        return {**plain, **frames, "unseen": asdict(self.unseen), "confidence": CONFIDENCE, "notes": self.notes()}


def results(lake: Lake, first: date | None = None, last: date | None = None) -> Results:
    """Results on the nights from `first` to `last`, both with them; without them on all. Raises LakeError as it reads.

    Outcomes are those in force now. Cases are counted by the day of inspection or, where it is missing, on which they
    became known.
    """
    period = (first or date.min, last or date.max)
    rows = slates.of_nights(lake, period)
    found = lake.read("outcomes").collect()
    units = nights.consignments(rows).join(
        corrections.of_consignments(found).select(*KEY, "finding", "quantity_kg"), on=KEY, how="left"
    )
    units = units.with_columns(pl.col("port").fill_null(NO_PORT), pl.col(NIGHT).dt.strftime("%Y-%m").alias("month"))
    is_open = units.filter(pl.col("action") == "open")
    cases = _cases(found, period)
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
    """Results of opened boxes and the estimate of closed ones, for each value of `by`."""
    merged = units.with_columns(share=pl.lit("all"))
    rates = hit_rates(merged, by, confidence=CONFIDENCE).drop("share")
    kilos = units.filter(pl.col("finding") == "seizure").group_by(by).agg(pl.col("quantity_kg").sum())
    guessed = unseen_by(units, by, confidence=CONFIDENCE).select(
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
        guessed.join(rates, on=by, how="left")
        .join(kilos, on=by, how="left")
        .with_columns(pl.col(*counts, "quantity_kg").fill_null(0))
        .select(by, *counts, "rate", "low", "high", "quantity_kg", "estimate", "least", "most", "closed", "unreached")
    )


def _cases(found: pl.DataFrame, period: tuple[date, date]) -> pl.DataFrame:
    """Seizures in force, one a consignment, of the period: day, commodity, quantity_kg, selected_by."""
    day = pl.coalesce("inspected_at", "known_at").dt.date()
    commodity = pl.col("commodity").str.strip_chars().str.to_lowercase().str.replace_all("_", " ")
    return (
        corrections.of_consignments(found)
        .filter(pl.col("finding") == "seizure", day.is_between(*period))
        .select(
            day.alias("day"),
            commodity.replace("", None).fill_null(NO_COMMODITY).alias("commodity"),
            "quantity_kg",
            "selected_by",
        )
    )


_YEARLY = ("year", "cases", "other", "quantity_kg", "unweighed")
"""Columns of the yearly table, beside which a commodity stands."""

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
    """The yearly table, as customs services publish it: cases, of which by commodity, and quantity."""
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
    """What each model that scored the nights of `period`, first and last with it, was trained on.

    Name -> simulated, real, or unknown where its card is not at hand.
    """
    names = lake.read("scores", nights=period, columns=["model", NIGHT]).select("model").unique().collect()["model"]
    data = {card.name: card.data for card in models.cards(lake)} if names.len() else {}
    return {name: data.get(name, "unknown") for name in names.drop_nulls().sort()}


def _notes(found: Results) -> list[str]:
    notes = []
    for model, data in found.models.items():
        if data == "simulated":
            notes.append(f"Model {model} has learned from simulated traffic; it orders boxes and proves nothing.")
        elif data == "unknown":
            notes.append(f"The card of model {model} is not at hand, so what it was trained on is not known here.")
    guess = found.unseen
    if guess.estimate is None:
        notes.append("What stayed closed cannot be estimated: no exploring or random box has an outcome yet.")
    if guess.unreached:
        notes.append(
            f"{guess.unreached:,} closed consignments could not have been drawn, because their port draws none or they "
            "were struck from the score share. The estimate says nothing about them."
        )
    if guess.awaited:
        notes.append(
            f"{guess.awaited:,} of {guess.drawn:,} drawn boxes have no outcome; they are taken to be like the others."
        )
    waiting = found.opened - found.answered
    if waiting:
        notes.append(f"{waiting:,} of {found.opened:,} opened boxes have no outcome yet and count in no rate.")
    if found.unpublished:
        notes.append(
            f"{found.unpublished:,} of {found.nights:,} nights drew without a published seed; it can be foreseen."
        )
    return notes
