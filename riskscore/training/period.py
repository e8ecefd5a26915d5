"""Period: the last day that a model learns from, so that models can be compared on the days after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from riskscore.errors import TrainingError
from riskscore.schema import KEY


@dataclass(frozen=True, slots=True)
class Period:
    """The last day to learn from (None for all days), and how many later days are held back."""

    until: date | None = None
    days: int = 0

    def keep(self, frame: pl.DataFrame, moment: str = "filed_at") -> pl.DataFrame:
        """Return the rows of `frame` whose `moment` is not after the last day."""
        return frame if self.until is None else frame.filter(pl.col(moment).dt.date() <= self.until)

    def filings(
        self, consignments: pl.DataFrame, earlier: pl.DataFrame | None
    ) -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """Return the latest version of each consignment filed by the last day, and the versions before."""
        if self.until is None:
            return consignments, earlier
        return latest(self.keep(consignments if earlier is None else pl.concat([earlier, consignments])))

    def describe(self) -> str:
        """Return a sentence about the days held back, for the card and the screen."""
        return (
            f"The model did not learn from anything filed or known after {self.until}: {self.days} later day(s) were "
            "held back, to compare models on. After a model is chosen, the same settings can learn from these days too."
        )


def hold_back_days(filed: pl.DataFrame, until: date | None = None, hold_back: int = 0) -> Period:
    """Return the days of `filed` to learn from: those up to `until`, or else all but the last `hold_back`.

    Raises TrainingError if nothing is left.
    """
    if filed.is_empty() or (until is None and not hold_back):
        return Period()
    days = filed["filed_at"].dt.date().sort()
    first, last = days[0], days[-1]
    end = until or last - timedelta(hold_back)
    if end < first:
        raise TrainingError(
            f"nothing is left to learn from: filings are from {first} to {last}, and everything after {end} is held "
            "back; give a later --until, fewer days with --hold-back, or more filings"
        )
    return Period(end, max(0, (last - end).days))


def latest(filings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the last version of each bill and container among `filings`, and all others, in the order of filing."""
    ordered = filings.sort("filed_at", "version", *KEY, maintain_order=True)
    is_last = pl.struct(KEY).is_last_distinct()
    return ordered.filter(is_last), ordered.filter(~is_last)
