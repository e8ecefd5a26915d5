"""Cancellations: what a message takes back.

A cancelled consignment is not scored. It stays as history, because a bill that is filed, cancelled and filed anew under
another number says something. A later filing of the same consignment counts again.
"""

from __future__ import annotations

import polars as pl

from riskscore.manifest import consolidations
from riskscore.units import counted

_BILL, _BOX = "bill_of_lading", "container_number"


def among(rows: pl.DataFrame, cancelled: pl.DataFrame) -> pl.Series:
    """Whether each of `rows` (KEY, `filed_at`; keyed bills) is cancelled at or after its filing: Boolean.

    `cancelled` has columns table.CANCELLED. Without a container it cancels all containers of the bill, and without a
    house bill all its houses.
    """
    bill, house = pl.col(_BILL), pl.col("house_bill")
    named = pl.concat(
        cancelled.select(name.alias(_BILL), box=_BOX, until="filed_at")
        for name in (
            pl.when(house.is_null()).then(bill),
            pl.when(house.is_not_null()).then(bill + consolidations.JOINT + house),
        )
    ).filter(bill.is_not_null())
    # The latest of each counts, so that many cancellations of one bill do not multiply its containers.
    latest = named.group_by(_BILL, "box").agg(pl.col("until").max())
    whole, boxes = latest.filter(pl.col("box").is_null()).drop("box"), latest.rename({"box": _BOX})
    ordered = rows.select(_BILL, _BOX, "filed_at").with_row_index("row")
    masters = ordered.with_columns(consolidations.master(bill).alias(_BILL)).filter(bill.is_not_null())
    both = pl.concat([ordered, masters])
    found = pl.concat([both.join(whole, on=_BILL), both.join(boxes, on=[_BILL, _BOX])])
    places = found.filter(pl.col("until") >= pl.col("filed_at"))["row"].unique()
    return ordered["row"].is_in(places.implode())


def note(cancelled: pl.DataFrame, gone: pl.Series) -> str:
    """What people should know about the cancellations of some files."""
    count, of = counted(cancelled.height, "cancellation"), counted(int(gone.sum()), "consignment")
    return (
        f"{count}: {of} of these files is not scored and stays as history"
        if gone.sum() == 1
        else (f"{count}: {of} of these files are not scored and stay as history")
    )
