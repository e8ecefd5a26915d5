"""Cancellations: what a message takes back.

A cancelled consignment is not scored. It stays as history, because a bill that is filed, cancelled and filed anew under
another number says something. A later filing of the same consignment counts again. Of a cancellation and a filing of
one moment, the one that came later counts: on a later night, in a file that was written later, or further down.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskscore.manifest import consolidations
from riskscore.units import counted

TURN = "turn"
"""Column: the place of a row among those of one moment, such as its run. Without one, a cancellation is the last."""

_BILL, _BOX, _HOUSE = "bill_of_lading", "container_number", "house_bill"
_LAST = 2**63 - 1
_JUST = pl.duration(microseconds=1)


def among(rows: pl.DataFrame, cancelled: pl.DataFrame) -> pl.Series:
    """Whether each of `rows` (KEY, `house_bill`, `filed_at`; keyed bills) is cancelled after its filing: Boolean.

    `cancelled` has columns table.CANCELLED. Without a container it cancels all containers of the bill, and without a
    house bill all its houses. Where both have TURN, it settles what has equal moments.
    """
    places = [pl.Series([], dtype=pl.UInt32)]
    filed = _with_masters(rows)
    for keys, named in _by_keys(cancelled):
        # The latest of each counts, so that many cancellations of one bill do not multiply its containers.
        order = pl.col("until_turn").fill_null(_LAST)
        latest = named.sort("until", order).unique(keys, keep="last")
        found = filed.join(latest, on=keys)
        is_last = (pl.col("until_turn") >= pl.col("turn")).fill_null(True)
        is_after = (pl.col("until") > pl.col("at")) | ((pl.col("until") == pl.col("at")) & is_last)
        places.append(found.filter(is_after)["row"])
    return pl.int_range(rows.height, dtype=pl.UInt32, eager=True).is_in(pl.concat(places).unique().implode())


def before_refiled(rows: pl.DataFrame, cancelled: pl.DataFrame, turns: pl.Series, until: pl.Series) -> pl.DataFrame:
    """`cancelled` with a moment just before its own, where one of `rows` files the same again later in that moment.

    `turns` of the rows and `until` of the cancellations say what is later. So the later filing counts wherever the two
    are compared again.
    """
    if not cancelled.height:
        return cancelled
    places = [pl.Series([], dtype=pl.UInt32)]
    filed = _with_masters(rows.with_columns(turns.alias(TURN)))
    for keys, named in _by_keys(cancelled.with_columns(until.alias(TURN))):
        newest = filed.group_by(*keys, until="at").agg(pl.col("turn").max())
        found = named.join(newest, on=[*keys, "until"])
        places.append(found.filter(pl.col("turn") > pl.col("until_turn"))["place"])
    again = pl.int_range(cancelled.height, dtype=pl.UInt32, eager=True).is_in(pl.concat(places).unique().implode())
    return cancelled.with_columns(
        pl.when(again).then(pl.col("filed_at") - _JUST).otherwise("filed_at").alias("filed_at")
    )


def _with_masters(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` as `row` (their number), bill, `box`, `house`, `at`, `turn`; house bills again, under their master."""
    number = pl.int_range(pl.len(), dtype=pl.UInt32)
    filed = rows.select(_BILL, row=number, box=_BOX, house=_HOUSE, at="filed_at", turn=_turn(rows))
    masters = filed.with_columns(consolidations.master(pl.col(_BILL)).alias(_BILL))
    return pl.concat([filed, masters.filter(pl.col(_BILL).is_not_null())])


def _by_keys(cancelled: pl.DataFrame) -> Iterator[tuple[list[str], pl.DataFrame]]:
    """The cancellations apart by what they name (container or not, house bill or not), with the keys that they name."""
    house = pl.col(_HOUSE)
    named = cancelled.with_row_index("place").select(
        "place",
        _BILL,
        box=_BOX,
        house=pl.when(house != pl.col(_BILL)).then(house),
        until="filed_at",
        until_turn=_turn(cancelled),
    )
    for keys in (["box", "house"], ["box"], ["house"], []):
        names = [pl.col(name).is_not_null() == (name in keys) for name in ("box", "house")]
        yield [_BILL, *keys], named.filter(names).drop({"box", "house"} - {*keys})


def _turn(frame: pl.DataFrame) -> pl.Expr:
    return pl.col(TURN).cast(pl.Int64) if TURN in frame.columns else pl.lit(None, pl.Int64)


def note(cancelled: pl.DataFrame, gone: pl.Series) -> str:
    """What people should know about the cancellations of some files."""
    count, of = counted(cancelled.height, "cancellation"), counted(int(gone.sum()), "consignment")
    return (
        f"{count}: {of} of these files is not scored and stays as history"
        if gone.sum() == 1
        else (f"{count}: {of} of these files are not scored and stay as history")
    )
