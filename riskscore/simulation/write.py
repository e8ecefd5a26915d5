"""Write a simulated world to a folder, day by day, so that memory use does not grow with the number of days.

OUT/manifests/YYYY-MM-DD.parquet   canonical consignments, every version filed that day
OUT/outcomes.parquet               what inspections found (schema.OUTCOME)
OUT/truth.parquet                  one row per consignment: what was smuggled, how, and with which red flags
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
import pyarrow.parquet as pq

from riskscore import export, progress, schema
from riskscore.errors import SettingsError
from riskscore.simulation.simulation import HIGHEST_RATE, TRUTH, Simulation
from riskscore.world import world

_YEARS = (1900, 2200)
"""First and last year in which a simulation may start: amendments and results come months later."""


def simulate(
    out: str | Path,
    *,
    days: int,
    per_day: int,
    seed: int = 0,
    start: date = date(2024, 1, 1),
    smuggling_rate: float = 1 / 1500,
    change_day: int | None = None,
) -> Path:
    """Simulate container traffic with some smuggling in it, and write it to a folder.

    Firms, vessels and numbers are made up. The same arguments give the same rows.

    Args:
        out: folder to write to; it must be new or empty, and its parent must exist.
        days: number of days, at least 1.
        per_day: new consignments per day, at least 1.
        seed: seed of the simulation, at least 0. Another seed gives other parties, fashions and consignments.
        start: first day of filing.
        smuggling_rate: expected share of smuggled consignments, 0 to 0.2.
        change_day: day (0 = first) from which smugglers use other routes, covers, schemes and parties; None for never.

    Returns:
        The folder `out`, with `manifests/YYYY-MM-DD.parquet` (every version filed that day), `outcomes.parquet` (what
        inspections found) and `truth.parquet` (one row per consignment: what was smuggled and how).

    Raises:
        SettingsError: if an argument is out of range, or `out` exists and is not an empty folder. Nothing is left
            behind after a failure.

    Example::

        import riskscore

        world = riskscore.simulate("world", days=30, per_day=300, seed=1)
        riskscore.read(sorted((world / "manifests").glob("*.parquet")))
    """
    out = Path(out)
    _check(out, days, per_day, seed, smuggling_rate, start)
    if change_day is not None and not 0 < change_day < days:
        raise SettingsError(f"change_day is {change_day}; it must be between 1 and the last day, {days - 1}")
    with export.folder(out, public=True) as folder:
        (folder / "manifests").mkdir()
        simulation = Simulation(world.load(), seed, per_day, start, days, change_day)
        with (
            _Table(folder / "outcomes.parquet", schema.OUTCOME) as outcomes,
            _Table(folder / "truth.parquet", TRUTH) as truth,
        ):
            for day in range(days):
                simulated = simulation.day(day, smuggling_rate)
                simulated.filed.write_parquet(folder / "manifests" / f"{start + timedelta(days=day)}.parquet")
                outcomes.append(simulated.opened)
                truth.append(simulated.truth)
                progress.step(f"day {day + 1:,} of {days:,}")
    return out


def _check(out: Path, days: int, per_day: int, seed: int, smuggling_rate: float, start: date) -> None:
    if days < 1 or per_day < 1 or seed < 0:
        raise SettingsError(f"days ({days}) and per_day ({per_day}) must be at least 1, seed ({seed}) at least 0")
    if not _YEARS[0] <= start.year <= _YEARS[1]:
        raise SettingsError(f"start is {start}; its year must be between {_YEARS[0]} and {_YEARS[1]}")
    if not 0 <= smuggling_rate <= HIGHEST_RATE:
        raise SettingsError(f"smuggling_rate is {smuggling_rate:g}; it must be between 0 and {HIGHEST_RATE}")
    export.check_folder(out)


class _Table:
    """A Parquet file that grows by one part per day."""

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
