"""Cancellations: what a message takes back.

A cancelled consignment is not scored. It stays as history, because a bill that is filed, cancelled and filed anew under
another number says something. A later filing of the same consignment counts again. Of a cancellation and a filing of
one moment, the one that came later counts: on a later night, in a file that was written later, or further down.
"""

from __future__ import annotations

import polars as pl

from riskscore.manifest import consolidations
from riskscore.units import counted

TURN = "turn"
"""Column: the place of a row among those of one moment, such as its run. Without one, a cancellation is the last."""

_BILL, _BOX, _HOUSE = "bill_of_lading", "container_number", "house_bill"
_JUST = pl.duration(microseconds=1)


def among(rows: pl.DataFrame, cancelled: pl.DataFrame) -> pl.Series:
    """Whether each of `rows` (KEY, `house_bill`, `filed_at`; keyed bills) is cancelled after its filing: Boolean.

    `cancelled` has columns table.CANCELLED. Without a container it cancels all containers of the bill, and without a
    house bill all its houses. Where both have TURN, it settles what has equal moments.
    """
    pairs = _pairs(rows, cancelled)
    is_last = pl.col("until_turn").is_null() | (pl.col("until_turn") >= pl.col(TURN)).fill_null(True)
    is_after = (pl.col("until") > pl.col("filed_at")) | ((pl.col("until") == pl.col("filed_at")) & is_last)
    return pl.int_range(rows.height, eager=True).is_in(pairs.filter(is_after)["row"].unique().implode())


def before_refiled(rows: pl.DataFrame, cancelled: pl.DataFrame, turns: pl.Series, until: pl.Series) -> pl.DataFrame:
    """`cancelled` with a moment just before its own, where one of `rows` files the same again later in that moment.

    `turns` of the rows and `until` of the cancellations say what is later. So the later filing counts wherever the two
    are compared again.
    """
    if not cancelled.height:
        return cancelled
    pairs = _pairs(rows.with_columns(turns.alias(TURN)), cancelled.with_columns(until.alias(TURN)))
    is_again = (pl.col("until") == pl.col("filed_at")) & (pl.col(TURN) > pl.col("until_turn"))
    again = pl.int_range(cancelled.height, eager=True).is_in(pairs.filter(is_again)["place"].unique().implode())
    return cancelled.with_columns(
        pl.when(again).then(pl.col("filed_at") - _JUST).otherwise("filed_at").alias("filed_at")
    )


def _pairs(rows: pl.DataFrame, cancelled: pl.DataFrame) -> pl.DataFrame:
    """Each of `rows` (its number is `row`) with each of `cancelled` (`place`) that names it, and both moments."""
    house = pl.col(_HOUSE)
    turns = [
        pl.col(TURN).cast(pl.Int64) if TURN in frame.columns else pl.lit(None, pl.Int64) for frame in (rows, cancelled)
    ]
    said = cancelled.select(
        _BILL, box=_BOX, house=pl.when(house != pl.col(_BILL)).then(house), until="filed_at", until_turn=turns[1]
    ).with_row_index("place")
    ordered = rows.select(_BILL, _BOX, own=house, filed_at="filed_at", turn=turns[0]).with_row_index("row")
    masters = ordered.with_columns(consolidations.master(pl.col(_BILL)).alias(_BILL)).filter(
        pl.col(_BILL).is_not_null()
    )
    found = pl.concat([ordered, masters]).join(said, on=_BILL)
    is_box = pl.col("box").is_null() | (pl.col("box") == pl.col(_BOX))
    return found.filter(is_box, pl.col("house").is_null() | (pl.col("house") == pl.col("own")))


def note(cancelled: pl.DataFrame, gone: pl.Series) -> str:
    """What people should know about the cancellations of some files."""
    count, of = counted(cancelled.height, "cancellation"), counted(int(gone.sum()), "consignment")
    return (
        f"{count}: {of} of these files is not scored and stays as history"
        if gone.sum() == 1
        else (f"{count}: {of} of these files are not scored and stay as history")
    )
