"""The past in plain Python: what was filed and found before a day, counted one event after the other.

The ledger counts by hashes, day sums and searches; this counts with lists and loops, so that the two share no mistake.
Only who a name stands for is taken from `parties.resolve`.
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

from riskscore.parties.resolve import IDS, add_party_ids
from riskscore.schema import KEY

SAME_BILL_DAYS = 120
"""A bill filed again within so many days is the same consignment; see history/filings.py."""

KEYS: dict[str, tuple[str, ...]] = {
    "consignee": ("consignee_key",),
    "shipper": ("shipper_id",),
    "notify": ("notify_id",),
    "forwarder": ("forwarder_id",),
    "lane": ("port_of_loading", "port_of_discharge"),
    "origin_destination": ("origin", "destination"),
    "hs6_origin": ("hs6", "origin"),
    "container": ("container_number",),
    "consignee_shipper": ("consignee_key", "shipper_id"),
    "consignee_hs2": ("consignee_key", "hs2"),
    "consignee_lane": ("consignee_key", "port_of_loading", "port_of_discharge"),
    "consignee_origin": ("consignee_key", "origin"),
    "shipper_hs2": ("shipper_id", "hs2"),
    "lane_hs2": ("port_of_loading", "port_of_discharge", "hs2"),
}
"""Profile -> what its key is made of."""

Row = Mapping[str, Any]


@dataclass(slots=True)
class Known:
    """What is known of one key: days on which it filed, with chapter and weight; days and seizures of inspections."""

    filed: list[tuple[date, str | None, float | None]] = field(default_factory=list)
    found: list[tuple[date, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Before:
    """What `Known` said on one day; a count is None where the row has no such key."""

    filed: list[tuple[date, str | None, float | None]] | None
    found: list[tuple[date, int, int]] | None
    day: date

    def count(self, days: int | None = None) -> int | None:
        """Consignments before, or in the last so many `days`."""
        if self.filed is None:
            return None
        return sum(days is None or (self.day - day).days <= days for day, _, _ in self.filed)

    def since(self, which: Any) -> int | None:
        """Days since the first (`min`) or the last one (`max`)."""
        return (self.day - which(day for day, _, _ in self.filed)).days if self.filed else None

    def inspected(self) -> int | None:
        """Inspections known."""
        return None if self.found is None else sum(count for _, count, _ in self.found)

    def seized(self) -> int | None:
        """Seizures known."""
        return None if self.found is None else sum(count for _, _, count in self.found)

    def chapters(self) -> int | None:
        """Distinct HS chapters filed before."""
        return None if self.filed is None else len({chapter for _, chapter, _ in self.filed if chapter})

    def usual_weight(self) -> float | None:
        """Geometric mean of the kilograms filed before, as a logarithm."""
        known = [weight for _, _, weight in self.filed or () if weight is not None]
        return sum(known) / len(known) if known else None


class Recount:
    """Everything filed and found, by key."""

    def __init__(self, filings: Iterable[pl.DataFrame], outcomes: pl.DataFrame | None) -> None:
        """`filings` have canonical columns: whatever was filed in any version, in any order."""
        versions: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for frame in filings:
            for row in plain(frame.unique()):
                versions[row[KEY[0]], row[KEY[1]]].append(row)
        self._records: dict[str, dict[tuple[Any, ...], Known]] = {name: defaultdict(Known) for name in KEYS}
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
                    record.filed.append((_day(first), first["hs2"], log(weight) if weight and weight > 0 else None))
        if outcomes is not None:
            self._inspect(outcomes)

    def before(self, row: Row) -> dict[str, Before]:
        """What each profile's key of `row` (as `plain` gives it) was, on the day before its first version was filed."""
        day = self.started(row)
        told = {}
        for name, columns in KEYS.items():
            key = tuple(row[column] for column in columns)
            record = None if None in key else self._records[name].get(key, Known())
            told[name] = Before(
                None if record is None else [event for event in record.filed if event[0] < day],
                None if record is None else [event for event in record.found if event[0] < day],
                day,
            )
        return told

    def started(self, row: Row) -> date:
        """The day on which the consignment of `row` was first filed."""
        firsts = self._starts.get((row[KEY[0]], row[KEY[1]]), [])
        return max((_day(first) for first in firsts if _day(first) <= _day(row)), default=_day(row))

    def _of(self, row: Row) -> Iterable[Known]:
        for name, columns in KEYS.items():
            key = tuple(row[column] for column in columns)
            if None not in key:
                yield self._records[name][key]

    def _inspect(self, outcomes: pl.DataFrame) -> None:
        """Count each inspection once, and a correction as what it changes."""
        known: dict[tuple[Any, ...], bool] = {}
        rows = outcomes.filter(pl.col("known_at").is_not_null()).with_columns(hit=pl.col("finding") == "seizure")
        for record in rows.sort("known_at", "hit").iter_rows(named=True):
            key, day = (record[KEY[0]], record[KEY[1]]), record["known_at"].date()
            firsts = self._starts.get(key)
            if not firsts:
                continue
            first = next((one for one in reversed(firsts) if _day(one) <= day), firsts[0])
            inspection = (key, _day(first), record.get("inspected_at"))
            change = int(record["hit"]) - int(known.get(inspection, False))
            for one in self._of(first):
                one.found.append((max(day, _day(first)), int(inspection not in known), change))
            known[inspection] = record["hit"]


def plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows of a canonical `frame` as dictionaries, with party ids and what their keys are made of."""
    named = frame if set(IDS) <= set(frame.columns) else add_party_ids(frame)
    return [row | _made(row) for row in named.iter_rows(named=True)]


def _made(row: Row) -> dict[str, str | None]:
    digits = re.sub(r"[\s.\-]", "", (row["hs_codes"] or [""])[0] or "")
    if not re.fullmatch(r"([0-9]{2}){1,7}", digits) or digits.startswith("00"):
        digits = ""
    return {
        **{f"hs{count}": digits[:count] if len(digits) >= count else None for count in (2, 4, 6)},
        "origin": row["origin_country"] or _country(row["port_of_loading"]),
        "destination": row["destination_country"]
        or _country(row["place_of_delivery"])
        or _country(row["port_of_discharge"]),
    }


def _country(place: str | None) -> str | None:
    return place[:2] if place and re.fullmatch(r"[A-Z]{2}[A-Z2-9]{3}", place) else None


def _day(row: Row) -> date:
    day: date = row["filed_at"].date()
    return day
