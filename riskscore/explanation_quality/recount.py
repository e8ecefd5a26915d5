"""Recount: history in plain Python, counted event by event: what was filed and found before a day.

The ledger counts with hashes, day sums and searches. This module counts with lists and loops, so that both cannot share
a mistake. Only the party ids come from `parties.resolve`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import log
from typing import Any

import polars as pl

from riskscore.explanation_quality.tables import country_of, known
from riskscore.parties.resolve import IDS, add_party_ids
from riskscore.schema import KEY

SAME_BILL_DAYS = 120
"""A bill that is filed again within this many days is the same consignment; see history/filings.py."""

KEYS: dict[str, tuple[str, ...]] = {
    "consignee": ("consignee_key",),
    "shipper": ("shipper_id",),
    "notify": ("notify_id",),
    "forwarder": ("forwarder_id",),
    "lane": ("known_loading", "known_discharge"),
    "origin_destination": ("origin", "destination"),
    "hs6_origin": ("hs6", "origin"),
    "container": ("container_number",),
    "consignee_shipper": ("consignee_key", "shipper_id"),
    "consignee_hs2": ("consignee_key", "hs2"),
    "consignee_lane": ("consignee_key", "known_loading", "known_discharge"),
    "consignee_origin": ("consignee_key", "origin"),
    "shipper_hs2": ("shipper_id", "hs2"),
    "lane_hs2": ("known_loading", "known_discharge", "hs2"),
}
"""Profile -> columns of its key."""

Row = Mapping[str, Any]


@dataclass(slots=True)
class Record:
    """All events of one key: filings (day, HS chapter, log of kg) and results (day, inspections, seizures)."""

    filings: list[tuple[date, str | None, float | None]] = field(default_factory=list)
    results: list[tuple[date, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Before:
    """The events of a `Record` before one day; None if the row has no such key."""

    filings: list[tuple[date, str | None, float | None]] | None
    results: list[tuple[date, int, int]] | None
    day: date

    def count(self, days: int | None = None) -> int | None:
        """Return the number of earlier consignments, of all time or of the last `days`."""
        if self.filings is None:
            return None
        return sum(days is None or (self.day - day).days <= days for day, _, _ in self.filings)

    def since(self, which: Any) -> int | None:
        """Return the days since the first (`which` is `min`) or the last earlier consignment (`max`)."""
        return (self.day - which(day for day, _, _ in self.filings)).days if self.filings else None

    def inspected(self) -> int | None:
        """Return the number of known inspections."""
        return None if self.results is None else sum(count for _, count, _ in self.results)

    def seized(self) -> int | None:
        """Return the number of known seizures."""
        return None if self.results is None else sum(count for _, _, count in self.results)

    def chapters(self) -> int | None:
        """Return the number of distinct HS chapters of earlier consignments."""
        return None if self.filings is None else len({chapter for _, chapter, _ in self.filings if chapter})

    def usual_weight(self) -> float | None:
        """Return the natural log of the geometric mean of earlier gross weights in kg."""
        weights = [weight for _, _, weight in self.filings or () if weight is not None]
        return sum(weights) / len(weights) if weights else None


class Recount:
    """All filings and inspection results, by key."""

    def __init__(self, filings: Iterable[pl.DataFrame], outcomes: pl.DataFrame | None) -> None:
        """Count `filings` (canonical columns, all versions, in any order) and `outcomes` (schema.OUTCOME)."""
        versions: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for frame in filings:
            for row in rows_with_keys(frame.unique()):
                versions[row[KEY[0]], row[KEY[1]]].append(row)
        self._records: dict[str, dict[tuple[Any, ...], Record]] = {name: defaultdict(Record) for name in KEYS}
        self._starts: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for key, rows in versions.items():
            firsts = list[dict[str, Any]]()
            for row in sorted(rows, key=lambda row: (row["filed_at"], row["version"] or 0)):
                if not firsts or (_day(row) - _day(firsts[-1])).days > SAME_BILL_DAYS:
                    firsts.append(row)
            self._starts[key] = firsts
            for first in firsts:
                for record in self._of(first):
                    weight = first["gross_weight_kg"]
                    record.filings.append((_day(first), first["hs2"], log(weight) if weight and weight > 0 else None))
        if outcomes is not None:
            self._count_results(outcomes)

    def before(self, row: Row) -> dict[str, Before]:
        """Return the record of each profile of `row` (of `rows_with_keys`), before the day of its first version."""
        day = self.started(row)
        before = {}
        for name, columns in KEYS.items():
            key = tuple(row[column] for column in columns)
            record = None if None in key else self._records[name].get(key, Record())
            before[name] = Before(
                None if record is None else [event for event in record.filings if event[0] < day],
                None if record is None else [event for event in record.results if event[0] < day],
                day,
            )
        return before

    def started(self, row: Row) -> date:
        """Return the day on which the consignment of `row` was first filed."""
        firsts = self._starts.get((row[KEY[0]], row[KEY[1]]), [])
        return max((_day(first) for first in firsts if _day(first) <= _day(row)), default=_day(row))

    def _of(self, row: Row) -> Iterable[Record]:
        """The records of all keys that `row` has."""
        for name, columns in KEYS.items():
            key = tuple(row[column] for column in columns)
            if None not in key:
                yield self._records[name][key]

    def _count_results(self, outcomes: pl.DataFrame) -> None:
        """Count each inspection once, and a correction as the change that it makes."""
        latest: dict[tuple[Any, ...], bool] = {}
        rows = outcomes.filter(pl.col("known_at").is_not_null()).with_columns(hit=pl.col("finding") == "seizure")
        for outcome in rows.sort("known_at", "hit").iter_rows(named=True):
            key, day = (outcome[KEY[0]], outcome[KEY[1]]), outcome["known_at"].date()
            firsts = self._starts.get(key)
            if not firsts:
                continue
            first = next((row for row in reversed(firsts) if _day(row) <= day), firsts[0])
            inspection = (key, _day(first), outcome.get("inspected_at"))
            change = int(outcome["hit"]) - int(latest.get(inspection, False))
            for record in self._of(first):
                record.results.append((max(day, _day(first)), int(inspection not in latest), change))
            latest[inspection] = outcome["hit"]


def rows_with_keys(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a canonical `frame` as dictionaries, with party ids and the columns that keys need."""
    with_ids = frame if set(IDS) <= set(frame.columns) else add_party_ids(frame)
    return [row | _derived(row) for row in with_ids.iter_rows(named=True)]


def _derived(row: Row) -> dict[str, str | None]:
    digits = re.sub(r"[\s.\-]", "", (row["hs_codes"] or [""])[0] or "")
    if not re.fullmatch(r"([0-9]{2}){1,7}", digits) or digits.startswith("00"):
        digits = ""
    return {
        **{f"hs{count}": digits[:count] if len(digits) >= count else None for count in (2, 4, 6)},
        "known_loading": known(row["port_of_loading"]),
        "known_discharge": known(row["port_of_discharge"]),
        "origin": row["origin_country"] or country_of(row["port_of_loading"]),
        "destination": row["destination_country"]
        or country_of(row["place_of_delivery"])
        or country_of(row["port_of_discharge"]),
    }


def _day(row: Row) -> date:
    day: date = row["filed_at"].date()
    return day
