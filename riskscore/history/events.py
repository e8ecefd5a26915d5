"""The history of one profile: filings and findings for each of its keys, as counts per day.

    consignments ─▶ filed: key, day, consignments            (chapter, weighed, weight where the profile uses them)
    inspections  ─▶ found: key, day, inspected, seized

One row may count one event or many; counts are whole numbers, so they add up without rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from riskscore.history.filings import first_versions
from riskscore.history.hashes import combined
from riskscore.history.inspections import inspections
from riskscore.history.profiles import Profile

CHAPTER = "hs2"

FILED = ("consignments", "weighed", "weight")
"""Number of consignments, number of those with a weight, and the sum of ln(kg) in units of 1 / FIXED_POINT."""

FOUND = ("inspected", "seized")
"""Number of inspections, and of those with a seizure."""

EVERYBODY = Profile("everybody", (), ("inspected", "seized"))
"""A profile with a single key, 0, for the base rate of all consignments."""


def counted(profile: Profile) -> list[str]:
    """Return those of FILED that `profile` uses."""
    return list(FILED if "weight_mean_log" in profile.stats else FILED[:1])


def parts(profile: Profile) -> list[str]:
    """Return the columns besides the day that separate the rows of one key."""
    return ["chapter"] if "chapters" in profile.stats else []


@dataclass(frozen=True, slots=True)
class Events:
    """Consignments (their first versions) and inspections, one row per event."""

    first: pl.DataFrame
    found: pl.DataFrame

    @classmethod
    def of(cls, filings: pl.DataFrame, outcomes: pl.DataFrame | None) -> Events:
        """The events of `filings` (from `filings.hashed`, with their starts) and `outcomes` (schema.OUTCOME)."""
        first = first_versions(filings)
        return cls(first, inspections(first, outcomes))

    def before(self, day: int | None) -> Events:
        """The events of consignments filed before `day` (since 1970); None leaves none of them."""
        return Events(self.first.filter(pl.col("day") < pl.lit(day, pl.Int64)), self.found)

    def filed(self, profile: Profile) -> pl.DataFrame:
        """One row per consignment: `key` (UInt64, null without one in `profile`), `day`, `parts` and `counted`."""
        counts = {
            "consignments": pl.lit(1, pl.Int64),
            "weighed": pl.col("weight").is_not_null().cast(pl.Int64),
            "weight": pl.col("weight").fill_null(0),
        }
        return self.first.select(
            _key(profile),
            "day",
            *(pl.col(CHAPTER).alias(part) for part in parts(profile)),
            *(counts[name].alias(name) for name in counted(profile)),
        )

    def found_of(self, profile: Profile) -> pl.DataFrame:
        """One row per inspection or correction: `key`, the `day` it became known, and the change of FOUND."""
        return self.found.select(_key(profile), "day", *FOUND)


def _key(profile: Profile) -> pl.Expr:
    return (combined(profile.columns) if profile.columns else pl.lit(0, pl.UInt64)).alias("key")


def key_of(rows: pl.DataFrame, profile: Profile) -> pl.Series:
    """Return the key of `profile` for each of `rows`, whose columns are hashes (UInt64); null where a value is."""
    return rows.select(_key(profile)).to_series()


def net(rows: pl.DataFrame, by: Sequence[str], counts: Sequence[str]) -> pl.DataFrame:
    """Add up `counts` over `by`; rows whose sums are all zero are left out."""
    return rows.group_by(by).agg(pl.col(counts).sum()).filter(pl.any_horizontal(pl.col(counts) != 0))
