"""The table that a stow plan becomes: one row for each container aboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from riskscore.manifest.formats import table
from riskscore.manifest.formats.table import Table

STOW_PLAN: dict[str, pl.DataType | type[pl.DataType]] = {
    "container_number": pl.String,
    "container_type": pl.String,
    "port_of_loading": pl.String,
    "port_of_discharge": pl.String,
    "place_of_delivery": pl.String,
    "gross_weight_kg": pl.Float64,
    "weight_is_verified": pl.Boolean,
    "is_empty": pl.Boolean,
    "position": pl.String,
    "seal_numbers": pl.List(pl.String),
    "temperature_c": pl.Float64,
    "carrier": pl.String,
    "vessel_name": pl.String,
    "vessel_imo": pl.String,
    "call_sign": pl.String,
    "voyage": pl.String,
    "departure_port": pl.String,
    "departed_at": pl.Datetime("us", "UTC"),
    "next_port": pl.String,
    "next_arrival": pl.Datetime("us", "UTC"),
    "filed_at": pl.Datetime("us", "UTC"),
}
"""Columns of a stow plan.

`gross_weight_kg` is of container and goods; `weight_is_verified` is true where it was weighed (VGM), false where not,
null without a weight. `is_empty` is null where the plan does not say. `position` is bay, row and tier (BBBRRTT). Ports
are as filed.
"""

CHUNK = 5_000
"""Rows that are kept as Python objects at most."""


class Slots:
    """Collects the rows of a stow plan."""

    def __init__(self) -> None:
        self._rows: list[Mapping[str, Any]] = []
        self._lines: list[int] = []
        self._frames: list[pl.DataFrame] = []

    def __len__(self) -> int:
        return sum(frame.height for frame in self._frames) + len(self._rows)

    def add(self, line: int, values: Mapping[str, Any]) -> None:
        """Add a container; `values` has columns of STOW_PLAN in their types, without those that are not known."""
        self._rows.append(values)
        self._lines.append(line)
        if len(self._rows) >= CHUNK:
            self._flush()

    def table(self, form: str, notes: Sequence[str]) -> Table:
        """All rows as a table of the kind STOW_PLAN with exactly the columns STOW_PLAN."""
        self._flush()
        none = pl.DataFrame(schema={**STOW_PLAN, "_line": pl.Int64})
        frame = pl.concat([none, *self._frames], how="diagonal")
        lines = frame["_line"].alias("line")
        return Table(frame.select(*STOW_PLAN), lines, format=form, notes=tuple(notes), kind=table.STOW_PLAN)

    def _flush(self) -> None:
        if self._rows:
            present = {name for row in self._rows for name in row}
            columns = [
                pl.Series(name, [row.get(name) for row in self._rows], dtype)
                for name, dtype in STOW_PLAN.items()
                if name in present
            ]
            self._frames.append(pl.DataFrame([*columns, pl.Series("_line", self._lines, pl.Int64)]))
            self._rows, self._lines = [], []
