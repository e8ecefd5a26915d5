"""Track record: the history that a sheet shows, as known on the day of filing; loaded once for all sheets of a night.

filings, outcomes ─┬─▶ of a party: its consignments, and the findings of inspections
                   └─▶ of similar goods: weights, prices and packages of earlier boxes
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
"""Columns of earlier filings that are needed."""

ROLES = {"consignee": "consignee_key", "shipper": "shipper_id"}
"""Parties whose history is shown -> the column of their id."""

MEASURES = ("gross_weight_kg", "usd_per_kg", "package_kg")

FEWEST = 30
"""Least number of earlier boxes for a comparison."""

_GROUPS = (("hs4", "lane"), ("hs4", "origin_destination"), ("hs4",), ("hs2",))
"""Columns in which earlier boxes must agree with this one, most specific first."""

BINS = 24


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """History of a party before a day.

    filed      days on which its consignments were filed
    inspected  one row per inspected consignment: day of filing, finding (clean, irregular, seizure), commodity
    """

    filed: list[date]
    inspected: pl.DataFrame

    def finding(self, which: str) -> int:
        """Count the inspections with the finding `which`."""
        return self.inspected.filter(finding=which).height

    def commodities(self) -> list[str]:
        """List the seized commodities, each once."""
        seized = self.inspected.filter(finding="seizure")["commodity"].drop_nulls().unique(maintain_order=True)
        return [name.replace("_", " ") for name in seized]


@dataclass(frozen=True, slots=True)
class Usual:
    """One measure of the box compared with `count` earlier boxes that agree with it in the columns `same`.

    bins      counts in logarithmic bins from `low` to `high`
    position  position of the box's `value` between low (0) and high (1), on the same scale
    below     share of the earlier boxes with a lower value
    """

    measure: str
    value: float
    same: tuple[str, ...]
    count: int
    bins: list[int]
    low: float
    high: float
    position: float
    below: float


class EarlierFilings:
    """Earlier filings, and the findings of inspections."""

    def __init__(self, filings: pl.DataFrame, outcomes: pl.DataFrame | None) -> None:
        absent = [pl.lit(None, schema.COLUMNS[name]).alias(name) for name in COLUMNS if name not in filings.columns]
        first = filings.with_columns(absent).select(COLUMNS).sort("filed_at", "version", maintain_order=True)
        self._filings = _measured(first.unique(KEY, keep="first", maintain_order=True))
        self._outcomes = pl.DataFrame(schema=schema.OUTCOME) if outcomes is None else outcomes

    @property
    def height(self) -> int:
        """Number of consignments."""
        return self._filings.height

    def last(self) -> date | None:
        """Day of the last filing; None without filings."""
        last = self._filings["filed_at"].max()
        return None if last is None else last.date()  # type: ignore[union-attr]

    def about(self, filed: pl.DataFrame) -> tuple[dict[str, TrackRecord | None], list[Usual]]:
        """Return, for the one row `filed`, the records of ROLES and the comparisons of MEASURES.

        A record is None where the row names no party. A measure is compared with the most specific group of similar
        boxes that has at least FEWEST; without a value or such a group it is left out.
        """
        box = _measured(filed.select(COLUMNS)).row(0, named=True)
        day = box["filed_at"].date()
        earlier = self._filings.filter(pl.col("filed_at").dt.date() < day)
        usual = [compared for measure in MEASURES if (compared := _usual(box, earlier, measure)) is not None]
        return {role: self._record(earlier, column, box[column], day) for role, column in ROLES.items()}, usual

    def _record(self, earlier: pl.DataFrame, column: str, party: str | None, day: date) -> TrackRecord | None:
        if party is None:
            return None
        filings = earlier.filter(pl.col(column) == party)
        outcomes = self._outcomes.join(filings.select(KEY), on=KEY, how="semi")
        outcomes = outcomes.filter(pl.col("known_at").dt.date() < day)
        findings = corrections.of_consignments(outcomes).select(*KEY, "finding", "commodity")
        days = filings.select(*KEY, filed=pl.col("filed_at").dt.date())
        inspected = findings.join(days, on=KEY).select("filed", "finding", "commodity").sort("filed")
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


def _usual(box: Mapping[str, Any], earlier: pl.DataFrame, measure: str) -> Usual | None:
    value = box[measure]
    if value is None or value <= 0:
        return None
    valid = earlier.filter(pl.col(measure).is_finite(), pl.col(measure) > 0)
    for same in _GROUPS:
        if all(box[name] is not None for name in same):
            others = valid.filter(pl.col(name) == box[name] for name in same)[measure]
            if others.len() >= FEWEST:
                return _compared(others, value, measure, same)
    return None


def _compared(others: pl.Series, value: float, measure: str, same: tuple[str, ...]) -> Usual:
    logs = pl.concat([others, pl.Series([value], dtype=others.dtype)]).log(10)
    low, high = float(logs.min()), float(logs.max())  # type: ignore[arg-type]
    low, high = (low - 0.05, high + 0.05) if high - low < 0.1 else (low, high)
    positions = ((logs - low) / (high - low)).clip(0, 1)
    bins = (positions.head(others.len()) * BINS).floor().clip(0, BINS - 1).cast(pl.Int64)
    counts = dict(bins.value_counts().iter_rows())
    return Usual(
        measure=measure,
        value=value,
        same=same,
        count=others.len(),
        bins=[counts.get(number, 0) for number in range(BINS)],
        low=10**low,
        high=10**high,
        position=float(positions[-1]),
        below=float((others < value).mean()),  # type: ignore[arg-type]
    )
