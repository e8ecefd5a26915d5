"""Voyage: what else travels on the same ship, filed on the same day, for the same people.

A day's filings are one batch, so the order within a day does not matter and no later day is looked at. Rows are
grouped and counted by 64-bit hashes, as in the ledger.
"""

from __future__ import annotations

import polars as pl

from riskscore.history.hashes import mixed

_SHIP = ("day", "vessel_name", "voyage")


_SHARED = {
    "consignee_bills": ("bill_of_lading", ("consignee_key",), ()),
    "same_goods_bills": ("bill_of_lading", ("consignee_key", "shipper_id", "hs4"), ()),
    "twin_weight_bills": ("bill_of_lading", ("gross_weight_kg", "shipper_id"), ()),
    "address_consignees": ("consignee_key", ("consignee_address",), ("consignee_key",)),
    "notify_consignees": ("consignee_key", ("notify_id",), ("consignee_key",)),
    "bill_containers": ("container_number", ("bill_of_lading",), ()),
}
"""What is counted (beside the row's own) among rows of a ship that are alike in something, and what else is needed."""


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Count what a consignment shares with others of its voyage and filing day. Row order is kept."""
    asked = facts.select(
        *(mixed([*_SHIP, *alike]).alias(f"{name}_alike") for name, (_, alike, _) in _SHARED.items()),
        *(pl.col(column).hash() for column in dict.fromkeys(column for column, _, _ in _SHARED.values())),
        *(_full("vessel_name", *alike, *needed).alias(name) for name, (_, alike, needed) in _SHARED.items()),
    )
    others = pl.DataFrame(
        {name: _others(asked[column], asked[f"{name}_alike"]) for name, (column, _, _) in _SHARED.items()}
    )
    known = others.select(pl.when(asked[name]).then(name).alias(name) for name in _SHARED)
    return facts.hstack(known).with_columns(seal_others=_seal_others(facts))


def _full(*columns: str) -> pl.Expr:
    return pl.all_horizontal(pl.col(column).is_not_null() for column in columns)


def _others(values: pl.Series, alike: pl.Series) -> pl.Series:
    """Distinct `values` beside the row's own among rows that are `alike`; most rows are like no other."""
    shared = alike.is_duplicated().arg_true()
    rows = pl.DataFrame({"value": values.gather(shared), "alike": alike.gather(shared)})
    counts = rows.select(pl.col("value").n_unique().over("alike").cast(pl.Int64) - 1).to_series()
    return pl.zeros(values.len(), dtype=pl.Int64, eager=True).scatter(shared, counts)


def _seal_others(facts: pl.DataFrame) -> pl.Series:
    """Most other containers of the day that carry one of the row's seals; null where it has none."""
    seals = (
        facts.select("day", pl.col("container_number").hash(), row=pl.int_range(pl.len()), seal="seal_numbers")
        .explode("seal")
        .drop_nulls("seal")
        .with_columns(pl.col("seal").str.strip_chars().str.to_uppercase())
        .select("row", "container_number", alike=mixed(["day", "seal"]))
    )
    others = seals.select("row", others=_others(seals["container_number"], seals["alike"]))
    most = others.filter(pl.col("others") > 0).group_by("row").agg(pl.col("others").max())
    unknown = pl.repeat(None, facts.height, dtype=pl.Int64, eager=True)
    return unknown.scatter(others["row"], 0).scatter(most["row"], most["others"])


def split_bills() -> pl.Expr:
    """Other bills of the same shipper, consignee and goods on this voyage."""
    return pl.col("same_goods_bills")


def consignee_bills_on_voyage() -> pl.Expr:
    """Other bills of the same consignee on this voyage."""
    return pl.col("consignee_bills")


def twin_weights() -> pl.Expr:
    """Other bills of the same shipper on this voyage with exactly the same gross weight."""
    return pl.col("twin_weight_bills")


def address_shared() -> pl.Expr:
    """Other consignees on this voyage at the same address."""
    return pl.col("address_consignees")


def notify_shared() -> pl.Expr:
    """Other consignees on this voyage with the same notify party."""
    return pl.col("notify_consignees")


def containers_on_bill() -> pl.Expr:
    """Other containers on the same bill."""
    return pl.col("bill_containers")
