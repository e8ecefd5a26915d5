"""The past of one profile: what was filed and found for each of its keys, as counts by day.

    consignments ─▶ filed: key, day, consignments            (chapter, weighed, weight where the profile looks at them)
    inspections  ─▶ found: key, day, inspected, seized

One row may stand for one event or for many: counts are whole numbers that only add up.
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
"""Counts of consignments, of those with a weight, and the sum of its logs in units of 1 / FIXED_POINT."""

FOUND = ("inspected", "seized")

EVERYBODY = Profile("everybody", (), ("inspected", "seized"))
"""The profile with one key, 0, that the base rate is taken from."""


def counted(profile: Profile) -> list[str]:
    """Those of FILED that `profile` looks at."""
    return list(FILED if "weight_mean_log" in profile.stats else FILED[:1])


def parts(profile: Profile) -> list[str]:
    """What rows of one key are kept apart by, besides days."""
    return ["chapter"] if "chapters" in profile.stats else []


@dataclass(frozen=True, slots=True)
class Events:
    """Consignments (their first versions) and what was found, one row an event."""

    first: pl.DataFrame
    found: pl.DataFrame

    @classmethod
    def of(cls, filings: pl.DataFrame, outcomes: pl.DataFrame | None) -> Events:
        """The past that `filings` (as `filings.hashed` gives them, with their starts) and `outcomes` make."""
        first = first_versions(filings)
        return cls(first, inspections(first, outcomes))

    def before(self, day: int | None) -> Events:
        """What was filed before `day`; None for no day at all."""
        return Events(self.first.filter(pl.col("day") < pl.lit(day, pl.Int64)), self.found)

    def filed(self, profile: Profile) -> pl.DataFrame:
        """One row a consignment: `key` (UInt64, null where `profile` has none), `day`, `parts` and `counted`."""
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
        """One row a change of what is known: `key`, `day` and FOUND."""
        return self.found.select(_key(profile), "day", *FOUND)


def _key(profile: Profile) -> pl.Expr:
    return (combined(profile.columns) if profile.columns else pl.lit(0, pl.UInt64)).alias("key")


def key_of(rows: pl.DataFrame, profile: Profile) -> pl.Series:
    """The key of `profile` in each of `rows`, whose columns are hashes (UInt64); null where a value is missing."""
    return rows.select(_key(profile)).to_series()


def net(rows: pl.DataFrame, by: Sequence[str], counts: Sequence[str]) -> pl.DataFrame:
    """Add up `counts` over `by`; what cancels out is left out."""
    return rows.group_by(by).agg(pl.col(counts).sum()).filter(pl.any_horizontal(pl.col(counts) != 0))
