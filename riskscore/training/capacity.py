"""Openings: which consignments are opened if each port opens its riskiest ones, up to its capacity per day.

    day, port ─▶ capacity of the port on that day ─▶ its first consignments by score are opened

All boxes are chosen by score here, none by the explore or random share: this is what the score alone would find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.selection.capacity import Capacities


@dataclass(frozen=True, slots=True)
class Openings:
    """Which rows are `opened` (bool[n]), and the total capacity: `offered` boxes on `port_days` of `ports` ports."""

    opened: NDArray[np.bool_]
    offered: int
    ports: int
    port_days: int

    def counts(self) -> dict[str, Any]:
        """Return how much capacity there was and how much was used, for JSON."""
        used = int(self.opened.sum())
        return {"offered": self.offered, "used": used, "ports": self.ports, "port_days": self.port_days}


def openings(days: pl.Series, ports: pl.Series, ranks: pl.Series, capacities: Capacities) -> Openings:
    """Open the first rows by `ranks` of each day and port; rows without a port count as one more port."""
    rows = pl.DataFrame({"day": days, "port": ports, "rank": ranks})
    offered = rows.select("day", "port").unique(maintain_order=True)
    boxes = [capacities.on(port, day).boxes for day, port in offered.select("day", "port").iter_rows()]
    placed = rows.with_columns(place=pl.col("rank").rank("ordinal").over("day", "port")).join(
        offered.with_columns(boxes=pl.Series(boxes, dtype=pl.Int64)),
        on=["day", "port"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    opened = placed.select(pl.col("place") <= pl.col("boxes")).to_series().to_numpy()
    return Openings(opened, sum(boxes), offered["port"].n_unique(), offered.height)
