"""Track record: what a sheet tells of the time before a filing, prepared once for all sheets of a night.

filings, outcomes ─┬─▶ of a party: its consignments and what was found in them, as known on the day of filing
                   └─▶ of such goods: weights, prices and packages of earlier boxes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from riskscore import reference, schema
from riskscore.history import keys
from riskscore.manifest import corrections
from riskscore.schema import KEY

COLUMNS = (
    *KEY, "filed_at", "version", *keys.NEEDS, "gross_weight_kg", "declared_value", "currency", "package_count",
)  # fmt: skip
"""What is needed of earlier filings."""

ROLES = {"consignee": "consignee_key", "shipper": "shipper_id"}
"""Parties whose past is told -> the column of their id."""

MEASURES = ("gross_weight_kg", "usd_per_kg", "package_kg")

FEWEST = 30
"""Earlier boxes that make something usual."""

_GROUPS = (("hs4", "lane"), ("hs4", "origin_destination"), ("hs4",), ("hs2",))
"""Which boxes are like this one, closest first."""

BINS = 24


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """What is known of a party before a day: `filed` (days) of its consignments, and those of them that were inspected.

    inspected  day of filing, finding (clean, irregular, seizure) and commodity, a row each
    """

    filed: list[date]
    inspected: pl.DataFrame

    def finding(self, which: str) -> int:
        """How many of the inspected ones were found to be `which`."""
        return self.inspected.filter(finding=which).height

    def commodities(self) -> list[str]:
        """What was seized, each once."""
        seized = self.inspected.filter(finding="seizure")["commodity"].drop_nulls().unique(maintain_order=True)
        return [name.replace("_", " ") for name in seized]


@dataclass(frozen=True, slots=True)
class Usual:
    """One measure beside that of `count` earlier boxes, like this one in `alike` (columns).

    bins   counts by logarithmic bins, from `low` to `high`
    at     where the box's `value` is, from 0 (low) to 1 (high)
    below  share of the others that are lower
    """

    measure: str
    value: float
    alike: tuple[str, ...]
    count: int
    bins: list[int]
    low: float
    high: float
    at: float
    below: float


class EarlierFilings:
    """Earlier filings and what was found in them."""

    def __init__(self, filings: pl.DataFrame, outcomes: pl.DataFrame | None) -> None:
        absent = [pl.lit(None, schema.COLUMNS[name]).alias(name) for name in COLUMNS if name not in filings.columns]
        first = filings.with_columns(absent).select(COLUMNS).sort("filed_at", "version", maintain_order=True)
        self._filings = _measured(first.unique(KEY, keep="first", maintain_order=True))
        self._outcomes = pl.DataFrame(schema=schema.OUTCOME) if outcomes is None else outcomes

    @property
    def height(self) -> int:
        """How many consignments it holds."""
        return self._filings.height

    def last(self) -> date | None:
        """Day of the last filing."""
        found = self._filings["filed_at"].max()
        return None if found is None else found.date()  # type: ignore[union-attr]

    def about(self, filed: pl.DataFrame) -> tuple[dict[str, TrackRecord | None], list[Usual]]:
        """Of the one row `filed`: the past of each of ROLES, None where it names nobody; and MEASURES, as far as known.

        Each measure stands beside those of earlier boxes with such goods, the closest ones of which there are enough.
        """
        own = _measured(filed.select(COLUMNS)).row(0, named=True)
        day = own["filed_at"].date()
        before = self._filings.filter(pl.col("filed_at").dt.date() < day)
        usual = [found for measure in MEASURES if (found := _usual(own, before, measure)) is not None]
        return {role: self._record(before, column, own[column], day) for role, column in ROLES.items()}, usual

    def _record(self, before: pl.DataFrame, column: str, party: str | None, day: date) -> TrackRecord | None:
        if party is None:
            return None
        own = before.filter(pl.col(column) == party)
        known = self._outcomes.join(own.select(KEY), on=KEY, how="semi").filter(pl.col("known_at").dt.date() < day)
        found = corrections.of_consignments(known).select(*KEY, "finding", "commodity")
        days = own.select(*KEY, filed=pl.col("filed_at").dt.date())
        inspected = found.join(days, on=KEY).select("filed", "finding", "commodity").sort("filed")
        return TrackRecord(days["filed"].sort().to_list(), inspected)


def _measured(filings: pl.DataFrame) -> pl.DataFrame:
    rates = reference.currencies().select("currency", "usd").unique("currency")
    weight = pl.col("gross_weight_kg")
    return (
        keys.keys(filings)
        .join(rates, on="currency", how="left", maintain_order="left")
        .with_columns(
            usd_per_kg=pl.col("declared_value") * pl.col("usd") / weight, package_kg=weight / pl.col("package_count")
        )
    )


def _usual(own: Mapping[str, Any], before: pl.DataFrame, measure: str) -> Usual | None:
    value = own[measure]
    if value is None or value <= 0:
        return None
    sound = before.filter(pl.col(measure).is_finite(), pl.col(measure) > 0)
    for alike in _GROUPS:
        if all(own[name] is not None for name in alike):
            others = sound.filter(pl.col(name) == own[name] for name in alike)[measure]
            if others.len() >= FEWEST:
                return _beside(others, value, measure, alike)
    return None


def _beside(others: pl.Series, value: float, measure: str, alike: tuple[str, ...]) -> Usual:
    logs = pl.concat([others, pl.Series([value], dtype=others.dtype)]).log(10)
    low, high = float(logs.min()), float(logs.max())  # type: ignore[arg-type]
    low, high = (low - 0.05, high + 0.05) if high - low < 0.1 else (low, high)
    place = ((logs - low) / (high - low)).clip(0, 1)
    counts = (place.head(others.len()) * BINS).floor().clip(0, BINS - 1).cast(pl.Int64).value_counts()
    held = dict(counts.iter_rows())
    return Usual(
        measure=measure,
        value=value,
        alike=alike,
        count=others.len(),
        bins=[held.get(number, 0) for number in range(BINS)],
        low=10**low,
        high=10**high,
        at=float(place[-1]),
        below=float((others < value).mean()),  # type: ignore[arg-type]
    )
