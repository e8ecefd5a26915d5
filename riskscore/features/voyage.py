"""Voyage: what else travels on the same ship, filed on the same day, for the same people.

A day's filings are one batch, so the order within a day does not matter and no later day is looked at. Rows are
grouped and counted by 64-bit hashes, as in the ledger.
"""

from __future__ import annotations

import polars as pl

from riskscore.history.hashes import mixed

_SHIP = ("day", "vessel_name", "voyage")


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Count what a consignment shares with others of its voyage and filing day. Row order is kept."""
    known = pl.col("vessel_name").is_not_null()
    return facts.with_columns(
        _others("bill_of_lading", [*_SHIP, "consignee_key"], known & pl.col("consignee_key").is_not_null()).alias(
            "consignee_bills"
        ),
        _others(
            "bill_of_lading",
            [*_SHIP, "consignee_key", "shipper_id", "hs4"],
            known & _full("consignee_key", "shipper_id", "hs4"),
        ).alias("same_goods_bills"),
        _others(
            "bill_of_lading",
            [*_SHIP, "gross_weight_kg", "shipper_id"],
            known & _full("gross_weight_kg", "shipper_id"),
        ).alias("twin_weight_bills"),
        _others(
            "consignee_key",
            [*_SHIP, "consignee_address"],
            known & _full("consignee_address", "consignee_key"),
        ).alias("address_consignees"),
        _others("consignee_key", [*_SHIP, "notify_id"], known & _full("notify_id", "consignee_key")).alias(
            "notify_consignees"
        ),
        _others("container_number", [*_SHIP, "bill_of_lading"], known).alias("bill_containers"),
    ).with_columns(seal_others=_seal_others(facts))


def _full(*columns: str) -> pl.Expr:
    return pl.all_horizontal(pl.col(column).is_not_null() for column in columns)


def _others(column: str, within: list[str], known: pl.Expr) -> pl.Expr:
    """Distinct values of `column` beside the row's own among rows that are alike in `within`; null if unknown."""
    return pl.when(known).then(pl.col(column).hash().n_unique().over(mixed(within)).cast(pl.Int64) - 1)


def _seal_others(facts: pl.DataFrame) -> pl.Series:
    """Most other containers of the day that carry one of the row's seals."""
    seals = (
        facts.select("row", "day", "container_number", seal="seal_numbers")
        .explode("seal")
        .drop_nulls("seal")
        .with_columns(pl.col("seal").str.strip_chars().str.to_uppercase())
    )
    shared = seals.group_by("day", "seal").agg(others=pl.col("container_number").n_unique().cast(pl.Int64) - 1)
    most = seals.join(shared, on=["day", "seal"]).group_by("row").agg(pl.col("others").max())
    return facts.select("row").join(most, on="row", how="left", maintain_order="left")["others"]


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
