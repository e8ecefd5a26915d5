"""Write a simulated world to a folder, day by day, so that memory does not grow with the number of days.

OUT/manifests/YYYY-MM-DD.parquet   canonical consignments, every version filed that day
OUT/outcomes.parquet               what inspections found (schema.OUTCOME)
OUT/truth.parquet                  one row a consignment: what was smuggled, how, and with which red flags
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from riskscore import reference
from riskscore.errors import SettingsError
from riskscore.manifest import schema
from riskscore.simulate import amendments, inspections, plans, routes, world
from riskscore.simulate.draws import Bools
from riskscore.simulate.paper import Pen, Sheet
from riskscore.simulate.smuggling import Crime, Smugglers, boxes_hit
from riskscore.simulate.traffic import Traffic
from riskscore.simulate.world import World

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
"""Columns of truth.parquet. `filed_at` is that of the first version; scheme to quantity are null for honest ones."""

_AFTER_DAYS = 90
_HIGHEST_RATE = 0.2


def simulate(  # noqa: PLR0913  (given by name, each of them)
    out: str | Path,
    *,
    days: int,
    per_day: int,
    seed: int = 0,
    start: date = date(2024, 1, 1),
    smuggling_rate: float = 1 / 1500,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Simulate `days` of filings with `per_day` new consignments each, and write them to the folder `out`.

    The same arguments give the same rows. `smuggling_rate` is the expected share of smuggled consignments;
    `progress` is called with the days done and `days`. Returns `out`. Raises SettingsError for arguments that make
    no sense, and for an `out` that is there and not an empty folder; nothing is left behind when it fails.
    """
    out = Path(out)
    _check(out, days, per_day, seed, smuggling_rate)
    with _draft(out) as folder:
        (folder / "manifests").mkdir()
        simulation = _Simulation(world.load(), seed, per_day, start, days)
        with (
            _Table(folder / "outcomes.parquet", schema.OUTCOME) as outcomes,
            _Table(folder / "truth.parquet", TRUTH) as truth,
        ):
            for day in range(days):
                filed, opened, known = simulation.day(day, smuggling_rate)
                filed.write_parquet(folder / "manifests" / f"{start + timedelta(days=day)}.parquet")
                outcomes.append(opened)
                truth.append(known)
                if progress is not None:
                    progress(day + 1, days)
    return out


def _check(out: Path, days: int, per_day: int, seed: int, smuggling_rate: float) -> None:
    if days < 1 or per_day < 1 or seed < 0:
        raise SettingsError(f"days ({days}) and per_day ({per_day}) must be at least 1, seed ({seed}) at least 0")
    if not 0 <= smuggling_rate <= _HIGHEST_RATE:
        raise SettingsError(f"smuggling_rate is {smuggling_rate:g}; it must be between 0 and {_HIGHEST_RATE}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SettingsError(f"{out} is there and not an empty folder; choose another name or empty it")
    if not out.parent.is_dir():
        raise SettingsError(f"cannot write {out}: there is no folder {out.parent}")


@contextlib.contextmanager
def _draft(out: Path) -> Iterator[Path]:
    """A hidden folder beside `out` that takes its name in the end, or goes."""
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


class _Table:
    """A Parquet file that grows by one part a day."""

    def __init__(self, path: Path, columns: dict[str, Any]) -> None:
        self._empty = pl.DataFrame(schema=columns)
        self._writer = pq.ParquetWriter(path, self._arrow(self._empty).schema)

    def append(self, part: pl.DataFrame) -> None:
        self._writer.write_table(self._arrow(part))

    @staticmethod
    def _arrow(frame: pl.DataFrame) -> Any:
        return frame.to_arrow(compat_level=pl.CompatLevel.oldest())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()


class _Simulation:
    """Everything that lives on from day to day."""

    def __init__(self, places: World, seed: int, per_day: int, start: date, days: int) -> None:
        self._world, self._seed, self._per_day = places, seed, per_day
        self._traffic = Traffic(places, seed, per_day, start)
        self._smugglers = Smugglers(places, self._traffic.accounts, seed, self._traffic.firms)
        self._pen = Pen(places, seed, per_day, start)
        self._customs = inspections.customs(places)
        self._rest_days = _rest_days(places, start, days)
        self._later: dict[date, list[pl.DataFrame]] = {}
        self._start = start

    def day(self, day: int, rate: float) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Return what is filed on `day`, the outcomes of its new consignments, and the truth about them."""
        rng = np.random.default_rng(np.random.SeedSequence([self._seed, day]))
        guilty, crimes, riders = self._smugglers.day(rng, day, rate * self._per_day)
        room = self._per_day - int(guilty.boxes.sum())
        if room < 1:
            raise SettingsError(f"{self._per_day} consignments a day are too few for so much smuggling")
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
        self._wait(amendments.amend(rng, self._world, sheet, sailing.filed))
        today = [sheet.rows, *self._later.pop(self._start + timedelta(days=day), [])]
        return pl.concat(today).sort("filed_at", maintain_order=True), opened, _truth(sheet, hidden)

    def _wait(self, later: pl.DataFrame) -> None:
        """Keep later versions until the day on which they are filed."""
        for (due,), part in later.group_by(pl.col("filed_at").dt.date(), maintain_order=True):
            self._later.setdefault(due, []).append(part)


def _rest_days(places: World, start: date, days: int) -> Bools:
    """[countries, days] holidays, well beyond the last simulated day."""
    number = {code: position for position, code in enumerate(places.countries)}
    found = np.zeros((len(number), days + _AFTER_DAYS), dtype=np.bool_)
    for country, holiday in reference.holidays().select("country", "date").iter_rows():
        ahead = (holiday - start).days
        if country in number and 0 <= ahead < found.shape[1]:
            found[number[country], ahead] = True
    return found


def _truth(sheet: Sheet, hidden: dict[int, Crime]) -> pl.DataFrame:
    count = len(sheet.bill)
    found = pl.DataFrame(
        [
            (row, True, crime.scheme, crime.commodity, crime.quantity_kg, list(crime.indicators))
            for row, crime in sorted(hidden.items())
        ],
        schema={"row": pl.Int64, **{name: TRUTH[name] for name in list(TRUTH)[3:]}},
        orient="row",
    )
    rows = sheet.rows.select(*schema.KEY, "filed_at").with_columns(row=pl.int_range(count, dtype=pl.Int64))
    return (
        rows.join(found, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.col("smuggled").fill_null(False),
            pl.col("indicators").fill_null(pl.lit([], dtype=pl.List(pl.Int64))),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in TRUTH.items())
    )
