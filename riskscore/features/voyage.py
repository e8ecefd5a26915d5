"""Voyage: what a consignment shares with others on the same voyage that were filed on the same day.

The filings of a day are one batch, so their order does not matter, and no later day is used. Rows are grouped and
counted by 64-bit hashes, as in the ledger.
"""

from __future__ import annotations

import polars as pl

from riskscore.history.hashes import mixed
from riskscore.schema import NOTHING

_SHIP = ("day", "vessel_name", "voyage")

_SHARED = {
    "consignee_bills": ("bill_of_lading", ("consignee_key",), ()),
    "same_goods_bills": ("bill_of_lading", ("consignee_key", "shipper_id", "hs4"), ()),
    "twin_weight_bills": ("bill_of_lading", ("gross_weight_kg", "shipper_id"), ()),
    "address_consignees": ("consignee_key", ("consignee_address",), ("consignee_key",)),
    "notify_consignees": ("consignee_key", ("notify_id",), ("consignee_key",)),
    "bill_containers": ("container_number", ("bill_of_lading",), ()),
}
"""Count -> (column whose other values are counted, columns that rows share, more columns that must be filled)."""


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add the counts of _SHARED, within voyage and filing day, and `seal_others`. Rows keep their order."""
    hashes = facts.select(
        *(mixed([*_SHIP, *alike]).alias(f"{name}_group") for name, (_, alike, _) in _SHARED.items()),
        *(pl.col(column).hash() for column in dict.fromkeys(column for column, _, _ in _SHARED.values())),
        *(_filled("vessel_name", *alike, *needed).alias(name) for name, (_, alike, needed) in _SHARED.items()),
    )
    others = pl.DataFrame(
        {name: _others(hashes[column], hashes[f"{name}_group"]) for name, (column, _, _) in _SHARED.items()}
    )
    counts = others.select(pl.when(hashes[name]).then(name).alias(name) for name in _SHARED)
    return facts.hstack(counts).with_columns(seal_others=_seal_others(facts))


def _filled(*columns: str) -> pl.Expr:
    return pl.all_horizontal(pl.col(column).is_not_null() for column in columns)


def _others(values: pl.Series, group: pl.Series) -> pl.Series:
    """Number of other distinct `values` in the row's `group`. Most groups have a single row and are skipped."""
    shared = group.is_duplicated().arg_true()
    rows = pl.DataFrame({"value": values.gather(shared), "group": group.gather(shared)})
    counts = rows.select(pl.col("value").n_unique().over("group").cast(pl.Int64) - 1).to_series()
    return pl.zeros(values.len(), dtype=pl.Int64, eager=True).scatter(shared, counts)


def _seal_others(facts: pl.DataFrame) -> pl.Series:
    """Most other containers of the day that share one of the row's seal numbers; null where it has none.

    Containers that have the seals of their bill count as one for each other, because the seals are the bill's.
    """
    seals = (
        facts.select("day", pl.col("container_number").hash(), row=pl.int_range(pl.len()), seal="seal_numbers")
        .explode("seal")
        .drop_nulls("seal")
        .with_columns(pl.col("seal").str.strip_chars().str.to_uppercase())
        .select("row", "container_number", group=mixed(["day", "seal"]))
    )
    seals = seals.with_columns(others=_others(seals["container_number"], seals["group"]))
    shared = seals.filter(pl.col("others") > 0)
    together = facts[shared["row"]].select(
        owner=pl.when(_has_seals_of_bill()).then(
            pl.concat_str("bill_of_lading", pl.col("seal_numbers").list.join("|", ignore_nulls=True), separator="|")
        )
    )
    alike = pl.col("container_number").n_unique().over("group", "owner").cast(pl.Int64) - 1
    of_bill = pl.when(pl.col("owner").is_not_null()).then(alike).otherwise(0)
    shared = shared.hstack(together).select("row", others=pl.col("others") - of_bill)
    most = shared.filter(pl.col("others") > 0).group_by("row").agg(pl.col("others").max())
    unknown = pl.repeat(None, facts.height, dtype=pl.Int64, eager=True)
    return unknown.scatter(seals["row"], 0).scatter(most["row"], most["others"])


def _has_seals_of_bill() -> pl.Expr:
    """Whether the seals of a row are likely those of its whole bill, which the reader gave to each container of it.

    Such a row has no figures, because they are the bill's, too; or its list of several seals is that of another
    container of the bill.
    """
    figures = ("gross_weight_kg", "package_count", "volume_m3")
    has_none = pl.all_horizontal(pl.col(figures).is_null())
    return (
        pl.col("bill_of_lading").is_not_null()
        & (pl.col("bill_of_lading") != NOTHING)
        & (has_none | (pl.col("seal_numbers").list.len() > 1))
    )


def split_bills() -> pl.Expr:
    """Number of other bills of the same shipper, consignee and goods (HS heading) on this voyage."""
    return pl.col("same_goods_bills")


def consignee_bills_on_voyage() -> pl.Expr:
    """Number of other bills of the same consignee on this voyage."""
    return pl.col("consignee_bills")


def twin_weights() -> pl.Expr:
    """Number of other bills of the same shipper on this voyage with exactly the same gross weight."""
    return pl.col("twin_weight_bills")


def address_shared() -> pl.Expr:
    """Number of other consignees on this voyage at the same address."""
    return pl.col("address_consignees")


def notify_shared() -> pl.Expr:
    """Number of other consignees on this voyage with the same notify party."""
    return pl.col("notify_consignees")


def containers_on_bill() -> pl.Expr:
    """Number of other containers on the same bill on this voyage."""
    return pl.col("bill_containers")
