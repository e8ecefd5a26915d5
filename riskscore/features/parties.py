"""Parties: who ships and who receives, their history, and signs that a name hides the real owner."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from riskscore import reference
from riskscore.features import text
from riskscore.features.distinct import HASH, distinct, join_by_hash
from riskscore.parties import resolve

_NAMES = ("shipper_name", "consignee_name", "notify_name", "forwarder_name")


def prepare(facts: pl.DataFrame) -> pl.DataFrame:
    """Add what kind of name and address each party has. Rows keep their order."""
    facts = _add_kinds(facts, ("shipper_name", "consignee_name", "notify_name"), _kinds_of_names)
    return _add_kinds(facts, ("shipper_address", "consignee_address"), _kinds_of_addresses)


def _add_kinds(
    facts: pl.DataFrame, columns: Sequence[str], classify: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """Add what `classify` says of the texts in `columns`, as `{column}_{kind}`. Each distinct text is read once."""
    texts = [distinct(facts, [column]).rename({column: "text"}) for column in columns]
    kinds = classify(pl.concat(texts).unique(HASH)).drop("text")
    for column in columns:
        facts = join_by_hash(
            facts, [column], kinds.rename({kind: f"{column}_{kind}" for kind in kinds.columns if kind != HASH})
        )
    return facts


def _kinds_of_names(names: pl.DataFrame) -> pl.DataFrame:
    """Add whether the name is a forwarder's, makes the bill out to order, or is only a placeholder."""
    forwarders = reference.forwarder_words()["term"].to_list()
    is_forwarder = (
        text.wordings(names["text"]).to_frame("wording").select(forwarder=text.any_term("wording", forwarders))
    )
    return pl.concat([names, is_forwarder, resolve.nobody(names["text"])], how="horizontal")


def _kinds_of_addresses(addresses: pl.DataFrame) -> pl.DataFrame:
    """Add whether the address is a post office box, or residential."""
    words = reference.address_words()
    return addresses.with_columns(wording=text.wordings(addresses["text"])).select(
        HASH,
        "text",
        **{
            kind: text.any_term("wording", words.filter(pl.col("kind") == kind)["term"].to_list())
            for kind in ("po_box", "residential")
        },
    )


def consignee_before() -> pl.Expr:
    """Number of earlier consignments of this consignee, as log1p."""
    return pl.col("consignee_before").log1p()


def consignee_last_365() -> pl.Expr:
    """Number of consignments of this consignee in the last 365 days, as log1p."""
    return pl.col("consignee_last_365").log1p()


def consignee_days_since_first() -> pl.Expr:
    """Days since the consignee's first consignment; null where it has none."""
    return pl.col("consignee_days_since_first")


def consignee_days_since_last() -> pl.Expr:
    """Days since the consignee's last consignment; null where it has none."""
    return pl.col("consignee_days_since_last")


def consignee_surge() -> pl.Expr:
    """Consignments of the last 30 days over the monthly average of the last year (plus one a year), as log1p."""
    return (pl.col("consignee_last_30") / ((pl.col("consignee_last_365") + 1) / 12)).log1p()


def consignee_seizure_rate() -> pl.Expr:
    """Smoothed seizure rate in earlier inspections of the consignee (0 to 1)."""
    return pl.col("consignee_seizure_rate")


def consignee_seized() -> pl.Expr:
    """Number of earlier seizures from the consignee."""
    return pl.col("consignee_seized")


def consignee_inspected_clean() -> pl.Expr:
    """Number of earlier inspections of the consignee without a seizure, as log1p."""
    return (pl.col("consignee_inspected") - pl.col("consignee_seized")).log1p()


def consignee_chapters() -> pl.Expr:
    """Number of HS chapters in the consignee's history."""
    return pl.col("consignee_chapters")


def consignee_chapters_per_consignment() -> pl.Expr:
    """HS chapters over consignments in the consignee's history: how unrelated its lines of business are."""
    return pl.col("consignee_chapters") / pl.col("consignee_before").replace(0, None)


def consignee_goods_share() -> pl.Expr:
    """Share of this HS chapter in the consignee's history (0 to 1)."""
    return pl.col("consignee_hs2_share")


def consignee_lane_share() -> pl.Expr:
    """Share of this lane in the consignee's history (0 to 1)."""
    return pl.col("consignee_lane_share")


def consignee_origin_share() -> pl.Expr:
    """Share of this origin in the consignee's history (0 to 1)."""
    return pl.col("consignee_origin_share")


def consignee_shipper_share() -> pl.Expr:
    """Share of this shipper in the consignee's history (0 to 1)."""
    return pl.col("consignee_shipper_share")


def consignee_shipper_before() -> pl.Expr:
    """Number of earlier consignments from this shipper to this consignee, as log1p."""
    return pl.col("consignee_shipper_before").log1p()


def new_goods_for_old_consignee() -> pl.Expr:
    """The consignee has ten or more earlier consignments, none of them of this HS chapter."""
    return (pl.col("consignee_before") >= 10) & (pl.col("consignee_hs2_share") == 0)


def new_origin_for_old_consignee() -> pl.Expr:
    """The consignee has ten or more earlier consignments, none of them from this origin."""
    return (pl.col("consignee_before") >= 10) & (pl.col("consignee_origin_share") == 0)


def shipper_before() -> pl.Expr:
    """Number of earlier consignments of this shipper, as log1p."""
    return pl.col("shipper_before").log1p()


def shipper_days_since_first() -> pl.Expr:
    """Days since the shipper's first consignment; null where it has none."""
    return pl.col("shipper_days_since_first")


def shipper_days_since_last() -> pl.Expr:
    """Days since the shipper's last consignment; null where it has none."""
    return pl.col("shipper_days_since_last")


def shipper_seizure_rate() -> pl.Expr:
    """Smoothed seizure rate in earlier inspections of the shipper (0 to 1)."""
    return pl.col("shipper_seizure_rate")


def shipper_goods_share() -> pl.Expr:
    """Share of this HS chapter in the shipper's history (0 to 1)."""
    return pl.col("shipper_hs2_share")


def notify_before() -> pl.Expr:
    """Number of earlier consignments with this notify party, as log1p."""
    return pl.col("notify_before").log1p()


def forwarder_before() -> pl.Expr:
    """Number of earlier consignments of this forwarder, as log1p."""
    return pl.col("forwarder_before").log1p()


def forwarder_seizure_rate() -> pl.Expr:
    """Smoothed seizure rate in earlier inspections of the forwarder (0 to 1)."""
    return pl.col("forwarder_seizure_rate")


def parties_both_new() -> pl.Expr:
    """Neither shipper nor consignee has an earlier consignment."""
    return (pl.col("consignee_before").fill_null(0) == 0) & (pl.col("shipper_before").fill_null(0) == 0)


def consignee_is_forwarder() -> pl.Expr:
    """The consignee's name is that of a forwarder or logistics company."""
    return pl.col("consignee_name_forwarder")


def consignee_is_the_forwarder() -> pl.Expr:
    """Consignee and forwarder are the same company."""
    return pl.col("consignee_key") == pl.col("forwarder_id")


def shipper_is_forwarder() -> pl.Expr:
    """The shipper's name is that of a forwarder or logistics company, so the owner of the goods is not named."""
    return pl.col("shipper_name_forwarder")


def bill_to_order() -> pl.Expr:
    """The bill is made out to order, so whoever holds it may claim the container."""
    return (pl.col("bill_type") == "to_order").fill_null(False) | pl.col("consignee_name_to_order").fill_null(False)


def party_placeholder() -> pl.Expr:
    """Number of shipper, consignee and notify party that are placeholders such as 'same as consignee'."""
    return pl.sum_horizontal(
        pl.col(f"{name}_name_placeholder").fill_null(False).cast(pl.Int64)
        for name in ("shipper", "consignee", "notify")
    )


def parties_missing() -> pl.Expr:
    """Number of shipper, consignee, notify party and forwarder that are not named."""
    return pl.sum_horizontal(pl.col(name).is_null().cast(pl.Int64) for name in _NAMES)


def shipper_is_consignee() -> pl.Expr:
    """Shipper and consignee are the same company."""
    return pl.col("shipper_id") == pl.col("consignee_key")


def consignee_po_box() -> pl.Expr:
    """The consignee's address is a post office box."""
    return pl.col("consignee_address_po_box")


def consignee_residential() -> pl.Expr:
    """The consignee's address is a flat, a room or a house."""
    return pl.col("consignee_address_residential")


def shipper_po_box() -> pl.Expr:
    """The shipper's address is a post office box."""
    return pl.col("shipper_address_po_box")


def addresses_missing() -> pl.Expr:
    """Number of the shipper's and the consignee's addresses that are missing."""
    return pl.sum_horizontal(pl.col(f"{side}_address").is_null().cast(pl.Int64) for side in ("shipper", "consignee"))


def consignee_abroad() -> pl.Expr:
    """The consignee's address is in another country than the goods' destination."""
    return pl.col("consignee_country") != pl.col("destination")


def shipper_abroad() -> pl.Expr:
    """The shipper's address is in another country than the goods' origin and the port of loading."""
    return (pl.col("shipper_country") != pl.col("origin")) & (pl.col("shipper_country") != pl.col("loading_country"))
