"""Period: up to which day a model learns, so that the days after it can compare models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from riskscore.errors import TrainingError
from riskscore.schema import KEY


@dataclass(frozen=True, slots=True)
class Held:
    """The last day that is learned from, None for all of them, and how many days after it have filings."""

    until: date | None = None
    days: int = 0

    def of(self, frame: pl.DataFrame, moment: str = "filed_at") -> pl.DataFrame:
        """The rows of `frame` whose `moment` is no later than the last day."""
        return frame if self.until is None else frame.filter(pl.col(moment).dt.date() <= self.until)

    def filings(
        self, consignments: pl.DataFrame, earlier: pl.DataFrame | None
    ) -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """The latest version of each consignment that was filed by then, and the versions before."""
        if self.until is None:
            return consignments, earlier
        return latest(self.of(consignments if earlier is None else pl.concat([earlier, consignments])))

    def told(self) -> str:
        """What was held back, for the card and the screen."""
        return (
            f"Nothing filed or known after {self.until} was learned: {self.days} later day(s) were held back, on which "
            "models can be compared. Once one is chosen, the same settings may learn from them too."
        )


def hold(filed: pl.DataFrame, until: date | None = None, hold_back: int = 0) -> Held:
    """What of the days of `filed` is learned: those up to `until`, or else all but the last `hold_back`.

    Raises TrainingError where nothing is left.
    """
    if filed.is_empty() or (until is None and not hold_back):
        return Held()
    days = filed["filed_at"].dt.date().sort()
    first, last = days[0], days[-1]
    end = until or last - timedelta(hold_back)
    if end < first:
        raise TrainingError(
            f"nothing is left to learn from: filings go from {first} to {last}, and what comes after {end} is held "
            "back; give a later --until, fewer days with --hold-back, or more filings"
        )
    return Held(end, max(0, (last - end).days))


def latest(filings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The last version of each bill and container among `filings`, and all others; both in the order of filing."""
    ordered = filings.sort("filed_at", "version", *KEY, maintain_order=True)
    is_last = pl.struct(KEY).is_last_distinct()
    return ordered.filter(is_last), ordered.filter(~is_last)
