"""Consolidations: one container on one master bill, shared by the goods of several house bills.

    as filed   bill MAEU1 · house H1 · box A, bill MAEU1 · house H2 · box A     the same bill and container twice
    keyed      bill MAEU1 / H1 · box A,       bill MAEU1 / H2 · box A          each is a consignment of its own

Parties, goods and routing of the houses differ, so each house is a consignment of its own, with its own score and
history. The engine and the lake identify a consignment by bill and container, so they call its bill "master / house".
Consignments that share no container keep their bill, and so do all those of older lakes.
"""

from __future__ import annotations

import polars as pl

from riskscore.schema import KEY

JOINT = " / "
"""Stands between master bill and house bill."""

_BILL, _BOX = KEY
_PARTS = f"^(.+){JOINT}(.+?)$"
_FLAG, _HOUSE = "consolidated", "house_bill"
_SUFFIX = pl.lit(JOINT) + pl.col(_HOUSE)


def flagged(lines: pl.DataFrame) -> pl.DataFrame:
    """Mark the lines (bills as filed) whose container has several house bills on the same bill as `consolidated`.

    A house that one of its lines marks is marked in all, because it is one consignment in whatever file it comes.
    """
    if not lines[_HOUSE].count():
        return lines
    is_whole = pl.all_horizontal(pl.col(*KEY, _HOUSE).is_not_null())
    houses = lines.lazy().filter(is_whole).group_by(*KEY, _HOUSE).agg(pl.col(_FLAG).any()).collect()
    shared = houses.filter(pl.struct(KEY).is_duplicated() | pl.col(_FLAG)).select(*KEY, _HOUSE)
    if not shared.height:
        return lines
    marked = lines.join(shared.with_columns(_shared=True), on=[*KEY, _HOUSE], how="left", maintain_order="left")
    return marked.with_columns(pl.coalesce("_shared", _FLAG).alias(_FLAG)).drop("_shared")


def keyed(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with "master / house" as the bill of those that are consolidated; keyed rows stay as they are."""
    if _FLAG not in rows.columns or not rows[_FLAG].any():
        return rows
    is_keyed = pl.col(_BILL).str.ends_with(_SUFFIX)
    wanted = pl.col(_FLAG) & pl.col(_HOUSE).is_not_null() & ~is_keyed
    return rows.with_columns(pl.when(wanted).then(pl.col(_BILL) + _SUFFIX).otherwise(_BILL).alias(_BILL))


def as_filed(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the master bill as the bill of those that are consolidated."""
    if not rows[_FLAG].any():
        return rows
    master = pl.col(_BILL).str.strip_suffix(_SUFFIX)
    return rows.with_columns(pl.when(pl.col(_FLAG)).then(master).otherwise(_BILL).alias(_BILL))


def known_as(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """`rows` (keyed) under the bills by which the earlier filings `before` (KEY, `house_bill`, `filed_at`) know them.

    A house keeps the bill that it was first filed under, so its history goes on: the master bill alone, where it was
    the only house then. A house that is new in a container with others is "master / house", although it comes alone.
    """
    if not rows[_HOUSE].count():
        return rows
    houses = before.drop_nulls(_HOUSE).sort("filed_at").select(box_bill(pl.col(_BILL)).alias("_master"), *KEY, _HOUSE)
    is_master = pl.col("_master") == pl.col(_BILL)
    only = houses.filter(is_master).unique(["_master", _BOX], keep="first", maintain_order=True)
    known = pl.concat([only, houses.filter(~is_master)]).unique(["_master", _BOX, _HOUSE], keep="first")
    named = (
        as_filed(rows)
        .join(
            known.select(pl.col("_master").alias(_BILL), _BOX, _HOUSE, _known=_BILL),
            on=[*KEY, _HOUSE],
            how="left",
            maintain_order="left",
        )
        .join(
            known.select(pl.col("_master").alias(_BILL), _BOX, _others=True).unique(),
            on=KEY,
            how="left",
            maintain_order="left",
        )
    )
    beside_others = pl.when(pl.col(_HOUSE).is_not_null()).then("_others")
    flag = (
        pl.when(pl.col("_known").is_null())
        .then(pl.coalesce(beside_others, _FLAG))
        .when(pl.col("_known") != pl.col(_BILL))
        .then(True)
    )
    return keyed(named.with_columns(flag.alias(_FLAG)).select(rows.columns))


def master(bill: pl.Expr) -> pl.Expr:
    """The master bill of a keyed `bill`; null where the consignment is not consolidated."""
    return bill.str.extract(_PARTS, 1)


def house(bill: pl.Expr) -> pl.Expr:
    """The house bill of a keyed `bill`; null where the consignment is not consolidated."""
    return bill.str.extract(_PARTS, 2)


def box_bill(bill: pl.Expr) -> pl.Expr:
    """The bill that identifies a box to be opened, with its container: the master bill of a keyed `bill`, or itself."""
    return pl.coalesce(master(bill), bill)


def resolved(outcomes: pl.DataFrame, filed: pl.DataFrame) -> pl.DataFrame:
    """`outcomes` with the bills of the consignments `filed` (KEY, keyed): one row per house of an opened container.

    An outcome names what people know: the master bill and the container, or the house bill and the container. Opening
    a container says something about each house in it, so an outcome under the master bill counts for all of them, and
    for what is filed under the master bill alone. Other outcomes stay as they are.
    """
    houses = filed.select(KEY).filter(pl.col(_BILL).str.contains(JOINT, literal=True)).unique()
    if not houses.height or not outcomes.height:
        return outcomes
    keyed_bill = pl.col(_BILL)
    under_master, under_house = (
        houses.select(keyed_bill.alias("_keyed"), name(keyed_bill).alias(_BILL), _BOX) for name in (master, house)
    )
    alone = filed.select(KEY).unique().join(under_master, on=KEY, how="semi").with_columns(_keyed=_BILL)
    own = under_house.join(filed.select(KEY), on=KEY, how="anti")
    names = pl.concat([under_master, alone.select(under_master.columns), own])
    order = outcomes.with_row_index("_row")
    found = order.join(names.unique(), on=KEY, how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("_keyed", _BILL).alias(_BILL)).sort("_row").select(outcomes.columns)
