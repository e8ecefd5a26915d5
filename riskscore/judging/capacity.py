"""Openings: which consignments are opened if each port opens its riskiest ones, up to its capacity per day.

    day, port ─▶ capacity of the port on that day ─▶ its first consignments by score are opened

House bills that share a container are opened together, as the riskiest of them. All boxes are chosen by score here,
none by the explore or random share: this is what the score alone would find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.manifest import consolidations
from riskscore.selection.capacity import Capacities


@dataclass(frozen=True, slots=True)
class Openings:
    """Which rows are `opened` (bool[n]), and the total capacity: `offered` boxes on `port_days` of `ports` ports.

    `boxes` is how many boxes the opened rows are.
    """

    opened: NDArray[np.bool_]
    boxes: int
    offered: int
    ports: int
    port_days: int

    def counts(self) -> dict[str, Any]:
        """Return how much capacity there was and how much was used, for JSON."""
        return {"offered": self.offered, "used": self.boxes, "ports": self.ports, "port_days": self.port_days}


def openings(rows: pl.DataFrame, ranks: pl.Series, capacities: Capacities) -> Openings:
    """Open the first boxes by `ranks` of each `day` and `port_of_discharge` of `rows` (with KEY).

    Rows without a port count as one more port.
    """
    bill = pl.col("bill_of_lading")
    is_shared = rows.select(bill.str.contains(consolidations.JOINT, literal=True).any()).item()
    rows = rows.select("day", consolidations.box_bill(bill).alias("bill"), "container_number", port="port_of_discharge")
    rows = rows.with_columns(ranks.alias("rank"))
    offered = rows.select("day", "port").unique(maintain_order=True)
    boxes = [capacities.on(port, day).boxes for day, port in offered.select("day", "port").iter_rows()]
    if is_shared:
        rows = rows.with_columns(pl.col("rank").min().over("day", "port", "bill", "container_number"))
    # No two rows have the same rank, so those of one place are the houses of a box.
    placed = rows.with_columns(place=pl.col("rank").rank("dense").over("day", "port")).join(
        offered.with_columns(boxes=pl.Series(boxes, dtype=pl.Int64)),
        on=["day", "port"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    opened = placed.select(pl.col("place") <= pl.col("boxes")).to_series()
    used = placed.filter(opened).select("day", "port", "place").n_unique()
    return Openings(opened.to_numpy(), used, sum(boxes), offered["port"].n_unique(), offered.height)
