"""The simulation of one world, day by day: what is filed, what is opened, and the truth.

smugglers ─┐
traffic ───┴─▶ plans of a day ─▶ sheet (rows) ─▶ filed, with later versions of earlier bills
                                      └─ hidden contraband ─▶ opened, truth
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from riskscore import reference, schema
from riskscore.errors import SettingsError
from riskscore.simulation import amendments, inspections
from riskscore.simulation.smuggling import Crime, Smugglers, boxes_hit
from riskscore.simulation.traffic import Traffic
from riskscore.world import plans, routes
from riskscore.world.draws import Bools
from riskscore.world.paper import Pen, Sheet
from riskscore.world.world import World

TRUTH: dict[str, pl.DataType | type[pl.DataType]] = {
    "bill_of_lading": pl.String,
    "container_number": pl.String,
    "filed_at": schema.UTC,
    "smuggled": pl.Boolean,
    "scheme": pl.String,
    "commodity": pl.String,
    "quantity_kg": pl.Float64,
    "indicators": pl.List(pl.Int64),
}
"""Columns of truth.parquet. `filed_at` is that of the first version; scheme to quantity are null if honest."""

HIGHEST_RATE = 0.2
"""Highest share of smuggled consignments that can be simulated."""
_AFTER_DAYS = 90


@dataclass(frozen=True)
class Day:
    """One simulated day.

    filed     canonical rows of every version filed that day, by the time of filing
    opened    schema.OUTCOME rows of the new consignments that officers open, now or later
    truth     TRUTH rows of the new consignments
    sheet     the new consignments as written, and `hidden`, the contraband by row of the sheet
    """

    filed: pl.DataFrame
    opened: pl.DataFrame
    truth: pl.DataFrame
    sheet: Sheet
    hidden: dict[int, Crime]

    @property
    def first(self) -> pl.DataFrame:
        """Canonical rows of the day's new consignments, as first filed."""
        return self.sheet.rows


class Simulation:
    """The state of a world from day to day; its days must be simulated in order."""

    def __init__(
        self, places: World, seed: int, per_day: int, start: date, days: int, change_day: int | None = None
    ) -> None:
        """Start a world of at most `days` days; on `change_day` (0 = first) smugglers change their ways."""
        self._world, self._seed, self._per_day = places, seed, per_day
        self._traffic = Traffic(places, seed, per_day, start)
        self._smugglers = Smugglers(places, self._traffic.accounts, seed, self._traffic.firms, change_day)
        self._pen = Pen(places, seed, per_day, start)
        self._customs = inspections.customs(places)
        self._rest_days = _rest_days(places, start, days)
        self._later: dict[date, list[pl.DataFrame]] = {}
        self._start = start

    def day(self, day: int, rate: float) -> Day:
        """Simulate `day`; `rate` is the expected share of smuggled ones among the new consignments."""
        rng = np.random.default_rng(np.random.SeedSequence([self._seed, day]))
        guilty, crimes, riders = self._smugglers.day(rng, day, rate * self._per_day)
        room = self._per_day - int(guilty.boxes.sum())
        if room < 1:
            raise SettingsError(
                f"{self._per_day} consignments per day are too few for this smuggling rate; simulate more per day"
            )
        plan = plans.join([guilty, self._traffic.day(rng, day, room)])
        order = rng.permutation(len(plan))
        place = np.argsort(order)
        plan = plan.take(order)
        sailing = routes.sail(rng, self._world, plan, day, self._rest_days)
        sheet = self._pen.write(rng, plan, sailing, day)
        hidden = boxes_hit(rng, sheet.bill, {int(place[at]): crime for at, crime in enumerate(crimes)})
        for rider in riders:
            hidden.setdefault(int(rng.integers(0, len(sheet.bill))), rider)
        opened = inspections.inspect(rng, self._customs, self._pen, sheet, hidden)
        self._keep_for_later(amendments.amend(rng, self._world, sheet, sailing.filed))
        today = [sheet.rows, *self._later.pop(self._start + timedelta(days=day), [])]
        filed = pl.concat(today).sort("filed_at", maintain_order=True)
        return Day(filed, opened, _truth(sheet, hidden), sheet, hidden)

    def if_opened(self, day: int, simulated: Day) -> pl.DataFrame:
        """Return what opening each new consignment of `day` would find: schema.OUTCOME, `selected_by` null.

        It has its own random numbers, so that a call changes nothing and always returns the same.
        """
        rng = np.random.default_rng(np.random.SeedSequence([self._seed, day, 1 << 26]))
        every_row = np.arange(len(simulated.sheet.bill))
        return inspections.reveal(rng, self._pen, simulated.sheet, simulated.hidden, every_row)

    def _keep_for_later(self, later: pl.DataFrame) -> None:
        """Keep later versions until the day on which they are filed."""
        for (due,), part in later.group_by(pl.col("filed_at").dt.date(), maintain_order=True):
            self._later.setdefault(due, []).append(part)


def _rest_days(places: World, start: date, days: int) -> Bools:
    """Return the holidays as bool[countries, days], to _AFTER_DAYS beyond the last simulated day."""
    number = {code: position for position, code in enumerate(places.countries)}
    rest_days = np.zeros((len(number), days + _AFTER_DAYS), dtype=np.bool_)
    for country, holiday in reference.holidays().select("country", "date").iter_rows():
        ahead = (holiday - start).days
        if country in number and 0 <= ahead < rest_days.shape[1]:
            rest_days[number[country], ahead] = True
    return rest_days


def _truth(sheet: Sheet, hidden: dict[int, Crime]) -> pl.DataFrame:
    count = len(sheet.bill)
    smuggled = pl.DataFrame(
        [
            (row, True, crime.scheme, crime.commodity, crime.quantity_kg, list(crime.indicators))
            for row, crime in sorted(hidden.items())
        ],
        schema={"row": pl.Int64, **{name: TRUTH[name] for name in list(TRUTH)[3:]}},
        orient="row",
    )
    rows = sheet.rows.select(*schema.KEY, "filed_at").with_columns(row=pl.int_range(count, dtype=pl.Int64))
    return (
        rows.join(smuggled, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.col("smuggled").fill_null(False),
            pl.col("indicators").fill_null(pl.lit([], dtype=pl.List(pl.Int64))),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in TRUTH.items())
    )
