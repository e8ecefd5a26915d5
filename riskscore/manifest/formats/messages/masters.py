"""Leave out the master bills whose house bills are in the same file: their goods would count twice.

M1 · box 1            ─▶ left out
M1 · box 1 · house H1 ─▶ a consignment
M1 · box 1 · house H2 ─▶ a consignment
M1 · box 2            ─▶ a consignment: no house bill says what is in it
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from riskscore.manifest.formats.table import Table
from riskscore.schema import KEY
from riskscore.units import counted


def without_masters(table: Table) -> Table:
    """`table` without the rows of a bill and container that other rows give house by house, and a note on them."""
    frame = table.frame
    if "house_bill" not in frame.columns or not frame.height:
        return table
    house = pl.col("house_bill").is_not_null() & (pl.col("house_bill") != pl.col("bill_of_lading"))
    told = frame.filter(house).select(KEY).unique()
    rows = frame.select(*KEY, house.fill_null(False).alias("_house")).with_row_index("_row")
    covered = rows.filter(~pl.col("_house")).join(told, on=KEY, how="semi")["_row"]
    keep = rows.select(~pl.col("_row").is_in(covered.implode())).to_series()
    left = int((~keep).sum())
    if not left:
        return table
    note = f"{counted(left, 'row')} of master bills left out, because their house bills are in the file"
    return replace(table, frame=frame.filter(keep), lines=table.lines.filter(keep), notes=(*table.notes, note))
